/* What signatures and tables say of fields, parameters and properties beyond their types: custom
 * modifiers (II.7.1.1) and marshalling descriptors (II.23.4). */
#include "il/il_native.h"
#include "runtime/bcl/bcl_reflect.h"
#include "runtime/interop/descriptor.h"

/* ---- Custom modifiers ---- */

/* The modifiers of a type in a signature as Type[], the required or the optional ones: the one next
 * to the type first. */
static struct array *modifiers_of(struct thread *thread, struct module *module,
                                  const struct generic_context *context, const il_type *sig,
                                  bool optional) {
    uint32_t count = 0, used = 0;
    il_error err;
    for (uint32_t i = 0; sig && i < sig->modifier_count; i++)
        count += sig->modifiers[i].required != optional;
    struct array *out = bcl_new_vector_of(thread, "Type", count);
    for (uint32_t i = 0; out && count && i < sig->modifier_count && !thread->exception; i++) {
        struct type *type;
        if (sig->modifiers[i].required == optional)
            continue;
        if (ldr_type(module, sig->modifiers[i].token, context, &type, &err) == IL_OK)
            ((struct object **)out->data)[count - ++used] = bcl_type_object(thread, type);
        else
            exec_throw_error(thread, &err);
    }
    return out;
}

/* RuntimeFieldInfo.GetTypeModifiers(optional). */
void bcl_field_modifiers(struct thread *thread, union slot *slots) {
    const struct field *field = *(struct field **)bcl_field(slots[0].o, "fhandle");
    struct module *module = field->owner->module;
    struct generic_context context = ldr_type_context(field->owner);
    struct mem_pool pool = {0};
    const il_type *sig = NULL;
    il_error err;
    if (il_parse_field_sig(il_blob_cell(module->il, IL_Field_Signature, field->row), &pool, &sig,
                           &err) == IL_OK)
        slots[0].p = modifiers_of(thread, module, &context, sig, slots[1].i4 != 0);
    else
        exec_throw_error(thread, &err);
    mem_pool_fini(&pool);
}

/* The type at position in the signature of a method or property, -1 for the return type. */
static struct array *modifiers_at(struct thread *thread, struct module *module, il_blob blob,
                                  const struct generic_context *context, int32_t position,
                                  bool optional) {
    struct mem_pool pool = {0};
    const il_method_sig *sig;
    struct array *out = NULL;
    il_error err;
    if (il_parse_method_sig(blob, &pool, &sig, &err) == IL_OK) {
        const il_type *type = position < 0                            ? sig->ret
                              : (uint32_t)position < sig->param_count ? sig->params[position]
                                                                      : NULL;
        out = modifiers_of(thread, module, context, type, optional);
    } else {
        exec_throw_error(thread, &err);
    }
    mem_pool_fini(&pool);
    return out;
}

/* RuntimeParameterInfo.GetTypeModifiers(type, member, position, optional). */
void bcl_parameter_modifiers(struct thread *thread, union slot *slots) {
    const struct method *method = slots[1].o ? bcl_method_of(slots[1].o) : NULL;
    if (!method || !method->row) {
        slots[0].p = bcl_new_vector_of(thread, "Type", 0);
        return;
    }
    struct module *module = method->owner->module;
    struct generic_context context = ldr_method_context(method);
    slots[0].p =
        modifiers_at(thread, module, il_blob_cell(module->il, IL_MethodDef_Signature, method->row),
                     &context, slots[2].i4, slots[3].i4 != 0);
}

/* RuntimePropertyInfo.GetTypeModifiers(property, optional). */
void bcl_property_modifiers(struct thread *thread, union slot *slots) {
    const struct bcl_member *property = *(struct bcl_member **)bcl_field(slots[0].o, "prop");
    struct module *module = property->owner->module;
    struct generic_context context = ldr_type_context(property->owner);
    slots[0].p =
        modifiers_at(thread, module, il_blob_cell(module->il, IL_Property_Signature, property->row),
                     &context, -1, slots[1].i4 != 0);
}

/* ---- Marshalling ---- */

static struct string *text_of(struct thread *thread, il_blob text) {
    return text.data ? exec_string_from_utf8(thread, (const char *)text.data, text.size) : NULL;
}

struct object *bcl_marshal_attribute(struct thread *thread, struct module *module, uint32_t token) {
    struct descriptor d;
    il_error err;
    if (descriptor_read(module->il, token, &d, &err) != IL_OK) {
        exec_throw_error(thread, &err);
        return NULL;
    }
    struct type *type =
        d.kind ? bcl_class(thread, "System.Runtime.InteropServices", "MarshalAsAttribute") : NULL;
    struct object *out = type ? exec_new_object(thread, type) : NULL;
    if (!out)
        return NULL;
    *(int32_t *)bcl_field(out, "utype") = d.kind;
    *(int32_t *)bcl_field(out, "SizeConst") = (int32_t)d.count;
    if (d.element != NATIVE_NONE)
        *(int32_t *)bcl_field(out, "ArraySubType") = d.element;
    if (d.count_param >= 0)
        *(int16_t *)bcl_field(out, "SizeParamIndex") = (int16_t)d.count_param;
    bcl_set_field(out, "MarshalType", text_of(thread, d.custom));
    bcl_set_field(out, "MarshalCookie", text_of(thread, d.cookie));
    return thread->exception ? NULL : out;
}

/* FieldInfo.get_marshal_info(). */
void bcl_field_marshal(struct thread *thread, union slot *slots) {
    const struct field *field = *(struct field **)bcl_field(slots[0].o, "fhandle");
    slots[0].o =
        bcl_marshal_attribute(thread, field->owner->module, IL_TOKEN(IL_Field, field->row));
}

/* MonoMethodInfo.get_retval_marshal(method). */
void bcl_method_return_marshal(struct thread *thread, union slot *slots) {
    const struct method *method = slots[0].p;
    uint32_t row = bcl_param_row(method, 0);
    slots[0].o =
        row ? bcl_marshal_attribute(thread, method->owner->module, IL_TOKEN(IL_Param, row)) : NULL;
}
