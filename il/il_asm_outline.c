/* The assembler's first pass: finds the types and the assemblies that are referred to, so that the
 * second can resolve the name of a type wherever it stands. It looks at braces, .class, .namespace
 * and .assembly extern only, and leaves mistakes for the second pass to report. */
#include "il_asm_state.h"

/* ---- Types by name ---- */

static uint32_t hash_type(uint32_t enclosing, const il_asm_name *name) {
    return il_asm_hash(enclosing, name->start, name->size);
}

uint32_t il_asm_find_type(const il_asm *as, uint32_t enclosing, const il_asm_name *name) {
    uint32_t hash = hash_type(enclosing, name), slot = hash, entry;
    while (il_asm_index_find(&as->type_index, hash, &slot, &entry)) {
        const il_asm_type *type = IL_ASM_ITEM(&as->types, il_asm_type, entry);
        if (type->enclosing == enclosing && il_asm_same_name(&type->name, name))
            return IL_TOKEN(IL_TypeDef, entry + 1);
    }
    return 0;
}

static uint32_t build_type(il_asm *as, uint32_t enclosing, const il_asm_name *name) {
    bool dotted = name->dot < name->size;
    const char *simple = name->start + (dotted ? name->dot + 1 : 0);
    size_t size = name->size - (size_t)(simple - name->start);
    const char *string = il_asm_string(as, simple, size);
    uint32_t type = enclosing ? il_build_nested_type(as->build, enclosing, string, 0, 0)
                              : il_build_type(as->build, "", string, 0, 0);
    string = dotted ? il_asm_string(as, name->start, name->dot) : "";
    il_build_set(as->build, IL_TypeDef_Namespace, type, il_build_string(as->build, string));
    return type;
}

uint32_t il_asm_add_type(il_asm *as, uint32_t enclosing, const il_asm_name *name) {
    uint32_t token = il_asm_find_type(as, enclosing, name);
    if (token)
        return token;
    token = build_type(as, enclosing, name);
    il_asm_type *type = token ? IL_ASM_ADD(as, &as->types, il_asm_type) : NULL;
    if (!type) {
        il_asm_no_memory(as);
        return IL_TOKEN(IL_TypeDef, 1);
    }
    type->enclosing = enclosing;
    type->name = *name;
    il_asm_index_add(as, &as->type_index, hash_type(enclosing, name));
    return token;
}

il_asm_name il_asm_qualify(il_asm *as, il_asm_name name) {
    const il_asm_name *space = &as->name_space;
    if (space->size == 0)
        return name;
    il_text *text = &as->scratch;
    text->size = 0;
    il_put_bytes(text, space->start, space->size);
    il_put(text, '.');
    il_put_bytes(text, name.start, name.size);
    uint32_t dot = name.dot < name.size ? space->size + 1 + name.dot : space->size;
    il_blob full = il_asm_keep(as, text->data, text->size);
    return (il_asm_name){(const char *)full.data, (uint32_t)full.size, full.size ? dot : 0};
}

/* ---- Assemblies by name ---- */

uint32_t il_asm_find_assembly(const il_asm *as, const il_asm_name *name) {
    for (uint32_t i = 0; i < as->assemblies.count; i++) {
        if (il_asm_same_text(IL_ASM_ITEM(&as->assemblies, il_asm_name, i), name))
            return IL_TOKEN(IL_AssemblyRef, i + 1);
    }
    return 0;
}

uint32_t il_asm_add_assembly(il_asm *as, const il_asm_name *name, const il_asm_name *alias) {
    uint32_t token = il_build_add(as->build, IL_AssemblyRef, 0);
    il_asm_name *known = IL_ASM_ADD(as, &as->assemblies, il_asm_name);
    if (known)
        *known = *alias;
    il_build_set(as->build, IL_AssemblyRef_Name, token,
                 il_build_string(as->build, il_asm_c_string(as, *name)));
    return token;
}

/* ---- The pass ---- */

static void outline_class(il_asm *as) {
    uint32_t flags = 0, outer = as->type;
    il_asm_next(as);
    if (il_asm_at_text(as, "extern"))
        return;
    while (il_asm_flag(as, IL_ASM_SET_TYPE, &flags))
        continue;
    il_asm_name name = il_asm_dotted(as);
    if (as->panic)
        return;
    bool top = IL_TOKEN_ROW(outer) == 1;
    if (top)
        name = il_asm_qualify(as, name);
    as->type = il_asm_add_type(as, top ? 0 : outer, &name);
}

static void outline_assembly(il_asm *as) {
    il_asm_next(as);
    if (!il_asm_take_text(as, "extern"))
        return;
    il_asm_flags(as, IL_ASM_SET_ASSEMBLY);
    il_asm_name name = il_asm_dotted(as), alias = name;
    if (il_asm_take_text(as, "as"))
        alias = il_asm_dotted(as);
    /* A row for each declaration: braces must follow, or it is part of .class extern. */
    if (!as->panic && il_asm_at(as, '{') && !il_asm_find_assembly(as, &alias))
        il_asm_add_assembly(as, &name, &alias);
}

static void outline_namespace(il_asm *as) {
    il_asm_next(as);
    il_asm_name name = il_asm_dotted(as);
    if (!as->panic)
        as->name_space = il_asm_qualify(as, name);
}

/* Goes to the brace that follows what was read, or stays where it is at the next directive. */
static void skim(il_asm *as) {
    if (as->panic)
        as->panic = as->gave_up;
    il_lex_skim(&as->lex, "acn", &as->t);
}

/* One scope after its brace; ends with the lexeme behind the closing one. */
static void outline_scope(il_asm *as, unsigned depth) {
    enum { DEEPEST = 512 };
    uint32_t outer_type = as->type;
    il_asm_name outer_space = as->name_space;
    while (as->t.kind != IL_LEX_END && !il_asm_at(as, '}') && !as->gave_up) {
        if (il_asm_at(as, '{')) {
            skim(as);
            if (depth < DEEPEST)
                outline_scope(as, depth + 1);
            as->type = outer_type;
            as->name_space = outer_space;
            skim(as);
            continue;
        }
        if (il_asm_at_text(as, ".class"))
            outline_class(as);
        else if (il_asm_at_text(as, ".namespace"))
            outline_namespace(as);
        else if (il_asm_at_text(as, ".assembly"))
            outline_assembly(as);
        if (!il_asm_at(as, '{') && !il_asm_at(as, '}'))
            skim(as);
    }
}

void il_asm_outline(il_asm *as) {
    skim(as);
    while (as->t.kind != IL_LEX_END && !as->gave_up) {
        outline_scope(as, 0);
        if (il_asm_at(as, '}'))
            skim(as);
    }
}
