/* The layers that report: leaks, guard and log=. */
#include "runtime/memory/spy_layer.h"
#include "runtime/memory/symbols.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---- leaks ---- */

enum { MOST_SITES_SHOWN = 50 };

static void print_site(const call_site *site, symbol_files **files, FILE *out) {
    fprintf(out, "  %llu live of %llu blocks, %llu bytes, allocated by\n",
            (unsigned long long)site->live, (unsigned long long)site->allocations,
            (unsigned long long)site->live_bytes);
    call_site_print(site, files, out);
}

static void print_sites(const call_sites *sites, FILE *out) {
    os_pool pool = {0};
    size_t count;
    call_site **leaking = call_sites_live(sites, &pool, &count);
    symbol_files *files = NULL;
    for (size_t i = 0; i < count && i < MOST_SITES_SHOWN; i++)
        print_site(leaking[i], &files, out);
    if (count > MOST_SITES_SHOWN)
        fprintf(out, "  and %zu more call stacks\n", count - MOST_SITES_SHOWN);
    symbol_files_free(files);
    os_pool_fini(&pool);
}

/* Managed objects are the collector's to free, so those that live at the end are no leaks. */
static void report_leaks(spy_layer *layer, const mem_counters *now, const spy_books *books,
                         FILE *out) {
    (void)layer;
    if (now->objects > 0) {
        fprintf(out, "spy leaks: %llu managed objects, %llu bytes, ",
                (unsigned long long)now->objects, (unsigned long long)now->object_bytes);
        spy_objects_report(&books->objects, out);
    }
    fprintf(out, "spy leaks: %llu allocations, %llu bytes, peak %llu bytes, ",
            (unsigned long long)now->allocations, (unsigned long long)now->bytes,
            (unsigned long long)now->peak_bytes);
    fprintf(out, "%llu blocks (%llu bytes) still live\n", (unsigned long long)now->live,
            (unsigned long long)now->live_bytes);
    if (now->live > 0)
        print_sites(&books->sites, out);
}

/* ---- guard: spy_guard.c does the work ---- */

static void report_guard(spy_layer *layer, const mem_counters *now, const spy_books *books,
                         FILE *out) {
    (void)layer, (void)books;
    fprintf(out, "spy guard: %llu errors\n", (unsigned long long)now->errors);
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
    case SPY_OBJECT:
        fprintf(layer->file, "object %zu %s in heap %p", event->size, event->type, event->heap);
        break;
    case SPY_SWEEP:
    case SPY_DROP:
        fprintf(layer->file, "%s %p %s in heap %p\n", event->action == SPY_SWEEP ? "sweep" : "drop",
                event->old, event->type, event->heap);
        return;
    }
    if (event->block)
        fprintf(layer->file, " = %p\n", event->block);
    else if (event->refused_by)
        fprintf(layer->file, " refused by %s\n", event->refused_by);
    else
        fprintf(layer->file, " out of memory\n");
}

static void report_log(spy_layer *layer, const mem_counters *now, const spy_books *books,
                       FILE *out) {
    (void)now, (void)books;
    if (fflush(layer->file) != 0)
        fprintf(out, "spy %s: %s\n", layer->spec, strerror(errno));
}

static void close_log(spy_layer *layer) {
    fclose(layer->file);
}

const spy_layer_type SPY_REPORT_LAYERS[] = {
    {.prefix = "leaks", .help = "leaks", .report = report_leaks, .wants_stacks = true},
    {.prefix = "guard",
     .help = "guard",
     .report = report_guard,
     .wants_stacks = true,
     .wants_guards = true},
    {.prefix = "log=",
     .parse = parse_path,
     .help = "log=FILE",
     .open = open_log,
     .told = log_event,
     .report = report_log,
     .close = close_log},
    {0},
};
