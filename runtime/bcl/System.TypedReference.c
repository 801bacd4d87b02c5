/* System.TypedReference and System.ArgIterator: addresses together with their types (I.12.1.1).
 *
 * A TypedReference is three words: its type, the address, and the type again (the class library
 * reads the first as a RuntimeTypeHandle and the third as an address). An ArgIterator walks the
 * hidden arguments of a method with variable ones: see METHOD_VARARG_SLOTS. */
#include "runtime/bcl/bcl.h"

struct typed_reference {
    struct type *type;
    void *address;
    struct type *type_again;
};

/* The class library's fields. */
struct arg_iterator {
    const struct code_varargs *signature;
    union slot *next; /* the value that is read next */
    int32_t next_number;
    int32_t count;
};

/* ---- System.TypedReference ---- */

void bcl_reference_make(struct thread *thread, union slot *slots) {
    struct typed_reference *result = slots[0].p;
    char *address = slots[1].p;
    const struct array *fields = slots[2].p;
    struct type *type = bcl_type_of(slots[3].o);
    bool in_object = true;
    if (!address || !fields || !type) {
        exec_throw(thread, "ArgumentNullException", NULL);
        return;
    }
    for (int32_t i = 0; i < fields->length; i++) {
        const struct field *field = ((struct field *const *)fields->data)[i];
        /* Later fields are those of a value inside the one before. */
        if (in_object && type_is_value(field->owner))
            address += OBJECT_HEADER;
        address += field->offset;
        in_object = false;
    }
    *result = (struct typed_reference){type, address, type};
}

void bcl_reference_to_object(struct thread *thread, union slot *slots) {
    const struct typed_reference *reference = slots[0].p;
    if (!reference || !reference->type) {
        exec_throw(thread, "ArgumentException", NULL);
        return;
    }
    slots[0].o = bcl_box(thread, reference->type, reference->address);
}

/* Where the field is in what the reference is to, a value or an object of its class; NULL with an
 * exception pending. */
static void *field_place(struct thread *thread, const struct field *field,
                         const struct typed_reference *reference) {
    struct type *owner = field->owner;
    char *address = reference->address;
    il_error err;
    if (type_prepare(owner, &err) != IL_OK) {
        exec_throw_error(thread, &err);
        return NULL;
    }
    if (field->flags & FIELD_STATIC)
        return exec_init_type(thread, owner) ? field->address : NULL;
    if (!type_is_value(owner))
        address = *(char **)reference->address;
    if (address && type_is_assignable(reference->type, owner))
        return address + field->offset;
    exec_throw(thread, "ArgumentException", "the field is not one of what the reference is to");
    return NULL;
}

/* RuntimeFieldHandle.GetValueDirect(field, its type, reference, class). */
void bcl_field_get_direct(struct thread *thread, union slot *slots) {
    const struct field *field = *(struct field **)bcl_field(slots[0].o, "fhandle");
    const void *place = field_place(thread, field, slots[2].p);
    slots[0].o = place ? bcl_box(thread, field->type, place) : NULL;
}

/* RuntimeFieldHandle.SetValueDirect(field, its type, reference, value, class). */
void bcl_field_set_direct(struct thread *thread, union slot *slots) {
    const struct field *field = *(struct field **)bcl_field(slots[0].o, "fhandle");
    void *place = field_place(thread, field, slots[2].p);
    if (place && !bcl_unbox(thread, field->type, place, slots[3].o) && !thread->exception)
        exec_throw(thread, "ArgumentException", "the value is not of the field's type");
}

/* ---- System.ArgIterator ---- */

void bcl_arguments_start(struct thread *thread, union slot *slots) {
    struct arg_iterator *iterator = slots[0].p;
    const union slot *hidden = slots[1].p;
    if (!hidden) {
        exec_throw(thread, "ArgumentException", NULL);
        return;
    }
    iterator->signature = hidden[0].p;
    iterator->next = hidden[1].p;
    iterator->next_number = 0;
    iterator->count = (int32_t)iterator->signature->count;
}

static void take(struct arg_iterator *iterator, struct typed_reference *out) {
    struct type *type = iterator->signature->types[iterator->next_number++];
    *out = (struct typed_reference){type, iterator->next, type};
    iterator->next += type_slots(type);
}

void bcl_arguments_next(struct thread *thread, union slot *slots) {
    struct arg_iterator *iterator = slots[0].p;
    (void)thread;
    take(iterator, slots[1].p);
}

/* The next argument of that type; those before it are left out. */
void bcl_arguments_next_of(struct thread *thread, union slot *slots) {
    struct arg_iterator *iterator = slots[0].p;
    struct typed_reference *out = slots[1].p;
    const struct type *wanted = slots[2].p;
    while (iterator->next_number < iterator->count) {
        take(iterator, out);
        if (out->type == wanted)
            return;
    }
    exec_throw(thread, "InvalidOperationException", NULL);
}

void bcl_arguments_next_type(struct thread *thread, union slot *slots) {
    const struct arg_iterator *iterator = slots[0].p;
    (void)thread;
    slots[0].p = iterator->signature->types[iterator->next_number];
}
