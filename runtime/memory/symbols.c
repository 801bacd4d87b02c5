/* symbols.h: dladdr finds the file; its .symtab (else what dladdr knows: .dynsym) finds the name.
 * Every offset in the file is checked against its size before use. */
#define _GNU_SOURCE
#include "runtime/memory/symbols.h"

#include "runtime/memory/os.h"

#include <dlfcn.h>
#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct symbol_file {
    struct symbol_file *next;
    const char *path;
    const uint8_t *image; /* the mapped file, NULL when it cannot be read */
    size_t size;
    const ElfW(Sym) * symbols;
    size_t symbol_count;
    const char *names;
    size_t names_size;
} symbol_file;

struct symbol_files {
    symbol_file *first;
    os_pool pool;
};

static bool inside(const symbol_file *file, size_t offset, size_t size) {
    return offset <= file->size && size <= file->size - offset;
}

static void find_symbol_table(symbol_file *file) {
    const ElfW(Ehdr) *header = (const ElfW(Ehdr) *)file->image;
    if (!inside(file, 0, sizeof *header) || memcmp(header->e_ident, ELFMAG, SELFMAG) != 0 ||
        header->e_shentsize != sizeof(ElfW(Shdr)) ||
        !inside(file, header->e_shoff, header->e_shnum * sizeof(ElfW(Shdr))))
        return;
    const ElfW(Shdr) *sections = (const ElfW(Shdr) *)(file->image + header->e_shoff);
    for (size_t i = 0; i < header->e_shnum; i++) {
        const ElfW(Shdr) *table = &sections[i];
        if (table->sh_type != SHT_SYMTAB || table->sh_link >= header->e_shnum)
            continue;
        const ElfW(Shdr) *names = &sections[table->sh_link];
        if (!inside(file, table->sh_offset, table->sh_size) ||
            !inside(file, names->sh_offset, names->sh_size) || names->sh_size == 0 ||
            file->image[names->sh_offset + names->sh_size - 1] != '\0')
            continue;
        file->symbols = (const ElfW(Sym) *)(file->image + table->sh_offset);
        file->symbol_count = table->sh_size / sizeof *file->symbols;
        file->names = (const char *)file->image + names->sh_offset;
        file->names_size = names->sh_size;
    }
}

/* The path may come from a trace and name anything, a FIFO for example. */
static void map_file(symbol_file *file, const char *path) {
    struct stat info;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return;
    if (fstat(fd, &info) == 0 && S_ISREG(info.st_mode) && info.st_size > 0) {
        void *image = mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
        if (image != MAP_FAILED) {
            file->image = image;
            file->size = (size_t)info.st_size;
            find_symbol_table(file);
        }
    }
    close(fd);
}

static const symbol_file *find_file(symbol_files **files, const char *path) {
    if (!*files) {
        os_pool pool = {0};
        *files = os_pool_alloc(&pool, sizeof **files);
        if (!*files)
            return NULL;
        (*files)->pool = pool;
    }
    for (symbol_file *file = (*files)->first; file; file = file->next) {
        if (strcmp(file->path, path) == 0)
            return file;
    }
    size_t size = strlen(path) + 1;
    symbol_file *file = os_pool_alloc(&(*files)->pool, sizeof *file + size);
    if (!file)
        return NULL;
    file->path = memcpy(file + 1, path, size);
    file->next = (*files)->first;
    (*files)->first = file;
    map_file(file, path);
    return file;
}

/* Looks address, relative to the load bias, up among the function symbols. */
static bool find_function(const symbol_file *file, uintptr_t address, symbol *out) {
    for (size_t i = 0; i < file->symbol_count; i++) {
        const ElfW(Sym) *s = &file->symbols[i];
        if (ELF64_ST_TYPE(s->st_info) == STT_FUNC && address >= s->st_value &&
            address - s->st_value < s->st_size && s->st_name < file->names_size) {
            snprintf(out->function, sizeof out->function, "%s", file->names + s->st_name);
            out->offset = address - s->st_value;
            return true;
        }
    }
    return false;
}

static void begin_symbol(symbol *out, const char *path, uintptr_t offset) {
    const char *slash = strrchr(path, '/');
    *out = (symbol){.offset = offset};
    snprintf(out->module, sizeof out->module, "%s", slash ? slash + 1 : path);
}

void symbol_find_in_file(symbol_files **files, const char *path, uintptr_t bias,
                         uintptr_t return_address, symbol *out) {
    uintptr_t call = return_address - 1;
    begin_symbol(out, path, return_address - bias);
    const symbol_file *file = find_file(files, path);
    if (file && find_function(file, call - bias, out))
        out->offset++;
}

void symbol_find(symbol_files **files, uintptr_t return_address, symbol *out) {
    Dl_info info;
    struct link_map *map = NULL;
    *out = (symbol){.offset = return_address};
    if (!dladdr1((void *)(return_address - 1), &info, (void **)&map, RTLD_DL_LINKMAP) ||
        !info.dli_fname || !map)
        return;
    const char *path = map->l_name[0] ? info.dli_fname : "/proc/self/exe";
    symbol_find_in_file(files, path, map->l_addr, return_address, out);
    const char *slash = strrchr(info.dli_fname, '/');
    snprintf(out->module, sizeof out->module, "%s", slash ? slash + 1 : info.dli_fname);
    if (!out->function[0] && info.dli_sname) {
        snprintf(out->function, sizeof out->function, "%s", info.dli_sname);
        out->offset = return_address - (uintptr_t)info.dli_saddr;
    }
}

void symbol_files_free(symbol_files *files) {
    if (!files)
        return;
    for (symbol_file *file = files->first; file; file = file->next) {
        if (file->image)
            munmap((void *)file->image, file->size);
    }
    os_pool pool = files->pool;
    os_pool_fini(&pool);
}
