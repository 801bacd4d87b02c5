/* Marshalling: how values cross between managed code and native code (II.15.5.4).
 *
 * A struct marshal says how one value is kept on both sides: a parameter, a result, a field or an
 * array element. A marshal_plan has one for each parameter of a signature, with the libffi call
 * interface. Both are made once (plan.c, layout.c) and then only read; they live in the runtime's
 * pool. The conversions (convert.c) go through a table with a row per marshal_kind. */
#ifndef CLARET_MARSHAL_H
#define CLARET_MARSHAL_H

#include <ffi.h>

#include "runtime/exec/exec.h"
#include "runtime/interop/native_memory.h"

/* MARSHAL_KIND(name): see marshal_kinds.def for what each means. */
typedef enum marshal_kind {
#define MARSHAL_KIND(name, to_native, to_managed, update, release) MARSHAL_##name,
#include "runtime/interop/marshal_kinds.def"
#undef MARSHAL_KIND
    MARSHAL_KIND_COUNT
} marshal_kind;

struct native_layout;

struct marshal {
    uint8_t kind;             /* marshal_kind */
    uint8_t text;             /* text_form, of strings and builders */
    bool is_signed;           /* BOOL of two bytes: VARIANT_TRUE is -1 */
    uint32_t size, alignment; /* in native memory */
    struct type *type;        /* the managed value's */
    ffi_type *ffi;
    const struct marshal *element;      /* arrays */
    uint32_t count;                     /* SizeConst, of arrays and fixed strings */
    int32_t count_param;                /* SizeParamIndex: number of the parameter; -1: none */
    const struct native_layout *layout; /* STRUCT, OBJECT, EMBEDDED */
    struct module *module;              /* CUSTOM: where its names are looked up: */
    const char *custom, *cookie;        /* the marshaller's type, and its argument */
};

static inline bool marshal_is_array(const struct type *type) {
    return type->kind == TYPE_SZARRAY || type->kind == TYPE_ARRAY;
}

/* ---- layout.c: structures and formatted classes (II.10.1.2, II.10.7) ---- */

struct native_field {
    const struct field *field;
    uint32_t managed_offset; /* from the value's start, of classes from the object's */
    uint32_t offset;         /* in native memory */
    struct marshal value;
};

struct native_layout {
    struct type *type;
    uint32_t size, alignment;
    bool blittable; /* the same bytes on both sides, from the first field on */
    uint32_t first; /* managed offset of the first byte: 0, or OBJECT_HEADER */
    uint32_t field_count;
    struct native_field *fields; /* of base classes first */
    ffi_type ffi;                /* as an argument passed by value */
    ffi_type *elements[3];
};

/* ---- plan.c: signatures ---- */

struct marshal_param {
    struct marshal value;
    uint32_t slot;  /* the first of the managed argument */
    uint32_t place; /* the first of the native value in native_call's room */
    bool by_ref, in, out;
    bool direct;   /* the slot holds what native code gets */
    uint32_t copy; /* the first slot of a reference's target in callback's room */
};

struct marshal_plan {
    const struct method *method;
    ffi_cif cif;
    struct marshal_param result; /* kind BITS of size 0 for void */
    uint32_t param_count;
    bool hresult;        /* native code returns an HRESULT, the result through its last argument */
    bool set_last_error; /* errno is kept */
    bool direct;         /* no argument needs converting */
    uint32_t arg_slots;  /* managed: what the signature takes, this not counted */
    uint32_t room;       /* slots that native_call needs */
    uint32_t managed_result; /* the first of the result in that room; result.place: as native code
                              * gives it */
    uint32_t copies;         /* slots of all copies */
    ffi_type **types;        /* of the native arguments */
    struct marshal_param params[];
};

/* Where a failure to plan comes from: exception is a class in namespace System, error.text its
 * message; NULL when it is one of exec_throw_error. */
struct marshal_failure {
    const char *exception;
    il_error error;
};

/* What a DllImport or a delegate type says about all of a signature. */
struct marshal_options {
    uint32_t char_set; /* PINVOKE_CHARS_* */
    bool preserve_sig, set_last_error;
    bool variadic; /* parameters from fixed_count on are variable arguments */
    uint32_t fixed_count;
    uint32_t hidden_count; /* of the last parameters, which native code does not get */
};
enum { PINVOKE_CHARS_ANSI = 2, PINVOKE_CHARS_UNICODE = 4, PINVOKE_CHARS_AUTO = 6 };

/* The plan of a method: a P/Invoke, or a delegate's Invoke (without this). NULL, with failure
 * filled, for what cannot be marshalled: the message names the method and the parameter. Under
 * exec_lock. */
const struct marshal_plan *marshal_plan_of(struct method *method,
                                           const struct marshal_options *options,
                                           struct marshal_failure *failure);
/* The parameter that tells how many elements the array has (SizeParamIndex), NULL when none does;
 * and their number, when that parameter's argument is at place. */
const struct marshal_param *marshal_count_param(const struct marshal_plan *plan,
                                                const struct marshal *array);
int64_t marshal_count(const struct marshal *array, const struct marshal_param *param,
                      const void *place);
/* Leaves the exception pending. */
void marshal_throw(struct thread *thread, const struct marshal_failure *failure);

/* The native layout of a value type or class, made once. NULL with failure filled when it has none.
 * Under exec_lock. */
const struct native_layout *marshal_layout(struct type *type, struct marshal_failure *failure);

/* How a value of type is marshalled. token: the Param or Field whose descriptor (II.23.4) is to be
 * followed, 0 for none. Fills *out; false with failure filled. Under exec_lock. */
typedef enum marshal_place { PLACE_PARAM, PLACE_RESULT, PLACE_FIELD } marshal_place;
struct marshal_request {
    struct module *module;
    uint32_t token;
    uint32_t char_set;
    marshal_place place;
};
bool marshal_choose(const struct marshal_request *request, struct type *type, struct marshal *out,
                    struct marshal_failure *failure);

/* Fills failure, with MarshalDirectiveException and a message or with what a lack of memory is;
 * returns false. */
bool marshal_no_memory(struct marshal_failure *failure);
bool marshal_refuse(struct marshal_failure *failure, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* ---- convert.c: values ---- */

/* One crossing: what it has borrowed is given back by marshal_close. */
struct marshal_scope {
    struct thread *thread;
    bool lends;         /* native memory is borrowed, and nothing has to be released */
    native_owner owner; /* of native memory that is not */
    int64_t count;      /* elements of the array that comes back; negative: not known */
    struct marshal_block *blocks;
};

/* Each reads or writes a managed value of marshal->type at managed (a slot will do) and size bytes
 * at native. False with an exception pending. */
bool marshal_to_native(struct marshal_scope *scope, const struct marshal *marshal, void *native,
                       const void *managed);
bool marshal_to_managed(struct marshal_scope *scope, const struct marshal *marshal, void *managed,
                        const void *native);
/* Changes an array, a builder or an object as native code has changed what it was passed as. */
bool marshal_update(struct marshal_scope *scope, const struct marshal *marshal, const void *managed,
                    const void *native);
/* Frees what marshal_to_native has allocated, or what native code has put in its place. */
void marshal_release(struct marshal_scope *scope, const struct marshal *marshal, void *native,
                     const void *managed);

/* The fields of a value or object whose first byte is at base. */
bool layout_to_native(struct marshal_scope *scope, const struct native_layout *layout, void *native,
                      const char *base);
bool layout_to_managed(struct marshal_scope *scope, const struct native_layout *layout, char *base,
                       const void *native);
void layout_release(struct marshal_scope *scope, const struct native_layout *layout, void *native);

/* Memory until marshal_close; NULL with OutOfMemoryException pending. */
void *marshal_borrow(struct marshal_scope *scope, size_t size);
/* To be released (SafeHandle.DangerousRelease) at the end; false as above. */
bool marshal_borrow_handle(struct marshal_scope *scope, struct object *safe_handle);
/* Keeps a pending exception pending. */
void marshal_close(struct marshal_scope *scope);

#endif
