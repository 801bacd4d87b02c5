/* Metadata from the builders of System.Reflection.Emit. Internal to runtime/bcl/.
 *
 *   emit_type.c    what type objects stand for; types in signatures; type tokens
 *   emit_member.c  signatures and tokens of methods, fields and what else IL names
 *   emit_body.c    method bodies out of an ILGenerator
 *   emit_define.c  the rows of a type that is created
 *   emit_value.c   constants and custom attributes
 *
 * A builder is a managed object; its fields are read by name. Everything goes into the build of a
 * dynamic module (runtime/loader/dynamic.h). Memory that runs short in the build shows at the next
 * ldr_update_dynamic; every other failure is a managed exception that is pending afterwards, and
 * then the result is 0 or NULL. All under the runtime's lock. */
#ifndef CLARET_EMIT_H
#define CLARET_EMIT_H

#include "il_encode.h"
#include "runtime/bcl/bcl_reflect.h"
#include "runtime/loader/dynamic.h"

/* Where rows go, on behalf of whom. */
struct emitter {
    struct thread *thread;
    struct module *module;
    il_build *build;
    struct array *refs; /* of a DynamicMethod: what the tokens in its code name; else NULL */
};

struct emitter emit_into(struct thread *thread, struct module *module);

/* ---- Fields of builders ---- */

/* The builders that are told apart. */
enum emit_kind {
    EMIT_OTHER,
#define EMIT_KIND(kind, name_space, name) EMIT_##kind,
#include "runtime/bcl/emit_kinds.def"
#undef EMIT_KIND
};

enum emit_kind emit_kind_of(const struct object *object);

/* The field of that name, which must be there: a reference, a 32-bit number, an address. */
struct object *emit_get(struct object *object, const char *field);
struct array *emit_get_array(struct object *object, const char *field);
int32_t emit_get_int(struct object *object, const char *field);
bool emit_get_bool(struct object *object, const char *field);

/* The elements of an array of references; 0 for NULL. */
static inline uint32_t emit_count(const struct array *array) {
    return array ? (uint32_t)array->length : 0;
}
static inline struct object *emit_item(const struct array *array, uint32_t i) {
    return ((struct object *const *)array->data)[i];
}
/* The bytes of a byte[]; NULL gives an empty blob. */
static inline il_blob emit_bytes(const struct array *array) {
    return array ? (il_blob){array->data, (size_t)array->length} : (il_blob){NULL, 0};
}
/* A field of a structure in an array of structures. */
void *emit_element(const struct array *array, uint32_t i, const char *field);

/* The heap offset of a managed string; of "" for NULL. */
uint32_t emit_string(struct emitter *e, struct object *string);
/* A byte[] with these bytes. */
struct array *emit_byte_array(struct thread *thread, const il_text *text);

/* Makes what was added take effect; false with an exception pending. */
bool emit_update(struct emitter *e);
/* Throws what err says; returns false for convenience. */
bool emit_fail(struct thread *thread, const il_error *err);

/* ---- emit_type.c ---- */

/* What a System.Type stands for. A type under construction is declared, so it may be incomplete. */
struct type *emit_type_of(struct thread *thread, struct object *type);
/* The type of a TypeBuilder, declared when it is not yet. */
struct type *emit_declare(struct thread *thread, struct object *builder);
/* A GenericParam row for a GenericTypeParameterBuilder of a type or method. */
void emit_variable(struct emitter *e, struct object *builder, uint32_t number, uint32_t owner);
/* Takes its flags and base as they are now. */
bool emit_set_base(struct emitter *e, struct object *builder, struct type *type);
/* The dynamic module of a ModuleBuilder. */
struct module *emit_module_of(struct object *module_builder);

/* Appends the type as signatures write it. */
void emit_put_type(struct emitter *e, il_text *out, const struct type *type);
/* The same for a managed type, with arrays of required and optional modifiers or NULL. */
void emit_put_type_object(struct emitter *e, il_text *out, struct object *type,
                          struct array *required, struct array *optional);
/* A TypeDef or TypeRef token of a definition, a TypeSpec of anything else. open: a generic
 * definition stands for its instance over its own variables. */
uint32_t emit_type_token(struct emitter *e, const struct type *type, bool open);

/* ---- emit_member.c ---- */

/* The token for what IL names: a type, method, field, signature or, in a DynamicMethod, a string.
 * open: generic definitions stand for their instances over their own variables. */
uint32_t emit_token(struct emitter *e, struct object *named, bool open);
/* The signature of a MethodBuilder, a ConstructorBuilder or a runtime method. */
void emit_put_method_sig(struct emitter *e, il_text *out, struct object *method);
/* From a list of managed types: convention is CallingConventions' value. */
void emit_put_signature(struct emitter *e, il_text *out, uint8_t header, uint32_t generic_count,
                        struct object *return_type, struct array *parameters);
void emit_put_field_sig(struct emitter *e, il_text *out, struct object *field_builder);
/* The first byte of a method signature for a value of CallingConventions. */
uint8_t emit_convention(int32_t calling_conventions);
/* The same for a method called with further arguments of these types (NULL: none). */
uint32_t emit_vararg_token(struct emitter *e, struct object *method, struct array *types);

/* ---- System.Reflection.Emit.DynamicMethod.c ---- */

/* The module that all DynamicMethods are in, made when it is first asked for. */
struct module *emit_methods_module(struct thread *thread);
/* The method of a DynamicMethod, its row added when it is not there yet. */
struct method *emit_dynamic_method(struct thread *thread, struct object *dynamic_method);

/* ---- emit_body.c ---- */

/* Gives a method the body in an ILGenerator. */
void emit_body(struct emitter *e, uint32_t method, struct object *generator, bool init_locals);
/* The same for code alone, as CreateMethodBody takes it. */
void emit_plain_body(struct emitter *e, uint32_t method, il_blob code, bool init_locals);

/* ---- emit_define.c ---- */

/* Adds the members of a TypeBuilder and makes its type usable. */
struct type *emit_create(struct thread *thread, struct object *builder);

/* ---- emit_value.c ---- */

/* A Constant row for a boxed primitive, enum, string or null. */
void emit_constant(struct emitter *e, uint32_t parent, struct object *value);
/* CustomAttribute rows for an array of CustomAttributeBuilder. */
void emit_attributes(struct emitter *e, uint32_t parent, struct array *builders);
/* The same for those that have no rows yet: the array grows, and rows were added before. */
void emit_new_attributes(struct emitter *e, uint32_t parent, struct array *builders);

#endif
