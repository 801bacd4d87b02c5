/* make check-oom: what happens when memory runs out, at every place where it can.
 *
 * Each body is run with its 1st, 2nd, 3rd ... request for memory failing, first that one only, then
 * that one and all later ones, until it runs without a failure. Every run must come back, free all
 * that it took, leave heaps and spies in order, and say in some way that it failed. Prints how many
 * points were tried; exit status 1 when one of them ended badly. What the programs print goes to
 * /dev/null.
 *
 * There are two ways to fail. The bodies of the first run have the requests of the task allocator
 * and of the managed heap refused by a spy. With the argument "below" the bodies use spies
 * themselves; then every block is one plain_alloc, and that and the mapping of memory fail: the
 * linker sends the calls of both through the functions here. */
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "claret.h"
#include "il.h"
#include "objidl.h"
#include "profiler/prof.h"
#include "runtime/memory/heap_events.h"
#include "runtime/memory/mem.h"
#include "runtime/memory/spies.h"
#include "runtime/memory/spy.h"
#include "runtime/memory/task.h"
#include "runtime/runtime.h"

#define SQUARES "build/samples/squares.exe"
#define MORTALS "build/tests/mortals.exe"
#define PLUGIN  "build/samples/rewrite.so"
#define LIBRARY "build/samples/formula.dll"

/* ---- Failing below the spies ---- */

static struct {
    bool used;
    bool armed, from_then_on;
    long long fails_at;
    _Atomic long long requests, failures;
    _Atomic long long live_blocks; /* since armed */
    _Atomic long long mapped;      /* bytes */
} below;

static bool refused(void) {
    if (!below.armed)
        return false;
    long long n = ++below.requests;
    bool fails = below.from_then_on ? n >= below.fails_at : n == below.fails_at;
    below.failures += fails;
    return fails;
}

bool __real_plain_heap_is_wanted(void);
bool __wrap_plain_heap_is_wanted(void);
void *__real_plain_alloc(size_t size);
void *__wrap_plain_alloc(size_t size);
bool __real_plain_free(void *block);
bool __wrap_plain_free(void *block);
void *__real_os_map(size_t size, size_t align);
void *__wrap_os_map(size_t size, size_t align);
void *__real_os_map_sparse(size_t size);
void *__wrap_os_map_sparse(size_t size);
void __real_os_unmap(void *address, size_t size);
void __wrap_os_unmap(void *address, size_t size);

bool __wrap_plain_heap_is_wanted(void) {
    return below.used || __real_plain_heap_is_wanted();
}

void *__wrap_plain_alloc(size_t size) {
    void *block = refused() ? NULL : __real_plain_alloc(size);
    below.live_blocks += block != NULL;
    return block;
}

bool __wrap_plain_free(void *block) {
    bool freed = __real_plain_free(block);
    below.live_blocks -= freed;
    return freed;
}

void *__wrap_os_map(size_t size, size_t align) {
    void *address = refused() ? NULL : __real_os_map(size, align);
    if (address)
        below.mapped += (long long)size;
    return address;
}

void *__wrap_os_map_sparse(size_t size) {
    void *address = refused() ? NULL : __real_os_map_sparse(size);
    if (address)
        below.mapped += (long long)size;
    return address;
}

void __wrap_os_unmap(void *address, size_t size) {
    __real_os_unmap(address, size);
    below.mapped -= (long long)size;
}

/* ---- Bodies ----
 *
 * Each returns whether everything went as if memory were plentiful. */

typedef bool (*body)(void);

static bool damaged; /* something is no longer in order */

static bool load_assembly(void) {
    il_module *module;
    il_error err;
    if (il_module_open("/usr/lib/mono/4.5/mscorlib.dll", &module, &err) != IL_OK)
        return false;
    bool found = il_find_type(module, "System", "String", 0) != 0;
    il_module_close(module);
    return found;
}

static claret_runtime *create(claret_mode mode, struct rt_events *events) {
    claret_config config = {.mode = mode, .events = events};
    claret_error error;
    return claret_create(&config, &error);
}

static bool run_in(claret_runtime *runtime, const char *program) {
    claret_error error;
    int status = 1;
    bool ran = runtime && claret_run(runtime, program, 0, NULL, &status, &error);
    if (runtime && !gc_check(runtime->gc))
        damaged = true;
    return ran && status == 0;
}

static bool run(claret_mode mode, const char *program, struct rt_events *events) {
    claret_runtime *runtime = create(mode, events);
    bool ok = run_in(runtime, program);
    claret_destroy(runtime);
    return ok;
}

static bool run_interpreted(void) {
    return run(CLARET_INTERPRET, SQUARES, NULL);
}

static bool run_tiered(void) {
    return run(CLARET_TIERED, SQUARES, NULL);
}

static bool rewrite(void) {
    prof_host *host;
    prof_error error;
    if (prof_load(PLUGIN, &host, &error) != PROF_LOADED)
        return false;
    bool ok = run(CLARET_TIERED, SQUARES, prof_events(host));
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
    claret_error error;
    claret_value formula = {.kind = CLARET_VOID}, text = formula;
    claret_value source = {.kind = CLARET_STRING, .string = "x^2 - 2"};
    claret_runtime *runtime = create(CLARET_TIERED, NULL);
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

static bool collect_interpreted(void) {
    return run(CLARET_INTERPRET, MORTALS, NULL);
}

static bool collect_compiled(void) {
    return run(CLARET_JIT, MORTALS, NULL);
}

/* Two runtimes that overlap. */
static bool two_runtimes(void) {
    claret_runtime *first = create(CLARET_INTERPRET, NULL);
    claret_runtime *second = create(CLARET_JIT, NULL);
    bool ok = run_in(first, MORTALS);
    claret_destroy(first);
    ok = run_in(second, MORTALS) && ok;
    claret_destroy(second);
    return ok;
}

/* A spy of the body's own, which puts a header in front of each block. */
enum { HEADER = 16 };

static struct {
    IMallocSpy iface;
    size_t size;
    bool gone;
} own;

static HRESULT own_query(IMallocSpy *self, REFIID riid, void **out) {
    (void)riid;
    *out = self;
    return S_OK;
}

static ULONG own_add_ref(IMallocSpy *self) {
    (void)self;
    return 1;
}

static ULONG own_release(IMallocSpy *self) {
    (void)self;
    own.gone = true;
    return 0;
}

static SIZE_T own_pre_alloc(IMallocSpy *self, SIZE_T cb) {
    (void)self;
    own.size = cb;
    return cb + HEADER;
}

static void *put_header(void *actual) {
    if (!actual)
        return NULL;
    memset(actual, 0xAB, HEADER);
    return (char *)actual + HEADER;
}

static void *own_post_alloc(IMallocSpy *self, void *actual) {
    (void)self;
    return put_header(actual);
}

static void *without_header(void *request, BOOL spied) {
    static const char expected[HEADER] = {[0 ... HEADER - 1] = (char)0xAB};
    if (!spied)
        return request;
    if (memcmp((char *)request - HEADER, expected, HEADER) != 0)
        damaged = true;
    return (char *)request - HEADER;
}

static void *own_pre_free(IMallocSpy *self, void *request, BOOL spied) {
    (void)self;
    return without_header(request, spied);
}

static void own_post_free(IMallocSpy *self, BOOL spied) {
    (void)self, (void)spied;
}

static SIZE_T own_pre_realloc(IMallocSpy *self, void *request, SIZE_T cb, void **new_request,
                              BOOL spied) {
    (void)self;
    *new_request = without_header(request, spied);
    return spied ? cb + HEADER : cb;
}

static void *own_post_realloc(IMallocSpy *self, void *actual, BOOL spied) {
    (void)self;
    return spied ? put_header(actual) : actual;
}

static void *own_to_actual(IMallocSpy *self, void *request, BOOL spied) {
    (void)self;
    return without_header(request, spied);
}

static SIZE_T own_post_get_size(IMallocSpy *self, SIZE_T cb, BOOL spied) {
    (void)self;
    return spied ? cb - HEADER : cb;
}

static int own_post_did_alloc(IMallocSpy *self, void *request, BOOL spied, int actual) {
    (void)self, (void)request, (void)spied;
    return actual;
}

static void own_minimize(IMallocSpy *self) {
    (void)self;
}

static const IMallocSpyVtbl OWN_METHODS = {.QueryInterface = own_query,
                                           .AddRef = own_add_ref,
                                           .Release = own_release,
                                           .PreAlloc = own_pre_alloc,
                                           .PostAlloc = own_post_alloc,
                                           .PreFree = own_pre_free,
                                           .PostFree = own_post_free,
                                           .PreRealloc = own_pre_realloc,
                                           .PostRealloc = own_post_realloc,
                                           .PreGetSize = own_to_actual,
                                           .PostGetSize = own_post_get_size,
                                           .PreDidAlloc = own_to_actual,
                                           .PostDidAlloc = own_post_did_alloc,
                                           .PreHeapMinimize = own_minimize,
                                           .PostHeapMinimize = own_minimize};

/* Registered before a runtime is created, revoked while it has run and is still there: the spy goes
 * when the runtime does. */
static bool spy_on_a_program(void) {
    own.iface.lpVtbl = &OWN_METHODS;
    own.gone = false;
    if (CoRegisterMallocSpy(&own.iface) != S_OK)
        return false;
    claret_runtime *runtime = create(CLARET_INTERPRET, NULL);
    bool ok = run_in(runtime, MORTALS);
    HRESULT hr = CoRevokeMallocSpy();
    if (hr != S_OK && hr != E_ACCESSDENIED)
        damaged = true;
    claret_destroy(runtime);
    if (!own.gone)
        damaged = true;
    return ok;
}

/* Registered while a runtime is there. */
static bool spy_in_between(void) {
    claret_runtime *runtime = create(CLARET_JIT, NULL);
    own.iface.lpVtbl = &OWN_METHODS;
    own.gone = false;
    bool ok = CoRegisterMallocSpy(&own.iface) == S_OK;
    void *block = mem_alloc(100), *other = mem_calloc(5, 20);
    void *larger = block ? mem_resize(block, 300, 1) : NULL;
    ok = run_in(runtime, MORTALS) && block && larger && other && ok;
    mem_free(larger ? larger : block);
    claret_destroy(runtime);
    mem_free(other);
    CoRevokeMallocSpy();
    if (!own.gone)
        damaged = true;
    return ok;
}

static bool shipped_spies(void) {
    const char *specs[] = {"leaks", "guard", "quota=1G", "log=/dev/null"};
    char error[200];
    mem_spies *spies;
    FILE *out = fopen("/dev/null", "w");
    if (!out || FAILED(mem_spies_start(specs, 4, &spies, error, sizeof error))) {
        if (out)
            fclose(out);
        return false;
    }
    bool ok = run(CLARET_INTERPRET, MORTALS, NULL);
    mem_spies_report(spies, out);
    mem_spies_stop(spies);
    fclose(out);
    return ok;
}

static bool trace_heaps(void) {
    char error[200];
    heap_trace_totals totals = {0};
    if (FAILED(heap_trace_start("/dev/null", true, error, sizeof error)))
        return false;
    bool ok = run(CLARET_INTERPRET, MORTALS, NULL);
    return SUCCEEDED(heap_trace_stop(&totals)) && totals.lost == 0 && ok;
}

/* ---- Trying every point ---- */

/* How one run went. */
struct outcome {
    bool ok;
    unsigned long long failures;
    long long left; /* blocks and objects still there */
};

typedef bool (*fault)(body body, unsigned n, bool from_then_on, struct outcome *out);

/* Request n is refused by a spy. False when that could not be set up. */
static bool fail_by_spy(body body, unsigned n, bool from_then_on, struct outcome *out) {
    char spec[32], error[200];
    const char *specs[] = {spec};
    mem_spies *spies;
    snprintf(spec, sizeof spec, "fail=%u%s", n, from_then_on ? "+" : "");
    if (FAILED(mem_spies_start(specs, 1, &spies, error, sizeof error)))
        return false;
    out->ok = body();
    mem_counters counters = mem_spies_counters(spies);
    mem_spies_stop(spies);
    out->failures = counters.failures;
    out->left = (long long)(counters.live + counters.live_objects);
    return true;
}

static bool fail_below(body body, unsigned n, bool from_then_on, struct outcome *out) {
    below.fails_at = n;
    below.from_then_on = from_then_on;
    below.requests = below.failures = below.live_blocks = 0;
    below.armed = true;
    out->ok = body();
    below.armed = false;
    out->failures = (unsigned long long)below.failures;
    out->left = below.live_blocks;
    return true;
}

struct tally {
    unsigned points, survived, leaked, damaged;
};

/* Runs body with request n failing (and all later ones); false when none was left to fail. */
static bool try_point(FILE *report, fault fault, body body, unsigned n, bool from_then_on,
                      struct tally *tally) {
    struct outcome outcome = {0};
    if (!fault(body, n, from_then_on, &outcome)) {
        fprintf(report, "check-oom: request %u cannot be made to fail\n", n);
        return false;
    }
    if (!spy_check() || !task_check())
        damaged = true;
    if (outcome.left != 0)
        fprintf(report, "check-oom: request %u%s leaves %lld\n", n, from_then_on ? "+" : "",
                outcome.left);
    if (damaged)
        fprintf(report, "check-oom: request %u%s does damage\n", n, from_then_on ? "+" : "");
    tally->leaked += outcome.left != 0;
    tally->damaged += damaged;
    damaged = false;
    if (outcome.failures == 0)
        return false;
    tally->points++;
    tally->survived += outcome.ok;
    return true;
}

static bool check(FILE *report, const char *name, fault fault, body body) {
    struct tally once = {0}, ever = {0};
    body(); /* what is made once and kept is there from now on */
    long long mapped = below.mapped;
    for (unsigned n = 1; try_point(report, fault, body, n, false, &once); n++)
        ;
    for (unsigned n = 1; n <= once.points && try_point(report, fault, body, n, true, &ever); n++)
        ;
    if (below.used && below.mapped != mapped) {
        ever.leaked++;
        fprintf(report, "check-oom: %lld bytes stay mapped\n", below.mapped - mapped);
    }
    unsigned bad = once.leaked + ever.leaked + once.damaged + ever.damaged;
    fprintf(report,
            "%-16s %5u points once (%u succeed all the same), %5u from then on, %u leaks, %u "
            "damaged\n",
            name, once.points, once.survived, ever.points, once.leaked + ever.leaked,
            once.damaged + ever.damaged);
    fflush(report);
    return once.points > 0 && bad == 0;
}

static const struct {
    const char *name;
    fault fault;
    body body;
} BODIES[] = {
    {"load", fail_by_spy, load_assembly},
    {"interpreted", fail_by_spy, run_interpreted},
    {"tiered", fail_by_spy, run_tiered},
    {"rewriting", fail_by_spy, rewrite},
    {"embedded", fail_by_spy, embed},
    {"collecting", fail_by_spy, collect_interpreted},
    {"collecting, JIT", fail_by_spy, collect_compiled},
    {"two runtimes", fail_by_spy, two_runtimes},
    {"own spy", fail_below, spy_on_a_program},
    {"spy in between", fail_below, spy_in_between},
    {"shipped spies", fail_below, shipped_spies},
    {"heap trace", fail_below, trace_heaps},
    {"collecting", fail_below, collect_interpreted},
    {"collecting, JIT", fail_below, collect_compiled},
};

int main(int argc, char **argv) {
    int null = open("/dev/null", O_WRONLY), out = dup(STDOUT_FILENO);
    FILE *report = out >= 0 ? fdopen(out, "w") : NULL;
    bool ok = true;
    if (null < 0 || !report)
        return 1;
    dup2(null, STDOUT_FILENO);
    dup2(null, STDERR_FILENO); /* unhandled exceptions are reported there */
    below.used = argc > 1 && strcmp(argv[1], "below") == 0;
    for (size_t i = 0; i < sizeof BODIES / sizeof *BODIES; i++) {
        if (below.used == (BODIES[i].fault == fail_below))
            ok = check(report, BODIES[i].name, BODIES[i].fault, BODIES[i].body) && ok;
    }
    fclose(report);
    return ok ? 0 : 1;
}
