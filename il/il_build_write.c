/* Writing a PE file (II.25).
 *
 *   headers   DOS header and stub, PE signature, COFF and optional header, section headers
 *   .text     import address table, CLI header, method bodies, resources, metadata, room for a
 * strong name, import table and entry stub .sdata    field data, writable, when there is any .reloc
 * one relocation, that of the entry stub
 *
 * Import table, stub and .reloc are what loaders before Windows XP start a 32-bit program with;
 * PE32+ files do without. */
#include "il_build_write.h"

#include "il_body.h"
#include "il_insn.h"
#include "il_pe.h"
#include "il_win32.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

typedef struct section {
    const char *name;
    uint32_t rva, size, offset, file_size, flags;
} section;

enum { TEXT, DATA, WIN32, RELOC, SECTION_COUNT };

/* Places in .text are offsets from its start. */
typedef struct pe_writer {
    il_writer w;
    uint8_t *image;
    uint32_t headers_size, file_size, image_size;
    section sections[SECTION_COUNT];
    uint32_t cli_header, resources, resources_size, metadata, metadata_size;
    uint32_t strong_name, strong_name_size;
    uint32_t imports, stub; /* 0 in PE32+ */
} pe_writer;

static uint32_t align_to(uint64_t size, uint32_t alignment) {
    return (uint32_t)((size + alignment - 1) & ~(uint64_t)(alignment - 1));
}

/* ---- Places ---- */

enum {
    IAT_SIZE = 8,
    IMPORT_LOOKUP = 40,    /* behind one import directory entry and an empty one */
    IMPORT_HINT_NAME = 48, /* two bytes, then the function's name */
    IMPORT_DLL_NAME = 62,
    IMPORT_SIZE = 76,
    STUB_SIZE = 6,
    RELOC_SIZE = 12
};

static il_status place_bodies(pe_writer *p, uint64_t *at, il_error *err) {
    il_build *build = p->w.build;
    const il_build_table *methods = &build->tables[IL_MethodDef];
    uint32_t base = p->sections[TEXT].rva;
    p->w.body_rvas = mem_calloc(methods->rows ? methods->rows : 1, sizeof *p->w.body_rvas);
    if (!p->w.body_rvas)
        return il_fail(err, IL_OUT_OF_MEMORY, IL_NO_OFFSET, 0, "out of memory");
    for (uint32_t i = 0; i < methods->rows; i++) {
        uint32_t row = methods->order ? methods->order[i] : i + 1;
        il_blob body = il_build_get_body(build, row);
        if (!body.size)
            continue;
        if ((body.data[0] & 3) == IL_BODY_FAT)
            *at = align_to(*at, 4);
        p->w.body_rvas[row - 1] = base + (uint32_t)*at;
        *at += body.size;
        if (*at > INT32_MAX)
            return il_fail(err, IL_BAD_METADATA, IL_NO_OFFSET, 0, "bodies of more than 2 GiB");
    }
    return IL_OK;
}

static uint32_t take(uint64_t *at, uint32_t size, uint32_t alignment) {
    uint32_t place = align_to(*at, alignment);
    *at = (uint64_t)place + size;
    return place;
}

static void place_section(pe_writer *p, int index, const char *name, uint32_t size,
                          uint32_t flags) {
    const il_output *output = &p->w.build->output;
    section *s = &p->sections[index];
    *s = (section){.name = name,
                   .rva = align_to(p->image_size, output->section_alignment),
                   .size = size,
                   .offset = p->file_size,
                   .file_size = align_to(size, output->file_alignment),
                   .flags = flags};
    if (size) {
        p->image_size = s->rva + size;
        p->file_size += s->file_size;
    }
}

static uint32_t resources_size(const il_build *build) {
    if (build->resources.size)
        return il_build_resources_start(build) + (uint32_t)build->resources.size;
    return build->module ? (uint32_t)il_module_headers(build->module)->resources.size : 0;
}

static il_status place_text(pe_writer *p, uint64_t *size, il_error *err) {
    const il_build *build = p->w.build;
    bool imports = !build->output.pe32_plus;
    uint64_t at = imports ? IAT_SIZE : 0;
    p->cli_header = take(&at, CLI_HEADER_SIZE, 4);
    il_status status = place_bodies(p, &at, err);
    if (status != IL_OK)
        return status;
    p->resources_size = resources_size(build);
    p->resources = take(&at, p->resources_size, 8);
    p->metadata_size = il_metadata_plan(&p->w);
    p->metadata = take(&at, p->metadata_size, 4);
    p->strong_name_size = build->output.strong_name_size;
    p->strong_name = take(&at, p->strong_name_size, 4);
    if (imports) {
        p->imports = take(&at, IMPORT_SIZE, 4);
        p->stub = take(&at, STUB_SIZE, 4) + 2; /* so that the address in it is aligned */
        at += 2;
    }
    *size = at;
    return at > INT32_MAX
               ? il_fail(err, IL_BAD_METADATA, IL_NO_OFFSET, 0, "an image of more than 2 GiB")
               : IL_OK;
}

static il_blob win32_resources(const il_build *build) {
    return build->module ? il_module_headers(build->module)->win32_resources : (il_blob){NULL, 0};
}

static bool is_power_of_two(uint32_t value) {
    return value && !(value & (value - 1));
}

static il_status place_all(pe_writer *p, il_error *err) {
    const il_output *output = &p->w.build->output;
    uint64_t size;
    if (!is_power_of_two(output->section_alignment) || !is_power_of_two(output->file_alignment))
        return il_fail(err, IL_BAD_METADATA, IL_NO_OFFSET, 0,
                       "section alignment 0x%x, file alignment 0x%x: expected powers of two",
                       output->section_alignment, output->file_alignment);
    uint32_t headers = PE_SIGNATURE_OFFSET + 4 + PE_COFF_SIZE + PE_OPTIONAL_SIZE_64 +
                       SECTION_COUNT * PE_SECTION_HEADER_SIZE;
    p->headers_size = p->file_size = p->image_size = align_to(headers, output->file_alignment);
    p->sections[TEXT].rva = align_to(p->image_size, output->section_alignment);
    il_status status = place_text(p, &size, err);
    if (status != IL_OK)
        return status;
    place_section(p, TEXT, ".text", (uint32_t)size, PE_CODE_SECTION);
    place_section(p, DATA, ".sdata", (uint32_t)p->w.build->data.size, PE_DATA_SECTION);
    place_section(p, WIN32, ".rsrc", (uint32_t)win32_resources(p->w.build).size, PE_RSRC_SECTION);
    place_section(p, RELOC, ".reloc", output->pe32_plus ? 0 : RELOC_SIZE, PE_RELOC_SECTION);
    p->w.data_rva = p->sections[DATA].rva;
    p->image_size = align_to(p->image_size, output->section_alignment);
    return IL_OK;
}

/* ---- Headers ---- */

/* What follows the DOS header in almost every PE file: it prints this and exits. */
static const uint8_t DOS_STUB[] = {
    0x0E, 0x1F, 0xBA, 0x0E, 0x00, 0xB4, 0x09, 0xCD, 0x21, 0xB8, 0x01, 0x4C, 0xCD, 0x21, 'T',
    'h',  'i',  's',  ' ',  'p',  'r',  'o',  'g',  'r',  'a',  'm',  ' ',  'c',  'a',  'n',
    'n',  'o',  't',  ' ',  'b',  'e',  ' ',  'r',  'u',  'n',  ' ',  'i',  'n',  ' ',  'D',
    'O',  'S',  ' ',  'm',  'o',  'd',  'e',  '.',  '\r', '\r', '\n', '$'};

static void write_dos_header(uint8_t *to) {
    static const uint8_t HEADER[] = {'M', 'Z', 0x90, 0,    3,    0, 0, 0,   4,
                                     0,   0,   0,    0xFF, 0xFF, 0, 0, 0xB8};
    memcpy(to, HEADER, sizeof HEADER);
    to[0x18] = 0x40;
    il_store32(to + 0x3C, PE_SIGNATURE_OFFSET);
    memcpy(to + 0x40, DOS_STUB, sizeof DOS_STUB);
}

static int section_count(const pe_writer *p) {
    int count = 0;
    for (int s = 0; s < SECTION_COUNT; s++)
        count += p->sections[s].size != 0;
    return count;
}

static void write_coff_header(const pe_writer *p, uint8_t *to) {
    const il_output *output = &p->w.build->output;
    il_store16(to, output->machine);
    il_store16(to + 2, (uint16_t)section_count(p));
    il_store32(to + 4, output->timestamp);
    il_store16(to + 16, output->pe32_plus ? PE_OPTIONAL_SIZE_64 : PE_OPTIONAL_SIZE_32);
    il_store16(to + 18,
               (uint16_t)(PE_EXECUTABLE_IMAGE | (output->dll ? PE_DLL : 0) |
                          (output->pe32_plus ? PE_LARGE_ADDRESS_AWARE : PE_32BIT_MACHINE)));
}

/* A number that takes 8 bytes in PE32+ and 4 in PE32. */
static uint8_t *put_word(const il_output *output, uint8_t *to, uint64_t value) {
    if (output->pe32_plus)
        il_store64(to, value);
    else
        il_store32(to, (uint32_t)value);
    return to + (output->pe32_plus ? 8 : 4);
}

static void write_optional_header(const pe_writer *p, uint8_t *to) {
    enum { STACK_COMMIT = 0x1000, HEAP_RESERVE = 0x100000, HEAP_COMMIT = 0x1000 };
    const il_output *output = &p->w.build->output;
    const section *text = &p->sections[TEXT];
    uint32_t data_size = 0, first_data = 0;
    for (int i = SECTION_COUNT; --i > TEXT;) {
        data_size += p->sections[i].file_size;
        first_data = p->sections[i].size ? p->sections[i].rva : first_data;
    }
    il_store16(to, output->pe32_plus ? 0x20B : 0x10B);
    to[2] = 8; /* linker version */
    il_store32(to + 4, text->file_size);
    il_store32(to + 8, data_size);
    il_store32(to + 16, p->stub ? text->rva + p->stub : 0);
    il_store32(to + 20, text->rva);
    if (output->pe32_plus) {
        il_store64(to + 24, output->image_base);
    } else {
        il_store32(to + 24, first_data);
        il_store32(to + 28, (uint32_t)output->image_base);
    }
    il_store32(to + 32, output->section_alignment);
    il_store32(to + 36, output->file_alignment);
    il_store16(to + 40, 4); /* operating system and subsystem version 4.0 */
    il_store16(to + 48, 4);
    il_store32(to + 56, p->image_size);
    il_store32(to + 60, p->headers_size);
    il_store16(to + 68, output->subsystem);
    il_store16(to + 70, output->dll_characteristics);
    to = put_word(output, to + 72, output->stack_reserve);
    to = put_word(output, to, STACK_COMMIT);
    to = put_word(output, to, HEAP_RESERVE);
    to = put_word(output, to, HEAP_COMMIT);
    il_store32(to + 4, PE_DIRECTORY_COUNT);
}

static void put_directory(uint8_t *directories, int index, uint32_t rva, uint32_t size) {
    il_store32(directories + index * 8, size ? rva : 0);
    il_store32(directories + index * 8 + 4, size);
}

static void write_directories(const pe_writer *p, uint8_t *to) {
    uint32_t text = p->sections[TEXT].rva;
    if (p->stub) {
        put_directory(to, PE_DIRECTORY_IMPORT, text + p->imports, IMPORT_SIZE);
        put_directory(to, PE_DIRECTORY_RELOCATION, p->sections[RELOC].rva, RELOC_SIZE);
        put_directory(to, PE_DIRECTORY_IAT, text, IAT_SIZE);
    }
    put_directory(to, PE_DIRECTORY_WIN32, p->sections[WIN32].rva, p->sections[WIN32].size);
    put_directory(to, PE_DIRECTORY_CLI, text + p->cli_header, CLI_HEADER_SIZE);
}

static void write_section_headers(const pe_writer *p, uint8_t *to) {
    for (int i = 0; i < SECTION_COUNT; i++) {
        const section *s = &p->sections[i];
        if (!s->size)
            continue;
        memcpy(to, s->name, strlen(s->name));
        il_store32(to + 8, s->size);
        il_store32(to + 12, s->rva);
        il_store32(to + 16, s->file_size);
        il_store32(to + 20, s->offset);
        il_store32(to + 36, s->flags);
        to += PE_SECTION_HEADER_SIZE;
    }
}

static void write_headers(const pe_writer *p) {
    bool plus = p->w.build->output.pe32_plus;
    uint8_t *coff = p->image + PE_SIGNATURE_OFFSET + 4, *optional = coff + PE_COFF_SIZE;
    write_dos_header(p->image);
    memcpy(p->image + PE_SIGNATURE_OFFSET, "PE\0", 4);
    write_coff_header(p, coff);
    write_optional_header(p, optional);
    write_directories(p, optional + (plus ? PE_DIRECTORIES_64 : PE_DIRECTORIES_32));
    write_section_headers(p, optional + (plus ? PE_OPTIONAL_SIZE_64 : PE_OPTIONAL_SIZE_32));
}

/* ---- Contents ---- */

static uint8_t *text_at(const pe_writer *p, uint32_t place) {
    return p->image + p->sections[TEXT].offset + place;
}

static void write_cli_header(const pe_writer *p) {
    const il_output *output = &p->w.build->output;
    uint8_t *to = text_at(p, p->cli_header);
    uint32_t text = p->sections[TEXT].rva;
    il_store32(to, CLI_HEADER_SIZE);
    il_store16(to + 4, output->cli_major);
    il_store16(to + 6, output->cli_minor);
    put_directory(to + 8, 0, text + p->metadata, p->metadata_size);
    il_store32(to + 16, output->cli_flags);
    il_store32(to + 20, il_build_final_token(p->w.build, output->entry_point));
    put_directory(to + 24, 0, text + p->resources, p->resources_size);
    put_directory(to + 32, 0, text + p->strong_name, p->strong_name_size);
}

static void write_imports(const pe_writer *p) {
    const il_output *output = &p->w.build->output;
    uint32_t text = p->sections[TEXT].rva, at = text + p->imports;
    uint8_t *to = text_at(p, p->imports), *stub = text_at(p, p->stub);
    uint8_t *reloc = p->image + p->sections[RELOC].offset;
    uint32_t fixup = text + p->stub + 2;
    il_store32(to, at + IMPORT_LOOKUP);
    il_store32(to + 12, at + IMPORT_DLL_NAME);
    il_store32(to + 16, text); /* the import address table */
    il_store32(to + IMPORT_LOOKUP, at + IMPORT_HINT_NAME);
    il_store32(text_at(p, 0), at + IMPORT_HINT_NAME);
    memcpy(to + IMPORT_HINT_NAME + 2, output->dll ? "_CorDllMain" : "_CorExeMain", 11);
    memcpy(to + IMPORT_DLL_NAME, "mscoree.dll", 11);
    il_store16(stub, 0x25FF); /* jmp [the import address table] */
    il_store32(stub + 2, (uint32_t)output->image_base + text);
    il_store32(reloc, fixup & ~0xFFFu);
    il_store32(reloc + 4, RELOC_SIZE);
    il_store16(reloc + 8, (uint16_t)(3 << 12 | (fixup & 0xFFF))); /* IMAGE_REL_BASED_HIGHLOW */
}

/* Members that the order of the file has moved are named by their new tokens. */
static il_status map_tokens(const il_build *build, uint8_t *bytes, size_t size, uint32_t method,
                            il_error *err) {
    il_body body;
    il_insn insn;
    il_status status = il_body_read(bytes, size, &body, err);
    for (uint32_t at = 0; status == IL_OK && at < body.code_size; at += insn.size) {
        status = il_insn_read(body.code, body.code_size, at, &insn, err);
        if (status == IL_OK && il_operand_is_token((il_operand)il_opcodes[insn.opcode].operand))
            il_store32(bytes + (body.code - bytes) + at + insn.size - 4,
                       il_build_final_token(build, insn.u.token));
    }
    if (status != IL_OK && err)
        err->token = IL_TOKEN(IL_MethodDef, method);
    return status;
}

static il_status write_bodies(const pe_writer *p, il_error *err) {
    il_build *build = p->w.build;
    bool moved = build->tables[IL_MethodDef].map || build->tables[IL_Field].map;
    il_status status = IL_OK;
    for (uint32_t row = 1; row <= build->tables[IL_MethodDef].rows && status == IL_OK; row++) {
        if (!p->w.body_rvas[row - 1])
            continue;
        il_blob body = il_build_get_body(build, row);
        uint8_t *to = text_at(p, p->w.body_rvas[row - 1] - p->sections[TEXT].rva);
        memcpy(to, body.data, body.size);
        if (moved)
            status = map_tokens(build, to, body.size, row, err);
    }
    return status;
}

static void write_resources(const pe_writer *p) {
    const il_build *build = p->w.build;
    uint8_t *to = text_at(p, p->resources);
    if (build->module) {
        il_blob loaded = il_module_headers(build->module)->resources;
        if (loaded.size)
            memcpy(to, loaded.data, loaded.size);
    }
    if (build->resources.size)
        memcpy(to + il_build_resources_start(build), build->resources.data, build->resources.size);
}

static void write_win32_resources(const pe_writer *p) {
    const section *s = &p->sections[WIN32];
    il_blob tree = win32_resources(p->w.build);
    if (!tree.size)
        return;
    il_win32_move(tree, il_module_headers(p->w.build->module)->win32_rva, s->rva,
                  p->image + s->offset);
}

/* A version id that is a function of the file's bytes, in the form of a random UUID. */
static void write_mvid(const pe_writer *p) {
    uint32_t offset = il_metadata_mvid_offset(&p->w);
    if (!offset)
        return;
    uint8_t *to = text_at(p, p->metadata + offset);
    uint32_t parts[4];
    for (uint32_t i = 0; i < 4; i++) {
        uint32_t start = p->file_size / 4 * i;
        parts[i] = il_build_hash(p->image + start, p->file_size - start);
    }
    for (uint32_t i = 0; i < 4; i++)
        il_store32(to + i * 4, parts[i]);
    to[7] = (uint8_t)((to[7] & 0x0F) | 0x40);
    to[8] = (uint8_t)((to[8] & 0x3F) | 0x80);
}

static il_status write_all(pe_writer *p, il_error *err) {
    const il_build *build = p->w.build;
    write_headers(p);
    write_cli_header(p);
    if (p->stub)
        write_imports(p);
    write_resources(p);
    write_win32_resources(p);
    if (build->data.size)
        memcpy(p->image + p->sections[DATA].offset, build->data.data, build->data.size);
    il_status status = write_bodies(p, err);
    if (status == IL_OK)
        status = il_metadata_write(&p->w, text_at(p, p->metadata), err);
    if (status == IL_OK)
        write_mvid(p);
    return status;
}

il_status il_build_image(il_build *build, il_text *out, il_error *err) {
    pe_writer p = {.w.build = build};
    if (build->status != IL_OK)
        return il_fail(err, build->status, IL_NO_OFFSET, 0, "the module being built: %s",
                       build->reason);
    il_status status = il_build_sort(build, err);
    if (status == IL_OK)
        status = place_all(&p, err);
    if (status != IL_OK)
        goto done;
    p.image = (uint8_t *)il_text_reserve(out, p.file_size);
    if (!p.image) {
        status = il_fail(err, IL_OUT_OF_MEMORY, IL_NO_OFFSET, 0, "out of memory");
        goto done;
    }
    memset(p.image, 0, p.file_size);
    status = write_all(&p, err);
    if (status == IL_OK)
        out->size += p.file_size;
done:
    mem_free(p.w.body_rvas);
    return status;
}

static bool write_bytes(int fd, const char *bytes, size_t size) {
    while (size > 0) {
        ssize_t written = write(fd, bytes, size);
        if (written < 0 && errno != EINTR)
            return false;
        if (written > 0) {
            bytes += written;
            size -= (size_t)written;
        }
    }
    return true;
}

static il_status write_file(const char *path, const il_text *image, il_error *err) {
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    bool good = fd >= 0 && write_bytes(fd, image->data, image->size);
    int reason = errno;
    if (fd >= 0 && close(fd) != 0 && good) {
        good = false;
        reason = errno;
    }
    return good ? IL_OK
                : il_fail(err, IL_FILE_ERROR, IL_NO_OFFSET, 0, "%s: cannot be written: %s", path,
                          strerror(reason));
}

il_status il_build_write(il_build *build, const char *path, il_error *err) {
    il_text image = {0};
    il_status status = il_build_image(build, &image, err);
    if (status == IL_OK)
        status = write_file(path, &image, err);
    il_text_fini(&image);
    return status;
}
