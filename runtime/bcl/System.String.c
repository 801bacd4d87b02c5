/* System.String: allocation and interning; the rest is managed. */
#include "runtime/bcl/bcl.h"

void bcl_string_allocate(struct thread *thread, union slot *slots) {
    if (slots[0].i4 < 0)
        exec_throw(thread, "ArgumentOutOfRangeException", NULL);
    else
        slots[0].p = exec_new_string(thread, slots[0].i4);
}

void bcl_string_intern(struct thread *thread, union slot *slots) {
    const struct string *s = slots[0].p;
    slots[0].p = exec_intern(thread, s->chars, s->length);
}

/* InternalIsInterned(string): the interned one, or null. */
void bcl_string_is_interned(struct thread *thread, union slot *slots) {
    const struct string *s = slots[0].p;
    slots[0].p = exec_find_interned(thread, s->chars, s->length);
}
