/* Narrow questions about runtime objects, for consumers outside runtime/ such as the profiler.
 *
 * Pointers are the runtime's and live as long as it does, but those to threads. rt_is_* answer for
 * any value whatever, without touching the memory behind it, so that an ID from a plug-in can be
 * checked first. All of it may be called on any thread, managed or native. "Takes the lock": waits
 * for threads that load or compile, so not while the world is stopped (rt_stops_world). */
#ifndef CLARET_RT_QUERY_H
#define CLARET_RT_QUERY_H

#include "il.h"
#include "runtime/rt_events.h"
#include <pthread.h>

struct mem_arena;

bool rt_is_module(const struct runtime *rt, const void *pointer);
bool rt_is_type(const struct runtime *rt, const void *pointer);
bool rt_is_method(const struct runtime *rt, const void *pointer);

/* ---- Modules (each is also its assembly) ---- */
uint32_t rt_module_count(const struct runtime *rt);
struct module *rt_module_at(const struct runtime *rt, uint32_t index);
const char *rt_module_path(const struct module *module);
const char *rt_module_assembly_name(const struct module *module); /* "mscorlib" */
const uint8_t *rt_module_base(const struct module *module);       /* NULL for a dynamic one */
/* Whether it is made by System.Reflection.Emit. Its metadata grows while the program runs. */
bool rt_module_is_dynamic(const struct module *module);
il_module *rt_module_il(const struct module *module);
struct mem_arena *rt_module_arena(const struct module *module);
bool rt_module_is_loaded(const struct module *module); /* after module_load_finished */

/* ---- Types ---- */
struct module *rt_type_module(const struct type *type); /* NULL for arrays, pointers ... */
uint32_t rt_type_token(const struct type *type);        /* TypeDef token, 0 when none */
struct type *rt_type_parent(const struct type *type);
uint32_t rt_type_arg_count(const struct type *type);
struct type *rt_type_arg(const struct type *type, uint32_t index);
/* For arrays: element type and rank (1 for vectors); returns false for anything else. */
bool rt_type_array(const struct type *type, il_element *element, struct type **element_type,
                   uint32_t *rank);
/* The loaded type of a TypeDef token (not an instantiation); NULL when not loaded or bad. Takes the
 * lock. */
struct type *rt_type_from_token(struct module *module, uint32_t token);

/* Bytes an object of the type takes, its header included; of a value type, the value. */
uint32_t rt_type_size(const struct type *type);
/* The instance field that the type itself declares at this place in its list: FieldDef token, and
 * offset from the object's start (of a value type: from the value's). False when there is none. */
bool rt_type_field(const struct type *type, uint32_t index, uint32_t *token, uint32_t *offset);

/* ---- Methods ---- */
struct module *rt_method_module(const struct method *method);
uint32_t
rt_method_token(const struct method *method); /* MethodDef token, 0 for run-time made ones */
struct type *rt_method_owner(const struct method *method);
uint32_t rt_method_arg_count(const struct method *method); /* generic arguments */
struct type *rt_method_arg(const struct method *method, uint32_t index);
struct method *rt_method_from_token(struct module *module, uint32_t token); /* takes the lock */

/* Arguments, `this` first: how many, and the slot of 8 bytes that one begins in and its size in
 * bytes. A value type lies there with its memory layout, an integer in the low bytes. Of a method
 * that was prepared. */
uint32_t rt_argument_count(const struct method *method);
void rt_argument(const struct method *method, uint32_t index, uint32_t *slot, uint32_t *size);
uint32_t rt_result_size(const struct method *method); /* 0: void */

/* ---- Bodies ---- */
/* The body in force for a MethodDef token: one set by rt_set_body, else the image's. out is filled
 * on IL_OK. Errors as il_method_body. */
il_status rt_get_body(struct module *module, uint32_t token, il_body *out, il_error *err);
/* From now on token's body is the one whose header is at start; it is read when the method is next
 * prepared and must live as long as the module. limit is how many bytes may be read from start.
 * Errors: IL_BAD_METADATA (no such MethodDef), IL_OUT_OF_MEMORY. The body itself is not looked at.
 * Takes the lock. */
il_status rt_set_body(struct module *module, uint32_t token, const uint8_t *start, size_t limit,
                      il_error *err);

/* From the next call on a MethodDef runs a new version, whose body is asked for then
 * (rejit_parameters), or, reverted, the original again; activations that run stay as they are.
 * IL_BAD_METADATA, IL_OUT_OF_MEMORY. Take the lock. */
il_status rt_request_rejit(struct module *module, uint32_t token, il_error *err);
il_status rt_revert(struct module *module, uint32_t token, il_error *err);
/* In rejit_parameters: the body of the version, copied. Without it, it is the original one. */
il_status rt_set_rejit_body(struct module *module, uint32_t token, const uint8_t *start,
                            size_t size, il_error *err);

/* Room for what the rows of a table mean, up to a row; before il_grow_row adds it to the module's
 * metadata. False when memory is short. Takes the lock. */
bool rt_reserve_rows(struct module *module, il_table table, uint32_t row);

/* ---- Objects and threads ---- */
struct type *rt_object_type(const struct object *object);
size_t rt_object_size(const struct object *object); /* its header included */
/* Fills threads with at most capacity managed threads; returns how many there are. */
uint32_t rt_list_threads(struct runtime *rt, struct thread **threads, uint32_t capacity);
/* Whether pointer is a managed thread, and what the system calls it. It may end at any time. */
bool rt_find_thread(struct runtime *rt, const void *pointer, uint32_t *os_id, pthread_t *native);
struct thread *rt_current_thread(const struct runtime *rt); /* NULL on a native thread */
uint32_t rt_thread_os_id(const struct thread *thread);      /* on that thread */
/* Whether the calling thread has stopped the managed ones: what takes the runtime's lock would wait
 * for ever, as one of them may hold it. */
bool rt_stops_world(const struct runtime *rt);
/* Whether it has done so for a collection. */
bool rt_is_collecting(const struct runtime *rt);
/* Calls visit for the activations on a thread's stack, innermost first, until it returns false.
 * method NULL: native code called in here, or what is hidden. The thread is the calling one, or the
 * caller has stopped the world. */
void rt_walk_stack(struct thread *thread,
                   bool (*visit)(void *data, struct method *method, const void *ip), void *data);

/* ---- Stopping the managed threads ---- */

/* Stops all but the calling one, which may be native, until rt_resume on the same thread. False
 * when memory is short. Not while it has stopped them already. */
bool rt_suspend(struct runtime *rt);
void rt_resume(struct runtime *rt);
/* Collects the whole heap, as GC.Collect does, on a native thread. False when memory is short. */
bool rt_collect(struct runtime *rt);

/* ---- Strings ---- */

/* Offsets from the object's start: GetStringLayout2. */
uint32_t rt_string_length_offset(void);
uint32_t rt_string_chars_offset(void);

#endif
