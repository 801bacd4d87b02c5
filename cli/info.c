/* claret info IN: what an assembly's headers and table stream say; with --icalls, which of the
 * internal calls it declares the runtime has. */
#include <stdio.h>
#include <string.h>

#include "claret.h"
#include "cli.h"
#include "runtime/bcl/bcl_list.h"

static const char *machine_name(uint16_t machine) {
    switch (machine) {
    case 0x14C: return "i386";
    case 0x8664: return "x86-64";
    case 0x1C4: return "ARM";
    case 0xAA64: return "ARM64";
    case 0x200: return "IA-64";
    default: return "unknown machine";
    }
}

static const char *subsystem_name(uint16_t subsystem) {
    return subsystem == 2 ? "GUI" : subsystem == 3 ? "console" : "other subsystem";
}

typedef struct flag_name {
    uint32_t flag;
    const char *name;
} flag_name;

static void print_cli_flags(uint32_t flags) {
    static const flag_name NAMES[] = {
        {0x1, "IL only"},
        {0x2, "32 bit required"},
        {0x8, "strong-named"},
        {0x10, "native entry point"},
        {0x10000, "track debug data"},
        {0x20000, "32 bit preferred"},
    };
    const char *separator = "";
    printf("0x%x (", flags);
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++) {
        if (flags & NAMES[i].flag) {
            printf("%s%s", separator, NAMES[i].name);
            separator = ", ";
        }
    }
    printf(")\n");
}

static void print_bytes(il_blob blob) {
    for (size_t i = 0; i < blob.size; i++)
        printf("%02x", blob.data[i]);
}

/* As the usual text form has it: the first three parts are little-endian in the file. */
static void print_guid(const uint8_t *guid) {
    static const uint8_t ORDER[] = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};
    for (int i = 0; guid && i < 16; i++)
        printf("%s%02X", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "", guid[ORDER[i]]);
}

static void print_headers(const il_module *m) {
    const il_headers *h = il_module_headers(m);
    il_blob image = il_module_image(m);
    printf("File         %s (%zu bytes)\n", il_module_path(m), image.size);
    if (!h->pe) {
        printf("Format       bare metadata\n");
    } else {
        printf("Format       %s %s, %s, %s\n", h->pe32_plus ? "PE32+" : "PE32",
               h->dll ? "DLL" : "EXE", machine_name(h->machine), subsystem_name(h->subsystem));
        printf("Image        base 0x%llx, 0x%x bytes in memory\n",
               (unsigned long long)h->image_base, h->size_of_image);
        printf("CLI header   %u.%u, flags ", h->cli_major, h->cli_minor);
        print_cli_flags(h->cli_flags);
    }
    printf("Metadata     %s, %zu bytes, %s %u.%u\n", h->version, h->metadata.size,
           h->uncompressed ? "#-" : "#~", h->tables_version >> 8, h->tables_version & 0xFF);
}

static void print_identity(const il_module *m) {
    if (il_rows(m, IL_Assembly))
        printf("Assembly     %s, Version=%u.%u.%u.%u\n", il_name(m, IL_Assembly_Name, 1),
               il_cell(m, IL_Assembly_MajorVersion, 1), il_cell(m, IL_Assembly_MinorVersion, 1),
               il_cell(m, IL_Assembly_BuildNumber, 1), il_cell(m, IL_Assembly_RevisionNumber, 1));
    if (il_rows(m, IL_Module)) {
        printf("Module       %s {", il_name(m, IL_Module_Name, 1));
        print_guid(il_guid(m, il_cell(m, IL_Module_Mvid, 1)));
        printf("}\n");
    }
}

static void print_entry_point(const il_module *m) {
    uint32_t token = il_module_entry_point(m), row = IL_TOKEN_ROW(token);
    if (!token)
        return;
    printf("Entry point  %08x", token);
    if (il_module_headers(m)->cli_flags & 0x10) {
        printf(" (native RVA)");
    } else if (IL_TOKEN_TABLE(token) == IL_MethodDef) {
        uint32_t owner = il_method_owner(m, row);
        const char *name_space = il_name(m, IL_TypeDef_Namespace, owner);
        printf(" %s%s%s::%s", name_space, *name_space ? "." : "",
               il_name(m, IL_TypeDef_Name, owner), il_name(m, IL_MethodDef_Name, row));
    } else if (IL_TOKEN_TABLE(token) == IL_File) {
        printf(" in %s", il_name(m, IL_File_Name, row));
    }
    printf("\n");
}

static void print_references(const il_module *m) {
    for (uint32_t row = 1; row <= il_rows(m, IL_AssemblyRef); row++) {
        il_blob key = il_blob_cell(m, IL_AssemblyRef_PublicKeyOrToken, row);
        printf("%s%s, Version=%u.%u.%u.%u", row == 1 ? "References   " : "             ",
               il_name(m, IL_AssemblyRef_Name, row), il_cell(m, IL_AssemblyRef_MajorVersion, row),
               il_cell(m, IL_AssemblyRef_MinorVersion, row),
               il_cell(m, IL_AssemblyRef_BuildNumber, row),
               il_cell(m, IL_AssemblyRef_RevisionNumber, row));
        if (key.size) {
            printf(il_cell(m, IL_AssemblyRef_Flags, row) & 1 ? ", PublicKey="
                                                             : ", PublicKeyToken=");
            print_bytes(key);
        }
        printf("\n");
    }
}

static void print_sections(const il_module *m) {
    for (uint32_t i = 0; i < il_module_headers(m)->section_count; i++) {
        il_section s;
        il_module_section(m, i, &s);
        printf("%s%-8s RVA 0x%x, 0x%x bytes; file 0x%x, 0x%x bytes\n",
               i == 0 ? "Sections     " : "             ", s.name, s.rva, s.virtual_size,
               s.file_offset, s.file_size);
    }
}

static void print_tables(const il_module *m) {
    static const char *const HEAPS[IL_HEAP_COUNT] = {"#Strings", "#US", "#GUID", "#Blob"};
    for (int heap = 0; heap < IL_HEAP_COUNT; heap++)
        printf("%s%-8s %zu bytes\n", heap == 0 ? "Heaps        " : "             ", HEAPS[heap],
               il_heap_of(m, (il_heap)heap).size);
    const char *title = "Tables       ";
    for (int table = 0; table < IL_TABLE_COUNT; table++) {
        uint32_t rows = il_rows(m, (il_table)table);
        if (rows)
            printf("%s%02X %-22s %7u\n", title, table, il_table_name((il_table)table), rows);
        title = rows ? "             " : title;
    }
}

/* ---- Internal calls ---- */

struct tally {
    unsigned present, missing;
};

static void print_internal_call(void *self, const char *name, bool present) {
    struct tally *tally = self;
    printf("%s  %s\n", present ? "present" : "missing", name);
    ++*(present ? &tally->present : &tally->missing);
}

static int list_internal_calls(const char *path) {
    struct tally tally = {0, 0};
    claret_config config = {.mode = CLARET_INTERPRET};
    claret_error error;
    il_error err;
    claret_runtime *runtime = claret_create(&config, &error);
    if (!runtime)
        return cli_fail("%s", error.text);
    il_status status = bcl_list(runtime, path, print_internal_call, &tally, &err);
    claret_destroy(runtime);
    if (status != IL_OK)
        return cli_fail_il(&err);
    printf("%u internal calls, %u present, %u missing\n", tally.present + tally.missing,
           tally.present, tally.missing);
    return cli_flush();
}

int cli_info(int argc, char **argv) {
    il_module *module;
    il_error err;
    if (argc == 3 && strcmp(argv[1], "--icalls") == 0)
        return list_internal_calls(argv[2]);
    if (argc != 2 || argv[1][0] == '-')
        return cli_usage(argv[0]);
    if (il_module_open(argv[1], &module, &err) != IL_OK)
        return cli_fail_il(&err);
    print_headers(module);
    print_identity(module);
    print_entry_point(module);
    print_references(module);
    print_sections(module);
    print_tables(module);
    il_module_close(module);
    return cli_flush();
}
