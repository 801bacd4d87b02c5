/* heap_ctf.h: each event goes to the stream of its thread; the reader of the CTF merges them again.
 *
 * A stream is one packet: magic, stream number, thread; then events of a kind (1 byte), ticks since
 * the trace began (8), source (1) and the kind's fields (8 each), all packed and in the byte order
 * of the machine. The description comes last, because the rate of the clock is known at the end. */
#include "runtime/memory/heap_ctf.h"

#include "runtime/memory/heap_reader.h"
#include "runtime/memory/mem.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static const uint32_t CTF_MAGIC = 0xC1FC1FC1;

typedef struct stream {
    struct stream *next;
    uint32_t thread;
    FILE *file;
} stream;

typedef struct converter {
    const char *folder;
    heap_reader *reader;
    heap_trace_header header;
    stream *streams;
    uint64_t ticks, ns; /* from the beginning to the end; 0 when the trace has no end */
} converter;

static const struct {
    heap_event_kind kind;
    const char *name;
    const char *fields[HEAP_EVENT_NAMED_FIELDS + 1];
} KINDS[] = {
#define HEAP_EVENT(NAME, number, name, ...) {HEAP_EVENT_##NAME, name, {__VA_ARGS__}},
#include "runtime/memory/heap_events.def"
#undef HEAP_EVENT
};

static FILE *create(const converter *c, const char *name) {
    char path[4096];
    int length = snprintf(path, sizeof path, "%s/%s", c->folder, name);
    if (length < 0 || (size_t)length >= sizeof path) {
        errno = ENAMETOOLONG;
        return NULL;
    }
    return fopen(path, "wxe");
}

/* ---- Streams ---- */

static HRESULT stream_new(converter *c, uint32_t thread, stream **out) {
    char name[32];
    uint32_t head[] = {CTF_MAGIC, 0, thread};
    stream *s = mem_calloc(1, sizeof *s);
    if (!s)
        return E_OUTOFMEMORY;
    snprintf(name, sizeof name, thread ? "thread-%u" : "process", thread);
    s->thread = thread;
    s->file = create(c, name);
    if (!s->file || fwrite(head, sizeof head, 1, s->file) != 1) {
        if (s->file)
            fclose(s->file);
        mem_free(s);
        return E_FAIL;
    }
    s->next = c->streams;
    *out = c->streams = s;
    return S_OK;
}

/* The stream of a thread, which then comes first. */
static HRESULT find_stream(converter *c, uint32_t thread, stream **out) {
    stream **link = &c->streams;
    while (*link && (*link)->thread != thread)
        link = &(*link)->next;
    stream *found = *link;
    if (!found)
        return stream_new(c, thread, out);
    *link = found->next;
    found->next = c->streams;
    *out = c->streams = found;
    return S_OK;
}

static bool close_streams(converter *c) {
    bool good = true;
    while (c->streams) {
        stream *s = c->streams;
        c->streams = s->next;
        good &= fclose(s->file) == 0;
        mem_free(s);
    }
    return good;
}

/* ---- Events ---- */

static bool write_fields(const heap_trace_event *event, FILE *file) {
    unsigned named = heap_event_fields(event->kind);
    uint32_t depth = event->count - named;
    const uint64_t *behind = &event->fields[named];
    fwrite(event->fields, sizeof *event->fields, named, file);
    if (event->kind == HEAP_EVENT_STACK) {
        fwrite(&depth, sizeof depth, 1, file);
        fwrite(behind, sizeof *behind, depth, file);
    } else if (event->kind == HEAP_EVENT_MODULE) {
        const char *path = (const char *)behind;
        fwrite(path, 1, strnlen(path, depth * sizeof *behind), file);
        fputc(0, file);
    }
    return !ferror(file);
}

static HRESULT write_event(converter *c, const heap_trace_event *event) {
    uint64_t ticks = event->ticks > c->header.ticks ? event->ticks - c->header.ticks : 0;
    stream *s;
    HRESULT hr = find_stream(c, event->thread, &s);
    if (FAILED(hr))
        return hr;
    fputc((int)event->kind, s->file);
    fwrite(&ticks, sizeof ticks, 1, s->file);
    fputc(event->source, s->file);
    return write_fields(event, s->file) ? S_OK : E_FAIL;
}

/* With the reason in error when it is the trace's fault. */
static HRESULT write_events(converter *c, char *error, size_t error_size) {
    heap_trace_event event;
    heap_trace_block before;
    int state;
    while ((state = heap_reader_next(c->reader, &event, &before)) == 1) {
        HRESULT hr = write_event(c, &event);
        if (FAILED(hr))
            return hr;
        if (event.kind == HEAP_EVENT_END) {
            c->ticks = event.fields[2] - c->header.ticks;
            c->ns = event.fields[3] - c->header.time_ns;
        }
    }
    return state == 0 ? S_OK : heap_reader_error(c->reader, error, error_size);
}

/* ---- The description ---- */

static void describe_clock(const converter *c, FILE *out) {
    uint64_t rate = 1000000000;
    if (c->ns && c->ticks)
        rate = (uint64_t)((double)c->ticks * 1e9 / (double)c->ns);
    fprintf(out,
            "clock {\n    name = monotonic;\n    freq = %llu;\n    offset_s = %llu;\n"
            "    offset = %llu;\n};\n\n"
            "typealias integer { size = 64; align = 8; signed = false;\n"
            "    map = clock.monotonic.value; } := time;\n\n",
            (unsigned long long)rate, (unsigned long long)(c->header.time_ns / 1000000000),
            (unsigned long long)((double)(c->header.time_ns % 1000000000) * 1e-9 * (double)rate));
}

static void describe_stream(FILE *out) {
    fprintf(out, "stream {\n    id = 0;\n    packet.context := struct { u32 thread; };\n"
                 "    event.header := struct { u8 id; time timestamp; };\n"
                 "    event.context := struct {\n"
                 "        enum : u8 { none = 0, list = 1, span = 2, pages = 3, system = 4,\n"
                 "            invalid = 5 } source;\n    };\n};\n\n");
}

static void describe_kinds(FILE *out) {
    for (size_t i = 0; i < sizeof KINDS / sizeof *KINDS; i++) {
        fprintf(out,
                "event {\n    name = \"heap:%s\";\n    id = %d;\n    stream_id = 0;\n"
                "    fields := struct {\n",
                KINDS[i].name, KINDS[i].kind);
        for (size_t k = 0; KINDS[i].fields[k]; k++)
            fprintf(out, "        u64 _%s;\n", KINDS[i].fields[k]);
        if (KINDS[i].kind == HEAP_EVENT_STACK)
            fprintf(out, "        u32 _depth;\n        u64 _frames[_depth];\n");
        if (KINDS[i].kind == HEAP_EVENT_MODULE)
            fprintf(out, "        string _path;\n");
        fprintf(out, "    };\n};\n\n");
    }
}

/* Names of fields begin with an underscore, which readers drop: it keeps them from being words of
 * the language. */
static bool describe(const converter *c) {
    FILE *out = create(c, "metadata");
    if (!out)
        return false;
    fprintf(out,
            "/* CTF 1.8 */\n\n"
            "typealias integer { size = 8; align = 8; signed = false; } := u8;\n"
            "typealias integer { size = 32; align = 8; signed = false; } := u32;\n"
            "typealias integer { size = 64; align = 8; signed = false; base = 16; } := u64;\n\n"
            "trace {\n    major = 1;\n    minor = 8;\n    byte_order = %s;\n"
            "    packet.header := struct { u32 magic; u32 stream_id; };\n};\n\n"
            "env {\n    process = %u;\n};\n\n",
            __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? "le" : "be", c->header.process);
    describe_clock(c, out);
    describe_stream(out);
    describe_kinds(out);
    bool good = !ferror(out);
    return (fclose(out) == 0) & good;
}

static HRESULT convert(converter *c, char *error, size_t error_size) {
    if (mkdir(c->folder, 0777) != 0)
        return E_FAIL;
    HRESULT hr = write_events(c, error, error_size);
    if (!close_streams(c) && SUCCEEDED(hr))
        hr = E_FAIL;
    return FAILED(hr) ? hr : describe(c) ? S_OK : E_FAIL;
}

HRESULT heap_ctf_write(const char *path, const char *folder, char *error, size_t error_size) {
    converter c = {.folder = folder};
    HRESULT hr = heap_reader_open(path, &c.reader, error, error_size);
    if (FAILED(hr))
        return hr;
    c.header = *heap_reader_header(c.reader);
    error[0] = '\0';
    hr = convert(&c, error, error_size);
    if (FAILED(hr) && !error[0])
        snprintf(error, error_size, "%s: %s", folder,
                 hr == E_FAIL ? strerror(errno) : "out of memory");
    heap_reader_close(c.reader);
    return hr;
}
