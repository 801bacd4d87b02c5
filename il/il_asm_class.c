/* The assembler's types (II.10) with their fields (II.16), properties (II.17) and events (II.18).
 */
#include "il_asm_state.h"

enum {
    TYPE_VISIBILITY = 0x7,
    TYPE_INTERFACE = 0x20,
    TYPE_ABSTRACT = 0x80,
    TYPE_SEALED = 0x100,
    TYPE_HAS_SECURITY = 0x40000,
    FIRST_NESTED_VISIBILITY = 2
};

uint32_t il_asm_find_row(const il_asm *as, il_table table, il_column a, uint32_t value_a,
                         il_column b, uint32_t value_b) {
    for (uint32_t row = il_build_rows(as->build, table); row > 0; row--) {
        if (il_build_get(as->build, a, row) == value_a &&
            il_build_get(as->build, b, row) == value_b)
            return IL_TOKEN(table, row);
    }
    return 0;
}

/* ---- Generic parameters (II.10.1.7) ---- */

/* The names, so that constraints can speak of parameters that follow: each is the last lexeme
 * before a comma or the end of the list. */
void il_asm_list_generics(il_asm *as, il_asm_list *params) {
    il_asm_mark start = il_asm_mark_here(as);
    unsigned depth = 0;
    params->count = 0;
    while (as->t.kind != IL_LEX_END && !as->panic) {
        if (depth == 0 && il_asm_at_id(as)) {
            il_asm_name name = il_asm_id(as);
            if (!il_asm_at(as, ',') && !il_asm_at(as, '>'))
                continue;
            il_asm_generic *param = IL_ASM_ADD(as, params, il_asm_generic);
            if (param)
                param->name = name;
            if (il_asm_at(as, '>'))
                break;
        }
        depth += il_asm_at(as, '(') - (unsigned)il_asm_at(as, ')');
        il_asm_next(as);
    }
    il_asm_return_to(as, &start);
}

static void read_constraints(il_asm *as, uint32_t param) {
    while (!il_asm_ends(as, ')')) {
        uint32_t type = il_asm_type_token(as);
        if (param && !as->panic)
            il_build_constraint(as->build, param, type);
        if (!il_asm_at(as, ')'))
            il_asm_expect(as, ',');
    }
    il_asm_expect(as, ')');
}

void il_asm_generics(il_asm *as, il_asm_list *params, uint32_t owner) {
    il_asm_list_generics(as, params);
    for (uint32_t i = 0; i < params->count && !as->panic; i++) {
        il_asm_generic *param = IL_ASM_ITEM(params, il_asm_generic, i);
        uint32_t flags = il_asm_flags(as, IL_ASM_SET_GENERIC);
        if (owner)
            param->token = il_build_generic_param(as->build, owner, (uint16_t)i, (uint16_t)flags,
                                                  il_asm_c_string(as, param->name));
        if (il_asm_take(as, '('))
            read_constraints(as, param->token);
        il_asm_id(as);
        if (i + 1 < params->count)
            il_asm_expect(as, ',');
    }
    il_asm_expect(as, '>');
}

/* "T" or "[1]" */
static uint32_t read_generic_param(il_asm *as, const il_asm_list *params) {
    if (il_asm_take(as, '[')) {
        uint32_t number = (uint32_t)il_asm_int_in(as, 1, params->count);
        il_asm_expect(as, ']');
        return as->panic ? 0 : IL_ASM_ITEM(params, il_asm_generic, number - 1)->token;
    }
    il_asm_place place = il_asm_here(as);
    il_asm_name name = il_asm_id(as);
    for (uint32_t i = 0; i < params->count; i++) {
        const il_asm_generic *param = IL_ASM_ITEM(params, il_asm_generic, i);
        if (il_asm_same_text(&param->name, &name))
            return param->token;
    }
    if (!as->panic)
        il_asm_fail_at(as, place, "no type parameter %.*s here", (int)name.size, name.start);
    return 0;
}

void il_asm_generic_param(il_asm *as, const il_asm_list *params) {
    bool constraint = il_asm_take_text(as, "constraint");
    if (!constraint)
        il_asm_expect_text(as, "type");
    as->custom_owner = read_generic_param(as, params);
    if (!constraint)
        return;
    il_asm_expect(as, ',');
    il_asm_place place = il_asm_here(as);
    uint32_t type = il_asm_type_token(as);
    if (as->panic)
        return;
    as->custom_owner =
        il_asm_find_row(as, IL_GenericParamConstraint, IL_GenericParamConstraint_Owner,
                        as->custom_owner, IL_GenericParamConstraint_Constraint, type);
    if (!as->custom_owner)
        il_asm_fail_at(as, place, "the parameter has no such constraint");
}

/* ---- Fields ---- */

/* "= value" and "at label" behind a field's name, in any order. */
static void read_field_value(il_asm *as, uint32_t field) {
    enum { HAS_RVA = 0x100, HAS_DEFAULT = 0x8000 };
    uint32_t flags = il_build_get(as->build, IL_Field_Flags, field);
    for (;;) {
        if (il_asm_take(as, '=')) {
            il_asm_constant(as, field);
            flags |= HAS_DEFAULT;
        } else if (il_asm_take_text(as, "at")) {
            il_asm_at_data *use = IL_ASM_ADD(as, &as->at_data, il_asm_at_data);
            il_asm_place where = il_asm_here(as);
            il_asm_name label = il_asm_id(as);
            if (use)
                *use = (il_asm_at_data){label, field, where};
            flags |= HAS_RVA;
        } else {
            break;
        }
    }
    il_build_set(as->build, IL_Field_Flags, field, flags);
}

void il_asm_field(il_asm *as) {
    enum { HAS_MARSHAL = 0x1000 };
    il_text sig = {0}, marshal = {0};
    uint32_t flags = 0;
    int64_t offset = -1;
    if (il_asm_take(as, '[')) {
        offset = il_asm_int_in(as, 0, UINT32_MAX);
        il_asm_expect(as, ']');
    }
    for (;;) {
        if (il_asm_take_text(as, "marshal"))
            il_asm_marshal(as, &marshal);
        else if (!il_asm_flag(as, IL_ASM_SET_FIELD, &flags))
            break;
    }
    il_put_u8(&sig, IL_SIG_FIELD);
    il_asm_type_sig(as, &sig);
    il_asm_place place = il_asm_here(as);
    il_asm_name name = il_asm_member(as);
    if (!as->panic) {
        uint32_t field = il_build_field(as->build, as->type, il_asm_c_string(as, name),
                                        (uint16_t)(flags | (marshal.size ? HAS_MARSHAL : 0)),
                                        il_text_blob(&sig));
        if (!il_asm_define(as, IL_ASM_FIELD, as->type, name, il_text_blob(&sig), field) &&
            (flags & 7) != 0)
            il_asm_fail_at(as, place, "a second field %.*s of the same type", (int)name.size,
                           name.start);
        if (offset >= 0)
            il_build_field_layout(as->build, field, (uint32_t)offset);
        if (marshal.size)
            il_build_field_marshal(as->build, field, il_text_blob(&marshal));
        as->custom_owner = field;
        read_field_value(as, field);
    }
    if (sig.out_of_memory || marshal.out_of_memory)
        il_asm_no_memory(as);
    il_text_fini(&sig);
    il_text_fini(&marshal);
}

/* ---- Properties and events ---- */

typedef struct semantics_row {
    const char *text;
    uint16_t flag;
} semantics_row;

static const semantics_row SEMANTICS[] = {
#define IL_SEMANTICS(flag, text) {text, flag},
#include "il_flags.def"
};

static bool read_accessor(il_asm *as) {
    for (size_t i = 0; i < sizeof SEMANTICS / sizeof *SEMANTICS; i++) {
        if (!il_asm_take_text(as, SEMANTICS[i].text))
            continue;
        il_asm_place place = il_asm_here(as);
        uint32_t method = il_asm_method_ref(as);
        if (as->panic)
            return true;
        il_build_semantics(as->build, as->custom_owner, SEMANTICS[i].flag, 0);
        il_asm_set_cell(as, IL_MethodSemantics_Method, il_build_rows(as->build, IL_MethodSemantics),
                        method, true, place);
        return true;
    }
    return false;
}

static void accessor_declaration(il_asm *as) {
    if (!read_accessor(as) && !il_asm_common(as))
        il_asm_expected(as, "an accessor, .custom or }");
}

/* The braces of a property or event. */
static void read_accessors(il_asm *as, uint32_t member) {
    uint32_t outer = as->custom_owner;
    il_asm_expect(as, '{');
    if (as->panic)
        return;
    as->custom_owner = member;
    il_asm_declarations(as, accessor_declaration);
    il_asm_expect(as, '}');
    as->custom_owner = outer;
}

static void read_property(il_asm *as) {
    enum { HAS_DEFAULT = 0x1000 };
    il_text type = {0}, params = {0}, sig = {0};
    uint32_t flags = il_asm_flags(as, IL_ASM_SET_MEMBER);
    uint8_t convention = il_asm_convention(as);
    il_asm_type_sig(as, &type);
    il_asm_name name = il_asm_member(as);
    il_asm_expect(as, '(');
    uint32_t count = il_asm_types(as, &params, ')', NULL);
    il_put_method_header(&sig, (uint8_t)(IL_SIG_PROPERTY | (convention & IL_SIG_HASTHIS)), 0,
                         count);
    il_put_bytes(&sig, type.data, type.size);
    il_put_bytes(&sig, params.data, params.size);
    if (sig.out_of_memory || type.out_of_memory || params.out_of_memory)
        il_asm_no_memory(as);
    if (!as->panic) {
        uint32_t property = il_build_property(as->build, as->type, il_asm_c_string(as, name),
                                              (uint16_t)flags, il_text_blob(&sig));
        if (il_asm_take(as, '=')) {
            il_asm_constant(as, property);
            il_build_set(as->build, IL_Property_Flags, property, flags | HAS_DEFAULT);
        }
        read_accessors(as, property);
    }
    il_text_fini(&type);
    il_text_fini(&params);
    il_text_fini(&sig);
}

/* The type may be left out: then what looks like one was the name. */
static uint32_t read_event_type(il_asm *as) {
    il_asm_mark start = il_asm_mark_here(as);
    if (il_asm_at_id(as) && !il_asm_at_type(as)) {
        il_asm_member(as);
        bool only_name = il_asm_at(as, '{');
        il_asm_return_to(as, &start);
        if (only_name)
            return 0;
    }
    return il_asm_type_token(as);
}

static void read_event(il_asm *as) {
    uint32_t flags = il_asm_flags(as, IL_ASM_SET_MEMBER);
    uint32_t type = read_event_type(as);
    il_asm_name name = il_asm_member(as);
    if (!as->panic)
        read_accessors(as, il_build_event(as->build, as->type, il_asm_c_string(as, name),
                                          (uint16_t)flags, type));
}

/* ---- What else a class declares ---- */

static void read_layout(il_asm *as, il_column column, int64_t most) {
    il_asm_type *type = il_asm_type_at(as, as->type);
    uint32_t value = (uint32_t)il_asm_int_in(as, 0, most);
    if (as->panic)
        return;
    if (!type->layout) {
        il_build_class_layout(as->build, as->type, 0, 0);
        type->layout = il_build_rows(as->build, IL_ClassLayout);
    }
    il_build_set(as->build, column, type->layout, value);
}

static void read_interface_impl(il_asm *as) {
    il_asm_expect_text(as, "type");
    il_asm_place place = il_asm_here(as);
    uint32_t type = il_asm_type_token(as);
    if (as->panic)
        return;
    as->custom_owner = il_asm_find_row(as, IL_InterfaceImpl, IL_InterfaceImpl_Class, as->type,
                                       IL_InterfaceImpl_Interface, type);
    if (!as->custom_owner)
        il_asm_fail_at(as, place, "the class does not implement this interface");
}

/* "X::M with RETURN Y::N(...)": M has the signature of N, which is read first. */
static void read_short_override(il_asm *as) {
    il_asm_place declaration = il_asm_here(as);
    uint32_t parent = il_asm_type_token(as);
    il_asm_expect(as, IL_LEX_SCOPE);
    il_asm_name name = il_asm_member(as);
    il_asm_expect_text(as, "with");
    il_asm_place place = il_asm_here(as);
    uint32_t body = il_asm_method_ref(as);
    if (as->panic)
        return;
    il_blob signature = IL_ASM_ITEM(&as->refs, il_asm_ref, body & 0xFFFFFF)->signature;
    uint32_t row =
        (il_build_method_impl(as->build, as->type, 0, 0), il_build_rows(as->build, IL_MethodImpl));
    uint32_t ref = il_asm_ref_of(as, IL_ASM_METHOD, parent, name, signature);
    il_asm_set_cell(as, IL_MethodImpl_Body, row, body, false, place);
    il_asm_set_cell(as, IL_MethodImpl_Declaration, row, ref, false, declaration);
}

/* "method DECLARATION with method BODY" */
static void read_override(il_asm *as) {
    if (!il_asm_take_text(as, "method")) {
        read_short_override(as);
        return;
    }
    il_asm_place declaration_place = il_asm_here(as);
    uint32_t declaration = il_asm_method_ref(as);
    il_asm_expect_text(as, "with");
    il_asm_expect_text(as, "method");
    il_asm_place place = il_asm_here(as);
    uint32_t body = il_asm_method_ref(as);
    if (as->panic)
        return;
    il_build_method_impl(as->build, as->type, 0, 0);
    uint32_t row = il_build_rows(as->build, IL_MethodImpl);
    il_asm_set_cell(as, IL_MethodImpl_Body, row, body, false, place);
    il_asm_set_cell(as, IL_MethodImpl_Declaration, row, declaration, false, declaration_place);
}

/* What is about members; false when it is something else. */
static bool read_member(il_asm *as) {
    if (il_asm_take_text(as, ".method"))
        il_asm_method(as);
    else if (il_asm_take_text(as, ".field"))
        il_asm_field(as);
    else if (il_asm_take_text(as, ".property"))
        read_property(as);
    else if (il_asm_take_text(as, ".event"))
        read_event(as);
    else if (il_asm_take_text(as, ".class"))
        il_asm_class(as);
    else if (il_asm_take_text(as, ".override"))
        read_override(as);
    else
        return false;
    return true;
}

static void class_declaration(il_asm *as) {
    if (read_member(as))
        return;
    if (il_asm_take_text(as, ".pack")) {
        read_layout(as, IL_ClassLayout_PackingSize, UINT16_MAX);
    } else if (il_asm_take_text(as, ".size")) {
        read_layout(as, IL_ClassLayout_ClassSize, UINT32_MAX);
    } else if (il_asm_take_text(as, ".param")) {
        il_asm_generic_param(as, &as->type_params);
    } else if (il_asm_take_text(as, ".interfaceimpl")) {
        read_interface_impl(as);
    } else if (il_asm_take_text(as, ".permissionset")) {
        il_asm_permission_set(as, as->type);
        il_asm_set_flag(as, IL_TypeDef_Flags, as->type, TYPE_HAS_SECURITY);
    } else if (il_asm_take_text(as, ".permission")) {
        il_asm_permission(as, as->type);
        il_asm_set_flag(as, IL_TypeDef_Flags, as->type, TYPE_HAS_SECURITY);
    } else if (!il_asm_common(as)) {
        il_asm_expected(as, "a member of the class or }");
    }
}

/* ---- The header ---- */

/* "value" and "enum" are not flags but say what the base is. */
typedef struct class_head {
    uint32_t flags;
    bool value, is_enum;
} class_head;

static class_head read_class_flags(il_asm *as) {
    class_head head = {0};
    for (;;) {
        bool value = il_asm_at_text(as, "value"), is_enum = il_asm_at_text(as, "enum");
        if (!il_asm_flag(as, IL_ASM_SET_TYPE, &head.flags))
            return head;
        head.value |= value;
        head.is_enum |= is_enum;
    }
}

static bool is_named(const il_asm_name *name, const char *text) {
    return name->size == strlen(text) && memcmp(name->start, text, name->size) == 0;
}

/* The base when none is given: System.Object, or what value and enum say. */
static uint32_t default_base(il_asm *as, const class_head *head, const il_asm_name *name) {
    const char *simple = head->is_enum ? "Enum" : head->value ? "ValueType" : "Object";
    char full[32] = "System.";
    strcat(full, simple);
    if ((head->flags & TYPE_INTERFACE) || is_named(name, "System.Object"))
        return 0;
    il_asm_name base = {full, (uint32_t)strlen(full), 6};
    uint32_t token = il_asm_find_type(as, 0, &base);
    if (token)
        return token;
    return il_build_type_ref(as->build, il_asm_standard_library(as), "System", simple);
}

static void read_interfaces(il_asm *as, uint32_t type) {
    do {
        uint32_t interface = il_asm_type_token(as);
        if (!as->panic && type)
            il_build_interface_impl(as->build, type, interface);
    } while (il_asm_take(as, ','));
}

/* Everything between the name and the brace. Of a class that is opened again nothing is taken. */
static void read_class_head(il_asm *as, uint32_t type, const class_head *head,
                            const il_asm_name *name) {
    bool again = il_asm_type_at(as, type)->declared;
    uint32_t base = 0, flags = head->flags;
    il_asm_type_at(as, type)->declared = true;
    if (il_asm_take(as, '<'))
        il_asm_generics(as, &as->type_params, again ? 0 : type);
    bool extends = il_asm_take_text(as, "extends");
    if (extends)
        base = il_asm_type_token(as);
    if (il_asm_take_text(as, "implements"))
        read_interfaces(as, again ? 0 : type);
    if (again || as->panic)
        return;
    if (!extends)
        base = default_base(as, head, name);
    flags |= flags & TYPE_INTERFACE ? TYPE_ABSTRACT : 0;
    flags |= head->value || head->is_enum ? TYPE_SEALED : 0;
    il_build_set(as->build, IL_TypeDef_Flags, type, flags);
    il_build_set(as->build, IL_TypeDef_Extends, type, base);
}

/* The class whose name was read, from the name on. */
static void read_class(il_asm *as, const class_head *head, il_asm_place place) {
    uint32_t outer = as->type;
    bool top = IL_TOKEN_ROW(outer) == 1;
    il_asm_name name = il_asm_dotted(as);
    if (as->panic)
        return;
    if (top)
        name = il_asm_qualify(as, name);
    else if ((head->flags & TYPE_VISIBILITY) < FIRST_NESTED_VISIBILITY)
        il_asm_fail_at(as, place, "a class in a class wants \"nested\" and a visibility");
    if (top && (head->flags & TYPE_VISIBILITY) >= FIRST_NESTED_VISIBILITY)
        il_asm_fail_at(as, place, "\"nested\" outside a class");
    as->type = il_asm_add_type(as, top ? 0 : outer, &name);
    read_class_head(as, as->type, head, &name);
    il_asm_expect(as, '{');
    if (!as->panic) {
        as->custom_owner = as->type;
        il_asm_declarations(as, class_declaration);
        il_asm_expect(as, '}');
    }
    as->type = outer;
}

void il_asm_class(il_asm *as) {
    il_asm_list params = as->type_params;
    uint32_t owner = as->custom_owner;
    il_asm_place place = il_asm_here(as);
    if (il_asm_take_text(as, "extern")) {
        il_asm_class_extern(as);
        return;
    }
    as->type_params = (il_asm_list){0};
    if (il_asm_enter(as)) {
        class_head head = read_class_flags(as);
        read_class(as, &head, place);
        il_asm_leave(as);
    }
    mem_free(as->type_params.items);
    as->type_params = params;
    as->custom_owner = owner;
}
