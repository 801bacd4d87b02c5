/* Calls of native functions: arguments are converted into room on the register stack, which a
 * collection scans, and then handed to libffi. An argument that needs no conversion is taken from
 * its slot. */
#include "runtime/interop/native_call.h"

#include <errno.h>
#include <string.h>

#include "runtime/bcl/bcl.h"

struct native_frame {
    struct marshal_scope scope;
    const struct marshal_plan *plan;
    union slot *slots;  /* the managed arguments */
    union slot *room;   /* see divide_room */
    void **values;      /* for libffi: where each native argument is */
    void **pointers;    /* arguments that are passed by reference */
    uint32_t converted; /* parameters that are to be released */
};

/* ---- Before the call ---- */

/* A copy that native code has no reason to replace or to free needs no memory of its own. */
static bool is_lent(const struct marshal_param *param) {
    return !param->by_ref && !param->out &&
           (param->value.kind == MARSHAL_STRING || param->value.kind == MARSHAL_STRUCT);
}

static bool convert_value(struct native_frame *f, const struct marshal_param *param, uint32_t i) {
    void *place = f->room + param->place;
    f->values[i] = place;
    memset(place, 0, param->value.size);
    f->scope.lends = is_lent(param);
    return marshal_to_native(&f->scope, &param->value, place, f->slots + param->slot);
}

static bool convert_reference(struct native_frame *f, const struct marshal_param *param,
                              uint32_t i) {
    const void *managed = f->slots[param->slot].p;
    void *place = f->room + param->place;
    f->values[i] = &f->pointers[i];
    f->pointers[i] = managed ? place : NULL;
    memset(place, 0, param->value.size);
    f->scope.lends = false;
    return !managed || !param->in || marshal_to_native(&f->scope, &param->value, place, managed);
}

/* A byref to bits is a pointer to them, and the bits themselves are an argument. */
static bool convert_argument(struct native_frame *f, uint32_t i) {
    const struct marshal_param *param = &f->plan->params[i];
    if (param->direct) {
        f->values[i] = f->slots + param->slot;
        return true;
    }
    f->converted = i + 1;
    return param->by_ref ? convert_reference(f, param, i) : convert_value(f, param, i);
}

static bool convert_arguments(struct native_frame *f) {
    const struct marshal_plan *plan = f->plan;
    for (uint32_t i = 0; i < plan->param_count; i++) {
        if (!convert_argument(f, i))
            return false;
    }
    if (plan->cif.nargs > plan->param_count) {
        f->values[plan->param_count] = &f->pointers[plan->param_count];
        f->pointers[plan->param_count] = f->room + plan->result.place;
    }
    return true;
}

/* ---- The call ---- */

static void run(struct native_frame *f, void *target, void *result) {
    struct thread *thread = f->scope.thread;
    const struct marshal_plan *plan = f->plan;
    struct method *method = (struct method *)(uintptr_t)thread->native_method;
    bool tells = method->row != 0; /* not a mere function pointer */
    if (tells)
        EXEC_TELL(thread->rt, transition, method, true, false);
    exec_enter_safe(thread);
    if (plan->set_last_error)
        errno = 0;
    ffi_call((ffi_cif *)(uintptr_t)&plan->cif, FFI_FN(target), result, f->values);
    int error = errno;
    exec_leave_safe(thread);
    if (plan->set_last_error)
        thread->last_error = error;
    if (tells)
        EXEC_TELL(thread->rt, transition, method, false, true);
    if (thread->exception && !thread->fatal) /* an abort that a callback has met */
        exec_rethrow(thread, exec_take_exception(thread));
}

/* ---- After the call ---- */

static int64_t read_count(const struct native_frame *f, const struct marshal *array) {
    const struct marshal_param *param = marshal_count_param(f->plan, array);
    return marshal_count(array, param, param ? f->slots + param->slot : NULL);
}

static bool take_back(struct native_frame *f) {
    const struct marshal_plan *plan = f->plan;
    for (uint32_t i = 0; i < plan->param_count; i++) {
        const struct marshal_param *param = &plan->params[i];
        union slot *slot = f->slots + param->slot;
        void *place = f->room + param->place;
        if (param->direct || !param->out || (param->by_ref && !slot->p))
            continue;
        f->scope.count = read_count(f, &param->value);
        bool done = param->by_ref ? marshal_to_managed(&f->scope, &param->value, slot->p, place)
                                  : marshal_update(&f->scope, &param->value, slot, place);
        if (!done)
            return false;
    }
    return true;
}

/* Marshal.ThrowExceptionForHR. */
static bool check_hresult(struct thread *thread, int32_t hresult) {
    union slot args[1] = {{.i4 = hresult}};
    struct type *marshal =
        hresult < 0 ? bcl_class(thread, "System.Runtime.InteropServices", "Marshal") : NULL;
    struct method *throwing = marshal ? type_find_method(marshal, "ThrowExceptionForHR", 1) : NULL;
    if (throwing)
        bcl_invoke(thread, throwing, args);
    return hresult >= 0;
}

static bool take_result(struct native_frame *f) {
    const struct marshal_param *result = &f->plan->result;
    void *native = f->room + result->place;
    bool done =
        result->value.size == 0 ||
        marshal_to_managed(&f->scope, &result->value, f->room + f->plan->managed_result, native);
    f->scope.lends = false;
    if (result->value.size)
        marshal_release(&f->scope, &result->value, native, NULL);
    return done;
}

static void release_arguments(struct native_frame *f) {
    for (uint32_t i = 0; i < f->converted; i++) {
        const struct marshal_param *param = &f->plan->params[i];
        const union slot *slot = f->slots + param->slot;
        f->scope.lends = is_lent(param);
        if (!param->direct)
            marshal_release(&f->scope, &param->value, f->room + param->place,
                            param->by_ref ? slot->p : slot);
    }
    marshal_close(&f->scope);
}

/* ---- Both ways ---- */

static void call_direct(struct native_frame *f, void *target) {
    const struct marshal_plan *plan = f->plan;
    void *result = f->room + plan->result.place;
    for (uint32_t i = 0; i < plan->param_count; i++)
        f->values[i] = f->slots + plan->params[i].slot;
    run(f, target, result);
    exec_load(f->slots, result, plan->method->return_type);
}

static void call_converting(struct native_frame *f, void *target) {
    const struct marshal_plan *plan = f->plan;
    struct thread *thread = f->scope.thread;
    union slot hresult = {.i8 = 0};
    bool ok = convert_arguments(f);
    if (ok) {
        memset(f->room + plan->result.place, 0, plan->result.value.size);
        run(f, target, plan->hresult ? &hresult : f->room + plan->result.place);
        ok = !thread->exception && take_back(f) && check_hresult(thread, hresult.i4) &&
             take_result(f);
    }
    release_arguments(f);
    if (ok)
        exec_load(f->slots, f->room + plan->managed_result, plan->method->return_type);
}

void native_call(struct thread *thread, const struct marshal_plan *plan, void *target,
                 union slot *slots) {
    union slot *room = thread->native_top;
    struct native_frame frame = {.scope = {.thread = thread, .owner = OWNER_NATIVE},
                                 .plan = plan,
                                 .slots = slots,
                                 .room = room,
                                 .values = (void **)room,
                                 .pointers = (void **)room + plan->cif.nargs};
    if (plan->room > (size_t)(thread->stack_end - room)) {
        exec_throw_stack_overflow(thread);
        return;
    }
    thread->native_top = room + plan->room;
    if (plan->direct)
        call_direct(&frame, target);
    else
        call_converting(&frame, target);
    thread->native_top = room;
}
