/* Values in metadata: constants (II.22.9), and custom attributes with the values of their
 * arguments (II.23.3). */
#include <string.h>

#include "runtime/bcl/emit.h"
#include "runtime/runtime.h"

/* ---- Constants ---- */

void emit_constant(struct emitter *e, uint32_t parent, struct object *value) {
    static const uint8_t NULL_REFERENCE[4] = {0};
    if (!value) {
        il_build_constant(e->build, parent, IL_TYPE_CLASS, (il_blob){NULL_REFERENCE, 4});
        return;
    }
    if (value->type == e->thread->rt->core.string) {
        const struct string *text = (struct string *)value;
        il_build_constant(e->build, parent, IL_TYPE_STRING,
                          (il_blob){(const uint8_t *)text->chars, (size_t)text->length * 2});
        return;
    }
    const struct type *type = value->type->is_enum ? value->type->element_type : value->type;
    if (type->element >= IL_TYPE_BOOLEAN && type->element <= IL_TYPE_R8)
        il_build_constant(e->build, parent, (il_element)type->element,
                          (il_blob){(const uint8_t *)value + OBJECT_HEADER, type->value_size});
}

/* ---- Custom attributes ---- */

static void add_attributes(struct emitter *e, uint32_t parent, struct array *builders,
                           uint32_t first) {
    for (uint32_t i = first; i < emit_count(builders) && !e->thread->exception; i++) {
        struct object *builder = emit_item(builders, i);
        uint32_t constructor = builder ? emit_token(e, emit_get(builder, "ctor"), false) : 0;
        if (constructor && !e->thread->exception)
            il_build_custom_attribute(e->build, parent, constructor,
                                      emit_bytes(emit_get_array(builder, "data")));
    }
}

void emit_attributes(struct emitter *e, uint32_t parent, struct array *builders) {
    add_attributes(e, parent, builders, 0);
}

void emit_new_attributes(struct emitter *e, uint32_t parent, struct array *builders) {
    uint32_t rows = il_build_rows(e->build, IL_CustomAttribute), there = 0;
    for (uint32_t row = 1; row <= rows; row++)
        there += il_build_get(e->build, IL_CustomAttribute_Parent, row) == parent;
    add_attributes(e, parent, builders, there);
}
