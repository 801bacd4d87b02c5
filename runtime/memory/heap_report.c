/* heap_report.h: reads a trace, replays it in the order of its time stamps, and prints.
 *
 *     file -> load: events, call sites, modules -> sort -> replay: live blocks, counts, samples
 *          -> one of the print functions */
#include "runtime/memory/heap_report.h"

#include "runtime/memory/addr_map.h"
#include "runtime/memory/call_stack.h"
#include "runtime/memory/heap_events.h"
#include "runtime/memory/mem.h"
#include "runtime/memory/space.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { SAMPLES = 100, MOST_HEAPS = 64, MOST_THREADS = 256, SIZE_GROUPS = 48, TOP_SITES = 10 };

/* An event of the trace that changes what is live. */
typedef struct change {
    uint64_t ticks;
    uint64_t index; /* in the file, to keep the order of equal ticks */
    uint64_t heap, address, size;
    uint32_t site;
    uint8_t kind, source;
} change;

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
    heap_trace_reader trace;
    bool complete;
    uint64_t end_ticks, end_ns, lost;

    change *changes;
    size_t count, capacity;
    call_sites sites;
    mem_pool pool;
    report_module *modules;
    symbol_files *files;
    struct {
        uint32_t thread;
        size_t last_alloc; /* index in changes + 1 */
    } threads[MOST_THREADS];
    size_t thread_count;

    /* Replayed: */
    addr_map blocks; /* address to index of its allocation in changes */
    heap_totals heaps[MOST_HEAPS], all;
    size_t heap_count;
    uint64_t by_source[MEM_SOURCE_INVALID + 1];
    uint64_t by_size[SIZE_GROUPS]; /* allocations of up to 1 << index bytes */
    uint64_t first_ticks, last_ticks;
    uint64_t samples[SAMPLES]; /* most live bytes in each part of the time */
    bool short_of_memory;
} report;

/* ---- Loading ---- */

static bool add_change(report *r, const change *c) {
    if (r->count == r->capacity) {
        size_t capacity = r->capacity ? 2 * r->capacity : 4096;
        change *larger = mem_resize(r->changes, capacity, sizeof *larger);
        if (!larger)
            return false;
        r->changes = larger;
        r->capacity = capacity;
    }
    r->changes[r->count++] = *c;
    return true;
}

/* Where the last allocation of a thread is kept; NULL when there are too many threads. */
static size_t *last_alloc(report *r, uint32_t thread) {
    for (size_t i = 0; i < r->thread_count; i++) {
        if (r->threads[i].thread == thread)
            return &r->threads[i].last_alloc;
    }
    if (r->thread_count == MOST_THREADS)
        return NULL;
    r->threads[r->thread_count].thread = thread;
    return &r->threads[r->thread_count++].last_alloc;
}

static void load_stack(report *r, const heap_trace_event *event) {
    uintptr_t frames[CALL_STACK_DEPTH];
    uint32_t depth = event->count < CALL_STACK_DEPTH ? event->count : CALL_STACK_DEPTH;
    const size_t *last = last_alloc(r, event->thread);
    for (uint32_t i = 0; i < depth; i++)
        frames[i] = event->fields[i];
    if (last && *last)
        r->changes[*last - 1].site = call_sites_intern(&r->sites, frames, depth);
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

static bool load_event(report *r, const heap_trace_event *event) {
    const uint64_t *f = event->fields;
    change c = {.ticks = event->ticks,
                .index = r->count,
                .heap = f[0],
                .kind = event->kind,
                .source = event->source};
    switch (event->kind) {
    case HEAP_EVENT_ALLOC:
        c.size = f[1], c.address = f[2];
        if (!add_change(r, &c))
            return false;
        size_t *last = last_alloc(r, event->thread);
        if (last)
            *last = r->count;
        return true;
    case HEAP_EVENT_REALLOC:
        c.address = f[1], c.size = f[3];
        return f[1] != f[2] || add_change(r, &c); /* a moving one comes as ALLOC and FREE too */
    case HEAP_EVENT_FREE: c.address = f[1]; return add_change(r, &c);
    case HEAP_EVENT_CREATE: c.size = f[1]; return add_change(r, &c);
    case HEAP_EVENT_EXPAND:
    case HEAP_EVENT_CONTRACT: c.size = f[3]; return add_change(r, &c);
    case HEAP_EVENT_DESTROY: return add_change(r, &c);
    case HEAP_EVENT_STACK: load_stack(r, event); return true;
    case HEAP_EVENT_MODULE: return load_module(r, event);
    case HEAP_EVENT_END:
        r->complete = true;
        r->lost = f[1], r->end_ticks = f[2], r->end_ns = f[3];
        return true;
    default: return true;
    }
}

static int by_time(const void *a, const void *b) {
    const change *x = a, *y = b;
    if (x->ticks != y->ticks)
        return x->ticks < y->ticks ? -1 : 1;
    return x->index < y->index ? -1 : x->index > y->index;
}

static HRESULT load(report *r, FILE *file) {
    heap_trace_event event = {0};
    if (!heap_trace_open(&r->trace, file))
        return E_FAIL;
    while (!r->complete && heap_trace_next(&r->trace, &event) == 1) {
        if (!load_event(r, &event))
            return E_OUTOFMEMORY;
    }
    if (r->count)
        qsort(r->changes, r->count, sizeof *r->changes, by_time);
    return S_OK;
}

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

static void block_goes(report *r, const change *allocated) {
    drop_live(heap_of(r, allocated->heap), allocated->size);
    drop_live(&r->all, allocated->size);
    call_site *site = call_sites_get(&r->sites, allocated->site);
    if (site) {
        site->live--;
        site->live_bytes -= allocated->size;
    }
}

static void block_comes(report *r, const change *allocated) {
    add_live(heap_of(r, allocated->heap), allocated->size);
    add_live(&r->all, allocated->size);
    call_site *site = call_sites_get(&r->sites, allocated->site);
    if (site) {
        site->live++;
        site->live_bytes += allocated->size;
    }
}

static void replay_free(report *r, const change *c) {
    size_t index;
    heap_of(r, c->heap)->frees++;
    r->all.frees++;
    if (addr_map_remove(&r->blocks, (void *)c->address, &index))
        block_goes(r, &r->changes[index]);
}

static void replay_alloc(report *r, const change *c) {
    unsigned group = 0;
    heap_totals *heap = heap_of(r, c->heap);
    call_site *site = call_sites_get(&r->sites, c->site);
    addr_map_remove(&r->blocks, (void *)c->address, NULL);
    if (!addr_map_reserve(&r->blocks)) {
        r->short_of_memory = true;
        return;
    }
    addr_map_put(&r->blocks, (void *)c->address, (size_t)(c - r->changes));
    heap->allocations++, heap->bytes += c->size;
    r->all.allocations++, r->all.bytes += c->size;
    r->by_source[c->source <= MEM_SOURCE_INVALID ? c->source : 0]++;
    while (group < SIZE_GROUPS - 1 && UINT64_C(1) << group < c->size)
        group++;
    r->by_size[group]++;
    if (site)
        site->allocations++, site->bytes += c->size;
    block_comes(r, c);
}

static void replay_realloc(report *r, const change *c) {
    const addr_entry *entry = addr_map_find(&r->blocks, (void *)c->address);
    if (!entry)
        return;
    change *allocated = &r->changes[entry->value];
    block_goes(r, allocated);
    allocated->size = c->size;
    block_comes(r, allocated);
}

/* Removing an entry may move another one into its place, hence the second look at the same. */
static void replay_destroy(report *r, const change *c) {
    addr_map *map = &r->blocks;
    for (size_t i = 0; map->entries && i <= map->mask;) {
        const addr_entry *entry = &map->entries[i];
        const change *allocated = &r->changes[entry->value];
        if (entry->address && allocated->heap == c->heap) {
            block_goes(r, allocated);
            addr_map_remove(map, (void *)entry->address, NULL);
        } else {
            i++;
        }
    }
    heap_of(r, c->heap)->mapped = 0;
}

static void apply(report *r, const change *c) {
    switch (c->kind) {
    case HEAP_EVENT_ALLOC: replay_alloc(r, c); break;
    case HEAP_EVENT_REALLOC: replay_realloc(r, c); break;
    case HEAP_EVENT_FREE: replay_free(r, c); break;
    case HEAP_EVENT_DESTROY: replay_destroy(r, c); break;
    default: heap_of(r, c->heap)->mapped = c->size;
    }
}

static void replay(report *r) {
    if (r->count == 0)
        return;
    r->first_ticks = r->changes[0].ticks;
    r->last_ticks = r->changes[r->count - 1].ticks;
    double scale = SAMPLES / ((double)(r->last_ticks - r->first_ticks) + 1);
    size_t sample = 0;
    for (size_t i = 0; i < r->count; i++) {
        const change *c = &r->changes[i];
        size_t at = (size_t)((double)(c->ticks - r->first_ticks) * scale);
        while (sample < at && sample < SAMPLES - 1)
            r->samples[++sample] = r->all.live_bytes;
        apply(r, c);
        if (r->samples[sample] < r->all.live_bytes)
            r->samples[sample] = r->all.live_bytes;
    }
}

/* ---- Printing ---- */

static double seconds_of(const report *r, uint64_t ticks) {
    double rate = 1e-9; /* when the trace has no end: ticks taken for nanoseconds */
    if (r->complete && r->end_ticks > r->trace.header.ticks)
        rate = (double)(r->end_ns - r->trace.header.time_ns) / 1e9 /
               (double)(r->end_ticks - r->trace.header.ticks);
    return (double)(ticks - r->trace.header.ticks) * rate;
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
    if (r->sites.count)
        qsort(r->sites.sites, r->sites.count, sizeof *r->sites.sites, by_bytes);
}

static void print_sites(report *r, FILE *out) {
    sort_sites(r);
    for (uint32_t i = 0; i < r->sites.count && i < TOP_SITES; i++) {
        const call_site *site = r->sites.sites[i];
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
    fprintf(out, "heap trace %s: process %u, %zu events in %.3f seconds, %llu lost\n", r->path,
            r->trace.header.process, r->count, seconds_of(r, r->last_ticks),
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
    for (uint32_t i = 0; i < r->sites.count; i++)
        branches += r->sites.sites[i]->live_bytes > 0 && r->sites.sites[i]->depth > 0;
    fprintf(out, "n%u: %llu (heap allocation functions) Claret's heaps\n", branches,
            (unsigned long long)r->all.live_bytes);
    for (uint32_t i = 0; i < r->sites.count; i++) {
        const call_site *site = r->sites.sites[i];
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
    fprintf(out, "desc: heap trace\ncmd: process %u\ntime_unit: ms\n", r->trace.header.process);
    for (size_t i = 0; i + 1 < SAMPLES; i++)
        print_massif_snapshot(r, i, "empty", out);
    r->samples[SAMPLES - 1] = r->all.live_bytes;
    print_massif_snapshot(r, SAMPLES - 1, "detailed", out);
    print_massif_tree(r, out);
}

static void print_folded(report *r, FILE *out) {
    sort_sites(r);
    for (uint32_t i = 0; i < r->sites.count; i++) {
        const call_site *site = r->sites.sites[i];
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
                i ? ",\n" : "", r->trace.header.process, sample_seconds(r, i) * 1e6,
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
    mem_free(r->changes);
    addr_map_fini(&r->blocks);
    call_sites_fini(&r->sites);
    symbol_files_free(r->files);
    mem_pool_fini(&r->pool);
    mem_free(r);
}

HRESULT heap_report(const char *path, heap_report_form form, FILE *out, char *error,
                    size_t error_size) {
    HRESULT hr = E_OUTOFMEMORY;
    FILE *file = fopen(path, "re");
    if (!file) {
        snprintf(error, error_size, "%s: %s", path, strerror(errno));
        return E_FAIL;
    }
    report *r = mem_calloc(1, sizeof *r);
    if (r) {
        r->path = path;
        hr = load(r, file);
        if (SUCCEEDED(hr))
            replay(r);
        if (r->short_of_memory)
            hr = E_OUTOFMEMORY;
        if (SUCCEEDED(hr))
            FORMS[form].print(r, out);
        report_fini(r);
    }
    fclose(file);
    if (hr == E_FAIL)
        snprintf(error, error_size, "%s: not a heap trace", path);
    else if (FAILED(hr))
        snprintf(error, error_size, "%s: out of memory", path);
    return hr;
}
