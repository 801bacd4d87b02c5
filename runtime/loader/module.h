/* Modules, and what their tokens mean.
 *
 * A module owns the arena that its image lies in, and tables that turn rows into types, methods and
 * fields once. Resolution of anything generic takes a context: the arguments of the type and of the
 * method whose code or signature is being read; a NULL context leaves variables open. */
#ifndef CLARET_MODULE_H
#define CLARET_MODULE_H

#include "il.h"
#include "runtime/types/type.h"

struct mem_arena;

/* A body set by rt_set_body; never changed. */
struct body_override {
    const uint8_t *start;
    size_t limit; /* bytes that may be read from there */
};

/* By MethodDef row; replaced by a larger one when the module grows. */
struct body_overrides {
    uint32_t count;
    const struct body_override *rows[]; /* NULL for most; atomic */
};

/* How much the tables of a module have room for, in rows and the row 0. */
struct module_room {
    uint32_t types, type_refs, variables, assembly_refs;
};

/* How far a module is told of: exec/announce.h. */
typedef enum module_state { MODULE_LOADING, MODULE_LOADED, MODULE_ANNOUNCED } module_state;

struct module {
    struct runtime *rt;
    il_module *il;
    struct mem_arena *arena;
    const char *name;        /* assembly name */
    module_state state;      /* atomic */
    const void *announcer;   /* exec_self of the thread that tells of it; atomic */
    bool initialised;        /* its <Module> has no initialiser, or that has run; atomic */
    uint8_t wraps;           /* what handlers see of objects that are no exceptions: wrapped.c */
    bool hidden;             /* holds DynamicMethods: in no list, and unknown to profilers */
    struct type **types;     /* by TypeDef row */
    struct type **type_refs; /* by TypeRef row */
    struct type **variables; /* by GenericParam row; NULL until the first one is named */
    struct module **assembly_refs;
    struct module_room room;
    struct body_overrides *bodies;  /* NULL until the first one is set; atomic */
    struct rejit *rejits;           /* exec/rejit.h; atomic */
    struct dynamic_module *dynamic; /* of a module made at run time, see dynamic.h; else NULL */
};

static inline module_state module_state_of(const struct module *module) {
    return __atomic_load_n(&module->state, __ATOMIC_ACQUIRE);
}

/* What the class library wants to know of loading, on the thread that loads. Both may run managed
 * code; either may be NULL. */
struct ldr_hooks {
    /* The assembly that row of requester's AssemblyRef table names is nowhere: one to stand in for
     * it, or NULL. In a pause of the runtime's lock (exec_pause_lock). */
    struct module *(*missing)(struct module *requester, uint32_t row);
    /* Once the module is told of, with no lock held. */
    void (*loaded)(struct module *module);
};

struct generic_context {
    struct type *const *type_args;
    uint32_t type_arg_count;
    struct type *const *method_args;
    uint32_t method_arg_count;
};

/* The context of code and signatures in method, or of the members of type. */
struct generic_context ldr_method_context(const struct method *method);
struct generic_context ldr_type_context(const struct type *type);

/* Loads the assembly file at path into the runtime, or gives the loaded one of the same path.
 * Announces module_load_*. Errors: those of il_module_open. */
il_status ldr_load_file(struct runtime *rt, const char *path, struct module **out, il_error *err);

/* Loads an assembly by its simple name: next to the program, then in each folder of the runtime's
 * search path, then among Mono's facades, then the newest version in Mono's cache of assemblies.
 * Errors: IL_FILE_ERROR (the text names the assembly and the package or variable that would bring
 * it). */
il_status ldr_load_assembly(struct runtime *rt, const char *name, struct module **out,
                            il_error *err);

/* Loads an image that lies in memory, which is copied. Same announcements; errors: those of
 * il_module_open_image. */
il_status ldr_load_bytes(struct runtime *rt, const void *image, size_t size, struct module **out,
                         il_error *err);

/* Loads what row of requester's AssemblyRef table names: as ldr_load_assembly does, then from the
 * requester's folder, then by asking the missing hook. Errors: those of ldr_load_assembly. */
il_status ldr_load_reference(struct module *requester, uint32_t row, struct module **out,
                             il_error *err);

/* The body that was set last in place of the image's, NULL when none was; on any thread. */
const struct body_override *ldr_body_override(const struct module *module, uint32_t row);
il_status ldr_override_body(struct module *module, uint32_t row, const uint8_t *start, size_t limit,
                            il_error *err);

/* Adds a module that is ready to the runtime's and announces it. Under the runtime's lock.
 * IL_OUT_OF_MEMORY. */
il_status ldr_add_module(struct module *module, il_error *err);

void ldr_unload(struct module *module);

/* For a module whose image is open: its name, and room for what its tokens mean. */
il_status ldr_allocate_tables(struct module *module, il_error *err);
/* Room for a table's rows up to a number, of a module that grows; to be made before they are there.
 * Under the runtime's lock. False when memory is short. */
bool ldr_reserve_rows(struct module *module, il_table table, uint32_t row);

/* Tokens to runtime objects. All of them: IL_BAD_METADATA (err->token and text say what is
 * missing), IL_OUT_OF_MEMORY, or the errors of loading an assembly. */
il_status ldr_type_def(struct module *module, uint32_t row, struct type **out, il_error *err);
il_status ldr_type(struct module *module, uint32_t token, const struct generic_context *context,
                   struct type **out, il_error *err);
il_status ldr_sig_type(struct module *module, const il_type *sig,
                       const struct generic_context *context, struct type **out, il_error *err);
/* MethodDef, MemberRef or MethodSpec. */
il_status ldr_method(struct module *module, uint32_t token, const struct generic_context *context,
                     struct method **out, il_error *err);
il_status ldr_field(struct module *module, uint32_t token, const struct generic_context *context,
                    struct field **out, il_error *err);
/* The type <Module> when it has an initialiser, which comes before all else of the module that runs
 * (II.10.5.3.2), and it has not run yet; otherwise NULL. Errors: as ldr_type_def. */
il_status ldr_uninitialised_globals(struct module *module, struct type **out, il_error *err);

/* access.c: whether code of a method of type from may use a member of owner that has these flags
 * (fields and methods have their access in the same bits). mscorlib's code may use anything. */
bool ldr_can_access(const struct type *from, const struct type *owner, uint16_t member_flags);
/* Whether a virtual method of type from that looks like one of a base class overrides it. */
bool ldr_can_override(const struct type *from, const struct method *method);

/* The signature at a call: calli's StandAloneSig, or a MemberRef, which adds variable arguments to
 * those that the method declares. */
struct call_signature {
    uint8_t convention; /* the whole first byte, II.23.2.3 */
    struct type *return_type;
    struct type **params;           /* in the runtime's pool */
    uint32_t param_count, sentinel; /* params from sentinel on are variable arguments */
};
il_status ldr_call_signature(struct module *module, uint32_t token,
                             const struct generic_context *context, struct call_signature *out,
                             il_error *err);
/* A local-variable signature. */
il_status ldr_locals(struct module *module, uint32_t token, const struct generic_context *context,
                     struct type ***out, uint32_t *count, il_error *err);

/* A type of the module by name, also one that it forwards to another assembly (II.22.14). Errors:
 * IL_NO_TYPE, and those of loading the assembly. */
il_status ldr_exported_type(struct module *module, const char *name_space, const char *name,
                            struct type **out, il_error *err);

/* Constructed types. */
il_status ldr_instantiate(struct type *definition, struct type *const *args, uint32_t count,
                          struct type **out, il_error *err);
il_status ldr_instantiate_method(struct method *definition, struct type *const *args,
                                 uint32_t count, struct method **out, il_error *err);
/* The type with the context's arguments in the place of the variables of a type. */
il_status ldr_substitute(struct type *type, const struct generic_context *context,
                         struct type **out, il_error *err);
/* The variable of a number without an owner: what a signature has when it is read without a
 * context. */
il_status ldr_variable(struct runtime *rt, bool of_method, uint32_t number, struct type **out,
                       il_error *err);
/* The variables that a generic type declares, or with token a MethodDef one of its methods: an
 * array of the pool, not there when there are none. */
il_status ldr_variables_of(struct type *owner, uint32_t token, struct type ***out, uint32_t *count,
                           il_error *err);
il_status ldr_array_of(struct type *element, uint32_t rank, bool vector, struct type **out,
                       il_error *err);
il_status ldr_pointer_to(struct type *element, struct type **out, il_error *err);
il_status ldr_byref_to(struct type *element, struct type **out, il_error *err);

/* The method that name spells as ilasm does, "instance void [A]B.C::M<int32>(string)". A type
 * without an assembly is looked for in assembly (NULL: it must have one). Errors: IL_BAD_SOURCE
 * with the place in the text, IL_NO_METHOD with the methods there are, those of ldr_method. */
il_status ldr_find_method(struct runtime *rt, const char *assembly, const char *name,
                          struct method **out, il_error *err);

/* A type of mscorlib by name; NULL in *out is never returned with IL_OK. */
il_status ldr_core_type(struct runtime *rt, const char *name_space, const char *name,
                        struct type **out, il_error *err);

#endif
