/* The disassembler beside monodis, when that is installed: opening mscorlib, and printing it. */
#include "il_dis.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define MSCORLIB "/usr/lib/mono/4.5/mscorlib.dll"

enum { ROUNDS = 5 };

static double now_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static bool count(void *context, const char *text, size_t size) {
    (void)text;
    *(size_t *)context += size;
    return true;
}

/* Milliseconds to open the file and, with text, to print it. */
static double run_claret(bool text, size_t *bytes) {
    il_module *module;
    double start = now_ms();
    *bytes = 0;
    if (il_module_open(MSCORLIB, &module, NULL) != IL_OK)
        exit(1);
    if (text && il_dis_module(module, count, bytes, NULL) != IL_OK)
        exit(1);
    il_module_close(module);
    return now_ms() - start;
}

int main(void) {
    double open = 1e9, dis = 1e9;
    size_t bytes;
    for (int i = 0; i < ROUNDS; i++) {
        double ms = run_claret(false, &bytes);
        open = ms < open ? ms : open;
        ms = run_claret(true, &bytes);
        dis = ms < dis ? ms : dis;
    }
    printf("open mscorlib             %9.3f ms\n", open);
    printf("disassemble mscorlib      %9.1f ms, %.1f MB\n", dis, (double)bytes / 1e6);
    if (system("command -v monodis >/dev/null") != 0)
        return 0;
    double start = now_ms();
    if (system("monodis " MSCORLIB " >/dev/null") != 0)
        return 1;
    double monodis = now_ms() - start;
    printf("monodis                   %9.1f ms, %.1f times as long\n", monodis, monodis / dis);
    return 0;
}
