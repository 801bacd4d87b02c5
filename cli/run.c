/* claret run [options] PROGRAM.exe [ARGS]: runs a program, under a profiler and spies if asked. */
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "claret.h"
#include "cli.h"
#include "profiler/prof.h"
#include "runtime/memory/heap_events.h"
#include "runtime/memory/spies.h"

#define MAX_SPIES 8

struct options {
    claret_mode mode;
    const char *profiler;
    const char *heap_trace;
    unsigned heap_flags; /* HEAP_TRACE_STACKS ... */
    bool stats, perf_map;
    const char *spies[MAX_SPIES];
    int spy_count;
    int program; /* index in argv */
};

static const char HELP[] =
    "usage: claret run [options] PROGRAM.exe [ARGS]\n"
    "\n"
    "  --interp           interpret everything\n"
    "  --jit              compile every method at its first call\n"
    "                     (default: interpret first, compile what is hot)\n"
    "  --profiler PATH    load the profiler plug-in PATH, or PATH={CLSID}\n"
    "  --spy SPEC         watch the allocations: leaks, guard, fail=N, fail=N+,\n"
    "                     fail-rate=P,seed=S, fail-size>=K, quota=BYTES, log=FILE;\n"
    "                     may be given several times, reports go to standard error\n"
    "  --heap-trace FILE  record every operation on the heaps; read it with claret heap\n"
    "  --heap-stacks      with --heap-trace: with the call stack of each allocation\n"
    "  --heap-lossy       with --heap-trace: leave events out rather than wait for the file\n"
    "  --perf-map         write /tmp/perf-PID.map, so that perf names compiled methods\n"
    "  --stats            say at the end how much was compiled, allocated and collected\n"
    "  --help             this text\n"
    "\n"
    "Environment: CLARET_PATH (folders with mscorlib.dll, before /usr/lib/mono/4.5),\n"
    "CLARET_JIT_AFTER (calls and iterations until a method is compiled, 5000),\n"
    "CORECLR_ENABLE_PROFILING, CORECLR_PROFILER, CORECLR_PROFILER_PATH.\n"
    "\n"
    "Exit status: the program's; 1 when it cannot be run, 2 for wrong usage, 134 after an\n"
    "unhandled exception.\n";

static int usage_error(const char *format, const char *what) {
    fputs("claret run: ", stderr);
    fprintf(stderr, format, what);
    fputs(", see claret run --help\n", stderr);
    return 2;
}

/* 0 to go on, an exit status otherwise (-1 for success). */
static int parse(int argc, char **argv, struct options *options) {
    int i = 1;
    for (; i < argc && argv[i][0] == '-'; i++) {
        const char *option = argv[i];
        bool valued = strcmp(option, "--profiler") == 0 || strcmp(option, "--spy") == 0 ||
                      strcmp(option, "--heap-trace") == 0;
        if (valued && ++i == argc)
            return usage_error("%s needs a value", option);
        if (strcmp(option, "--help") == 0) {
            fputs(HELP, stdout);
            return -1;
        }
        if (strcmp(option, "--interp") == 0)
            options->mode = CLARET_INTERPRET;
        else if (strcmp(option, "--jit") == 0)
            options->mode = CLARET_JIT;
        else if (strcmp(option, "--profiler") == 0)
            options->profiler = argv[i];
        else if (strcmp(option, "--heap-trace") == 0)
            options->heap_trace = argv[i];
        else if (strcmp(option, "--perf-map") == 0)
            options->perf_map = true;
        else if (strcmp(option, "--stats") == 0)
            options->stats = true;
        else if (strcmp(option, "--heap-stacks") == 0)
            options->heap_flags |= HEAP_TRACE_STACKS;
        else if (strcmp(option, "--heap-lossy") == 0)
            options->heap_flags |= HEAP_TRACE_LOSSY;
        else if (!valued)
            return usage_error("unknown option %s", option);
        else if (options->spy_count == MAX_SPIES)
            return usage_error("too many spies at %s", argv[i]);
        else
            options->spies[options->spy_count++] = argv[i];
    }
    if (i >= argc)
        return usage_error("%s", "no program given");
    options->program = i;
    if (options->heap_flags && !options->heap_trace)
        return usage_error("%s", "--heap-stacks and --heap-lossy go with --heap-trace");
    return 0;
}

/* The plug-in named by --profiler must load; one named by the environment is left out with a line
 * that says why, as .NET leaves it out without one. */
static int load_profiler(const struct options *options, prof_host **host) {
    prof_error error;
    prof_status status = options->profiler ? prof_load(options->profiler, host, &error)
                                           : prof_load_environment(host, &error);
    if (status == PROF_NONE || status == PROF_LOADED)
        return 0;
    cli_fail("%s%s", error.text,
             options->profiler && status == PROF_FAILED ? "" : "; running without a profiler");
    return options->profiler && status == PROF_FAILED;
}

static uint64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void print_stats(const claret_runtime *runtime, uint64_t elapsed) {
    claret_stats s;
    claret_get_stats(runtime, &s);
    double total = elapsed ? (double)elapsed : 1;
    fprintf(stderr,
            "stats: %.3f s; %llu methods prepared, %llu compiled to %llu bytes, %llu refused%s%s\n",
            total / 1e9, (unsigned long long)s.methods_prepared,
            (unsigned long long)s.methods_compiled, (unsigned long long)s.code_bytes,
            (unsigned long long)s.methods_refused, *s.last_refusal ? ", the last " : "",
            s.last_refusal);
    fprintf(
        stderr,
        "stats: %llu bytes allocated (%.1f %% of the time), %llu collections (%.1f %%), %llu bytes "
        "live after the last, heap of %llu bytes\n",
        (unsigned long long)s.allocated_bytes, 100 * (double)s.allocation_time / total,
        (unsigned long long)s.collections, 100 * (double)s.collection_time / total,
        (unsigned long long)s.live_bytes, (unsigned long long)s.heap_bytes);
}

/* Where this program is; NULL when that cannot be told. */
static const char *own_path(char path[PATH_MAX]) {
    ssize_t size = readlink("/proc/self/exe", path, PATH_MAX - 1);
    if (size <= 0)
        return NULL;
    path[size] = '\0';
    return path;
}

static int run_program(const struct options *options, int argc, char **argv) {
    char self[PATH_MAX];
    claret_config config = {
        .mode = options->mode, .launcher = own_path(self), .perf_map = options->perf_map};
    claret_error error;
    prof_host *profiler = NULL;
    int status = 0, first = options->program + 1;
    uint64_t start = now();
    if (load_profiler(options, &profiler) != 0)
        return 1;
    if (profiler)
        config.events = prof_events(profiler);
    claret_runtime *runtime = claret_create(&config, &error);
    if (!runtime ||
        !claret_run(runtime, argv[options->program], argc - first, argv + first, &status, &error))
        status = cli_fail("%s", error.text);
    if (options->stats && runtime)
        print_stats(runtime, now() - start);
    claret_destroy(runtime);
    prof_free(profiler);
    if (cli_flush() != 0 && status == 0)
        status = 1;
    return status;
}

/* Says how many events were lost, if any. */
static int end_heap_trace(const char *path) {
    heap_trace_totals totals;
    if (FAILED(heap_trace_stop(&totals)))
        return cli_fail("%s: the heap trace could not be finished", path);
    if (totals.lost > 0)
        return cli_fail("%s: %llu of %llu heap events were lost", path,
                        (unsigned long long)totals.lost,
                        (unsigned long long)(totals.written + totals.lost));
    return 0;
}

int cli_run(int argc, char **argv) {
    struct options options = {.mode = CLARET_TIERED};
    mem_spies *spies = NULL;
    char error[300];
    int status = parse(argc, argv, &options);
    if (status != 0)
        return status < 0 ? cli_flush() : status;
    if (options.spy_count > 0) {
        HRESULT hr =
            mem_spies_start(options.spies, (size_t)options.spy_count, &spies, error, sizeof error);
        if (hr == E_INVALIDARG)
            return usage_error("--spy %s", error);
        if (FAILED(hr))
            return cli_fail("--spy: %s", error);
    }
    if (!options.heap_trace) {
        status = run_program(&options, argc, argv);
    } else if (FAILED(
                   heap_trace_start(options.heap_trace, options.heap_flags, error, sizeof error))) {
        status = cli_fail("--heap-trace: %s", error);
    } else {
        status = run_program(&options, argc, argv);
        if (end_heap_trace(options.heap_trace) != 0 && status == 0)
            status = 1;
    }
    if (spies) {
        mem_spies_report(spies, stderr);
        mem_spies_stop(spies);
    }
    return status;
}
