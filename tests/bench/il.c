/* Reading and rewriting mscorlib beside Mono.Cecil (when mono, mcs and Cecil are installed): every
 * method body and instruction read; and a nop put at the start of each body and the module written.
 * Each task runs in a process of its own, several times; the table gives the best time and the peak
 * of resident memory of a process that does it once. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "il_build.h"

#define MSCORLIB "/usr/lib/mono/4.5/mscorlib.dll"
#define CECIL    "build/bench/cecil.exe"

enum { ROUNDS = 7 };

typedef struct result {
    bool done;
    double ms;
    double mib;
} result;

static double now_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* ---- The tasks ---- */

static bool read_body(const il_module *module, uint32_t row) {
    il_body body;
    il_insn insn;
    il_clause clause;
    if (il_method_body(module, row, &body, NULL) != IL_OK)
        return true;
    for (uint32_t at = 0; at < body.code_size; at += insn.size) {
        if (il_insn_read(body.code, body.code_size, at, &insn, NULL) != IL_OK)
            return false;
    }
    for (uint32_t i = 0; i < body.clause_count; i++)
        il_body_clause(&body, i, &clause);
    return true;
}

static bool read_all(const char *output) {
    il_module *module;
    bool good = true;
    (void)output;
    if (il_module_open(MSCORLIB, &module, NULL) != IL_OK)
        return false;
    for (uint32_t row = 1; row <= il_rows(module, IL_MethodDef) && good; row++)
        good = read_body(module, row);
    il_module_close(module);
    return good;
}

static bool add_nops(const il_module *module, il_build *build, il_edit *edit) {
    for (uint32_t row = 1; row <= il_rows(module, IL_MethodDef); row++) {
        il_body body;
        if (il_method_body(module, row, &body, NULL) != IL_OK)
            continue;
        if (il_edit_decode(edit, &body, NULL) != IL_OK)
            return false;
        il_edit_insert(edit, il_edit_first(edit), IL_OP_NOP, il_none());
        if (il_build_edit(build, IL_TOKEN(IL_MethodDef, row), edit, 0, NULL) != IL_OK)
            return false;
    }
    return true;
}

static bool rewrite(const char *output) {
    il_module *module = NULL;
    il_build *build = NULL;
    il_edit edit = {0};
    bool good = il_module_open(MSCORLIB, &module, NULL) == IL_OK &&
                il_build_load(module, &build, NULL) == IL_OK &&
                il_edit_init(&edit, module, NULL) == IL_OK && add_nops(module, build, &edit) &&
                il_build_write(build, output, NULL) == IL_OK;
    il_edit_fini(&edit);
    il_build_free(build);
    il_module_close(module);
    return good;
}

/* ---- Processes ---- */

typedef struct task {
    const char *name, *cecil;
    bool (*run)(const char *output);
} task;

static const task TASKS[] = {{"read every body", "read", read_all},
                             {"nop in every body, write", "nop", rewrite}};

/* The child: prints the best time of rounds. */
static int run_ours(const task *t, const char *output, int rounds) {
    double best = 1e9;
    for (int i = 0; i < rounds; i++) {
        double start = now_ms();
        if (!t->run(output))
            return 1;
        double ms = now_ms() - start;
        best = ms < best ? ms : best;
    }
    printf("%f\n", best);
    return fflush(stdout);
}

static int run_cecil(const task *t, const char *output, int rounds) {
    char count[16];
    snprintf(count, sizeof count, "%d", rounds);
    execlp("mono", "mono", CECIL, t->cecil, MSCORLIB, output, count, (char *)NULL);
    return 1;
}

static result measure(const task *t, bool ours, const char *output, int rounds) {
    int ends[2], status = 1;
    struct rusage usage;
    result r = {0};
    if (pipe(ends) != 0)
        return r;
    fflush(stdout); /* or the child prints it again */
    pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], STDOUT_FILENO);
        close(ends[0]);
        _exit(ours ? run_ours(t, output, rounds) : run_cecil(t, output, rounds));
    }
    close(ends[1]);
    FILE *in = fdopen(ends[0], "r");
    if (in && child > 0) {
        r.done = fscanf(in, "%lf", &r.ms) == 1;
        r.done &= wait4(child, &status, 0, &usage) == child && status == 0;
        r.mib = (double)usage.ru_maxrss / 1024;
    }
    if (in)
        fclose(in);
    return r;
}

static result best_of(const task *t, bool ours, const char *output) {
    result timed = measure(t, ours, output, ROUNDS), once = measure(t, ours, output, 1);
    timed.mib = once.mib;
    return timed;
}

int main(void) {
    char output[] = "/tmp/claret-bench-XXXXXX";
    int fd = mkstemp(output);
    bool cecil = access(CECIL, R_OK) == 0, good = fd >= 0;
    printf("mscorlib.dll: claret%s\n", cecil ? " beside Mono.Cecil" : " (Mono.Cecil is missing)");
    for (size_t i = 0; i < sizeof TASKS / sizeof TASKS[0] && good; i++) {
        result a = best_of(&TASKS[i], true, output), b = {0};
        good = a.done;
        printf("  %-26s %8.1f ms %6.1f MiB", TASKS[i].name, a.ms, a.mib);
        if (cecil)
            b = best_of(&TASKS[i], false, output);
        if (b.done)
            printf("   Cecil %8.1f ms %6.1f MiB   %.1f times as fast", b.ms, b.mib, b.ms / a.ms);
        printf("\n");
    }
    close(fd);
    unlink(output);
    return good ? 0 : 1;
}
