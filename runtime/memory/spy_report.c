/* The layers that only look: leaks and log=. */
#include "runtime/memory/spy_layer.h"
#include "runtime/memory/symbols.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---- leaks ---- */

enum { MOST_SITES_SHOWN = 50 };

static int by_live_bytes(const void *a, const void *b) {
    const call_site *x = *(call_site *const *)a, *y = *(call_site *const *)b;
    if (x->live_bytes != y->live_bytes)
        return x->live_bytes < y->live_bytes ? 1 : -1;
    return x->live < y->live ? 1 : x->live > y->live ? -1 : 0;
}

static bool begins_with_any(const char *text, const char *const *prefixes) {
    for (; *prefixes; prefixes++) {
        if (strncmp(text, *prefixes, strlen(*prefixes)) == 0)
            return true;
    }
    return false;
}

/* The first frame worth showing: behind the spy's own and behind the function it was entered by. */
static uint32_t first_shown(const symbol *symbols, uint32_t depth) {
    static const char *const SPY[] = {"spy_alloc", "spy_realloc", NULL};
    static const char *const DOORS[] = {"CoTaskMem",  "imalloc_", "mem_alloc", "mem_calloc",
                                        "mem_resize", "mem_copy", NULL};
    uint32_t i = 0;
    while (i < depth && !begins_with_any(symbols[i].function, SPY))
        i++;
    if (i == depth)
        return 0;
    do
        i++;
    while (i < depth && begins_with_any(symbols[i].function, DOORS));
    return i;
}

static void print_site(const call_site *site, symbol_files **files, FILE *out) {
    symbol symbols[CALL_STACK_DEPTH];
    fprintf(out, "  %llu live of %llu blocks, %llu bytes, allocated by\n",
            (unsigned long long)site->live, (unsigned long long)site->allocations,
            (unsigned long long)site->live_bytes);
    for (uint32_t i = 0; i < site->depth; i++)
        symbol_find(files, site->frames[i], &symbols[i]);
    for (uint32_t i = first_shown(symbols, site->depth); i < site->depth; i++) {
        const symbol *s = &symbols[i];
        const char *name = s->function[0] ? s->function : s->module[0] ? s->module : "?";
        fprintf(out, "    %s+0x%lx", name, (unsigned long)s->offset);
        if (name == s->function)
            fprintf(out, " (%s)", s->module);
        fputc('\n', out);
    }
}

static void report_leaks(spy_layer *layer, const mem_counters *now, call_sites *sites, FILE *out) {
    (void)layer;
    fprintf(out, "spy leaks: %llu allocations, %llu bytes, peak %llu bytes, ",
            (unsigned long long)now->allocations, (unsigned long long)now->bytes,
            (unsigned long long)now->peak_bytes);
    fprintf(out, "%llu blocks (%llu bytes) still live\n", (unsigned long long)now->live,
            (unsigned long long)now->live_bytes);
    if (now->live == 0)
        return;
    os_pool pool = {0};
    call_site **leaking = os_pool_alloc(&pool, (sites->count + 1) * sizeof *leaking);
    size_t count = 0;
    for (uint32_t i = 0; leaking && i < sites->count; i++) {
        if (sites->sites[i]->live)
            leaking[count++] = sites->sites[i];
    }
    qsort(leaking, count, sizeof *leaking, by_live_bytes);
    symbol_files *files = NULL;
    for (size_t i = 0; i < count && i < MOST_SITES_SHOWN; i++)
        print_site(leaking[i], &files, out);
    if (count > MOST_SITES_SHOWN)
        fprintf(out, "  and %zu more call stacks\n", count - MOST_SITES_SHOWN);
    symbol_files_free(files);
    os_pool_fini(&pool);
}

/* ---- log=FILE ---- */

static bool parse_path(spy_layer *layer, const char *rest) {
    layer->path = rest;
    return *rest != '\0';
}

static bool open_log(spy_layer *layer) {
    layer->file = fopen(layer->path, "we");
    return layer->file != NULL;
}

static void log_event(spy_layer *layer, const spy_event *event) {
    switch (event->action) {
    case SPY_ALLOC: fprintf(layer->file, "alloc %zu", event->size); break;
    case SPY_REALLOC: fprintf(layer->file, "realloc %p %zu", event->old, event->size); break;
    case SPY_FREE: fprintf(layer->file, "free %p\n", event->old); return;
    }
    if (event->block)
        fprintf(layer->file, " = %p\n", event->block);
    else if (event->refused_by)
        fprintf(layer->file, " refused by %s\n", event->refused_by);
    else
        fprintf(layer->file, " out of memory\n");
}

static void report_log(spy_layer *layer, const mem_counters *now, call_sites *sites, FILE *out) {
    (void)now, (void)sites;
    if (fflush(layer->file) != 0)
        fprintf(out, "spy %s: %s\n", layer->spec, strerror(errno));
}

static void close_log(spy_layer *layer) {
    fclose(layer->file);
}

const spy_layer_type SPY_REPORT_LAYERS[] = {
    {.prefix = "leaks", .help = "leaks", .report = report_leaks, .wants_stacks = true},
    {.prefix = "log=",
     .parse = parse_path,
     .help = "log=FILE",
     .open = open_log,
     .told = log_event,
     .report = report_log,
     .close = close_log},
    {0},
};
