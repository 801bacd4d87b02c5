/* Signatures: a plan for each, made once. */
#include <stdio.h>
#include <string.h>

#include "runtime/interop/marshal.h"

#define PARAM_IN  1 /* II.23.1.13 */
#define PARAM_OUT 2

struct planning {
    struct method *method;
    struct marshal_plan *plan;
    const struct marshal_options *options;
    struct marshal_failure *failure;
};

/* The row of a parameter, 0 standing for the result; 0 when it has none. */
static uint32_t param_row(const struct method *method, uint32_t sequence) {
    const il_module *il = method->owner->module->il;
    il_range params = il_list(il, IL_MethodDef_ParamList, method->row);
    for (uint32_t at = params.first; at < params.end; at++) {
        uint32_t row = il_list_row(il, IL_MethodDef_ParamList, at);
        if (il_cell(il, IL_Param_Sequence, row) == sequence)
            return row;
    }
    return 0;
}

/* Puts the method and the parameter in front of the reason. */
static bool explain(const struct planning *p, uint32_t sequence, uint32_t row) {
    struct marshal_failure *failure = p->failure;
    char reason[sizeof failure->error.text], method[256];
    if (!failure->exception)
        return false;
    memcpy(reason, failure->error.text, sizeof reason);
    method_name(p->method, method, sizeof method);
    if (sequence == 0)
        return marshal_refuse(failure, "%s: Cannot marshal 'return value': %s", method, reason);
    return marshal_refuse(failure, "%s: Cannot marshal 'parameter #%u' (%.80s): %s", method,
                          sequence, il_name(p->method->owner->module->il, IL_Param_Name, row),
                          reason);
}

/* Objects do not move: native code may work on a blittable one itself. */
static void pin(struct marshal *m) {
    if ((m->kind == MARSHAL_ARRAY && m->element->kind == MARSHAL_BITS) ||
        (m->kind == MARSHAL_OBJECT && m->layout->blittable))
        m->kind = MARSHAL_PINNED;
}

static bool only_by_value(const struct marshal *m) {
    return m->kind == MARSHAL_BUILDER || m->kind == MARSHAL_ANY || m->kind == MARSHAL_HANDLE_REF ||
           m->kind == MARSHAL_POINTER_TO;
}

/* Which way a parameter goes. When nothing is said, byrefs and builders go both ways and the rest
 * goes in; what is passed by value always does. */
static void set_direction(struct marshal_param *param, uint32_t flags) {
    bool in = flags & PARAM_IN, out = flags & PARAM_OUT;
    if (param->by_ref) {
        param->in = in || !out;
        param->out = out || !in;
    } else {
        param->in = true;
        param->out = out || param->value.kind == MARSHAL_BUILDER;
    }
}

/* The parameter whose managed type is type; place tells results from the rest. */
static bool plan_param(const struct planning *p, struct type *type, uint32_t sequence,
                       struct marshal_param *out) {
    uint32_t row = param_row(p->method, sequence);
    struct marshal_request request = {.module = p->method->owner->module,
                                      .token = IL_TOKEN(IL_Param, row),
                                      .char_set = p->options->char_set,
                                      .place = sequence ? PLACE_PARAM : PLACE_RESULT};
    out->by_ref = type->kind == TYPE_BYREF;
    if (out->by_ref)
        type = type->element_type;
    if (!marshal_choose(&request, type, &out->value, p->failure))
        return explain(p, sequence, row);
    if (out->by_ref && (sequence == 0 || only_by_value(&out->value))) {
        marshal_refuse(p->failure, "It cannot be by reference.");
        return explain(p, sequence, row);
    }
    if (!out->by_ref && sequence)
        pin(&out->value);
    set_direction(out, row ? il_cell(request.module->il, IL_Param_Flags, row) : 0);
    out->direct = out->value.kind == MARSHAL_BITS;
    return true;
}

static bool plan_result(const struct planning *p) {
    struct type *type = p->method->return_type;
    struct marshal_plan *plan = p->plan;
    if (type->storage == STORE_VOID) {
        plan->result.value.ffi = &ffi_type_void;
        plan->result.value.type = type;
        return true;
    }
    return plan_param(p, type, 0, &plan->result);
}

static bool plan_params(const struct planning *p) {
    struct marshal_plan *plan = p->plan;
    for (uint32_t i = 0; i < plan->param_count; i++) {
        struct marshal_param *param = &plan->params[i];
        if (!plan_param(p, p->method->params[i], i + 1, param))
            return false;
        param->slot = plan->arg_slots;
        plan->arg_slots += type_slots(p->method->params[i]);
        plan->direct &= param->direct;
    }
    return true;
}

static uint32_t slots_of(uint32_t size) {
    return (size + sizeof(union slot) - 1) / sizeof(union slot);
}

/* Divides native_call's room: two pointers for each native argument, converted values, the result
 * in both forms. A callback has room for what references in its arguments refer to. */
static void divide_room(struct marshal_plan *plan, uint32_t native_count) {
    uint32_t next = 2 * native_count;
    for (uint32_t i = 0; i < plan->param_count; i++) {
        plan->params[i].place = next;
        next += slots_of(plan->params[i].value.size);
        plan->params[i].copy = plan->copies;
        plan->copies += plan->params[i].by_ref ? type_slots(plan->params[i].value.type) : 0;
    }
    plan->result.place = next;
    next += slots_of(plan->result.value.size) + 1; /* libffi writes at least a register */
    plan->managed_result = next;
    plan->room = next + type_slots(plan->method->return_type);
}

/* The native signature. With hresult the result goes behind the last parameter. */
static bool plan_call(const struct planning *p) {
    struct marshal_plan *plan = p->plan;
    bool has_result = plan->result.value.size > 0;
    uint32_t count = plan->param_count + (plan->hresult && has_result);
    plan->types = mem_pool_array(&p->method->owner->rt->pool, count + 1, sizeof *plan->types);
    if (!plan->types)
        return marshal_no_memory(p->failure);
    for (uint32_t i = 0; i < plan->param_count; i++) {
        const struct marshal_param *param = &plan->params[i];
        plan->types[i] = param->by_ref ? &ffi_type_pointer : param->value.ffi;
    }
    if (count > plan->param_count)
        plan->types[plan->param_count] = &ffi_type_pointer;
    divide_room(plan, count);
    ffi_type *result = plan->hresult ? &ffi_type_sint32 : plan->result.value.ffi;
    ffi_status status = p->options->variadic
                            ? ffi_prep_cif_var(&plan->cif, FFI_DEFAULT_ABI, p->options->fixed_count,
                                               count, result, plan->types)
                            : ffi_prep_cif(&plan->cif, FFI_DEFAULT_ABI, count, result, plan->types);
    if (status == FFI_OK)
        return true;
    marshal_refuse(p->failure, "libffi refuses the signature.");
    return explain(p, 0, 0);
}

const struct marshal_plan *marshal_plan_of(struct method *method,
                                           const struct marshal_options *options,
                                           struct marshal_failure *failure) {
    struct mem_pool *pool = &method->owner->rt->pool;
    failure->exception = NULL;
    if (method_prepare_signature(method, &failure->error) != IL_OK)
        return NULL;
    struct marshal_plan *plan =
        mem_pool_alloc(pool, sizeof *plan + method->param_count * sizeof *plan->params);
    struct planning planning = {method, plan, options, failure};
    if (!plan) {
        marshal_no_memory(failure);
        return NULL;
    }
    plan->method = method;
    plan->param_count = method->param_count - options->hidden_count;
    plan->hresult = !options->preserve_sig;
    plan->set_last_error = options->set_last_error;
    plan->direct = options->preserve_sig;
    if (!plan_result(&planning) || !plan_params(&planning) || !plan_call(&planning))
        return NULL;
    plan->direct &= plan->result.value.size == 0 || plan->result.direct;
    return plan;
}

const struct marshal_param *marshal_count_param(const struct marshal_plan *plan,
                                                const struct marshal *array) {
    int32_t index = array->count_param;
    return index >= 0 && (uint32_t)index < plan->param_count ? &plan->params[index] : NULL;
}

int64_t marshal_count(const struct marshal *array, const struct marshal_param *param,
                      const void *place) {
    union slot value = {.i8 = 0};
    if (!param)
        return array->count;
    if (param->by_ref)
        place = *(void *const *)place;
    if (place && param->direct && param->value.size <= sizeof value)
        memcpy(&value, place, param->value.size);
    return (int64_t)array->count + (param->value.size == 4 ? value.i4 : value.i8);
}

void marshal_throw(struct thread *thread, const struct marshal_failure *failure) {
    if (failure->exception)
        exec_throw(thread, failure->exception, failure->error.text);
    else
        exec_throw_error(thread, &failure->error);
}
