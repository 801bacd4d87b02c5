/* One function per kind of row: what the columns are called, in the order of II.22. */
#include "il_build_state.h"

/* Adds a row and fills its columns from the first on. */
#define ADD(build, table, owner, ...)                                                              \
    add(build, table, owner, (const uint32_t[]){__VA_ARGS__},                                      \
        sizeof((const uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t))

static uint32_t add(il_build *build, il_table table, uint32_t owner, const uint32_t *cells,
                    size_t count) {
    uint32_t token = il_build_add(build, table, owner);
    if (token)
        memcpy(il_build_row(&build->tables[table], IL_TOKEN_ROW(token)), cells,
               count * sizeof *cells);
    return token;
}

#define UNIQUE(build, table, ...) il_build_unique(build, table, (const uint32_t[]){__VA_ARGS__})

/* ---- References ---- */

uint32_t il_build_assembly_ref(il_build *build, const char *name, const uint16_t version[4],
                               il_blob public_key_token) {
    uint32_t key = il_build_blob(build, public_key_token);
    return UNIQUE(build, IL_AssemblyRef, version[0], version[1], version[2], version[3], 0, key,
                  il_build_string(build, name), 0, 0);
}

uint32_t il_build_module_ref(il_build *build, const char *name) {
    return UNIQUE(build, IL_ModuleRef, il_build_string(build, name));
}

uint32_t il_build_type_ref(il_build *build, uint32_t scope, const char *name_space,
                           const char *name) {
    uint32_t simple = il_build_string(build, name);
    return UNIQUE(build, IL_TypeRef, scope, simple, il_build_string(build, name_space));
}

uint32_t il_build_type_spec(il_build *build, il_blob signature) {
    return UNIQUE(build, IL_TypeSpec, il_build_blob(build, signature));
}

uint32_t il_build_member_ref(il_build *build, uint32_t parent, const char *name,
                             il_blob signature) {
    uint32_t string = il_build_string(build, name);
    return UNIQUE(build, IL_MemberRef, parent, string, il_build_blob(build, signature));
}

uint32_t il_build_method_spec(il_build *build, uint32_t method, il_blob instantiation) {
    return UNIQUE(build, IL_MethodSpec, method, il_build_blob(build, instantiation));
}

uint32_t il_build_standalone_sig(il_build *build, il_blob signature) {
    return UNIQUE(build, IL_StandAloneSig, il_build_blob(build, signature));
}

/* ---- Definitions ---- */

uint32_t il_build_assembly(il_build *build, const char *name, const uint16_t version[4]) {
    enum { SHA1 = 0x8004 };
    return ADD(build, IL_Assembly, 0, SHA1, version[0], version[1], version[2], version[3], 0, 0,
               il_build_string(build, name), 0);
}

uint32_t il_build_type(il_build *build, const char *name_space, const char *name, uint32_t flags,
                       uint32_t extends) {
    uint32_t simple = il_build_string(build, name), space = il_build_string(build, name_space);
    return ADD(build, IL_TypeDef, 0, flags, simple, space, extends);
}

uint32_t il_build_nested_type(il_build *build, uint32_t enclosing, const char *name, uint32_t flags,
                              uint32_t extends) {
    uint32_t type = il_build_type(build, "", name, flags, extends);
    ADD(build, IL_NestedClass, 0, type, enclosing);
    return type;
}

uint32_t il_build_field(il_build *build, uint32_t type, const char *name, uint16_t flags,
                        il_blob signature) {
    uint32_t string = il_build_string(build, name);
    return ADD(build, IL_Field, type, flags, string, il_build_blob(build, signature));
}

uint32_t il_build_method(il_build *build, uint32_t type, const char *name, uint16_t flags,
                         uint16_t impl_flags, il_blob signature) {
    uint32_t string = il_build_string(build, name);
    return ADD(build, IL_MethodDef, type, 0, impl_flags, flags, string,
               il_build_blob(build, signature));
}

uint32_t il_build_param(il_build *build, uint32_t method, uint16_t sequence, const char *name,
                        uint16_t flags) {
    return ADD(build, IL_Param, method, flags, sequence, il_build_string(build, name));
}

/* The row of PropertyMap or EventMap for a type, added when there is none. The last is the
 * likeliest. */
static uint32_t map_row(il_build *build, il_table map, uint32_t type) {
    const il_build_table *table = &build->tables[map];
    for (uint32_t row = table->rows; row > 0; row--) {
        if (il_build_row(table, row)[0] == type)
            return IL_TOKEN(map, row);
    }
    return ADD(build, map, 0, type);
}

uint32_t il_build_property(il_build *build, uint32_t type, const char *name, uint16_t flags,
                           il_blob signature) {
    uint32_t map = map_row(build, IL_PropertyMap, type), string = il_build_string(build, name);
    return ADD(build, IL_Property, map, flags, string, il_build_blob(build, signature));
}

uint32_t il_build_event(il_build *build, uint32_t type, const char *name, uint16_t flags,
                        uint32_t event_type) {
    uint32_t map = map_row(build, IL_EventMap, type);
    return ADD(build, IL_Event, map, flags, il_build_string(build, name), event_type);
}

void il_build_semantics(il_build *build, uint32_t property_or_event, uint16_t semantics,
                        uint32_t method) {
    ADD(build, IL_MethodSemantics, 0, semantics, method, property_or_event);
}

void il_build_interface_impl(il_build *build, uint32_t type, uint32_t interface_type) {
    ADD(build, IL_InterfaceImpl, 0, type, interface_type);
}

void il_build_method_impl(il_build *build, uint32_t type, uint32_t body, uint32_t declaration) {
    ADD(build, IL_MethodImpl, 0, type, body, declaration);
}

uint32_t il_build_generic_param(il_build *build, uint32_t owner, uint16_t number, uint16_t flags,
                                const char *name) {
    return ADD(build, IL_GenericParam, 0, number, flags, owner, il_build_string(build, name));
}

void il_build_constraint(il_build *build, uint32_t generic_param, uint32_t type) {
    ADD(build, IL_GenericParamConstraint, 0, generic_param, type);
}

void il_build_constant(il_build *build, uint32_t parent, il_element element, il_blob value) {
    ADD(build, IL_Constant, 0, (uint32_t)element, parent, il_build_blob(build, value));
}

void il_build_custom_attribute(il_build *build, uint32_t parent, uint32_t constructor,
                               il_blob value) {
    ADD(build, IL_CustomAttribute, 0, parent, constructor, il_build_blob(build, value));
}

void il_build_class_layout(il_build *build, uint32_t type, uint16_t packing, uint32_t size) {
    ADD(build, IL_ClassLayout, 0, packing, size, type);
}

void il_build_field_layout(il_build *build, uint32_t field, uint32_t offset) {
    ADD(build, IL_FieldLayout, 0, offset, field);
}

void il_build_field_marshal(il_build *build, uint32_t field_or_param, il_blob descriptor) {
    ADD(build, IL_FieldMarshal, 0, field_or_param, il_build_blob(build, descriptor));
}

void il_build_decl_security(il_build *build, uint32_t parent, uint16_t action, il_blob set) {
    ADD(build, IL_DeclSecurity, 0, action, parent, il_build_blob(build, set));
}

void il_build_impl_map(il_build *build, uint32_t method, uint16_t flags, const char *import_name,
                       uint32_t module_ref) {
    ADD(build, IL_ImplMap, 0, flags, method, il_build_string(build, import_name), module_ref);
}

void il_build_field_rva(il_build *build, uint32_t field, uint32_t place) {
    ADD(build, IL_FieldRVA, 0, place, field);
}
