/* System.Math and MathF. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "runtime/bcl/bcl.h"

#define MATH1(name, expression)                                                                    \
    void bcl_math_##name(struct thread *thread, union slot *slots) {                               \
        double x = slots[0].r8;                                                                    \
        (void)thread;                                                                              \
        slots[0].r8 = (expression);                                                                \
    }
#define MATH2(name, expression)                                                                    \
    void bcl_math_##name(struct thread *thread, union slot *slots) {                               \
        double x = slots[0].r8, y = slots[1].r8;                                                   \
        (void)thread;                                                                              \
        slots[0].r8 = (expression);                                                                \
    }

MATH1(abs, fabs(x))
MATH1(acos, acos(x))
MATH1(asin, asin(x))
MATH1(atan, atan(x))
MATH1(ceiling, ceil(x))
MATH1(cos, cos(x))
MATH1(cosh, cosh(x))
MATH1(exp, exp(x))
MATH1(floor, floor(x))
MATH1(log, log(x))
MATH1(log10, log10(x))
MATH1(round, nearbyint(x)) /* half to even, the default rounding mode */
MATH1(sin, sin(x))
MATH1(sinh, sinh(x))
MATH1(sqrt, sqrt(x))
MATH1(tan, tan(x))
MATH1(tanh, tanh(x))
MATH1(acosh, acosh(x))
MATH1(asinh, asinh(x))
MATH1(atanh, atanh(x))
MATH1(cbrt, cbrt(x))
MATH2(atan2, atan2(x, y))
MATH2(fmod, fmod(x, y))
MATH2(pow, pow(x, y))

/* ModF(x, out whole): the fraction. */
void bcl_math_modf(struct thread *thread, union slot *slots) {
    (void)thread;
    slots[0].r8 = modf(slots[0].r8, slots[1].p);
}

/* ---- MathF ---- */

#define MATHF1(name, expression)                                                                   \
    void bcl_mathf_##name(struct thread *thread, union slot *slots) {                              \
        float x = slots[0].r4;                                                                     \
        (void)thread;                                                                              \
        slots[0].r4 = (expression);                                                                \
    }
#define MATHF2(name, expression)                                                                   \
    void bcl_mathf_##name(struct thread *thread, union slot *slots) {                              \
        float x = slots[0].r4, y = slots[1].r4;                                                    \
        (void)thread;                                                                              \
        slots[0].r4 = (expression);                                                                \
    }

MATHF1(abs, fabsf(x))
MATHF1(acos, acosf(x))
MATHF1(acosh, acoshf(x))
MATHF1(asin, asinf(x))
MATHF1(asinh, asinhf(x))
MATHF1(atan, atanf(x))
MATHF1(atanh, atanhf(x))
MATHF1(cbrt, cbrtf(x))
MATHF1(ceiling, ceilf(x))
MATHF1(cos, cosf(x))
MATHF1(cosh, coshf(x))
MATHF1(exp, expf(x))
MATHF1(floor, floorf(x))
MATHF1(log, logf(x))
MATHF1(log10, log10f(x))
MATHF1(sin, sinf(x))
MATHF1(sinh, sinhf(x))
MATHF1(sqrt, sqrtf(x))
MATHF1(tan, tanf(x))
MATHF1(tanh, tanhf(x))
MATHF2(atan2, atan2f(x, y))
MATHF2(fmod, fmodf(x, y))
MATHF2(pow, powf(x, y))

void bcl_mathf_modf(struct thread *thread, union slot *slots) {
    (void)thread;
    slots[0].r4 = modff(slots[0].r4, slots[1].p);
}

/* Interop/Sys.DoubleToString(value, format, buffer, size): snprintf. The class library's only
 * format is "%.40e". */
void bcl_double_to_string(struct thread *thread, union slot *slots) {
    const char *format = slots[1].p;
    if (strcmp(format, "%.40e") != 0)
        exec_throw_format(thread, "NotSupportedException", "DoubleToString with %.20s", format);
    else
        slots[0].i4 = snprintf(slots[2].p, (size_t)slots[3].i4, "%.40e", slots[0].r8);
}
