/* Who may use which member: the accessibility of types and members (II.8.5.3, I.8.5.3.2). */
#include <string.h>

#include "il_attr.h"
#include "runtime/runtime.h"

/* TypeAttributes.VisibilityMask (II.23.1.15). */
enum {
    TYPE_NOT_PUBLIC,
    TYPE_PUBLIC,
    TYPE_NESTED_PUBLIC,
    TYPE_NESTED_PRIVATE,
    TYPE_NESTED_FAMILY,
    TYPE_NESTED_ASSEMBLY,
    TYPE_NESTED_FAMILY_AND_ASSEMBLY,
    TYPE_NESTED_FAMILY_OR_ASSEMBLY,
    TYPE_VISIBILITY_MASK = 7
};

/* FieldAccessMask and MemberAccessMask (II.23.1.5, II.23.1.10). */
enum { IN_MODULE, PRIVATE, FAMILY_AND_ASSEMBLY, ASSEMBLY, FAMILY, FAMILY_OR_ASSEMBLY, PUBLIC };

/* Whether the assembly of module names that of friend in an InternalsVisibleTo attribute, whose
 * argument is "Name" or "Name, PublicKey=...". */
static bool is_friend(const struct module *module, const struct module *friend) {
    static const char NAME_SPACE[] = "System.Runtime.CompilerServices";
    const uint32_t assembly = IL_TOKEN(IL_Assembly, 1);
    size_t length = strlen(friend->name);
    uint32_t row = 0;
    while ((row = il_find_attribute(module->il, assembly, NAME_SPACE, "InternalsVisibleToAttribute",
                                    row + 1))) {
        il_blob value = il_blob_cell(module->il, IL_CustomAttribute_Value, row);
        il_reader reader = il_reader_of(value);
        il_read_u16(&reader); /* the prolog */
        uint32_t size = il_read_compressed(&reader);
        if (reader.bad || size > (size_t)(reader.end - reader.next) || size < length ||
            memcmp(reader.next, friend->name, length) != 0)
            continue;
        if (size == length || reader.next[length] == ',' || reader.next[length] == ' ')
            return true;
    }
    return false;
}

static bool same_assembly(const struct type *from, const struct type *owner) {
    return from->module == owner->module || is_friend(owner->module, from->module);
}

/* Whether from is owner or nested in it. */
static bool is_inside(const struct type *from, const struct type *owner) {
    for (const struct type *t = from->definition; t; t = t->enclosing) {
        if (t->definition == owner->definition)
            return true;
    }
    return false;
}

/* Whether type implements an instance of the interface. */
static bool implements(const struct type *type, const struct type *interface) {
    il_error err;
    if (interface->kind != TYPE_INTERFACE ||
        type_prepare((struct type *)(uintptr_t)type, &err) != IL_OK)
        return false;
    for (uint32_t i = 0; i < type->interface_count; i++) {
        if (type->interfaces[i].interface->definition == interface->definition)
            return true;
    }
    return false;
}

/* Whether from, or a type around it, is owner or derived from it. */
static bool is_family(const struct type *from, const struct type *owner) {
    for (const struct type *t = from; t; t = t->enclosing) {
        if (implements(t, owner))
            return true;
        for (const struct type *base = t; base; base = base->parent) {
            if (base->definition == owner->definition)
                return true;
        }
    }
    return false;
}

static bool can_access_member(const struct type *from, const struct type *owner, unsigned access) {
    switch (access) {
    case IN_MODULE: return from->module == owner->module;
    case PRIVATE: return is_inside(from, owner);
    case FAMILY_AND_ASSEMBLY: return is_family(from, owner) && same_assembly(from, owner);
    case ASSEMBLY: return same_assembly(from, owner);
    case FAMILY: return is_family(from, owner) || is_inside(from, owner);
    case FAMILY_OR_ASSEMBLY:
        return same_assembly(from, owner) || is_family(from, owner) || is_inside(from, owner);
    default: return true;
    }
}

static bool can_access_type(const struct type *from, const struct type *type) {
    static const uint8_t AS_MEMBER[] = {[TYPE_NESTED_PUBLIC] = PUBLIC,
                                        [TYPE_NESTED_PRIVATE] = PRIVATE,
                                        [TYPE_NESTED_FAMILY] = FAMILY,
                                        [TYPE_NESTED_ASSEMBLY] = ASSEMBLY,
                                        [TYPE_NESTED_FAMILY_AND_ASSEMBLY] = FAMILY_AND_ASSEMBLY,
                                        [TYPE_NESTED_FAMILY_OR_ASSEMBLY] = FAMILY_OR_ASSEMBLY};
    for (; type->enclosing; type = type->enclosing) {
        if (!can_access_member(from, type->enclosing,
                               AS_MEMBER[type->flags & TYPE_VISIBILITY_MASK]))
            return false;
    }
    return (type->flags & TYPE_VISIBILITY_MASK) != TYPE_NOT_PUBLIC || same_assembly(from, type);
}

bool ldr_can_access(const struct type *from, const struct type *owner, uint16_t member_flags) {
    unsigned access = member_flags & METHOD_ACCESS_MASK;
    if (from->access_as) /* a DynamicMethod */
        from = from->access_as;
    if (!owner->module || from->module == from->rt->corlib || is_inside(from, owner))
        return true;
    return can_access_member(from, owner, access) && can_access_type(from, owner);
}

bool ldr_can_override(const struct type *from, const struct method *method) {
    return !(method->flags & METHOD_STRICT) ||
           can_access_member(from, method->owner, method->flags & METHOD_ACCESS_MASK);
}
