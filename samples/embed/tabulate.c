/* A C program that lets a C# class do the work: prints the values of a formula.
 *
 *     tabulate formula.dll "x^2 - 2" 0 4 */
#include "claret.h"

#include <stdio.h>
#include <stdlib.h>

/* Prints why a call brought no result, and frees what says it. */
static void report(claret_runtime *runtime, claret_outcome outcome, claret_exception *exception,
                   const claret_error *error) {
    if (outcome == CLARET_THREW) {
        fprintf(stderr, "%s: %s\n%s", exception->type, exception->message, exception->trace);
        claret_release_exception(runtime, exception);
    } else if (outcome == CLARET_REFUSED) {
        fprintf(stderr, "%s\n", error->text);
    }
}

/* Calls a method. When it does not return, says why and gives false. */
static bool call(claret_runtime *runtime, const claret_assembly *assembly, const char *name,
                 claret_value *arguments, size_t count, claret_value *result) {
    claret_exception exception;
    claret_error error;
    claret_outcome outcome = CLARET_REFUSED;
    claret_method *method = claret_find_method(runtime, assembly, name, &error);
    if (method)
        outcome = claret_invoke(runtime, method, arguments, count, result, &exception, &error);
    if (outcome != CLARET_RETURNED)
        report(runtime, outcome, &exception, &error);
    return outcome == CLARET_RETURNED;
}

static bool tabulate(claret_runtime *runtime, const claret_assembly *assembly, const char *text,
                     int from, int to) {
    claret_value formula, value;
    claret_value source = {.kind = CLARET_STRING, .string = text};
    bool ok = call(runtime, assembly, "instance void Formula::.ctor(string)", &source, 1, &formula);
    if (!ok)
        return false;
    for (int x = from; ok && x <= to; x++) {
        claret_value arguments[] = {formula, {.kind = CLARET_FLOAT64, .float64 = x}};
        ok = call(runtime, assembly, "instance float64 Formula::Evaluate(float64)", arguments, 2,
                  &value);
        if (ok)
            printf("%4d %10.4f\n", x, value.float64);
    }
    claret_release(runtime, &formula);
    return ok;
}

int main(int argc, char **argv) {
    claret_config config = {.mode = CLARET_TIERED};
    claret_error error;
    bool ok = false;
    if (argc != 5) {
        fprintf(stderr, "usage: tabulate ASSEMBLY FORMULA FROM TO\n");
        return 2;
    }
    claret_runtime *runtime = claret_create(&config, &error);
    claret_assembly *assembly = runtime ? claret_load(runtime, argv[1], &error) : NULL;
    if (assembly)
        ok = tabulate(runtime, assembly, argv[2], atoi(argv[3]), atoi(argv[4]));
    else
        fprintf(stderr, "%s\n", error.text);
    claret_destroy(runtime);
    return ok ? 0 : 1;
}
