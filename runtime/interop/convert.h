/* The functions that marshal_kinds.def names: see marshal_to_native and its kin, which call them.
 * Internal to runtime/interop/. */
#ifndef CLARET_CONVERT_H
#define CLARET_CONVERT_H

#include "runtime/interop/marshal.h"

#define MARSHAL_KIND(name, to_native, to_managed, update, release)                                 \
    bool convert_##to_native(struct marshal_scope *, const struct marshal *, void *,               \
                             const void *);                                                        \
    bool convert_##to_managed(struct marshal_scope *, const struct marshal *, void *,              \
                              const void *);                                                       \
    bool convert_##update(struct marshal_scope *, const struct marshal *, const void *,            \
                          const void *);                                                           \
    void convert_##release(struct marshal_scope *, const struct marshal *, void *, const void *);
#include "runtime/interop/marshal_kinds.def"
#undef MARSHAL_KIND

/* Heads of their definitions, most of which need only some of the arguments. */
#define TO_NATIVE(name)                                                                            \
    bool convert_##name##_to_native(__attribute__((unused)) struct marshal_scope *scope,           \
                                    __attribute__((unused)) const struct marshal *marshal,         \
                                    void *native, const void *managed)
#define TO_MANAGED(name)                                                                           \
    bool convert_##name##_to_managed(__attribute__((unused)) struct marshal_scope *scope,          \
                                     __attribute__((unused)) const struct marshal *marshal,        \
                                     void *managed, const void *native)
#define UPDATE(name)                                                                               \
    bool convert_##name##_update(__attribute__((unused)) struct marshal_scope *scope,              \
                                 __attribute__((unused)) const struct marshal *marshal,            \
                                 const void *managed, const void *native)
#define RELEASE(name)                                                                              \
    void convert_##name##_release(__attribute__((unused)) struct marshal_scope *scope,             \
                                  __attribute__((unused)) const struct marshal *marshal,           \
                                  __attribute__((unused)) void *native,                            \
                                  __attribute__((unused)) const void *managed)

/* The reference at a managed location, the pointer at a native one. */
static inline struct object *convert_object_at(const void *managed) {
    return *(struct object *const *)managed;
}
static inline void *convert_pointer_at(const void *native) {
    return *(void *const *)native;
}

/* Memory for native code as the scope says, zeroed: borrowed or owned. NULL with an exception
 * pending. */
void *convert_allocate(struct marshal_scope *scope, size_t size);
/* Text for native code, the same way. */
void *convert_new_text(struct marshal_scope *scope, text_form form, const uint16_t *chars,
                       int32_t length);

#endif
