/* The PE file round the metadata (II.25): headers, sections, the CLI header.
 *
 *   0          "MZ" ... at 0x3C the offset of:
 *   pe         "PE\0\0", the COFF header (20 bytes)
 *   pe + 24    the optional header: PE32 (magic 0x10B) or PE32+ (0x20B), ending in the directories,
 *              number 14 of which is the CLI header
 *              the section headers, 40 bytes each
 *
 * The image has the layout of the file, never that of a loaded image: an RVA is turned into a file
 * offset by the section that holds it. Opening checks that every section's bytes are in the file,
 * so that later an RVA either has its bytes or is wrong. */
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "il_grow_state.h"
#include "il_live_state.h"
#include "runtime/memory/mem.h"

enum {
    DOS_HEADER_SIZE = 0x40,
    DOS_PE_OFFSET = 0x3C,
    COFF_END = 24, /* signature and COFF header */
    FILE_IS_DLL = 0x2000,
    WIN32_DIRECTORY = 2,
    CLI_DIRECTORY = 14,
    CLI_HEADER_SIZE = 72
};

/* Where the two forms of the optional header differ (II.25.2.3.1, PE32+ from the PE format). */
typedef struct optional_form {
    uint16_t magic;
    uint8_t image_base, directory_count, directories; /* offsets */
} optional_form;

static const optional_form PE32 = {0x10B, 28, 92, 96};
static const optional_form PE32_PLUS = {0x20B, 24, 108, 112};

/* Checks that the file has bytes [offset, offset + size). */
static il_status need(const il_module *m, uint64_t offset, uint64_t size, const char *what,
                      il_error *err) {
    if (offset <= m->size && size <= m->size - offset)
        return IL_OK;
    il_module_fail(m, err, IL_TRUNCATED, NULL, 0,
                   "the file ends at 0x%zx, %s needs bytes up to 0x%llx", m->size, what,
                   (unsigned long long)(offset + size));
    if (err)
        err->offset = m->size;
    return IL_TRUNCATED;
}

static void read_optional_header(il_headers *h, const uint8_t *p, const optional_form *form) {
    h->pe32_plus = form == &PE32_PLUS;
    h->image_base =
        h->pe32_plus ? il_load64(p + form->image_base) : il_load32(p + form->image_base);
    h->section_alignment = il_load32(p + 32);
    h->file_alignment = il_load32(p + 36);
    h->size_of_image = il_load32(p + 56);
    h->subsystem = il_load16(p + 68);
    h->dll_characteristics = il_load16(p + 70);
    h->stack_reserve = h->pe32_plus ? il_load64(p + 72) : il_load32(p + 72);
}

static il_status check_sections(const il_module *m, il_error *err) {
    for (uint32_t i = 0; i < m->headers.section_count; i++) {
        il_section section;
        char what[32] = "section ";
        il_module_section(m, i, &section);
        strcat(what, section.name);
        if (section.file_size == 0)
            continue;
        il_status status = need(m, section.file_offset, section.file_size, what, err);
        if (status)
            return status;
    }
    return IL_OK;
}

/* Finds the PE signature, with the COFF header whole behind it. */
static il_status find_pe_header(const il_module *m, uint32_t *offset, il_error *err) {
    if (m->size < 2 || m->image[0] != 'M' || m->image[1] != 'Z')
        return il_module_fail(m, err, IL_NOT_PE, NULL, 0,
                              "not a PE file: it does not start with \"MZ\"");
    il_status status = need(m, 0, DOS_HEADER_SIZE, "the DOS header", err);
    if (status)
        return status;
    *offset = il_load32(m->image + DOS_PE_OFFSET);
    status = need(m, *offset, COFF_END, "the PE header", err);
    if (status)
        return status;
    if (memcmp(m->image + *offset, "PE\0\0", 4) != 0)
        return il_module_fail(m, err, IL_NOT_PE, m->image + *offset, 0,
                              "not a PE file: no \"PE\\0\\0\" where the DOS header points");
    return IL_OK;
}

/* Finds out which form the optional header has, and that it reaches up to the directories. */
static il_status find_form(const il_module *m, const uint8_t *optional, uint32_t size,
                           const optional_form **out, il_error *err) {
    uint16_t magic = size >= 2 ? il_load16(optional) : 0;
    const optional_form *form = magic == PE32_PLUS.magic ? &PE32_PLUS : &PE32;
    if (magic != form->magic)
        return il_module_fail(m, err, IL_NOT_PE, optional, 0,
                              "optional header with magic 0x%x, expected 0x10b or 0x20b", magic);
    if (size < form->directories)
        return il_module_fail(m, err, IL_NOT_PE, optional, 0,
                              "optional header of %u bytes, expected at least %u", size,
                              form->directories);
    *out = form;
    return IL_OK;
}

/* The CLI header's RVA; 0 when there is no such directory. */
static uint32_t cli_directory(const uint8_t *optional, uint32_t size, const optional_form *form) {
    if (il_load32(optional + form->directory_count) <= CLI_DIRECTORY ||
        size < form->directories + (CLI_DIRECTORY + 1) * 8u)
        return 0;
    return il_load32(optional + form->directories + CLI_DIRECTORY * 8);
}

/* A directory entry of the optional or CLI header: what it points at, empty when not all of it is
 * there. */
static il_blob directory(const il_module *m, const uint8_t *entry) {
    uint32_t size = il_load32(entry + 4);
    il_blob bytes = il_rva(m, il_load32(entry));
    if (!size || !bytes.data || bytes.size < size)
        return (il_blob){NULL, 0};
    return (il_blob){bytes.data, size};
}

/* Reads everything up to the section headers; *cli_rva is the CLI header's. */
static il_status read_pe_headers(il_module *m, uint32_t *cli_rva, il_error *err) {
    il_headers *h = &m->headers;
    const optional_form *form = &PE32;
    uint32_t pe = 0;
    il_status status = find_pe_header(m, &pe, err);
    if (status)
        return status;
    const uint8_t *coff = m->image + pe, *optional = coff + COFF_END;
    uint32_t optional_size = il_load16(coff + 20);
    h->pe = true;
    h->machine = il_load16(coff + 4);
    h->section_count = il_load16(coff + 6);
    h->timestamp = il_load32(coff + 8);
    h->dll = (il_load16(coff + 22) & FILE_IS_DLL) != 0;
    status = need(m, pe + (uint64_t)COFF_END,
                  optional_size + (uint64_t)h->section_count * IL_SECTION_SIZE,
                  "the optional header with the section headers", err);
    if (status == IL_OK)
        status = find_form(m, optional, optional_size, &form, err);
    if (status)
        return status;
    read_optional_header(h, optional, form);
    m->size_of_headers = il_load32(optional + 60);
    m->sections = optional + optional_size;
    *cli_rva = cli_directory(optional, optional_size, form);
    if (*cli_rva == 0)
        return il_module_fail(m, err, IL_NOT_CLI, NULL, 0,
                              "a native PE file: it has no CLI header");
    status = check_sections(m, err);
    if (status)
        return status;
    const uint8_t *win32 = optional + form->directories + WIN32_DIRECTORY * 8;
    h->win32_rva = il_load32(win32);
    h->win32_resources = directory(m, win32);
    return IL_OK;
}

static il_status read_cli_header(il_module *m, uint32_t rva, il_error *err) {
    il_headers *h = &m->headers;
    il_blob bytes = il_rva(m, rva);
    if (bytes.size < CLI_HEADER_SIZE)
        return il_module_fail(m, err, IL_BAD_METADATA, bytes.data, 0,
                              "the CLI header at RVA 0x%x does not lie in a section", rva);
    const uint8_t *p = bytes.data;
    h->cli_major = il_load16(p + 4);
    h->cli_minor = il_load16(p + 6);
    h->metadata = directory(m, p + 8);
    h->cli_flags = il_load32(p + 16);
    h->entry_point = il_load32(p + 20);
    h->resources = directory(m, p + 24);
    h->strong_name = directory(m, p + 32);
    h->vtable_fixups = directory(m, p + 48);
    if (!h->metadata.data)
        return il_module_fail(m, err, IL_BAD_METADATA, p + 8, 0,
                              "metadata of %u bytes at RVA 0x%x does not lie in a section",
                              il_load32(p + 12), il_load32(p + 8));
    return IL_OK;
}

static il_status read_image(il_module *m, il_error *err) {
    if (m->size >= 4 && memcmp(m->image, "BSJB", 4) == 0) {
        m->headers.metadata = (il_blob){m->image, m->size};
        return il_metadata_read(m, err);
    }
    uint32_t cli_rva;
    il_status status = read_pe_headers(m, &cli_rva, err);
    if (status == IL_OK)
        status = read_cli_header(m, cli_rva, err);
    return status == IL_OK ? il_metadata_read(m, err) : status;
}

il_status il_module_open_image(const char *name, const void *image, size_t size, il_module **out,
                               il_error *err) {
    *out = NULL;
    il_module *m = mem_calloc(1, sizeof *m);
    if (!m || !(m->path = mem_copy_text(name, strlen(name)))) {
        mem_free(m);
        return il_fail(err, IL_OUT_OF_MEMORY, IL_NO_OFFSET, 0, "%s: out of memory", name);
    }
    m->image = image;
    m->size = size;
    il_status status = read_image(m, err);
    if (status) {
        il_module_close(m);
        return status;
    }
    *out = m;
    return IL_OK;
}

/* Maps the whole file; an empty one gives a NULL image of size 0. */
static il_status map_file(const char *path, void **image, size_t *size, il_error *err) {
    struct stat info;
    *image = NULL;
    *size = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &info) != 0)
        goto failed;
    if (!S_ISREG(info.st_mode)) {
        errno = S_ISDIR(info.st_mode) ? EISDIR : EINVAL;
        goto failed;
    }
    if (info.st_size > 0) {
        void *mapping = mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
        if (mapping == MAP_FAILED)
            goto failed;
        *image = mapping;
        *size = (size_t)info.st_size;
    }
    close(fd);
    return IL_OK;
failed:;
    int cause = errno;
    if (fd >= 0)
        close(fd);
    return il_fail(err, IL_FILE_ERROR, IL_NO_OFFSET, 0, "%s: %s", path, strerror(cause));
}

il_status il_module_open(const char *path, il_module **out, il_error *err) {
    void *image;
    size_t size;
    *out = NULL;
    il_status status = map_file(path, &image, &size, err);
    if (status)
        return status;
    status = il_module_open_image(path, image, size, out, err);
    if (status == IL_OK)
        (*out)->mapped = true;
    else if (image)
        munmap(image, size);
    return status;
}

void il_module_close(il_module *module) {
    if (!module)
        return;
    il_type_index_free(atomic_load(&module->types));
    il_live_free(module->live);
    il_grown_free(atomic_load(&module->grown));
    if (module->mapped)
        munmap((void *)(uintptr_t)module->image, module->size);
    mem_free(module->path);
    mem_free(module);
}

const char *il_module_path(const il_module *module) {
    return module->path;
}

il_blob il_module_image(const il_module *module) {
    return (il_blob){module->image, module->size};
}

const il_headers *il_module_headers(const il_module *module) {
    return &module->headers;
}

uint32_t il_module_size_of_image(const il_module *module) {
    return module->headers.size_of_image;
}

uint32_t il_module_entry_point(const il_module *module) {
    return module->headers.entry_point;
}

bool il_module_is_dll(const il_module *module) {
    return module->headers.dll;
}

void il_module_section(const il_module *module, uint32_t index, il_section *out) {
    const uint8_t *p = module->sections + (size_t)index * IL_SECTION_SIZE;
    memcpy(out->name, p, 8);
    out->name[8] = '\0';
    out->virtual_size = il_load32(p + 8);
    out->rva = il_load32(p + 12);
    out->file_size = il_load32(p + 16);
    out->file_offset = il_load32(p + 20);
    out->flags = il_load32(p + 36);
}

il_blob il_rva(const il_module *module, uint32_t rva) {
    if (module->live)
        return il_live_data(module, rva);
    for (uint32_t i = 0; i < module->headers.section_count; i++) {
        const uint8_t *p = module->sections + (size_t)i * IL_SECTION_SIZE;
        uint32_t offset = rva - il_load32(p + 12), size = il_load32(p + 16);
        if (offset < size)
            return (il_blob){module->image + il_load32(p + 20) + offset, size - offset};
    }
    if (rva && rva < module->size_of_headers && module->size_of_headers <= module->size)
        return (il_blob){module->image + rva, module->size_of_headers - rva};
    return (il_blob){NULL, 0};
}
