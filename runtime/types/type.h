/* Types, methods and fields as the running program sees them.
 *
 * A struct type is one exact type: a TypeDef, an instantiation List<int>, an array, a pointer.
 * There is one structure per type, so identity is pointer equality. A method or field of an
 * instantiation is a structure of its own with the signature's type variables replaced. Open types
 * (List<!0>, and the variables !0 and !!0 themselves) exist too, for comparing signatures; they are
 * never laid out.
 *
 * Life of a type, each step done once, when first needed:
 *   created   identity, parent, kind are known
 *   laid out  sizes and offsets of the instance fields (type_lay_out)
 *   prepared  method table, interface map, static storage (type_prepare)
 *   ready     the type initialiser has run (exec_init_type, II.10.5.3)
 *
 * Everything here is allocated from the runtime's pool and lives as long as the runtime. */
#ifndef CLARET_TYPE_H
#define CLARET_TYPE_H

#include "il.h"
#include "runtime/gc/gc.h"
#include "runtime/rt_events.h"

struct code;
struct native_function;
struct native_layout;
union slot;

/* What an IL stack slot, field or element of a type holds (III.1.1, reduced types). */
typedef enum type_storage {
    STORE_VOID,
    STORE_I1,
    STORE_U1,
    STORE_I2,
    STORE_U2,
    STORE_I4,
    STORE_U4,
    STORE_I8, /* also native int, pointers and byrefs */
    STORE_R4,
    STORE_R8,
    STORE_REF,
    STORE_STRUCT
} type_storage;

typedef enum type_kind {
    TYPE_CLASS,
    TYPE_INTERFACE,
    TYPE_VALUE, /* value types, primitives and enums */
    TYPE_SZARRAY,
    TYPE_ARRAY,
    TYPE_POINTER,
    TYPE_BYREF,
    TYPE_FNPTR,
    TYPE_VARIABLE /* VAR and MVAR */
} type_kind;

/* II.23.1.7 */
typedef enum type_variance { INVARIANT, COVARIANT, CONTRAVARIANT } type_variance;

typedef enum type_init_state { INIT_NONE, INIT_RUNNING, INIT_DONE, INIT_FAILED } type_init_state;

/* Flags of the metadata rows (II.23.1.15, II.23.1.5, II.23.1.10, II.23.1.11). */
enum {
    LAYOUT_SEQUENTIAL = 0x08,
    LAYOUT_EXPLICIT = 0x10,
    LAYOUT_MASK = 0x18,
    CLASS_INTERFACE = 0x20,
    CLASS_ABSTRACT = 0x80,
    CLASS_SEALED = 0x100,
    CLASS_IMPORT = 0x1000,
    CLASS_BEFORE_FIELD_INIT = 0x100000,

    FIELD_STATIC = 0x10,
    FIELD_LITERAL = 0x40,
    FIELD_HAS_RVA = 0x100,

    METHOD_FAMILY = 4,
    METHOD_FAMILY_OR_ASSEMBLY = 5,
    METHOD_PUBLIC = 6,
    METHOD_ACCESS_MASK = 7,
    METHOD_STATIC = 0x10,
    METHOD_FINAL = 0x20,
    METHOD_VIRTUAL = 0x40,
    METHOD_NEWSLOT = 0x100,
    METHOD_STRICT = 0x200, /* who may not use it does not override it */
    METHOD_IS_ABSTRACT = 0x400,
    METHOD_RT_SPECIAL_NAME = 0x1000,
    METHOD_PINVOKE = 0x2000,

    IMPL_RUNTIME = 3,
    IMPL_CODE_TYPE = 3,
    IMPL_SYNCHRONIZED = 0x20,
    IMPL_INTERNAL_CALL = 0x1000
};

/* What becomes of a static field's storage when code is about to use it: type_place_static. */
enum field_place { FIELD_UNPLACED, FIELD_SHARED, FIELD_PER_THREAD };

struct field {
    struct type *owner;
    const char *name;
    struct type *type; /* NULL until the owner is laid out; of constants always */
    uint32_t row;      /* in the owner's module */
    uint16_t flags;    /* II.23.1.5 */
    uint32_t offset;   /* from the object's start, for value types from the value's; of
                        * FIELD_PER_THREAD its number: see exec_thread_static */
    void *address;     /* statics: where the value is; with an RVA in the image at first */
    bool is_missing;   /* its class could not be loaded: type stands for it */
    uint8_t place;     /* field_place, of statics */
};

/* One method of one interface as this type implements it. */
struct interface_entry {
    struct type *interface;
    struct method **methods; /* by the interface method's slot; NULL entries are unimplemented */
    uint16_t *levels; /* which class has placed each, where that matters: see interface_map.c */
    bool named;       /* by the type itself */
};

struct type {
    struct gc_type gc;          /* what the collector knows; an object's first word points here */
    struct type *parent;        /* NULL for System.Object, interfaces and variables */
    struct method **vtable;     /* after type_prepare */
    const struct type **supers; /* supers[0] is the root, supers[depth] the type itself */
    uint32_t vtable_size;
    uint32_t depth;
    uint32_t instance_size; /* of an object, header included; of a value type boxed */
    uint32_t value_size;    /* bytes a field or element of this type takes */
    uint32_t alignment;
    uint8_t kind;    /* type_kind */
    uint8_t storage; /* type_storage */
    uint8_t element; /* il_element: I4 for System.Int32, VALUETYPE for enums too */
    bool prepared, has_references, is_enum, is_nullable, is_delegate, has_finalizer;
    bool is_open; /* contains type variables */
    bool before_field_init;
    const struct type *access_as; /* whose rights its code has, see access.c; NULL: its own */
    bool incomplete; /* of a dynamic module, declared but not created: has no members yet */
    uint8_t init;    /* type_init_state */
    uint8_t layout_state, tables_state, prepare_state;
    bool has_base;       /* parent and kind are known */
    const void *builder; /* exec_self of the thread that is at a step: see step.h */
    uint32_t steps;      /* how many it is at */
    struct thread *init_thread;
    struct type *next_rooted; /* in the runtime's list of types that hold references: see roots.c */
    bool rooted;
    struct object *object;       /* its System.RuntimeType, once asked for */
    struct object *init_failure; /* the TypeInitializationException, when INIT_FAILED */

    struct runtime *rt;
    struct module *module; /* NULL for constructed types without a definition */
    uint32_t row;   /* TypeDef row in module; variables: GenericParam row in enclosing's module */
    uint32_t flags; /* II.23.1.15 */
    const char *name_space, *name;
    struct type *enclosing; /* variables: the definition that declares them or their method */

    struct type *definition; /* of an instantiation; otherwise the type itself */
    struct type **args;      /* type arguments; of a generic definition: its variables */
    uint32_t arg_count;
    uint32_t nesting; /* how deep arguments have arguments */
    uint8_t *variance; /* of a generic definition: type_variance per variable; NULL: none varies */

    struct type *element_type; /* arrays, pointers, byrefs; enums: the underlying type */
    uint32_t rank;             /* TYPE_ARRAY; variables: number */
    bool is_method_variable;

    struct field *fields;
    uint32_t field_count;
    struct method **methods; /* in the order of the metadata, each made when it is asked for */
    uint32_t method_count;
    uint32_t first_method; /* MethodDef row of the first; 0: they exist at run time only */
    bool has_generic_methods;
    struct interface_entry *interfaces;
    uint32_t interface_count;
    struct method **array_methods; /* IList<T> and its like: how vectors implement it, by slot */
    struct method *cctor;
    uint8_t *statics;
    uint32_t statics_size;

    struct type *szarray_of, *pointer_of, *byref_of;
    struct type *arrays_of;        /* multi-dimensional arrays of this type, by next_constructed */
    struct type *next_constructed; /* instantiations: in the runtime's hash table */
    uint32_t
        *reference_offsets; /* references in an object, for value types from the value's start */
    uint32_t reference_count;
    struct native_layout *native; /* how it lies in native memory, once asked for: see interop/ */
};

/* A native implementation of an internal call: arguments in slots[0..], the result to slots[0].
 * A managed exception is left pending on the thread. */
typedef void (*native_method)(struct thread *thread, union slot *slots);

typedef enum method_special {
    METHOD_IL,
    METHOD_NATIVE,   /* .native is called */
    METHOD_ABSTRACT, /* no body */
    METHOD_MISSING,  /* an internal call or P/Invoke that is not there */
    METHOD_DELEGATE_CTOR,
    METHOD_DELEGATE_INVOKE
} method_special;

/* Of a type, or of a method. */
#define MAX_TYPE_ARGUMENTS 256

#define METHOD_NO_SLOT UINT32_MAX
/* Behind the declared arguments of a method with variable ones: struct code_varargs *, and the
 * address of their values, each in the slots of its type. */
#define METHOD_VARARG_SLOTS 2

struct method {
    struct type *owner;
    const char *name;
    uint32_t row;   /* MethodDef row in owner->module; 0 for array and other run-time methods */
    uint16_t flags; /* II.23.1.10 */
    uint16_t impl_flags; /* II.23.1.11 */
    uint32_t slot;       /* in the vtable, or in its interface; METHOD_NO_SLOT */
    uint32_t param_count;
    uint32_t arg_slots; /* slots of all arguments, this and hidden ones included */
    uint32_t return_slots;
    uint32_t hotness; /* entries and loop iterations counted before compilation */
    uint8_t special;  /* method_special, known once has_signature */
    uint8_t jit_state;
    uint16_t generic_count;
    bool has_signature, has_this, is_vararg, prepared;
    bool unbox_this; /* instance method of a value type: this is a byref to the value */

    struct type **args; /* generic method: its arguments (the variables for the definition) */
    struct method *definition; /* of an instantiated generic method; otherwise itself */
    struct method *instance; /* of a definition the newest instantiation; of that the one before */
    struct type *return_type;
    struct type **params; /* without this */

    struct code *code; /* register code of the current version; NULL until prepared */
    native_method native;
    struct native_function *native_function; /* a P/Invoke's, once it is bound; a delegate type's
                                              * Invoke: how it calls and is called by native code */
    void *entry; /* what compiled callers call, never NULL; see runtime/jit/jit.h */
    void (*enter)(struct thread *, union slot *); /* compiled: called by the interpreter */
    struct thread *preparer; /* who makes it callable; under the world's lock */
};

static inline bool type_is_reference(const struct type *t) {
    return t->storage == STORE_REF;
}
static inline bool type_is_value(const struct type *t) {
    return t->kind == TYPE_VALUE;
}
static inline uint32_t type_slots(const struct type *t) {
    return t->storage == STORE_STRUCT ? (t->value_size + 7) / 8 + (t->value_size == 0)
                                      : t->storage != STORE_VOID;
}
/* What another thread may be about to set, with all that it points to. */
static inline struct code *method_code(const struct method *m) {
    return __atomic_load_n(&m->code, __ATOMIC_ACQUIRE);
}
static inline bool method_is_prepared(const struct method *m) {
    return __atomic_load_n(&m->prepared, __ATOMIC_ACQUIRE);
}
typedef void method_enter_function(struct thread *, union slot *);
static inline method_enter_function *method_enter(const struct method *m) {
    return __atomic_load_n(&m->enter, __ATOMIC_ACQUIRE);
}
static inline bool method_is_static(const struct method *m) {
    return (m->flags & METHOD_STATIC) != 0;
}
static inline bool method_is_virtual(const struct method *m) {
    return (m->flags & METHOD_VIRTUAL) != 0;
}
static inline bool method_is_abstract(const struct method *m) {
    return (m->flags & METHOD_IS_ABSTRACT) != 0;
}

/* A constant is none, whether it says static or not. */
static inline bool field_is_instance(const struct field *f) {
    return !(f->flags & (FIELD_STATIC | FIELD_LITERAL));
}

/* Lays out the instance fields: sizes and offsets are known afterwards. Errors: IL_NO_TYPE,
 * IL_BAD_METADATA (cyclic layout, missing parts: the text names them), IL_OUT_OF_MEMORY. */
il_status type_lay_out(struct type *type, il_error *err);

/* The layout, the method tables and static storage, those of the base types first. Same errors.
 * Announces class_load_*. */
il_status type_prepare(struct type *type, il_error *err);

/* Resolves the method's signature (params, return type, slots). Same errors. */
il_status method_prepare_signature(struct method *method, il_error *err);

/* Whether the parameters of two methods, whose signatures are prepared, are the same; the variables
 * that generic methods declare count as equal by position. */
bool method_same_params(const struct method *a, const struct method *b);
/* The same with the return type, of methods that need not be prepared. Errors: those of
 * method_prepare_signature. */
il_status method_same_types(struct method *a, struct method *b, bool *same, il_error *err);
/* The same with the name. */
il_status method_same_signature(struct method *a, struct method *b, bool *same, il_error *err);

/* The type that the field's signature names, anew; *is_value: not known to be a class or array.
 * Errors: as type_lay_out, and those of loading an assembly. */
il_status type_resolve_field(struct field *field, struct type **out, bool *is_value, il_error *err);

/* Before a static field is used otherwise than by its data's address: finds out whether each thread
 * has its own ([ThreadStatic]), and gives one with an RVA memory that can be written. Under the
 * runtime's lock. Error: IL_OUT_OF_MEMORY. */
il_status type_place_static(struct field *field, il_error *err);

/* Puts the type on the list of those whose statics and objects are roots of the collector. */
void type_root(struct type *type);

/* Whether a value of type from can be used where to is expected (III.1.8.1.3), for prepared types.
 * Covers the variance of interfaces and delegates, and the generic interfaces of vectors. Prepares
 * element types and type arguments as it needs them; one that cannot be is assignable to nothing.
 */
bool type_is_assignable(const struct type *from, const struct type *to);

/* The method that a virtual call of declared runs on an object of type (which is prepared); NULL
 * when the type does not implement it. */
struct method *type_find_virtual(const struct type *type, const struct method *declared);

/* Members by name. With a signature text of NULL the first one is taken. type_find_method looks at
 * declared methods only; param_count -1 takes any. NULL when there is none. */
struct method *type_find_method(struct type *type, const char *name, int param_count);
struct field *type_find_field(struct type *type, const char *name);

/* Writes the full name as .NET prints it, "System.Collections.Generic.List`1[System.Int32]", cut to
 * fit size and always terminated; returns buffer. */
char *type_name(const struct type *type, char *buffer, size_t size);
/* "Program.Square(Int32)" as stack traces print it. */
char *method_name(const struct method *method, char *buffer, size_t size);

#endif
