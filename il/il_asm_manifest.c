/* The assembler's manifest (II.6): assembly, references, files, exported types, resources, and what
 * the headers of the file say; and the declarations that may stand anywhere. */
#include "il_asm_state.h"

/* ---- Common ---- */

/* Debugging lines are read over: ".line 5:1 'file'", ".language 'x', 'y'". */
static void skip_debug(il_asm *as) {
    while (il_asm_at(as, IL_LEX_INT) || il_asm_at(as, ',') || il_asm_at(as, ':') ||
           il_asm_at(as, IL_LEX_QUOTED) || il_asm_at(as, IL_LEX_STRING))
        il_asm_next(as);
}

static void skip_type_list(il_asm *as) {
    il_asm_expect(as, '{');
    while (!il_asm_ends(as, '}'))
        il_asm_type_token(as);
    il_asm_expect(as, '}');
}

bool il_asm_common(il_asm *as) {
    if (il_asm_take_text(as, ".custom"))
        il_asm_custom(as);
    else if (il_asm_take_text(as, ".line") || il_asm_take_text(as, ".language"))
        skip_debug(as);
    else if (il_asm_take_text(as, ".data"))
        il_asm_data(as);
    else if (il_asm_at_text(as, ".export") || il_asm_at_text(as, ".vtentry") ||
             il_asm_at_text(as, ".vtfixup"))
        il_asm_fail(as, "exports to native code are not supported");
    else
        return false;
    return true;
}

/* ---- Parts of assemblies and references ---- */

static uint32_t read_blob(il_asm *as) {
    il_text bytes = {0};
    il_asm_expect(as, '=');
    il_asm_bytes(as, &bytes);
    if (bytes.out_of_memory)
        il_asm_no_memory(as);
    uint32_t blob = as->panic ? 0 : il_build_blob(as->build, il_text_blob(&bytes));
    il_text_fini(&bytes);
    return blob;
}

/* A string of UTF-8, bytes of UTF-16 (as some write it), in the string heap. */
static uint32_t read_culture(il_asm *as) {
    as->scratch.size = 0;
    if (il_asm_take(as, '=')) {
        il_text bytes = {0};
        il_asm_bytes(as, &bytes);
        for (size_t i = 0; i + 1 < bytes.size && bytes.data[i]; i += 2)
            il_put(&as->scratch, bytes.data[i]);
        il_text_fini(&bytes);
    } else {
        il_asm_quoted(as, &as->scratch);
    }
    return il_build_string(as->build, il_asm_string(as, as->scratch.data, as->scratch.size));
}

static void read_version(il_asm *as, il_column major, uint32_t row) {
    for (unsigned i = 0; i < 4; i++) {
        if (i)
            il_asm_expect(as, ':');
        uint32_t part = (uint32_t)il_asm_int_in(as, 0, UINT16_MAX);
        il_build_set(as->build, (il_column)(major + i), row, part);
    }
}

/* ---- The assembly ---- */

static void assembly_declaration(il_asm *as) {
    enum { HAS_KEY = 1 };
    uint32_t row = as->assembly;
    if (il_asm_take_text(as, ".ver")) {
        read_version(as, IL_Assembly_MajorVersion, row);
    } else if (il_asm_take_text(as, ".hash")) {
        il_asm_expect_text(as, "algorithm");
        il_build_set(as->build, IL_Assembly_HashAlgId, row,
                     (uint32_t)il_asm_int_in(as, 0, UINT32_MAX));
    } else if (il_asm_take_text(as, ".publickey")) {
        il_build_set(as->build, IL_Assembly_PublicKey, row, read_blob(as));
        il_asm_set_flag(as, IL_Assembly_Flags, row, HAS_KEY);
    } else if (il_asm_take_text(as, ".culture") || il_asm_take_text(as, ".locale")) {
        il_build_set(as->build, IL_Assembly_Culture, row, read_culture(as));
    } else if (il_asm_take_text(as, ".permissionset")) {
        il_asm_permission_set(as, row);
    } else if (il_asm_take_text(as, ".permission")) {
        il_asm_permission(as, row);
    } else if (!il_asm_common(as)) {
        il_asm_expected(as, "a part of the assembly or }");
    }
}

/* Braces, with what they hold about a row; attributes in them are the row's. */
static void read_parts(il_asm *as, uint32_t owner, void (*declaration)(il_asm *as)) {
    uint32_t outer = as->custom_owner;
    il_asm_expect(as, '{');
    if (!as->panic) {
        as->custom_owner = owner;
        il_asm_declarations(as, declaration);
        il_asm_expect(as, '}');
    }
    as->custom_owner = outer;
}

static void read_assembly(il_asm *as) {
    uint32_t flags = il_asm_flags(as, IL_ASM_SET_ASSEMBLY);
    il_asm_place place = il_asm_here(as);
    il_asm_name name = il_asm_dotted(as);
    if (as->panic)
        return;
    if (as->assembly && !il_asm_is_own_assembly(as, &name)) {
        il_asm_fail_at(as, place, "a second assembly in one module");
    } else if (!as->assembly) {
        as->assembly =
            il_build_assembly(as->build, il_asm_c_string(as, name), (const uint16_t[4]){0});
        il_build_set(as->build, IL_Assembly_Flags, as->assembly, flags);
    }
    read_parts(as, as->assembly, assembly_declaration);
}

static void assembly_ref_declaration(il_asm *as) {
    enum { FULL_KEY = 1 };
    uint32_t row = as->custom_owner;
    if (il_asm_take_text(as, ".ver")) {
        read_version(as, IL_AssemblyRef_MajorVersion, row);
    } else if (il_asm_take_text(as, ".hash")) {
        il_build_set(as->build, IL_AssemblyRef_HashValue, row, read_blob(as));
    } else if (il_asm_at_text(as, ".publickey") || il_asm_at_text(as, ".publickeytoken")) {
        if (il_asm_at_text(as, ".publickey"))
            il_asm_set_flag(as, IL_AssemblyRef_Flags, row, FULL_KEY);
        il_asm_next(as);
        il_build_set(as->build, IL_AssemblyRef_PublicKeyOrToken, row, read_blob(as));
    } else if (il_asm_take_text(as, ".culture") || il_asm_take_text(as, ".locale")) {
        il_build_set(as->build, IL_AssemblyRef_Culture, row, read_culture(as));
    } else if (!il_asm_take_text(as, "auto") && !il_asm_common(as)) {
        il_asm_expected(as, "a part of the reference or }");
    }
}

static void read_assembly_ref(il_asm *as) {
    uint32_t flags = il_asm_flags(as, IL_ASM_SET_ASSEMBLY);
    il_asm_name name = il_asm_dotted(as), alias = name;
    if (il_asm_take_text(as, "as"))
        alias = il_asm_dotted(as);
    if (as->panic)
        return;
    uint32_t row = il_asm_find_assembly(as, &alias);
    if (!row)
        row = il_asm_add_assembly(as, &name, &alias);
    il_build_set(as->build, IL_AssemblyRef_Flags, row, flags);
    read_parts(as, row, assembly_ref_declaration);
}

/* ---- Module and files ---- */

static void read_module(il_asm *as) {
    if (il_asm_take_text(as, "extern")) {
        il_asm_name name = il_asm_dotted(as);
        if (!as->panic)
            as->custom_owner = il_build_module_ref(as->build, il_asm_c_string(as, name));
        return;
    }
    as->custom_owner = IL_TOKEN(IL_Module, 1);
    if (!il_asm_at_id(as))
        return;
    il_asm_name name = il_asm_dotted(as);
    il_build_set(as->build, IL_Module_Name, 1,
                 il_build_string(as->build, il_asm_c_string(as, name)));
}

static uint32_t find_file(const il_asm *as, const char *name) {
    for (uint32_t row = il_build_rows(as->build, IL_File); row > 0; row--) {
        const char *known =
            il_build_get_string(as->build, il_build_get(as->build, IL_File_Name, row));
        if (strcmp(known, name) == 0)
            return IL_TOKEN(IL_File, row);
    }
    return 0;
}

/* The name of a file that was declared, or is declared herewith. */
static uint32_t read_file_name(il_asm *as) {
    il_asm_name name = il_asm_dotted(as);
    if (as->panic)
        return 0;
    uint32_t row = find_file(as, il_asm_c_string(as, name));
    if (row)
        return row;
    row = il_build_add(as->build, IL_File, 0);
    il_build_set(as->build, IL_File_Name, row,
                 il_build_string(as->build, il_asm_c_string(as, name)));
    return row;
}

static void read_file(il_asm *as) {
    if (il_asm_take_text(as, "alignment")) {
        il_build_output(as->build)->file_alignment = (uint32_t)il_asm_int_in(as, 0x200, 0x10000);
        return;
    }
    uint32_t flags = il_asm_flags(as, IL_ASM_SET_FILE);
    uint32_t row = as->custom_owner = read_file_name(as);
    il_build_set(as->build, IL_File_Flags, row, flags);
    for (;;) {
        if (il_asm_take_text(as, ".entrypoint"))
            il_build_output(as->build)->entry_point = row;
        else if (il_asm_take_text(as, ".hash"))
            il_build_set(as->build, IL_File_HashValue, row, read_blob(as));
        else
            break;
    }
}

/* ---- Exported types (II.6.7) ---- */

/* "Outer/Inner": the row of the last, looked for among those that have outer as implementation. */
static uint32_t find_exported(il_asm *as, uint32_t outer, il_asm_name name) {
    bool dotted = name.dot < name.size;
    const char *simple = name.start + (dotted ? name.dot + 1 : 0);
    uint32_t string = il_build_string(
        as->build, il_asm_string(as, simple, name.size - (size_t)(simple - name.start)));
    uint32_t space =
        dotted ? il_build_string(as->build, il_asm_string(as, name.start, name.dot)) : 0;
    for (uint32_t row = il_build_rows(as->build, IL_ExportedType); row > 0; row--) {
        uint32_t from = il_build_get(as->build, IL_ExportedType_Implementation, row);
        if (il_build_get(as->build, IL_ExportedType_Name, row) == string &&
            il_build_get(as->build, IL_ExportedType_Namespace, row) == space &&
            (!outer || from == outer))
            return IL_TOKEN(IL_ExportedType, row);
    }
    return 0;
}

static void exported_declaration(il_asm *as) {
    uint32_t row = as->custom_owner, from = 0;
    il_asm_place place = il_asm_here(as);
    if (il_asm_take_text(as, ".assembly")) {
        il_asm_expect_text(as, "extern");
        il_asm_name name = il_asm_dotted(as);
        from = il_asm_find_assembly(as, &name);
        if (!from)
            il_asm_fail_at(as, place, "no \".assembly extern %.*s\"", (int)name.size, name.start);
    } else if (il_asm_take_text(as, ".file")) {
        from = read_file_name(as);
    } else if (il_asm_take_text(as, ".class")) {
        if (il_asm_at(as, IL_LEX_INT)) {
            il_build_set(as->build, IL_ExportedType_TypeDefId, row,
                         (uint32_t)il_asm_int_in(as, 0, UINT32_MAX));
            return;
        }
        il_asm_expect_text(as, "extern");
        do {
            from = find_exported(as, from, il_asm_dotted(as));
        } while (il_asm_take(as, '/'));
        if (!from)
            il_asm_fail_at(as, place, "no such .class extern");
    } else if (!il_asm_common(as)) {
        il_asm_expected(as, "a part of the exported type or }");
    }
    if (from && !as->panic)
        il_build_set(as->build, IL_ExportedType_Implementation, row, from);
}

void il_asm_class_extern(il_asm *as) {
    uint32_t flags = il_asm_flags(as, IL_ASM_SET_EXPORTED);
    il_asm_name name = il_asm_dotted(as);
    if (as->panic)
        return;
    bool dotted = name.dot < name.size;
    const char *simple = name.start + (dotted ? name.dot + 1 : 0);
    uint32_t row = il_build_add(as->build, IL_ExportedType, 0);
    il_build_set(as->build, IL_ExportedType_Flags, row, flags);
    il_build_set(
        as->build, IL_ExportedType_Name, row,
        il_build_string(as->build,
                        il_asm_string(as, simple, name.size - (size_t)(simple - name.start))));
    if (dotted)
        il_build_set(as->build, IL_ExportedType_Namespace, row,
                     il_build_string(as->build, il_asm_string(as, name.start, name.dot)));
    read_parts(as, row, exported_declaration);
}

/* ---- Resources (II.6.2.2) ---- */

static void resource_declaration(il_asm *as) {
    uint32_t row = as->custom_owner;
    il_asm_place place = il_asm_here(as);
    if (il_asm_take_text(as, ".assembly")) {
        il_asm_expect_text(as, "extern");
        il_asm_name name = il_asm_dotted(as);
        uint32_t from = il_asm_find_assembly(as, &name);
        if (!from)
            il_asm_fail_at(as, place, "no \".assembly extern %.*s\"", (int)name.size, name.start);
        il_build_set(as->build, IL_ManifestResource_Implementation, row, from);
    } else if (il_asm_take_text(as, ".file")) {
        il_build_set(as->build, IL_ManifestResource_Implementation, row, read_file_name(as));
        if (il_asm_take_text(as, "at"))
            il_build_set(as->build, IL_ManifestResource_Offset, row,
                         (uint32_t)il_asm_int_in(as, 0, UINT32_MAX));
    } else if (!il_asm_common(as)) {
        il_asm_expected(as, "a part of the resource or }");
    }
}

/* Whether the braces say that the resource lies elsewhere. */
static bool is_elsewhere(il_asm *as) {
    il_lex lex = as->lex;
    il_lexeme t;
    do {
        il_lex_next(&lex, &t);
        if (t.kind == IL_LEX_DIRECTIVE && (il_lex_is(&t, ".file") || il_lex_is(&t, ".assembly")))
            return true;
    } while (t.kind != (il_lex_kind)'}' && t.kind != IL_LEX_END && t.kind != IL_LEX_BAD);
    return false;
}

static uint32_t add_embedded(il_asm *as, const char *name, const char *file, uint32_t flags,
                             il_asm_place place) {
    il_text bytes = {0};
    uint32_t row = 0;
    if (!as->options->read_resource ||
        !as->options->read_resource(as->options->context, as->source, file, &bytes))
        il_asm_fail_at(as, place, "there is no file %s with this resource", file);
    else if (bytes.out_of_memory)
        il_asm_no_memory(as);
    else
        row = il_build_resource(as->build, name, flags, bytes.data, bytes.size);
    il_text_fini(&bytes);
    return row;
}

static void read_resource(il_asm *as) {
    uint32_t flags = il_asm_flags(as, IL_ASM_SET_RESOURCE), row;
    il_asm_place place = il_asm_here(as);
    il_asm_name name = il_asm_dotted(as), file = name;
    if (il_asm_take_text(as, "as"))
        file = il_asm_dotted(as);
    if (as->panic)
        return;
    if (is_elsewhere(as)) {
        row = il_build_add(as->build, IL_ManifestResource, 0);
        il_build_set(as->build, IL_ManifestResource_Flags, row, flags);
        il_build_set(as->build, IL_ManifestResource_Name, row,
                     il_build_string(as->build, il_asm_c_string(as, name)));
    } else {
        const char *kept = il_asm_keep_string(as, name.start, name.size);
        row = add_embedded(as, kept, il_asm_keep_string(as, file.start, file.size), flags, place);
    }
    read_parts(as, row, resource_declaration);
}

/* ---- Headers ---- */

static bool read_header(il_asm *as) {
    il_output *output = il_build_output(as->build);
    if (il_asm_take_text(as, ".imagebase"))
        output->image_base = (uint64_t)il_asm_int(as);
    else if (il_asm_take_text(as, ".stackreserve"))
        output->stack_reserve = (uint64_t)il_asm_int(as);
    else if (il_asm_take_text(as, ".subsystem"))
        output->subsystem = (uint16_t)il_asm_int_in(as, 0, UINT16_MAX);
    else if (il_asm_take_text(as, ".corflags"))
        output->cli_flags = (uint32_t)il_asm_int_in(as, 0, UINT32_MAX);
    else if (il_asm_take_text(as, ".typelist"))
        skip_type_list(as);
    else if (!il_asm_take_text(as, ".mscorlib"))
        return false;
    return true;
}

bool il_asm_manifest(il_asm *as) {
    if (il_asm_take_text(as, ".assembly")) {
        if (il_asm_take_text(as, "extern"))
            read_assembly_ref(as);
        else
            read_assembly(as);
    } else if (il_asm_take_text(as, ".module")) {
        read_module(as);
    } else if (il_asm_take_text(as, ".file")) {
        read_file(as);
    } else if (il_asm_take_text(as, ".mresource")) {
        read_resource(as);
    } else {
        return read_header(as);
    }
    return true;
}
