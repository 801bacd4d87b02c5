/* The shipped spies: what each makes fail, counts and reports. */
#include "runtime/memory/spies.h"

#include "runtime/memory/include/objidl.h"
#include "runtime/memory/mem.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static mem_spies *start(const char *spec) {
    mem_spies *spies = NULL;
    char error[200] = "";
    CU_ASSERT_EQUAL(mem_spies_start(&spec, 1, &spies, error, sizeof error), S_OK);
    CU_ASSERT_PTR_NOT_NULL_FATAL(spies);
    return spies;
}

/* The report as text; the buffer is static. */
static const char *report(mem_spies *spies) {
    static char text[8192];
    FILE *out = fmemopen(text, sizeof text, "w");
    CU_ASSERT_PTR_NOT_NULL_FATAL(out);
    mem_spies_report(spies, out);
    fclose(out);
    return text;
}

/* Makes count requests of size bytes, which are freed at once; '+' for each success, '-' else. */
static const char *try_requests(size_t count, size_t size) {
    static char outcome[64];
    for (size_t i = 0; i < count; i++) {
        void *block = mem_alloc(size);
        outcome[i] = block ? '+' : '-';
        mem_free(block);
    }
    outcome[count] = '\0';
    return outcome;
}

static void leaks_says_0_when_all_is_freed(void) {
    mem_spies *spies = start("leaks");
    char *block = mem_alloc(100);
    block = mem_resize(block, 300, 1);
    mem_free(block);
    CU_ASSERT_STRING_EQUAL(report(spies), "spy leaks: 2 allocations, 400 bytes, peak 300 bytes, 0 "
                                          "blocks (0 bytes) still live\n");
    CU_ASSERT_EQUAL(mem_spies_stop(spies), S_OK);
}

static __attribute__((noinline)) void *leak_here(void) {
    void *block = mem_alloc(77);
    __asm__ volatile("" : : "r"(block) : "memory"); /* keeps this call from becoming a jump */
    return block;
}

static void leaks_names_the_function_that_allocated(void) {
    mem_spies *spies = start("leaks");
    void *a = leak_here(), *b = leak_here(), *c = mem_calloc(1, 10);
    const char *text = report(spies);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "3 blocks (164 bytes) still live\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "    leak_here+0x"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "    leaks_names_the_function_that_allocated+0x"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "  1 live of 1 blocks, 10 bytes, allocated by\n    "
                                        "leaks_names_the_function_that_allocated+0x"));
    mem_counters now = mem_spies_counters(spies);
    CU_ASSERT_EQUAL(now.live, 3);
    CU_ASSERT_EQUAL(now.live_bytes, 164);
    mem_free(a);
    mem_free(b);
    mem_free(c);
    CU_ASSERT_EQUAL(mem_spies_stop(spies), S_OK);
}

static void stopping_with_live_blocks_waits_for_them(void) {
    mem_spies *spies = start("leaks");
    void *block = mem_alloc(1);
    CU_ASSERT_EQUAL(mem_spies_stop(spies), E_ACCESSDENIED);
    mem_free(block);
    CU_ASSERT_EQUAL(CoRevokeMallocSpy(), CO_E_OBJNOTREG);
}

static void fail_n_fails_once(void) {
    mem_spies *spies = start("fail=3");
    CU_ASSERT_STRING_EQUAL(try_requests(6, 8), "++-+++");
    CU_ASSERT_STRING_EQUAL(report(spies), "spy fail=3: 1 of 6 requests failed\n");
    mem_spies_stop(spies);
}

static void fail_n_plus_fails_from_then_on(void) {
    mem_spies *spies = start("fail=3+");
    CU_ASSERT_STRING_EQUAL(try_requests(6, 8), "++----");
    mem_spies_stop(spies);
}

static void fail_n_counts_reallocations_and_leaves_the_block(void) {
    mem_spies *spies = start("fail=2");
    char *block = mem_alloc(8);
    strcpy(block, "kept");
    CU_ASSERT_PTR_NULL(mem_resize(block, 800, 1));
    CU_ASSERT_STRING_EQUAL(block, "kept");
    mem_free(block);
    mem_counters now = mem_spies_counters(spies);
    CU_ASSERT_EQUAL(now.allocations, 1);
    CU_ASSERT_EQUAL(now.failures, 1);
    CU_ASSERT_EQUAL(now.live, 0);
    mem_spies_stop(spies);
}

static void fail_rate_repeats_with_its_seed(void) {
    char first[64];
    mem_spies *spies = start("fail-rate=0.5,seed=7");
    strcpy(first, try_requests(60, 8));
    mem_spies_stop(spies);
    CU_ASSERT_PTR_NOT_NULL(strchr(first, '+'));
    CU_ASSERT_PTR_NOT_NULL(strchr(first, '-'));
    spies = start("fail-rate=0.5,seed=7");
    CU_ASSERT_STRING_EQUAL(try_requests(60, 8), first);
    mem_spies_stop(spies);
    spies = start("fail-rate=0.5,seed=8");
    CU_ASSERT_STRING_NOT_EQUAL(try_requests(60, 8), first);
    mem_spies_stop(spies);
    spies = start("fail-rate=0,seed=1");
    CU_ASSERT_STRING_EQUAL(try_requests(4, 8), "++++");
    mem_spies_stop(spies);
    spies = start("fail-rate=1,seed=1");
    CU_ASSERT_STRING_EQUAL(try_requests(4, 8), "----");
    mem_spies_stop(spies);
}

static void fail_size_fails_large_requests(void) {
    mem_spies *spies = start("fail-size>=1K");
    CU_ASSERT_STRING_EQUAL(try_requests(2, 1023), "++");
    CU_ASSERT_STRING_EQUAL(try_requests(2, 1024), "--");
    mem_spies_stop(spies);
}

static void quota_limits_live_bytes(void) {
    mem_spies *spies = start("quota=100");
    void *a = mem_alloc(60);
    CU_ASSERT_PTR_NOT_NULL(a);
    CU_ASSERT_STRING_EQUAL(try_requests(1, 41), "-");
    CU_ASSERT_STRING_EQUAL(try_requests(1, 40), "+");
    mem_free(a);
    CU_ASSERT_STRING_EQUAL(try_requests(1, 100), "+");
    mem_spies_stop(spies);
}

static void log_writes_a_line_per_operation(void) {
    char spec[] = "log=/tmp/claret-spy-XXXXXX", line[3][100] = {"", "", ""};
    int fd = mkstemp(spec + 4);
    CU_ASSERT_FATAL(fd >= 0);
    close(fd);
    const char *specs[] = {spec, "fail=2"};
    mem_spies *spies;
    char error[100];
    CU_ASSERT_EQUAL_FATAL(mem_spies_start(specs, 2, &spies, error, sizeof error), S_OK);
    void *block = mem_alloc(20);
    CU_ASSERT_PTR_NULL(mem_resize(block, 21, 1));
    char expected[3][100];
    snprintf(expected[0], 100, "alloc 20 = %p\n", block);
    snprintf(expected[1], 100, "realloc %p 21 refused by fail=2\n", block);
    snprintf(expected[2], 100, "free %p\n", block);
    mem_free(block);
    mem_spies_stop(spies);
    FILE *log = fopen(spec + 4, "r");
    CU_ASSERT_PTR_NOT_NULL_FATAL(log);
    for (int i = 0; i < 3; i++) {
        CU_ASSERT_PTR_NOT_NULL(fgets(line[i], 100, log));
        CU_ASSERT_STRING_EQUAL(line[i], expected[i]);
    }
    fclose(log);
    unlink(spec + 4);
}

/* What guard writes to stderr while action works on a new block of 20 bytes. */
static const char *guard_says(void (*action)(char *block), uint64_t errors) {
    static char text[8192];
    FILE *file = tmpfile();
    int saved = dup(STDERR_FILENO);
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    fflush(stderr);
    dup2(fileno(file), STDERR_FILENO);
    mem_spies *spies = start("guard");
    action(mem_alloc(20));
    report(spies);
    CU_ASSERT_EQUAL(mem_spies_counters(spies).errors, errors);
    CU_ASSERT_EQUAL(mem_spies_stop(spies), S_OK);
    dup2(saved, STDERR_FILENO);
    close(saved);
    rewind(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    return text;
}

/* Stores through a pointer that the compiler knows nothing of. */
static void poke(char *address) {
    *(volatile char *)address = 1;
}

static void behave(char *block) {
    memset(block, 0, 20);
    block = mem_resize(block, 2000, 1);
    memset(block, 0, 2000);
    block = mem_resize(block, 100, 1);
    mem_free(block);
}

static void overrun(char *block) {
    poke(block + 20);
    mem_free(block);
}

static void underrun(char *block) {
    poke(block - 1);
    mem_free(block);
}

static void write_after_free(char *block) {
    mem_free(block);
    poke(block + 5);
}

static void free_twice(char *block) {
    mem_free(block);
    mem_free(block);
}

static void free_inside(char *block) {
    mem_free(block + 4);
    mem_free(block);
}

static void guard_is_silent_about_good_use(void) {
    CU_ASSERT_STRING_EQUAL(guard_says(behave, 0), "");
}

static void guard_finds_overrun_and_underrun(void) {
    const char *text = guard_says(overrun, 1);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "spy guard: overrun: block 0x"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, " of 20 bytes, first wrong byte at offset 20\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "  allocated by\n    guard_says+0x"));
    text = guard_says(underrun, 1);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "spy guard: underrun: block 0x"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "first wrong byte at offset -1\n"));
}

static void guard_finds_writes_after_free(void) {
    const char *text = guard_says(write_after_free, 1);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "spy guard: write after free: block 0x"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "first wrong byte at offset 5\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "  freed by\n    write_after_free+0x"));
}

static void guard_finds_bad_frees(void) {
    const char *text = guard_says(free_twice, 1);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "spy guard: double free of block 0x"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "  freed again by\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "  freed by\n"));
    text = guard_says(free_inside, 1);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, ", which is no block\n"));
}

static void guard_hides_its_bytes(void) {
    IMalloc *m;
    CU_ASSERT_EQUAL(CoGetMalloc(MEMCTX_TASK, &m), S_OK);
    void *old = mem_alloc(30);
    mem_spies *spies = start("guard");
    void *block = mem_alloc(20);
    CU_ASSERT_EQUAL(m->lpVtbl->GetSize(m, block), 20);
    CU_ASSERT_EQUAL(m->lpVtbl->GetSize(m, old), 30);
    CU_ASSERT_EQUAL(m->lpVtbl->DidAlloc(m, block), 1);
    old = mem_resize(old, 40, 1);
    CU_ASSERT_EQUAL(m->lpVtbl->GetSize(m, old), 40);
    mem_free(block);
    CU_ASSERT_EQUAL(m->lpVtbl->DidAlloc(m, block), 0);
    mem_free(old);
    CU_ASSERT_STRING_EQUAL(report(spies), "spy guard: 0 errors\n");
    CU_ASSERT_EQUAL(mem_spies_stop(spies), S_OK);
}

static void guard_gives_all_it_kept_back(void) {
    mem_spies *spies = start("guard");
    for (int i = 0; i < 5000; i++)
        mem_free(mem_alloc((size_t)i));
    CU_ASSERT_STRING_EQUAL(report(spies), "spy guard: 0 errors\n");
    CU_ASSERT_EQUAL(mem_spies_stop(spies), S_OK);
}

static void bad_specs_are_refused_with_a_reason(void) {
    static const struct {
        const char *spec, *reason;
        HRESULT result;
    } CASES[] = {
        {"leek", "unknown spy 'leek'", E_INVALIDARG},
        {"leaks=1", "bad spy 'leaks=1': expected leaks", E_INVALIDARG},
        {"fail=", "bad spy 'fail=': expected fail=N or fail=N+", E_INVALIDARG},
        {"fail=0", "bad spy 'fail=0'", E_INVALIDARG},
        {"fail=3-", "bad spy 'fail=3-'", E_INVALIDARG},
        {"fail=99999999999999999999", "bad spy", E_INVALIDARG},
        {"fail-rate=2,seed=1", "bad spy 'fail-rate=2,seed=1': expected fail-rate=P", E_INVALIDARG},
        {"fail-rate=0.5,sed=1", "bad spy", E_INVALIDARG},
        {"quota=20000000000G", "bad spy", E_INVALIDARG},
        {"quota=5X", "bad spy 'quota=5X': expected quota=BYTES", E_INVALIDARG},
        {"log=", "bad spy 'log=': expected log=FILE", E_INVALIDARG},
        {"log=/nonexistent/x", "No such file", E_FAIL},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        mem_spies *spies = (mem_spies *)1;
        char error[200] = "";
        CU_ASSERT_EQUAL(mem_spies_start(&CASES[i].spec, 1, &spies, error, sizeof error),
                        CASES[i].result);
        CU_ASSERT_PTR_NULL(spies);
        CU_ASSERT_PTR_NOT_NULL(strstr(error, CASES[i].reason));
    }
    CU_ASSERT_EQUAL(CoRevokeMallocSpy(), CO_E_OBJNOTREG);
}

static void one_set_of_spies_at_a_time(void) {
    mem_spies *first = start("leaks"), *second;
    char error[100];
    CU_ASSERT_EQUAL(mem_spies_start(NULL, 0, &second, error, sizeof error), CO_E_OBJISREG);
    CU_ASSERT_STRING_EQUAL(error, "another spy is registered");
    CU_ASSERT_EQUAL(mem_spies_stop(first), S_OK);
}

CU_TestInfo spies_tests[] = {
    {"leaks says 0 when all is freed", leaks_says_0_when_all_is_freed},
    {"leaks names the function that allocated", leaks_names_the_function_that_allocated},
    {"stopping with live blocks waits for them", stopping_with_live_blocks_waits_for_them},
    {"fail=N fails once", fail_n_fails_once},
    {"fail=N+ fails from then on", fail_n_plus_fails_from_then_on},
    {"fail=N counts reallocations and leaves the block",
     fail_n_counts_reallocations_and_leaves_the_block},
    {"fail-rate repeats with its seed", fail_rate_repeats_with_its_seed},
    {"fail-size>=K fails large requests", fail_size_fails_large_requests},
    {"quota limits live bytes", quota_limits_live_bytes},
    {"log writes a line per operation", log_writes_a_line_per_operation},
    {"guard is silent about good use", guard_is_silent_about_good_use},
    {"guard finds overrun and underrun", guard_finds_overrun_and_underrun},
    {"guard finds writes after free", guard_finds_writes_after_free},
    {"guard finds bad frees", guard_finds_bad_frees},
    {"guard hides its bytes", guard_hides_its_bytes},
    {"guard gives all it kept back", guard_gives_all_it_kept_back},
    {"bad specs are refused with a reason", bad_specs_are_refused_with_a_reason},
    {"one set of spies at a time", one_set_of_spies_at_a_time},
    CU_TEST_INFO_NULL,
};
