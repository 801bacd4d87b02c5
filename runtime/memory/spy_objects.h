/* What the shipped spies know of managed objects: which are live, of what type, and the managed
 * call stack that allocated each.
 *
 * Types and methods go with their runtime, so their names are taken at once, and once for each type
 * and stack. All memory comes from the operating system. All calls come under the spy lock. */
#ifndef CLARET_SPY_OBJECTS_H
#define CLARET_SPY_OBJECTS_H

#include "runtime/memory/addr_map.h"
#include "runtime/memory/call_stack.h"
#include "runtime/memory/spy_object.h"

/* Part of the spy; all zero is the start. */
typedef struct spy_objects {
    addr_map live;        /* address to size and site, packed */
    addr_map type_names;  /* type to text, of heaps that are there */
    call_sites sites;     /* the type's name, then the frames */
    addr_map stack_texts; /* call_site to text */
    os_pool texts;
} spy_objects;

/* The name of the object's type, valid as long as the spy; "?" when memory is short. */
const char *spy_objects_type(spy_objects *objects, const spy_object *object);

/* Notes a new object, with its call stack or without. False when memory is short. */
bool spy_objects_add(spy_objects *objects, const spy_object *object, const void *address,
                     size_t size, bool with_stack);

/* Forgets an object and returns its size; false when it is older than the spy. *type_name is that
 * of its type. One that goes with its heap still counts as live in spy_objects_report. */
bool spy_objects_remove(spy_objects *objects, const void *address, bool heap_ends, size_t *size,
                        const char **type_name);

/* A heap has ended: its types may be gone. */
void spy_objects_forget_types(spy_objects *objects);

/* Writes how many objects live, and each type and stack of theirs, those with most bytes first. */
void spy_objects_report(const spy_objects *objects, FILE *out);

void spy_objects_fini(spy_objects *objects);

#endif
