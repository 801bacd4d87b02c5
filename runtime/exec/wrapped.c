/* Thrown objects that are no exceptions (III.4.31).
 *
 * From the throw on they are carried inside a RuntimeWrappedException, so that all code of the
 * runtime and the library deals with exceptions only. Handlers of an assembly see that exception if
 * the assembly asks for it with [RuntimeCompatibility(WrapNonExceptionThrows = true)], as those of
 * C# do; others see the object. */
#include <string.h>

#include "il_attr.h"
#include "runtime/exec/interp.h"
#include "runtime/memory/mem.h"

#define COMPILER_SERVICES "System.Runtime.CompilerServices"

static bool is_exception(const struct object *object) {
    const struct type *exception = object->type->rt->core.exception, *type = object->type;
    return type->depth >= exception->depth && type->supers[exception->depth] == exception;
}

struct object *exception_wrap(struct thread *thread, struct object *object) {
    struct type *type;
    il_error err;
    if (is_exception(object))
        return object;
    if (ldr_core_type(thread->rt, COMPILER_SERVICES, "RuntimeWrappedException", &type, &err) !=
            IL_OK ||
        type_prepare(type, &err) != IL_OK)
        return thread->out_of_memory;
    struct object *wrapper = exec_new_object(thread, type);
    struct method *ctor = type_find_method(type, ".ctor", 1);
    union slot args[2] = {{.o = wrapper}, {.o = object}};
    if (wrapper && ctor && exec_invoke(thread, ctor, args))
        return wrapper;
    return thread->fatal ? thread->exception : exec_take_exception(thread);
}

static bool says_wrap(const il_attribute *attribute) {
    static const char NAME[] = "WrapNonExceptionThrows";
    for (uint32_t i = 0; i < attribute->named_count; i++) {
        const il_attr_named *named = &attribute->named[i];
        if (named->name.size == sizeof NAME - 1 &&
            memcmp(named->name.data, NAME, sizeof NAME - 1) == 0)
            return named->value.bits != 0;
    }
    return false;
}

/* module->wraps, once it is known. */
enum { WRAPS_UNKNOWN, WRAPS_NO, WRAPS_YES };

static bool wants_wrapped(struct module *module) {
    uint8_t known = __atomic_load_n(&module->wraps, __ATOMIC_RELAXED);
    if (known != WRAPS_UNKNOWN)
        return known == WRAPS_YES;
    struct mem_pool pool = {0};
    const il_attribute *attribute;
    il_error err;
    uint32_t row = il_find_attribute(module->il, IL_TOKEN(IL_Assembly, 1), COMPILER_SERVICES,
                                     "RuntimeCompatibilityAttribute", 1);
    bool yes = row &&
               il_parse_attribute(module->il, row, NULL, NULL, &pool, &attribute, &err) == IL_OK &&
               says_wrap(attribute);
    mem_pool_fini(&pool);
    __atomic_store_n(&module->wraps, yes ? WRAPS_YES : WRAPS_NO, __ATOMIC_RELAXED);
    return yes;
}

struct object *exception_seen_by(const struct method *method, struct object *exception) {
    const struct type *type = exception->type;
    if (strcmp(type->name, "RuntimeWrappedException") != 0 || wants_wrapped(method->owner->module))
        return exception;
    const struct field *field =
        type_find_field((struct type *)(uintptr_t)type, "_wrappedException");
    return field ? *(struct object **)((char *)exception + field->offset) : exception;
}
