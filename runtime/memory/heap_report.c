/* heap_report.h: replays a trace, event by event in the order of time, and prints.
 *
 *     heap_reader -> replay: counts by heap, source, size and call site, samples of what is live
 *          -> one of the print functions */
#include "runtime/memory/heap_report.h"

#include "runtime/memory/heap_reader.h"
#include "runtime/memory/mem.h"
#include "runtime/memory/space.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { SAMPLES = 100, MOST_HEAPS = 64, SIZE_GROUPS = 48, TOP_SITES = 10 };

typedef struct heap_totals {
    uint64_t handle;
    uint64_t allocations, bytes, frees, live, live_bytes, peak_bytes, mapped;
} heap_totals;

typedef struct report_module {
    struct report_module *next;
    uint64_t bias, start, end;
    const char *path;
} report_module;

typedef struct report {
    const char *path;
    heap_reader *reader;
    heap_trace_header header;
    call_sites *sites; /* the reader's */
    bool complete;
    uint64_t end_ticks, end_ns, lost, events;

    mem_pool pool;
    report_module *modules;
    symbol_files *files;

    heap_totals heaps[MOST_HEAPS], all;
    size_t heap_count;
    uint64_t by_source[MEM_SOURCE_INVALID + 1];
    uint64_t by_size[SIZE_GROUPS]; /* allocations of up to 1 << index bytes */
    uint64_t first_ticks, last_ticks;
    uint64_t samples[SAMPLES]; /* most live bytes in each part of the time */
} report;

/* ---- Replaying ---- */

static heap_totals *heap_of(report *r, uint64_t handle) {
    size_t i = 0;
    while (i < r->heap_count && r->heaps[i].handle != handle)
        i++;
    if (i == r->heap_count && r->heap_count < MOST_HEAPS - 1)
        r->heaps[r->heap_count++].handle = handle;
    return &r->heaps[i]; /* the last one stands for all that there is no room for */
}

static void add_live(heap_totals *totals, uint64_t size) {
    totals->live++;
    totals->live_bytes += size;
    if (totals->live_bytes > totals->peak_bytes)
        totals->peak_bytes = totals->live_bytes;
}

static void drop_live(heap_totals *totals, uint64_t size) {
    totals->live--;
    totals->live_bytes -= size;
}

static void block_goes(void *data, const heap_trace_block *block) {
    report *r = data;
    drop_live(heap_of(r, block->heap), block->size);
    drop_live(&r->all, block->size);
    call_site *site = call_sites_get(r->sites, block->stack);
    if (site) {
        site->live--;
        site->live_bytes -= block->size;
    }
}

static void block_comes(report *r, uint64_t heap, uint32_t stack, uint64_t size) {
    add_live(heap_of(r, heap), size);
    add_live(&r->all, size);
    call_site *site = call_sites_get(r->sites, stack);
    if (site) {
        site->live++;
        site->live_bytes += size;
    }
}

static void replay_alloc(report *r, const heap_trace_event *e) {
    unsigned group = 0;
    uint64_t size = e->fields[1];
    uint32_t stack = (uint32_t)e->fields[3];
    heap_totals *heap = heap_of(r, e->fields[0]);
    call_site *site = call_sites_get(r->sites, stack);
    heap->allocations++, heap->bytes += size;
    r->all.allocations++, r->all.bytes += size;
    r->by_source[e->source]++;
    while (group < SIZE_GROUPS - 1 && UINT64_C(1) << group < size)
        group++;
    r->by_size[group]++;
    if (site)
        site->allocations++, site->bytes += size;
    block_comes(r, e->fields[0], stack, size);
}

static bool load_module(report *r, const heap_trace_event *event) {
    size_t size = (event->count - 3) * sizeof(uint64_t);
    report_module *module = mem_pool_alloc(&r->pool, sizeof *module);
    char *path = mem_pool_alloc(&r->pool, size + 1);
    if (!module || !path)
        return false;
    memcpy(path, &event->fields[3], size);
    *module =
        (report_module){r->modules, event->fields[0], event->fields[1], event->fields[2], path};
    r->modules = module;
    return true;
}

/* The last event: it says how fast the ticks are. */
static void replay_end(report *r, const heap_trace_event *e) {
    r->complete = true;
    r->lost = e->fields[1];
    r->end_ticks = e->fields[2];
    r->end_ns = e->fields[3];
}

/* False when memory is short. before is the block at the event's address, when it was live. */
static bool replay_event(report *r, const heap_trace_event *e, const heap_trace_block *before) {
    const uint64_t *f = e->fields;
    if (before->live)
        block_goes(r, before);
    switch (e->kind) {
    case HEAP_EVENT_ALLOC: replay_alloc(r, e); break;
    case HEAP_EVENT_REALLOC:
        if (before->live)
            block_comes(r, before->heap, before->stack, f[3]);
        break;
    case HEAP_EVENT_FREE:
        heap_of(r, f[0])->frees++;
        r->all.frees++;
        break;
    case HEAP_EVENT_DESTROY:
        heap_reader_each_live(r->reader, f[0], block_goes, r);
        heap_of(r, f[0])->mapped = 0;
        break;
    case HEAP_EVENT_CREATE: heap_of(r, f[0])->mapped = f[1]; break;
    case HEAP_EVENT_EXPAND:
    case HEAP_EVENT_CONTRACT: heap_of(r, f[0])->mapped = f[3]; break;
    case HEAP_EVENT_LOST: r->lost += f[0]; break;
    case HEAP_EVENT_MODULE: return load_module(r, e);
    case HEAP_EVENT_STACK: break;
    case HEAP_EVENT_END: replay_end(r, e); break;
    }
    return true;
}

static size_t sample_of(const report *r, uint64_t ticks) {
    double part = (double)(ticks - r->first_ticks) / ((double)(r->last_ticks - r->first_ticks) + 1);
    size_t sample = (size_t)(part * SAMPLES);
    return sample < SAMPLES ? sample : SAMPLES - 1;
}

static HRESULT replay(report *r, char *error, size_t error_size) {
    heap_trace_event event;
    heap_trace_block before;
    size_t sample = 0;
    int state;
    heap_reader_span(r->reader, &r->first_ticks, &r->last_ticks);
    while ((state = heap_reader_next(r->reader, &event, &before)) == 1) {
        size_t at = sample_of(r, event.ticks);
        while (sample < at)
            r->samples[++sample] = r->all.live_bytes;
        if (!replay_event(r, &event, &before)) {
            snprintf(error, error_size, "%s: out of memory", r->path);
            return E_OUTOFMEMORY;
        }
        r->events++;
        if (r->samples[sample] < r->all.live_bytes)
            r->samples[sample] = r->all.live_bytes;
    }
    return state == 0 ? S_OK : heap_reader_error(r->reader, error, error_size);
}

/* ---- Printing ---- */

static double seconds_of(const report *r, uint64_t ticks) {
    double rate = 1e-9; /* when the trace has no end: ticks taken for nanoseconds */
    if (r->complete && r->end_ticks > r->header.ticks)
        rate = (double)(r->end_ns - r->header.time_ns) / 1e9 /
               (double)(r->end_ticks - r->header.ticks);
    return (double)(ticks - r->header.ticks) * rate;
}

static double sample_seconds(const report *r, size_t sample) {
    double span = (double)(r->last_ticks - r->first_ticks);
    return seconds_of(r, r->first_ticks + (uint64_t)(span * (double)sample / SAMPLES));
}

static void find_name(report *r, uintptr_t address, symbol *out) {
    const report_module *module = r->modules;
    while (module && (address < module->start || address >= module->end))
        module = module->next;
    if (module)
        symbol_find_in_file(&r->files, module->path, module->bias, address, out);
    else
        *out = (symbol){.offset = address};
}

/* Names a site's frames; returns the first to show. */
static uint32_t find_names(report *r, const call_site *site, symbol *names) {
    for (uint32_t i = 0; i < site->depth; i++)
        find_name(r, site->frames[i], &names[i]);
    return call_site_first_shown(names, site->depth);
}

static const char *name_of(const symbol *s) {
    return s->function[0] ? s->function : s->module[0] ? s->module : "?";
}

static void print_heap(const char *name, const heap_totals *t, FILE *out) {
    fprintf(out, "  %-16s %12llu %15llu %12llu %15llu %15llu %12llu\n", name,
            (unsigned long long)t->allocations, (unsigned long long)t->bytes,
            (unsigned long long)t->live, (unsigned long long)t->live_bytes,
            (unsigned long long)t->peak_bytes, (unsigned long long)t->mapped);
}

static void print_heaps(const report *r, FILE *out) {
    heap_totals all = r->all;
    fprintf(out, "\n  %-16s %12s %15s %12s %15s %15s %12s\n", "heap", "allocations", "bytes",
            "live", "live bytes", "peak bytes", "mapped");
    for (size_t i = 0; i < r->heap_count; i++) {
        char name[32];
        snprintf(name, sizeof name, "0x%llx", (unsigned long long)r->heaps[i].handle);
        print_heap(name, &r->heaps[i], out);
        all.mapped += r->heaps[i].mapped;
    }
    print_heap("all", &all, out);
}

static void print_bar(uint64_t value, uint64_t most, FILE *out) {
    enum { WIDTH = 40 };
    int length = most ? (int)((double)value * WIDTH / (double)most + 0.5) : 0;
    for (int i = 0; i < length; i++)
        fputc('#', out);
    fputc('\n', out);
}

static void print_sources(const report *r, FILE *out) {
    static const char *const NAMES[] = {"(none)",     "thread's list", "span",
                                        "free pages", "system",        "invalid"};
    fprintf(out, "\n  %-16s %12s\n", "source", "allocations");
    for (int i = 0; i <= MEM_SOURCE_INVALID; i++) {
        if (r->by_source[i])
            fprintf(out, "  %d %-14s %12llu\n", i, NAMES[i], (unsigned long long)r->by_source[i]);
    }
}

static void print_sizes(const report *r, FILE *out) {
    uint64_t most = 0;
    for (int i = 0; i < SIZE_GROUPS; i++)
        most = r->by_size[i] > most ? r->by_size[i] : most;
    fprintf(out, "\n  %-16s %12s\n", "size up to", "allocations");
    for (int i = 0; i < SIZE_GROUPS; i++) {
        if (!r->by_size[i])
            continue;
        fprintf(out, "  %-16llu %12llu  ", 1ull << i, (unsigned long long)r->by_size[i]);
        print_bar(r->by_size[i], most, out);
    }
}

static void print_growth(const report *r, FILE *out) {
    enum { ROWS = 20 };
    fprintf(out, "\n  %-16s %12s\n", "seconds", "live bytes");
    for (int row = 0; row < ROWS; row++) {
        uint64_t most = 0;
        for (int i = row * SAMPLES / ROWS; i < (row + 1) * SAMPLES / ROWS; i++)
            most = r->samples[i] > most ? r->samples[i] : most;
        fprintf(out, "  %-16.6f %12llu  ", sample_seconds(r, (size_t)row * SAMPLES / ROWS),
                (unsigned long long)most);
        print_bar(most, r->all.peak_bytes, out);
    }
}

static int by_bytes(const void *a, const void *b) {
    const call_site *x = *(call_site *const *)a, *y = *(call_site *const *)b;
    return x->bytes < y->bytes ? 1 : x->bytes > y->bytes ? -1 : 0;
}

/* Orders the sites for printing; their numbers mean nothing afterwards. */
static void sort_sites(report *r) {
    if (r->sites->count)
        qsort(r->sites->sites, r->sites->count, sizeof *r->sites->sites, by_bytes);
}

static void print_sites(report *r, FILE *out) {
    sort_sites(r);
    for (uint32_t i = 0; i < r->sites->count && i < TOP_SITES; i++) {
        const call_site *site = r->sites->sites[i];
        if (site->depth == 0)
            continue;
        fprintf(out, "\n  %llu bytes in %llu allocations, %llu bytes live at the end, by\n",
                (unsigned long long)site->bytes, (unsigned long long)site->allocations,
                (unsigned long long)site->live_bytes);
        symbol names[CALL_STACK_DEPTH] = {0};
        for (uint32_t k = find_names(r, site, names); k < site->depth; k++)
            fprintf(out, "    %s+0x%lx (%s)\n", name_of(&names[k]), (unsigned long)names[k].offset,
                    names[k].module);
    }
}

static void print_summary(report *r, FILE *out) {
    fprintf(out, "heap trace %s: process %u, %llu events in %.3f seconds, %llu lost\n", r->path,
            r->header.process, (unsigned long long)r->events, seconds_of(r, r->last_ticks),
            (unsigned long long)r->lost);
    if (!r->complete)
        fprintf(out, "the trace ends early; what follows is what it holds\n");
    print_heaps(r, out);
    print_sources(r, out);
    print_sizes(r, out);
    print_growth(r, out);
    print_sites(r, out);
}

/* ---- Other tools' formats ---- */

static void print_massif_snapshot(const report *r, size_t sample, const char *tree, FILE *out) {
    fprintf(out,
            "#-----------\nsnapshot=%zu\n#-----------\ntime=%.0f\nmem_heap_B=%llu\n"
            "mem_heap_extra_B=0\nmem_stacks_B=0\nheap_tree=%s\n",
            sample, sample_seconds(r, sample) * 1e3, (unsigned long long)r->samples[sample], tree);
}

/* The last snapshot has the tree: what is live at the end, one branch for each call stack. */
static void print_massif_tree(report *r, FILE *out) {
    uint32_t branches = 0;
    for (uint32_t i = 0; i < r->sites->count; i++)
        branches += r->sites->sites[i]->live_bytes > 0 && r->sites->sites[i]->depth > 0;
    fprintf(out, "n%u: %llu (heap allocation functions) Claret's heaps\n", branches,
            (unsigned long long)r->all.live_bytes);
    for (uint32_t i = 0; i < r->sites->count; i++) {
        const call_site *site = r->sites->sites[i];
        for (uint32_t k = 0; site->live_bytes > 0 && k < site->depth; k++) {
            symbol s;
            find_name(r, site->frames[k], &s);
            fprintf(out, "%*sn%d: %llu 0x%llX: %s (in %s)\n", (int)k + 1, "", k + 1 < site->depth,
                    (unsigned long long)site->live_bytes, (unsigned long long)site->frames[k],
                    name_of(&s), s.module);
        }
    }
}

static void print_massif(report *r, FILE *out) {
    fprintf(out, "desc: heap trace\ncmd: process %u\ntime_unit: ms\n", r->header.process);
    for (size_t i = 0; i + 1 < SAMPLES; i++)
        print_massif_snapshot(r, i, "empty", out);
    r->samples[SAMPLES - 1] = r->all.live_bytes;
    print_massif_snapshot(r, SAMPLES - 1, "detailed", out);
    print_massif_tree(r, out);
}

static void print_folded(report *r, FILE *out) {
    sort_sites(r);
    for (uint32_t i = 0; i < r->sites->count; i++) {
        const call_site *site = r->sites->sites[i];
        symbol names[CALL_STACK_DEPTH] = {0};
        uint32_t first = find_names(r, site, names);
        for (uint32_t k = site->depth; k > first; k--)
            fprintf(out, "%s%s", k == site->depth ? "" : ";", name_of(&names[k - 1]));
        if (site->depth)
            fprintf(out, " %llu\n", (unsigned long long)site->bytes);
    }
}

static void print_chrome(report *r, FILE *out) {
    fprintf(out, "{\"traceEvents\":[\n");
    for (size_t i = 0; i < SAMPLES; i++)
        fprintf(out,
                "%s{\"name\":\"live bytes\",\"ph\":\"C\",\"pid\":%u,\"ts\":%.3f,"
                "\"args\":{\"bytes\":%llu}}",
                i ? ",\n" : "", r->header.process, sample_seconds(r, i) * 1e6,
                (unsigned long long)r->samples[i]);
    fprintf(out, "\n],\"displayTimeUnit\":\"ms\"}\n");
}

static const struct {
    const char *name;
    void (*print)(report *r, FILE *out);
} FORMS[] = {
    [HEAP_REPORT_SUMMARY] = {"summary", print_summary},
    [HEAP_REPORT_MASSIF] = {"massif", print_massif},
    [HEAP_REPORT_FOLDED] = {"folded", print_folded},
    [HEAP_REPORT_CHROME] = {"chrome", print_chrome},
};

bool heap_report_find_form(const char *name, heap_report_form *out) {
    for (size_t i = 0; i < sizeof FORMS / sizeof *FORMS; i++) {
        if (strcmp(FORMS[i].name, name) == 0) {
            *out = (heap_report_form)i;
            return true;
        }
    }
    return false;
}

static void report_fini(report *r) {
    heap_reader_close(r->reader);
    symbol_files_free(r->files);
    mem_pool_fini(&r->pool);
    mem_free(r);
}

HRESULT heap_report(const char *path, heap_report_form form, FILE *out, char *error,
                    size_t error_size) {
    heap_reader *reader;
    HRESULT hr = heap_reader_open(path, &reader, error, error_size);
    if (FAILED(hr))
        return hr;
    report *r = mem_calloc(1, sizeof *r);
    if (!r) {
        heap_reader_close(reader);
        snprintf(error, error_size, "%s: out of memory", path);
        return E_OUTOFMEMORY;
    }
    r->path = path;
    r->reader = reader;
    r->header = *heap_reader_header(reader);
    r->sites = heap_reader_stacks(reader);
    hr = replay(r, error, error_size);
    if (SUCCEEDED(hr))
        FORMS[form].print(r, out);
    report_fini(r);
    return hr;
}
