/* System.Reflection.MethodBody: the IL of a method as reflection shows it. It is the body in force:
 * one that a profiler has set, or the image's. */
#include <string.h>

#include "runtime/bcl/bcl_reflect.h"
#include "runtime/rt_query.h"

static void set_int(struct object *object, const char *name, int32_t value) {
    int32_t *place = bcl_field(object, name);
    if (place)
        *place = value;
}

static void set_bool(struct object *object, const char *name, bool value) {
    uint8_t *place = bcl_field(object, name);
    if (place)
        *place = value;
}

static struct object *local(struct thread *thread, struct type *class_type, struct module *module,
                            const struct generic_context *context, const il_type *sig,
                            uint32_t index) {
    struct type *type;
    il_error err;
    if (ldr_sig_type(module, sig, context, &type, &err) != IL_OK) {
        exec_throw_error(thread, &err);
        return NULL;
    }
    struct object *type_object = bcl_type_object(thread, type);
    struct object *out = type_object ? exec_new_object(thread, class_type) : NULL;
    if (!out)
        return NULL;
    bcl_set_field(out, "type", type_object);
    set_bool(out, "is_pinned", sig->pinned);
    *(uint16_t *)bcl_field(out, "position") = (uint16_t)index;
    return out;
}

/* LocalVariableInfo[]. */
static struct array *locals_of(struct thread *thread, const struct method *method,
                               const il_body *body) {
    struct module *module = method->owner->module;
    struct type *class_type = bcl_class(thread, "System.Reflection", "LocalVariableInfo");
    struct generic_context context = ldr_method_context(method);
    uint32_t row = IL_TOKEN_ROW(body->locals_token);
    struct mem_pool pool = {0};
    const il_method_sig *sig = NULL;
    il_error err;
    bool known = row && row <= il_rows(module->il, IL_StandAloneSig);
    if (known && il_parse_locals_sig(il_blob_cell(module->il, IL_StandAloneSig_Signature, row),
                                     &pool, &sig, &err) != IL_OK)
        exec_throw_error(thread, &err);
    uint32_t count = sig ? sig->param_count : 0;
    struct array *out =
        class_type && !thread->exception ? bcl_new_vector(thread, class_type, count) : NULL;
    for (uint32_t i = 0; out && i < count && !thread->exception; i++)
        ((struct object **)out->data)[i] =
            local(thread, class_type, module, &context, sig->params[i], i);
    mem_pool_fini(&pool);
    return out;
}

static struct object *clause_object(struct thread *thread, struct type *class_type,
                                    const struct method *method, const il_clause *clause) {
    struct generic_context context = ldr_method_context(method);
    struct object *out = exec_new_object(thread, class_type);
    struct type *caught = NULL;
    il_error err;
    if (!out)
        return NULL;
    if (clause->kind == IL_CLAUSE_CATCH) {
        if (ldr_type(method->owner->module, clause->token_or_filter, &context, &caught, &err) !=
            IL_OK) {
            exec_throw_error(thread, &err);
            return NULL;
        }
        bcl_set_field(out, "catch_type", bcl_type_object(thread, caught));
    }
    set_int(out, "filter_offset",
            clause->kind == IL_CLAUSE_FILTER ? (int32_t)clause->token_or_filter : 0);
    set_int(out, "flags", (int32_t)clause->kind);
    set_int(out, "try_offset", (int32_t)clause->try_offset);
    set_int(out, "try_length", (int32_t)(clause->try_end - clause->try_offset));
    set_int(out, "handler_offset", (int32_t)clause->handler_offset);
    set_int(out, "handler_length", (int32_t)(clause->handler_end - clause->handler_offset));
    return out;
}

/* ExceptionHandlingClause[]. */
static struct array *clauses_of(struct thread *thread, const struct method *method,
                                const il_body *body) {
    struct type *class_type = bcl_class(thread, "System.Reflection", "ExceptionHandlingClause");
    struct array *out = class_type ? bcl_new_vector(thread, class_type, body->clause_count) : NULL;
    for (uint32_t i = 0; out && i < body->clause_count && !thread->exception; i++) {
        il_clause clause;
        il_body_clause(body, i, &clause);
        ((struct object **)out->data)[i] = clause_object(thread, class_type, method, &clause);
    }
    return out;
}

static struct array *code_of(struct thread *thread, const il_body *body) {
    struct array *out = bcl_new_vector(thread, thread->rt->core.byte, body->code_size);
    if (out)
        memcpy(out->data, body->code, body->code_size);
    return out;
}

/* RuntimeMethodInfo.GetMethodBodyInternal(method): null for one without IL. */
void bcl_method_body(struct thread *thread, union slot *slots) {
    const struct method *method = slots[0].p;
    struct type *class_type = bcl_class(thread, "System.Reflection", "MethodBody");
    il_body body;
    il_error err;
    slots[0].o = NULL;
    if (!class_type || !method->row || method_is_abstract(method) ||
        (method->flags & METHOD_PINVOKE) ||
        (method->impl_flags & (IMPL_INTERNAL_CALL | IMPL_CODE_TYPE)))
        return;
    il_status status = rt_get_body(method->owner->module, rt_method_token(method), &body, &err);
    if (status != IL_OK) {
        if (status != IL_NO_BODY)
            exec_throw_error(thread, &err);
        return;
    }
    struct object *out = exec_new_object(thread, class_type);
    struct array *locals = out ? locals_of(thread, method, &body) : NULL;
    struct array *clauses = locals ? clauses_of(thread, method, &body) : NULL;
    struct array *code = clauses && !thread->exception ? code_of(thread, &body) : NULL;
    if (!code)
        return;
    bcl_set_field(out, "locals", locals);
    bcl_set_field(out, "clauses", clauses);
    bcl_set_field(out, "il", code);
    set_bool(out, "init_locals", body.init_locals);
    set_int(out, "sig_token", (int32_t)body.locals_token);
    set_int(out, "max_stack", (int32_t)body.max_stack);
    slots[0].o = out;
}
