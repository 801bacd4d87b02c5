/* System.Reflection.CustomAttributeData: attributes as they stand in metadata, without making them.
 * Managed code is given the row of the CustomAttribute table where it expects the blob, and hands
 * it back when somebody asks for the arguments. */
#include "runtime/bcl/bcl_attr.h"
#include "runtime/types/members.h"

#include <string.h>

/* A boxed System.Reflection.NAME made by its constructor of two parameters of type first and
 * object; NULL with an exception pending. */
static struct object *argument(struct thread *thread, const char *name, const char *first_type,
                               struct object *first, struct object *second) {
    struct type *type = bcl_class(thread, "System.Reflection", name);
    struct object *object = type ? exec_new_object(thread, type) : NULL;
    il_error err;
    for (uint32_t i = 0; object && i < type->method_count; i++) {
        struct method *ctor = type_method(type, i);
        union slot args[3] = {{.p = (char *)object + OBJECT_HEADER}, {.o = first}, {.o = second}};
        if (!ctor || strcmp(ctor->name, ".ctor") != 0 ||
            method_prepare_signature(ctor, &err) != IL_OK || ctor->param_count != 2 ||
            strcmp(ctor->params[0]->name, first_type) != 0 ||
            ctor->params[1] != thread->rt->core.object)
            continue;
        return bcl_invoke(thread, ctor, args) ? object : NULL;
    }
    return NULL;
}

/* The type of a fixed argument: the parameter's, of an object the value's own. */
static struct type *argument_type(struct thread *thread, struct module *module,
                                  const il_attr_value *value) {
    if (value->type.kind == IL_TYPE_BOXED)
        value = value->items;
    return bcl_attr_type(thread, module, &value->type);
}

static struct object *typed_argument(struct thread *thread, struct module *module,
                                     const il_attr_value *value) {
    struct object *object = bcl_attr_value(thread, module, value);
    struct type *type = thread->exception ? NULL : argument_type(thread, module, value);
    struct object *type_object = type ? bcl_type_object(thread, type) : NULL;
    return type_object
               ? argument(thread, "CustomAttributeTypedArgument", "Type", type_object, object)
               : NULL;
}

static struct object *named_argument(struct thread *thread, struct module *module,
                                     struct type *attribute, const il_attr_named *named) {
    struct field *field;
    struct bcl_member *property;
    if (!bcl_attr_member(thread, attribute, named, &field, &property))
        return NULL;
    struct object *value = bcl_attr_value(thread, module, &named->value);
    struct object *member = thread->exception ? NULL
                            : field           ? bcl_field_object(thread, field, attribute)
                                              : bcl_member_object(thread, property, attribute);
    return member ? argument(thread, "CustomAttributeNamedArgument", "MemberInfo", member, value)
                  : NULL;
}

/* ResolveArgumentsInternal(constructor, assembly, row, unused, out fixed, out named). */
void bcl_attribute_arguments(struct thread *thread, union slot *slots) {
    struct type *type = bcl_method_of(slots[0].o)->owner;
    struct module *module = bcl_module_of(slots[1].o);
    struct array **fixed_out = slots[4].p, **named_out = slots[5].p;
    struct mem_pool pool = {0};
    const il_attribute *attribute = bcl_attr_parse(thread, module, slots[2].u4, &pool);
    *fixed_out = attribute ? bcl_new_vector_of(thread, "Object", attribute->fixed_count) : NULL;
    *named_out = *fixed_out ? bcl_new_vector_of(thread, "Object", attribute->named_count) : NULL;
    for (uint32_t i = 0; *named_out && i < attribute->fixed_count && !thread->exception; i++)
        ((struct object **)(*fixed_out)->data)[i] =
            typed_argument(thread, module, &attribute->fixed[i]);
    for (uint32_t i = 0; *named_out && i < attribute->named_count && !thread->exception; i++)
        ((struct object **)(*named_out)->data)[i] =
            named_argument(thread, module, type, &attribute->named[i]);
    mem_pool_fini(&pool);
}
