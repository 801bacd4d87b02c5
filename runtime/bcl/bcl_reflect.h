/* Reflection objects: the managed faces of types, members, modules. There is one object per member
 * and reflected type, so that they compare by reference. Internal to runtime/bcl/. */
#ifndef CLARET_BCL_REFLECT_H
#define CLARET_BCL_REFLECT_H

#include "runtime/bcl/bcl.h"

/* What an accessor is for (II.23.1.12). */
enum {
    SEMANTICS_SETTER = 1,
    SEMANTICS_GETTER = 2,
    SEMANTICS_ADD_ON = 8,
    SEMANTICS_REMOVE_ON = 16,
    SEMANTICS_FIRE = 32
};

/* A property or an event as handles name it: a row of its table in the owner's module. */
struct bcl_member {
    struct type *owner;
    il_table table;
    uint32_t row;
};

/* The objects; NULL with an exception pending. reflected is the type that was asked for members. */
struct object *bcl_method_object(struct thread *thread, struct method *method,
                                 struct type *reflected);
struct object *bcl_field_object(struct thread *thread, struct field *field, struct type *reflected);
struct object *bcl_member_object(struct thread *thread, struct bcl_member *member,
                                 struct type *reflected);
struct object *bcl_assembly_object(struct thread *thread, struct module *module);
struct object *bcl_module_object(struct thread *thread, struct module *module);

/* Says which object stands for an assembly or module from now on; false when memory is short. */
bool bcl_set_assembly_object(struct runtime *rt, struct module *module, struct object *assembly);
bool bcl_set_module_object(struct runtime *rt, struct module *module, struct object *object);
bool bcl_has_module_object(struct runtime *rt, struct module *module);

/* The property or event of a row, made once; NULL when memory is short. */
struct bcl_member *bcl_member_of_row(struct type *owner, il_table table, uint32_t row);
/* Its accessor with one of the semantics of II.23.1.12; NULL when it has none. */
struct method *bcl_accessor(const struct bcl_member *member, uint32_t semantics);

/* The method whose Param row a ParameterInfo stands for, of an indexer's parameter the accessor's;
 * NULL when there is none. */
struct method *bcl_parameter_method(struct object *parameter);

/* The MarshalAsAttribute that a Field or Param row stands for; NULL when there is none, or with an
 * exception pending. */
struct object *bcl_marshal_attribute(struct thread *thread, struct module *module, uint32_t token);
/* The Param row with a sequence number (II.22.33), 0 when there is none. */
uint32_t bcl_param_row(const struct method *method, uint32_t sequence);

/* System.AppDomain.Loading.c */

/* The assembly of a display name, of which only the simple name counts; when it is nowhere, the one
 * that AppDomain.AssemblyResolve's handlers give. requester may be NULL. NULL when there is none,
 * FileNotFoundException is pending then if throws; NULL too with another exception pending, such as
 * one that a handler throws or BadImageFormatException. */
struct module *bcl_load_assembly(struct thread *thread, struct module *requester, const char *name,
                                 bool throws);
/* Throws what kept an assembly from being loaded, with the name or path that was asked for. */
void bcl_throw_load_error(struct thread *thread, const il_error *error, const char *name);
/* The assembly where AppDomain.TypeResolve's handlers say that a type is; or NULL. */
struct module *bcl_ask_for_type(struct thread *thread, const char *name);
/* Sets the loader's hooks, which raise the events of AppDomain. */
void bcl_watch_loading(struct runtime *rt);
/* The domain. */
struct object *bcl_domain(struct thread *thread);

/* Whether the arguments are what the parameters want; otherwise ArgumentException is pending. The
 * context is that of the constraints. */
bool bcl_check_arguments(struct thread *thread, struct type *const *variables, uint32_t count,
                         const struct generic_context *context, struct type *const *args);

/* The module that a type comes from: its element's, its declarer's; mscorlib for the rest. */
struct module *bcl_home_of(const struct type *type);

/* The property of that name which a type declares; NULL when there is none. */
struct bcl_member *bcl_find_property(struct type *type, const char *name);

/* What the objects stand for. */
struct method *bcl_method_of(struct object *object);
struct module *bcl_module_of(struct object *assembly);

/* Calls method on object (NULL for a static one) with arguments that are converted as reflection
 * does, byref ones back into the vector; the result boxed, or NULL with an exception pending. call
 * is exec_invoke or bcl_invoke. */
struct object *bcl_invoke_boxed(struct thread *thread,
                                bool (*call)(struct thread *, struct method *, union slot *),
                                struct method *method, struct object *object, struct array *values);
/* An object as an argument of type, converted like that; false with ArgumentException pending. */
bool bcl_load_argument(struct thread *thread, union slot *to, struct type *type,
                       struct object *value);

/* The constant that metadata records for a field, parameter or property, as an object of type (its
 * own primitive type when NULL). *found tells whether there is one; a null constant is one too. */
struct object *bcl_constant(struct thread *thread, struct module *module, uint32_t parent,
                            struct type *type, bool *found);

/* The type of an element type BOOLEAN to R8 or STRING; NULL for others. */
struct type *bcl_primitive(const struct core_types *core, il_element element);

/* The module whose code called the running native, skip managed frames further out. */
struct module *bcl_calling_module(struct thread *thread, uint32_t skip);

/* bcl_type_name.c */

enum {
    FIND_IGNORE_CASE = 1,
    FIND_THROW = 2, /* ArgumentException for a bad name, TypeLoadException, FileNotFoundException */
    FIND_HERE = 4,  /* in module only; a name with an assembly is bad */
    FIND_ASK = 8    /* the handlers of AppDomain.TypeResolve */
};

/* The type that an assembly-qualified name means; names without an assembly are looked for in
 * module and then in mscorlib. NULL when there is none (pending with FIND_THROW), or with an
 * exception of a handler pending. */
struct type *bcl_find_type(struct thread *thread, struct module *module, const char *name,
                           uint32_t flags);
/* The name that Type.FullName (full) or ToString gives, with the assembly behind it when asked. A
 * mem_ block; NULL when memory is short. */
char *bcl_full_name(const struct type *type, bool full, bool assembly);
/* System.Reflection.AssemblyName.c */

/* "mscorlib, Version=4.0.0.0, Culture=neutral, PublicKeyToken=b77a5c561934e089", cut to fit; of the
 * module, or of its AssemblyRef row. */
char *bcl_assembly_name(const struct module *module, char *buffer, size_t size);
char *bcl_reference_name(const struct module *module, uint32_t row, char *buffer, size_t size);
/* The last eight bytes of the hash of the assembly's public key, backwards (II.6.3); false when it
 * has no key. */
bool bcl_public_key_token(const struct module *module, uint8_t token[8]);

#endif
