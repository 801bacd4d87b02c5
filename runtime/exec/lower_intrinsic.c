/* Lowering: methods of mscorlib whose calls become operations, so that both engines run them
 * inline. */
#include <math.h>
#include <string.h>

#include "runtime/exec/lower.h"

/* ---- System.Math: one float64 to another ---- */

static const struct {
    const char *name;
    double (*function)(double);
} FUNCTIONS[] = {
    {"Abs", fabs}, {"Acos", acos}, {"Asin", asin}, {"Atan", atan}, {"Ceiling", ceil},
    {"Cos", cos},  {"Cosh", cosh}, {"Exp", exp},   {"Log", log},   {"Floor", floor},
    {"Sin", sin},  {"Sinh", sinh}, {"Sqrt", sqrt}, {"Tan", tan},   {"Tanh", tanh},
};

static bool call_function(struct lowering *L, const struct method *method) {
    const struct type *real = L->module->rt->core.double_type;
    if (method->param_count != 1 || method->params[0] != real || method->return_type != real)
        return false;
    for (size_t i = 0; i < sizeof FUNCTIONS / sizeof *FUNCTIONS; i++) {
        if (strcmp(FUNCTIONS[i].name, method->name) != 0)
            continue;
        struct value x = lower_pop(L);
        lower_coerce(L, &x, real, "argument");
        uint16_t reg = lower_use(L, &x);
        lower_emit_pointer(L, CODE_math_r8, lower_push_kind(L, V_R8), reg,
                           (const void *)(uintptr_t)FUNCTIONS[i].function);
        return true;
    }
    return false;
}

/* ---- System.String ---- */

static bool string_member(struct lowering *L, const struct method *method) {
    const struct core_types *core = &L->module->rt->core;
    if (strcmp(method->name, "get_Length") == 0) {
        struct value string = lower_pop_object(L, "get_Length");
        uint16_t reg = lower_use(L, &string);
        lower_emit(L, CODE_ldlen, lower_push_kind(L, V_I4), reg, 0);
        lower_top(L, 0)->extended = true;
        return true;
    }
    if (strcmp(method->name, "get_Chars") != 0)
        return false;
    struct value index = lower_pop(L), string = lower_pop_object(L, "get_Chars");
    lower_coerce(L, &index, core->int32, "argument");
    uint16_t ri = lower_use_index(L, &index), rs = lower_use(L, &string);
    lower_emit(L, CODE_ldchar, lower_push(L, core->character), rs, ri);
    return true;
}

bool lower_intrinsic(struct lowering *L, const struct method *method) {
    const struct type *owner = method->owner;
    const struct core_types *core = &L->module->rt->core;
    if (owner == core->string && !method_is_static(method))
        return string_member(L, method);
    if (owner->module == L->module->rt->corlib && method_is_static(method) &&
        strcmp(owner->name, "Math") == 0 && strcmp(owner->name_space, "System") == 0)
        return call_function(L, method);
    return false;
}
