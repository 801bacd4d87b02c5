/* System.Reflection.Emit.DynamicMethod: a method without a type.
 *
 * All of them are in one hidden module per runtime: each is the only method of a type DynamicClass,
 * which is what stack traces show. So they are lowered, compiled, called through delegates and
 * invoked like any other. They live as long as the runtime. A method may use
 * what its owner type may, or the code of its module outside of types; with skipVisibility,
 * everything, as mscorlib may; with none of the three, what is public. */
#include "runtime/bcl/emit.h"
#include "runtime/runtime.h"
#include "runtime/types/members.h"

struct module *emit_methods_module(struct thread *thread) {
    struct runtime *rt = thread->rt;
    il_error err;
    if (!rt->dynamic_methods && ldr_new_dynamic(rt, "DynamicMethods", "DynamicMethods", true,
                                                &rt->dynamic_methods, &err) != IL_OK)
        emit_fail(thread, &err);
    return rt->dynamic_methods;
}

static const struct type *rights_of(struct thread *thread, struct object *dynamic) {
    struct object *owner = emit_get(dynamic, "owner"), *module = emit_get(dynamic, "module");
    struct module **handle = module ? bcl_field(module, "_impl") : NULL;
    struct type *type = NULL;
    il_error err;
    if (emit_get_bool(dynamic, "skipVisibility"))
        return thread->rt->core.object;
    if (owner)
        return emit_type_of(thread, owner);
    if (handle && *handle && ldr_type_def(*handle, 1, &type, &err) != IL_OK)
        return NULL; /* the module of an AssemblyBuilder has no code outside of types yet */
    return type;
}

/* The type with its one method, which has no body yet. */
static struct method *add_method(struct emitter *e, struct object *dynamic) {
    enum {
        CLASS_PUBLIC = 1, /* for other dynamic methods */
        CLASS_FLAGS = CLASS_PUBLIC | CLASS_ABSTRACT | CLASS_SEALED | CLASS_BEFORE_FIELD_INIT
    };
    struct thread *thread = e->thread;
    il_text sig = {0};
    struct type *type;
    il_error err;
    char *name = bcl_text(thread, (struct string *)emit_get(dynamic, "name"));
    emit_put_signature(e, &sig, IL_SIG_DEFAULT, 0, emit_get(dynamic, "returnType"),
                       emit_get_array(dynamic, "parameters"));
    uint32_t owner = il_build_type(e->build, "", "DynamicClass", CLASS_FLAGS,
                                   emit_type_token(e, thread->rt->core.object, false));
    if (name && !thread->exception)
        il_build_method(e->build, owner, name, METHOD_PUBLIC | METHOD_STATIC, 0,
                        il_text_blob(&sig));
    mem_free(name);
    il_text_fini(&sig);
    if (!emit_update(e))
        return NULL;
    il_status status = ldr_declare_type(e->module, IL_TOKEN_ROW(owner), &type, &err);
    if (status == IL_OK)
        status = ldr_set_base(type, &err);
    if (status == IL_OK) {
        type->incomplete = false;
        type->access_as = rights_of(thread, dynamic);
        status = type_members(type, &err);
    }
    struct method *method = status == IL_OK ? type_method(type, 0) : NULL;
    if (!method && status == IL_OK)
        exec_throw_object(thread, thread->out_of_memory);
    else if (!method)
        emit_fail(thread, &err);
    return method;
}

struct method *emit_dynamic_method(struct thread *thread, struct object *dynamic) {
    struct method *method = bcl_method_of(dynamic);
    struct module *module = method ? NULL : emit_methods_module(thread);
    if (!module)
        return method;
    struct emitter e = emit_into(thread, module);
    method = add_method(&e, dynamic);
    bcl_set_field(dynamic, "mhandle", method);
    return method;
}

/* create_dynamic_method(method): its code is complete. */
void bcl_emit_dynamic_method(struct thread *thread, union slot *slots) {
    EXEC_LOCKED(thread->rt);
    struct object *dynamic = slots[0].o;
    struct method *method = emit_dynamic_method(thread, dynamic);
    struct object *generator = emit_get(dynamic, "ilgen");
    if (!method || !generator)
        return;
    struct emitter e = emit_into(thread, method->owner->module);
    e.refs = emit_get_array(dynamic, "refs");
    emit_body(&e, IL_TOKEN(IL_MethodDef, method->row), generator,
              emit_get_bool(dynamic, "init_locals"));
    emit_update(&e);
}
