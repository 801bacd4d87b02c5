/* The disassembler's types: headers, fields, methods' headers, properties and events. */
#include "il_dis_state.h"

/* Visits the positions of a list column: row is the row that each stands for. */
#define FOR_LIST(dis, column, owner, row)                                                          \
    for (il_range list = il_list((dis)->module, column, owner);                                    \
         list.first < list.end && ((row) = il_list_row((dis)->module, column, list.first), true);  \
         list.first++)

/* ---- Names ---- */

static void put_type_name(il_dis *dis, uint32_t row) {
    const char *name_space = il_name(dis->module, IL_TypeDef_Namespace, row);
    if (*name_space) {
        il_print_dotted(dis->text, name_space);
        il_put(dis->text, '.');
    }
    il_print_id(dis->text, il_name(dis->module, IL_TypeDef_Name, row));
}

static void put_type_token(il_dis *dis, uint32_t token) {
    il_dis_token(dis, IL_OPERAND_TYPE, token);
}

static void put_type(il_dis *dis, const il_type *type) {
    il_error error;
    if (il_print_type(dis->text, dis->module, type, &error) != IL_OK)
        il_dis_note(dis, &error);
}

/* ---- Generic parameters (II.10.1.7) ---- */

static void put_constraints(il_dis *dis, uint32_t param) {
    uint32_t owner = IL_TOKEN(IL_GenericParam, param);
    const char *before = "(";
    IL_EACH_ROW(dis->module, IL_GenericParamConstraint_Owner, owner, row) {
        il_puts(dis->text, before);
        put_type_token(dis, il_cell(dis->module, IL_GenericParamConstraint_Constraint, row));
        before = ", ";
    }
    if (*before == ',')
        il_puts(dis->text, ") ");
}

static void put_generic_params(il_dis *dis, uint32_t owner) {
    const char *before = "<";
    IL_EACH_ROW(dis->module, IL_GenericParam_Owner, owner, row) {
        il_puts(dis->text, before);
        before = ", ";
        il_dis_put_flags(dis, IL_DIS_GENERIC, il_cell(dis->module, IL_GenericParam_Flags, row));
        put_constraints(dis, row);
        il_print_id(dis->text, il_name(dis->module, IL_GenericParam_Name, row));
    }
    if (*before == ',')
        il_put(dis->text, '>');
}

/* ".param type T" and ".param constraint T, X" where there are attributes to be hung on them. */
static void put_generic_param_customs(il_dis *dis, uint32_t owner) {
    IL_EACH_ROW(dis->module, IL_GenericParam_Owner, owner, row) {
        uint32_t param = IL_TOKEN(IL_GenericParam, row);
        const char *name = il_name(dis->module, IL_GenericParam_Name, row);
        if (il_dis_has_custom(dis, param)) {
            il_dis_line(dis);
            il_puts(dis->text, ".param type ");
            il_print_id(dis->text, name);
            il_put(dis->text, '\n');
            il_dis_put_custom(dis, param);
        }
        IL_EACH_ROW(dis->module, IL_GenericParamConstraint_Owner, param, bound) {
            uint32_t token = IL_TOKEN(IL_GenericParamConstraint, bound);
            if (!il_dis_has_custom(dis, token))
                continue;
            il_dis_line(dis);
            il_puts(dis->text, ".param constraint ");
            il_print_id(dis->text, name);
            il_puts(dis->text, ", ");
            put_type_token(dis, il_cell(dis->module, IL_GenericParamConstraint_Constraint, bound));
            il_put(dis->text, '\n');
            il_dis_put_custom(dis, token);
        }
    }
}

/* ---- Fields (II.16) ---- */

static void put_field_type(il_dis *dis, uint32_t row) {
    mem_pool pool = {0};
    const il_type *type;
    il_error error;
    il_blob signature = il_blob_cell(dis->module, IL_Field_Signature, row);
    if (il_parse_field_sig(signature, &pool, &type, &error) == IL_OK)
        put_type(dis, type);
    else
        il_dis_note(dis, &error);
    mem_pool_fini(&pool);
}

static void put_field(il_dis *dis, uint32_t row) {
    const il_module *m = dis->module;
    uint32_t token = IL_TOKEN(IL_Field, row);
    uint32_t layout = il_find_rows(m, IL_FieldLayout_Field, token).first;
    uint32_t data = il_find_rows(m, IL_FieldRVA_Field, token).first;
    il_dis_line(dis);
    il_puts(dis->text, ".field ");
    if (layout)
        il_putf(dis->text, "[%u] ", il_cell(m, IL_FieldLayout_Offset, layout));
    il_dis_put_flags(dis, IL_DIS_FIELD, il_cell(m, IL_Field_Flags, row));
    il_dis_put_marshal(dis, token);
    put_field_type(dis, row);
    il_put(dis->text, ' ');
    il_print_member_name(dis->text, il_name(m, IL_Field_Name, row));
    if (data) {
        il_puts(dis->text, " at ");
        il_dis_put_data_label(dis, il_cell(m, IL_FieldRVA_RVA, data));
    }
    il_dis_put_constant(dis, token);
    il_put(dis->text, '\n');
    il_dis_put_custom(dis, token);
}

/* ---- Methods (II.15) ---- */

/* A method's signature with the Param rows that go with it. */
typedef struct method_parts {
    mem_pool pool;
    const il_method_sig *sig; /* NULL: does not parse */
    uint32_t *params;         /* by sequence, 0 the return value: a Param row or 0 */
} method_parts;

static void read_parts(il_dis *dis, uint32_t row, method_parts *out) {
    const il_module *m = dis->module;
    uint32_t param;
    il_error error;
    *out = (method_parts){0};
    il_blob blob = il_blob_cell(m, IL_MethodDef_Signature, row);
    if (il_parse_method_sig(blob, &out->pool, &out->sig, &error) != IL_OK) {
        out->sig = NULL;
        error.token = IL_TOKEN(IL_MethodDef, row);
        il_dis_note(dis, &error);
        return;
    }
    out->params = mem_pool_array(&out->pool, (size_t)out->sig->param_count + 1, sizeof(uint32_t));
    if (!out->params) {
        dis->text->out_of_memory = true;
        out->sig = NULL;
        return;
    }
    FOR_LIST(dis, IL_MethodDef_ParamList, row, param) {
        uint32_t sequence = il_cell(m, IL_Param_Sequence, param);
        if (sequence <= out->sig->param_count)
            out->params[sequence] = param;
    }
}

static void put_pinvoke(il_dis *dis, uint32_t row) {
    enum { PINVOKE_IMPL = 0x2000 };
    const il_module *m = dis->module;
    uint32_t map = il_find_rows(m, IL_ImplMap_MemberForwarded, IL_TOKEN(IL_MethodDef, row)).first;
    if (!map) {
        if (il_cell(m, IL_MethodDef_Flags, row) & PINVOKE_IMPL)
            il_puts(dis->text, "pinvokeimpl() ");
        return;
    }
    uint32_t scope = IL_TOKEN_ROW(il_cell(m, IL_ImplMap_ImportScope, map));
    const char *library = il_name(m, IL_ModuleRef_Name, scope);
    const char *entry = il_name(m, IL_ImplMap_ImportName, map);
    il_puts(dis->text, "pinvokeimpl(");
    il_dis_put_quoted(dis, library, strlen(library));
    if (strcmp(entry, il_name(m, IL_MethodDef_Name, row)) != 0) {
        il_puts(dis->text, " as ");
        il_dis_put_quoted(dis, entry, strlen(entry));
    }
    il_put(dis->text, ' ');
    il_dis_put_flags(dis, IL_DIS_PINVOKE, il_cell(m, IL_ImplMap_Flags, map));
    il_dis_take_back(dis); /* the space behind the last word */
    il_puts(dis->text, ") ");
}

static void put_params(il_dis *dis, const method_parts *parts) {
    const il_module *m = dis->module;
    il_put(dis->text, '(');
    for (uint32_t i = 0; i < parts->sig->param_count; i++) {
        uint32_t row = parts->params[i + 1];
        if (i)
            il_puts(dis->text, ", ");
        if (i == parts->sig->sentinel)
            il_puts(dis->text, "..., ");
        if (row)
            il_dis_put_flags(dis, IL_DIS_PARAM, il_cell(m, IL_Param_Flags, row));
        put_type(dis, parts->sig->params[i]);
        if (!row)
            continue;
        il_put(dis->text, ' ');
        il_dis_put_marshal(dis, IL_TOKEN(IL_Param, row));
        if (*il_name(m, IL_Param_Name, row))
            il_print_id(dis->text, il_name(m, IL_Param_Name, row));
        else
            il_dis_take_back(dis); /* the space */
    }
    il_puts(dis->text, ") ");
}

static void put_method_header(il_dis *dis, uint32_t row, const method_parts *parts) {
    const il_module *m = dis->module;
    il_dis_line(dis);
    il_puts(dis->text, ".method ");
    il_dis_put_flags(dis, IL_DIS_METHOD, il_cell(m, IL_MethodDef_Flags, row));
    put_pinvoke(dis, row);
    il_dis_end_words(dis);
    il_put_spaces(dis->text, dis->indent + 8);
    if (parts->sig) {
        il_print_convention(dis->text, parts->sig->convention);
        put_type(dis, parts->sig->ret);
        il_put(dis->text, ' ');
        if (parts->params[0])
            il_dis_put_marshal(dis, IL_TOKEN(IL_Param, parts->params[0]));
    }
    il_print_member_name(dis->text, il_name(m, IL_MethodDef_Name, row));
    put_generic_params(dis, IL_TOKEN(IL_MethodDef, row));
    if (parts->sig)
        put_params(dis, parts);
    il_dis_put_flags(dis, IL_DIS_IMPL, il_cell(m, IL_MethodDef_ImplFlags, row));
    il_dis_end_words(dis);
}

/* Whether a parameter's row says something that the list of parameters cannot: a default,
 * attributes, or that it is there although it says nothing at all. */
static bool needs_param_line(il_dis *dis, uint32_t row) {
    enum { WORDS = 0x13, HAS_MARSHAL = 0x2000 };
    const il_module *m = dis->module;
    uint32_t token = IL_TOKEN(IL_Param, row);
    uint32_t flags = il_cell(m, IL_Param_Flags, row);
    return il_dis_has_custom(dis, token) || il_find_rows(m, IL_Constant_Parent, token).first ||
           (!*il_name(m, IL_Param_Name, row) && !(flags & (WORDS | HAS_MARSHAL)));
}

static void put_param_lines(il_dis *dis, const method_parts *parts) {
    for (uint32_t i = 0; parts->sig && i <= parts->sig->param_count; i++) {
        uint32_t row = parts->params[i];
        if (!row || !needs_param_line(dis, row))
            continue;
        il_dis_line(dis);
        il_putf(dis->text, ".param [%u]", i);
        il_dis_put_constant(dis, IL_TOKEN(IL_Param, row));
        il_put(dis->text, '\n');
        il_dis_put_custom(dis, IL_TOKEN(IL_Param, row));
    }
}

static bool same_bytes(il_blob a, il_blob b) {
    return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

/* "X::M" when the declaration is a method of a plain type with the very signature of the method, so
 * that nothing else need be said; "method ..." in full otherwise. */
static void put_override(il_dis *dis, uint32_t method_row, uint32_t declaration) {
    const il_module *m = dis->module;
    uint32_t row = IL_TOKEN_ROW(declaration);
    uint32_t owner = il_cell(m, IL_MemberRef_Class, row);
    bool plain = IL_TOKEN_TABLE(declaration) == IL_MemberRef && IL_TOKEN_ROW(owner) &&
                 (IL_TOKEN_TABLE(owner) == IL_TypeRef || IL_TOKEN_TABLE(owner) == IL_TypeDef) &&
                 same_bytes(il_blob_cell(m, IL_MemberRef_Signature, row),
                            il_blob_cell(m, IL_MethodDef_Signature, method_row));
    il_dis_line(dis);
    il_puts(dis->text, ".override ");
    if (plain) {
        put_type_token(dis, owner);
        il_puts(dis->text, "::");
        il_print_member_name(dis->text, il_name(m, IL_MemberRef_Name, row));
    } else {
        il_puts(dis->text, "method ");
        il_dis_token(dis, IL_OPERAND_METHOD, declaration);
    }
    il_put(dis->text, '\n');
}

static void put_overrides(il_dis *dis, uint32_t method_row) {
    const il_module *m = dis->module;
    uint32_t type = IL_TOKEN(IL_TypeDef, il_method_owner(m, method_row));
    IL_EACH_ROW(m, IL_MethodImpl_Class, type, row) {
        if (il_cell(m, IL_MethodImpl_Body, row) == IL_TOKEN(IL_MethodDef, method_row))
            put_override(dis, method_row, il_cell(m, IL_MethodImpl_Declaration, row));
    }
}

/* "} // end of method T::M" */
static void close_member(il_dis *dis, const char *kind, uint32_t type_row, const char *name) {
    il_dis_close(dis, "");
    il_dis_take_back(dis); /* the newline */
    il_puts(dis->text, " // end of ");
    il_puts(dis->text, kind);
    if (type_row) {
        il_print_id(dis->text, il_name(dis->module, IL_TypeDef_Name, type_row));
        il_puts(dis->text, name ? "::" : "");
    }
    if (name)
        il_print_member_name(dis->text, name);
    il_puts(dis->text, "\n\n");
}

void il_dis_method_def(il_dis *dis, uint32_t row, const il_body *body) {
    const il_module *m = dis->module;
    uint32_t token = IL_TOKEN(IL_MethodDef, row);
    method_parts parts;
    read_parts(dis, row, &parts);
    put_method_header(dis, row, &parts);
    il_dis_open(dis);
    if (token == il_module_entry_point(m))
        il_dis_put_line(dis, ".entrypoint");
    il_dis_put_custom(dis, token);
    il_dis_put_security(dis, token);
    put_overrides(dis, row);
    put_generic_param_customs(dis, token);
    put_param_lines(dis, &parts);
    if (body)
        il_dis_body(dis, row, body);
    close_member(dis, "method ", il_method_owner(m, row), il_name(m, IL_MethodDef_Name, row));
    mem_pool_fini(&parts.pool);
}

void il_dis_method_of_file(il_dis *dis, uint32_t row) {
    enum { CODE_TYPE_AND_UNMANAGED = 7 };
    il_body body;
    il_error error;
    bool is_il = (il_cell(dis->module, IL_MethodDef_ImplFlags, row) & CODE_TYPE_AND_UNMANAGED) == 0;
    il_status status = is_il ? il_method_body(dis->module, row, &body, &error) : IL_NO_BODY;
    if (status != IL_OK && status != IL_NO_BODY) {
        il_dis_line(dis);
        il_dis_note(dis, &error);
    }
    il_dis_method_def(dis, row, status == IL_OK ? &body : NULL);
}

/* ---- Properties and events (II.17, II.18) ---- */

static const char *const SEMANTICS[] = {
#define IL_SEMANTICS(flag, text) [flag] = text,
#include "il_flags.def"
};

static const char *semantics_text(uint32_t flags) {
    const char *text = flags < sizeof SEMANTICS / sizeof *SEMANTICS ? SEMANTICS[flags] : NULL;
    return text ? text : ".other";
}

/* The accessors of a property or event, and the end of its braces. */
static void put_accessors(il_dis *dis, uint32_t token) {
    const il_module *m = dis->module;
    il_dis_put_custom(dis, token);
    IL_EACH_ROW(m, IL_MethodSemantics_Association, token, row) {
        il_dis_line(dis);
        il_puts(dis->text, semantics_text(il_cell(m, IL_MethodSemantics_Semantics, row)));
        il_put(dis->text, ' ');
        il_dis_token(dis, IL_OPERAND_METHOD, il_cell(m, IL_MethodSemantics_Method, row));
        il_put(dis->text, '\n');
    }
}

static void put_property(il_dis *dis, uint32_t type_row, uint32_t row) {
    const il_module *m = dis->module;
    mem_pool pool = {0};
    const il_method_sig *sig;
    il_error error;
    const char *name = il_name(m, IL_Property_Name, row);
    il_dis_line(dis);
    il_puts(dis->text, ".property ");
    il_dis_put_flags(dis, IL_DIS_MEMBER, il_cell(m, IL_Property_Flags, row));
    il_blob blob = il_blob_cell(m, IL_Property_Signature, row);
    if (il_parse_method_sig(blob, &pool, &sig, &error) == IL_OK) {
        il_print_convention(dis->text, sig->convention);
        put_type(dis, sig->ret);
        il_put(dis->text, ' ');
        il_print_member_name(dis->text, name);
        if (il_print_params(dis->text, m, sig, &error) != IL_OK)
            il_dis_note(dis, &error);
    } else {
        il_dis_note(dis, &error);
    }
    mem_pool_fini(&pool);
    il_dis_put_constant(dis, IL_TOKEN(IL_Property, row));
    il_put(dis->text, '\n');
    il_dis_open(dis);
    put_accessors(dis, IL_TOKEN(IL_Property, row));
    close_member(dis, "property ", type_row, name);
}

static void put_event(il_dis *dis, uint32_t type_row, uint32_t row) {
    const il_module *m = dis->module;
    const char *name = il_name(m, IL_Event_Name, row);
    uint32_t type = il_cell(m, IL_Event_Type, row);
    il_dis_line(dis);
    il_puts(dis->text, ".event ");
    il_dis_put_flags(dis, IL_DIS_MEMBER, il_cell(m, IL_Event_Flags, row));
    if (IL_TOKEN_ROW(type)) {
        put_type_token(dis, type);
        il_put(dis->text, ' ');
    }
    il_print_member_name(dis->text, name);
    il_put(dis->text, '\n');
    il_dis_open(dis);
    put_accessors(dis, IL_TOKEN(IL_Event, row));
    close_member(dis, "event ", type_row, name);
}

/* ---- Types (II.10) ---- */

static void put_interfaces(il_dis *dis, uint32_t token) {
    const il_module *m = dis->module;
    bool any = false;
    IL_EACH_ROW(m, IL_InterfaceImpl_Class, token, row) {
        if (any)
            il_puts(dis->text, ",\n");
        il_dis_line(dis);
        il_puts(dis->text, any ? "                  " : "       implements ");
        put_type_token(dis, il_cell(m, IL_InterfaceImpl_Interface, row));
        any = true;
    }
    if (any)
        il_put(dis->text, '\n');
}

static void put_interface_customs(il_dis *dis, uint32_t token) {
    const il_module *m = dis->module;
    IL_EACH_ROW(m, IL_InterfaceImpl_Class, token, row) {
        if (!il_dis_has_custom(dis, IL_TOKEN(IL_InterfaceImpl, row)))
            continue;
        il_dis_line(dis);
        il_puts(dis->text, ".interfaceimpl type ");
        put_type_token(dis, il_cell(m, IL_InterfaceImpl_Interface, row));
        il_put(dis->text, '\n');
        il_dis_put_custom(dis, IL_TOKEN(IL_InterfaceImpl, row));
    }
}

static void put_layout(il_dis *dis, uint32_t token) {
    uint32_t row = il_find_rows(dis->module, IL_ClassLayout_Parent, token).first;
    if (!row)
        return;
    il_dis_line(dis);
    il_putf(dis->text, ".pack %u\n", il_cell(dis->module, IL_ClassLayout_PackingSize, row));
    il_dis_line(dis);
    il_putf(dis->text, ".size %u\n", il_cell(dis->module, IL_ClassLayout_ClassSize, row));
}

/* MethodImpl rows whose body is not a method of the class itself. */
static void put_foreign_overrides(il_dis *dis, uint32_t type_row) {
    const il_module *m = dis->module;
    IL_EACH_ROW(m, IL_MethodImpl_Class, IL_TOKEN(IL_TypeDef, type_row), row) {
        uint32_t body = il_cell(m, IL_MethodImpl_Body, row);
        if (IL_TOKEN_TABLE(body) == IL_MethodDef &&
            il_method_owner(m, IL_TOKEN_ROW(body)) == type_row)
            continue;
        il_dis_line(dis);
        il_puts(dis->text, ".override method ");
        il_dis_token(dis, IL_OPERAND_METHOD, il_cell(m, IL_MethodImpl_Declaration, row));
        il_puts(dis->text, " with method ");
        il_dis_token(dis, IL_OPERAND_METHOD, body);
        il_put(dis->text, '\n');
    }
}

static void put_type_header(il_dis *dis, uint32_t row) {
    uint32_t base = il_cell(dis->module, IL_TypeDef_Extends, row);
    il_dis_line(dis);
    il_puts(dis->text, ".class ");
    il_dis_put_flags(dis, IL_DIS_TYPE, il_cell(dis->module, IL_TypeDef_Flags, row));
    put_type_name(dis, row);
    put_generic_params(dis, IL_TOKEN(IL_TypeDef, row));
    il_put(dis->text, '\n');
    if (IL_TOKEN_ROW(base)) {
        il_dis_line(dis);
        il_puts(dis->text, "       extends ");
        put_type_token(dis, base);
        il_put(dis->text, '\n');
    }
    put_interfaces(dis, IL_TOKEN(IL_TypeDef, row));
}

static void put_properties_and_events(il_dis *dis, uint32_t row) {
    const il_module *m = dis->module;
    uint32_t token = IL_TOKEN(IL_TypeDef, row), member;
    IL_EACH_ROW(m, IL_EventMap_Parent, token, map) {
        FOR_LIST(dis, IL_EventMap_EventList, map, member)
        put_event(dis, row, member);
    }
    IL_EACH_ROW(m, IL_PropertyMap_Parent, token, map) {
        FOR_LIST(dis, IL_PropertyMap_PropertyList, map, member)
        put_property(dis, row, member);
    }
}

static void put_members(il_dis *dis, uint32_t row) {
    uint32_t member;
    FOR_LIST(dis, IL_TypeDef_FieldList, row, member)
    put_field(dis, member);
    if (il_list(dis->module, IL_TypeDef_FieldList, row).first)
        il_put(dis->text, '\n');
    FOR_LIST(dis, IL_TypeDef_MethodList, row, member) {
        il_dis_method_of_file(dis, member);
        il_dis_flush(dis);
    }
    put_properties_and_events(dis, row);
}

void il_dis_type_def(il_dis *dis, uint32_t row) {
    enum { GLOBALS = 1, DEEPEST = 2 * 64 }; /* enclosing types may form a ring in a bad module */
    uint32_t token = IL_TOKEN(IL_TypeDef, row);
    if (row == GLOBALS) {
        put_members(dis, row);
        return;
    }
    put_type_header(dis, row);
    il_dis_open(dis);
    put_layout(dis, token);
    il_dis_put_custom(dis, token);
    il_dis_put_security(dis, token);
    put_generic_param_customs(dis, token);
    put_interface_customs(dis, token);
    put_foreign_overrides(dis, row);
    for (uint32_t nested = dis->first_nested[row]; nested && dis->indent < DEEPEST;
         nested = dis->next_nested[nested])
        il_dis_type_def(dis, nested);
    put_members(dis, row);
    close_member(dis, "class ", row, NULL);
    il_dis_flush(dis);
}
