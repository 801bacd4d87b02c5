/* Custom marshallers: classes of the program that implement ICustomMarshaler (II.23.4,
 * UnmanagedType.CustomMarshaler). There is one instance per parameter, made by the class's static
 * GetInstance(cookie). */
#include "runtime/bcl/bcl_reflect.h"
#include "runtime/interop/convert.h"

static struct object *make_instance(struct thread *thread, const struct marshal *marshal) {
    struct type *type = bcl_find_type(thread, marshal->module, marshal->custom, false);
    struct method *method = type ? type_find_method(type, "GetInstance", 1) : NULL;
    union slot args[1];
    if (thread->exception)
        return NULL;
    if (!method || !method_is_static(method)) {
        exec_throw_format(thread, "ApplicationException",
                          "Custom marshaler '%s' does not implement a static GetInstance method "
                          "that takes a single string parameter and returns an ICustomMarshaler.",
                          marshal->custom);
        return NULL;
    }
    args[0].p = bcl_string(thread, marshal->cookie);
    if (!args[0].p || !exec_init_type(thread, type) || !bcl_invoke(thread, method, args))
        return NULL;
    if (!bcl_check(thread, args[0].o))
        return NULL;
    return args[0].o;
}

/* The instance, kept under the address of the marshal. */
static struct object *instance_of(struct thread *thread, const struct marshal *marshal) {
    exec_lock(thread->rt);
    struct object *known = bcl_get(thread->rt, marshal, 0);
    exec_unlock(thread->rt);
    if (known)
        return known;
    struct object *object = make_instance(thread, marshal);
    if (!object)
        return NULL;
    exec_lock(thread->rt);
    bool kept = bcl_put(thread->rt, marshal, 0, object);
    exec_unlock(thread->rt);
    if (!kept)
        exec_throw_object(thread, thread->out_of_memory);
    return kept ? object : NULL;
}

/* Calls a method of ICustomMarshaler with one argument, the result to *value. */
static bool call(struct thread *thread, const struct marshal *marshal, const char *name,
                 union slot *value) {
    struct object *instance = instance_of(thread, marshal);
    struct type *interface =
        instance ? bcl_class(thread, "System.Runtime.InteropServices", "ICustomMarshaler") : NULL;
    struct method *declared = interface ? type_find_method(interface, name, 1) : NULL;
    struct method *method = declared ? type_find_virtual(instance->type, declared) : NULL;
    union slot args[2] = {{.o = instance}, *value};
    if (!method) {
        if (instance && interface)
            exec_throw_format(thread, "ApplicationException",
                              "Custom marshaler '%s' does not implement the ICustomMarshaler "
                              "interface.",
                              marshal->custom);
        return false;
    }
    if (!bcl_invoke(thread, method, args))
        return false;
    *value = args[0];
    return true;
}

TO_NATIVE(custom) {
    union slot value = {.o = convert_object_at(managed)};
    bool done = !value.o || call(scope->thread, marshal, "MarshalManagedToNative", &value);
    *(void **)native = done ? value.p : NULL;
    return done;
}

TO_MANAGED(custom) {
    union slot value = {.p = convert_pointer_at(native)};
    if (value.p && !call(scope->thread, marshal, "MarshalNativeToManaged", &value))
        return false;
    *(struct object **)managed = value.o;
    return true;
}

/* What was passed in is not replaced: the marshaller may have changed it. */
UPDATE(custom) {
    union slot value = {.p = convert_pointer_at(native)};
    (void)managed;
    return !value.p || call(scope->thread, marshal, "MarshalNativeToManaged", &value);
}

RELEASE(custom) {
    union slot value = {.p = convert_pointer_at(native)};
    if (value.p && !scope->thread->exception)
        call(scope->thread, marshal, "CleanUpNativeData", &value);
}
