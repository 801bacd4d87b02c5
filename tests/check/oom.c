/* make check-oom: what happens when memory runs out, at every place where it can.
 *
 * Each body is run with its 1st, 2nd, 3rd ... request for memory failing, first that one only, then
 * that one and all later ones, until it runs without a failure. Every run must come back, free all
 * that it took, and say in some way that it failed. Prints how many points were tried; exit status
 * 1 when one of them ended badly. What the programs print goes to /dev/null. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "claret.h"
#include "il.h"
#include "objidl.h"
#include "profiler/prof.h"
#include "runtime/memory/spies.h"

#define PROGRAM "build/samples/squares.exe"
#define PLUGIN  "build/samples/rewrite.so"
#define LIBRARY "build/samples/formula.dll"

/* Returns whether everything went as if memory were plentiful. */
typedef bool (*body)(void);

static bool load_assembly(void) {
    il_module *module;
    il_error err;
    if (il_module_open("/usr/lib/mono/4.5/mscorlib.dll", &module, &err) != IL_OK)
        return false;
    bool found = il_find_type(module, "System", "String", 0) != 0;
    il_module_close(module);
    return found;
}

static bool run(claret_mode mode, struct rt_events *events) {
    claret_config config = {.mode = mode, .events = events};
    claret_error error;
    int status = 1;
    claret_runtime *runtime = claret_create(&config, &error);
    bool ran = runtime && claret_run(runtime, PROGRAM, 0, NULL, &status, &error);
    claret_destroy(runtime);
    return ran && status == 0;
}

static bool run_interpreted(void) {
    return run(CLARET_INTERPRET, NULL);
}

static bool run_tiered(void) {
    return run(CLARET_TIERED, NULL);
}

static bool rewrite(void) {
    prof_host *host;
    prof_error error;
    if (prof_load(PLUGIN, &host, &error) != PROF_LOADED)
        return false;
    bool ok = run(CLARET_TIERED, prof_events(host));
    prof_free(host);
    return ok;
}

/* Whether the method returned; *result is released by the caller. */
static bool call(claret_runtime *runtime, const claret_assembly *assembly, const char *name,
                 claret_value *arguments, size_t count, claret_value *result) {
    claret_exception exception = {0};
    claret_error error;
    claret_method *method = claret_find_method(runtime, assembly, name, &error);
    if (!method)
        return false;
    claret_outcome outcome =
        claret_invoke(runtime, method, arguments, count, result, &exception, &error);
    if (outcome == CLARET_THREW)
        claret_release_exception(runtime, &exception);
    return outcome == CLARET_RETURNED;
}

static bool embed(void) {
    claret_config config = {.mode = CLARET_TIERED};
    claret_error error;
    claret_value formula = {.kind = CLARET_VOID}, text = formula;
    claret_value source = {.kind = CLARET_STRING, .string = "x^2 - 2"};
    claret_runtime *runtime = claret_create(&config, &error);
    claret_assembly *assembly = runtime ? claret_load(runtime, LIBRARY, &error) : NULL;
    bool ok = assembly &&
              call(runtime, assembly, "instance void Formula::.ctor(string)", &source, 1, &formula);
    ok = ok && call(runtime, assembly, "instance string [mscorlib]System.Object::ToString()",
                    &formula, 1, &text);
    ok = ok && text.kind == CLARET_STRING && strcmp(text.string, "Formula") == 0;
    if (runtime) {
        claret_release(runtime, &text);
        claret_release(runtime, &formula);
    }
    claret_destroy(runtime);
    return ok;
}

struct tally {
    unsigned points, survived, leaked;
};

/* Runs body with request n failing (and all later ones); false when none was left to fail. */
static bool try_point(FILE *report, body body, unsigned n, bool from_then_on, struct tally *tally) {
    char spec[32], error[200];
    const char *specs[] = {spec};
    mem_spies *spies;
    snprintf(spec, sizeof spec, "fail=%u%s", n, from_then_on ? "+" : "");
    if (FAILED(mem_spies_start(specs, 1, &spies, error, sizeof error))) {
        fprintf(report, "check-oom: %s\n", error);
        return false;
    }
    bool ok = body();
    mem_counters counters = mem_spies_counters(spies);
    mem_spies_stop(spies);
    if (counters.failures == 0)
        return false;
    tally->points++;
    tally->survived += ok;
    if (counters.live != 0) {
        tally->leaked++;
        fprintf(report, "check-oom: %s leaves %llu blocks\n", spec,
                (unsigned long long)counters.live);
    }
    return true;
}

static bool check(FILE *report, const char *name, body body) {
    struct tally once = {0}, ever = {0};
    for (unsigned n = 1; try_point(report, body, n, false, &once); n++)
        ;
    for (unsigned n = 1; n <= once.points && try_point(report, body, n, true, &ever); n++)
        ;
    fprintf(report, "%-16s %5u points once (%u succeed all the same), %5u from then on, %u leaks\n",
            name, once.points, once.survived, ever.points, once.leaked + ever.leaked);
    fflush(report);
    return once.points > 0 && once.leaked + ever.leaked == 0;
}

int main(void) {
    int null = open("/dev/null", O_WRONLY), out = dup(STDOUT_FILENO);
    FILE *report = out >= 0 ? fdopen(out, "w") : NULL;
    if (null < 0 || !report)
        return 1;
    dup2(null, STDOUT_FILENO);
    dup2(null, STDERR_FILENO); /* unhandled exceptions are reported there */
    bool ok = check(report, "load", load_assembly);
    ok = check(report, "interpreted", run_interpreted) && ok;
    ok = check(report, "tiered", run_tiered) && ok;
    ok = check(report, "rewriting", rewrite) && ok;
    ok = check(report, "embedded", embed) && ok;
    fclose(report);
    return ok ? 0 : 1;
}
