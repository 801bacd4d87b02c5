/* Ephemerons: arrays of keys and values in which a value is reached only through its key.
 *
 * While marking, an array of them is put on a list instead of being looked into. When nothing else
 * is left to mark, the values of the marked keys are marked, which may reach more keys, until that
 * finds nothing new. When the list has overflowed, the arrays are looked for among all marked
 * objects. */
#include "runtime/gc/gc_internal.h"

enum { KEY, VALUE }; /* places in element_offsets */

typedef struct visit {
    gc_heap *gc;
    void (*pair)(struct visit *v, void **key, void **value);
    bool found;
} visit;

static void visit_array(void *data, void *object, size_t size) {
    (void)size;
    visit *v = data;
    const gc_type *type = gc_type_of(object);
    int32_t length;
    if (!type->ephemerons)
        return;
    memcpy(&length, (uint8_t *)object + v->gc->host.length_offset, sizeof length);
    uint8_t *element = (uint8_t *)object + v->gc->host.data_offset;
    for (int32_t i = 0; i < length; i++, element += type->element_size)
        v->pair(v, (void **)(element + type->element_offsets[KEY]),
                (void **)(element + type->element_offsets[VALUE]));
}

static void visit_arrays(visit *v) {
    gc_mark_stack *list = &v->gc->ephemerons;
    if (list->overflowed)
        gc_each_marked(v->gc, visit_array, v);
    for (size_t i = 0; !list->overflowed && i < list->count; i++)
        visit_array(v, list->objects[i], 0);
}

static bool is_unmarked(gc_heap *gc, const void *object) {
    return space_owns(&gc->space, object) && !gc_has_mark(object);
}

static void mark_value(visit *v, void **key, void **value) {
    if (!*key || is_unmarked(v->gc, *key) || !*value || !is_unmarked(v->gc, *value))
        return;
    v->found = true;
    gc_mark(v->gc, *value);
}

bool gc_mark_ephemerons(gc_heap *gc) {
    visit v = {gc, mark_value, false};
    visit_arrays(&v);
    return v.found;
}

static void clear_pair(visit *v, void **key, void **value) {
    if (*key && !is_unmarked(v->gc, *key))
        return;
    if (*key)
        *key = v->gc->tombstone;
    *value = NULL;
}

void gc_clear_ephemerons(gc_heap *gc) {
    visit_arrays(&(visit){gc, clear_pair, false});
}
