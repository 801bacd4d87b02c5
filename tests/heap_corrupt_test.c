/* What reports say to heap traces that are broken: the line, and that nothing worse happens. The
 * traces are made by hand from heap_format.h, or are good ones that were cut or changed. */
#include "runtime/memory/heap_ctf.h"
#include "runtime/memory/heap_events.h"
#include "runtime/memory/heap_report.h"
#include "runtime/memory/mem.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/command.h"

static char path[] = "/tmp/claret-heap-corrupt-XXXXXX";

enum { MOST_BYTES = 1 << 20 };

static void new_path(void) {
    strcpy(path + sizeof path - 7, "XXXXXX");
    int fd = mkstemp(path);
    CU_ASSERT_FATAL(fd >= 0);
    close(fd);
}

static void write_file(const void *bytes, size_t size) {
    FILE *file = fopen(path, "w");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    CU_ASSERT_EQUAL(fwrite(bytes, 1, size, file), size);
    fclose(file);
}

/* Reports on the file at path; the text is gone. */
static HRESULT report(heap_report_form form, char *error, size_t error_size) {
    FILE *out = fopen("/dev/null", "w");
    CU_ASSERT_PTR_NOT_NULL_FATAL(out);
    error[0] = '\0';
    HRESULT hr = heap_report(path, form, out, error, error_size);
    fclose(out);
    return hr;
}

/* ---- Lies ---- */

#define OP(op, argument)                                                                           \
    (HEAP_OTHER | (op) << HEAP_OP_SHIFT | (unsigned)(argument) << HEAP_ARGUMENT_SHIFT)
#define WORD(n) (uint16_t)(n), 0, 0, 0
#define HEAP_0  OP(HEAP_OP_DEFINE, 0), WORD(0x1000), WORD(0x2000)

typedef struct lie {
    const char *what; /* behind "PATH: " */
    const char *magic;
    uint32_t header_size;
    heap_chunk chunk;   /* units: those of `units` when 0 */
    uint16_t units[40]; /* up to the last that is not 0 */
} lie;

#define GOOD HEAP_TRACE_MAGIC, sizeof(heap_trace_header)

static const lie LIES[] = {
    {"not a heap trace", "CLAHEAP3", sizeof(heap_trace_header), {0}, {0}},
    {"a heap trace of another version", "claheap2", sizeof(heap_trace_header), {0}, {0}},
    {"a heap trace of another version", HEAP_TRACE_MAGIC, 31, {0}, {0}},
    {"broken heap trace: a chunk that is too long at offset 32",
     GOOD,
     {.units = HEAP_CHUNK_UNITS + 1},
     {0}},
    {"broken heap trace: no chunk at offset 32", GOOD, {.zero = 1}, {0}},
    {"broken heap trace: a wrong number of events in a chunk at offset 32",
     GOOD,
     {.events = 2},
     {HEAP_0, OP(HEAP_OP_TIME, 0), 1, 0, 0, HEAP_NEAR_FREE}},
    {"broken heap trace: an event before the first heap at offset 56", GOOD, {0}, {HEAP_NEAR_FREE}},
    {"broken heap trace: an event before the first heap at offset 56",
     GOOD,
     {0},
     {HEAP_FAR | HEAP_FAR_FREE, 1}},
    {"broken heap trace: an event before the first heap at offset 56",
     GOOD,
     {0},
     {OP(HEAP_OP_SWEEP, 0), WORD(16), WORD(16), 0, HEAP_OTHER}},
    {"broken heap trace: a heap that is not defined at offset 74",
     GOOD,
     {0},
     {HEAP_0, OP(HEAP_OP_HEAP, 1)}},
    {"broken heap trace: a heap that is not defined at offset 56",
     GOOD,
     {0},
     {OP(HEAP_OP_HEAP, 1023)}},
    {"broken heap trace: a heap's number is too large at offset 56",
     GOOD,
     {0},
     {OP(HEAP_OP_DEFINE, HEAP_CHUNK_HEAPS), WORD(1), 1, 0, 0, 1}},
    {"broken heap trace: a source out of range at offset 56", GOOD, {0}, {OP(HEAP_OP_SOURCE, 6)}},
    {"broken heap trace: a source out of range at offset 56",
     GOOD,
     {0},
     {OP(HEAP_OP_FULL, HEAP_EVENT_DESTROY), 1 << 8 | 6, 1, 0, 0, 1}},
    {"broken heap trace: an unknown operation at offset 56", GOOD, {0}, {OP(HEAP_OP_COUNT, 0)}},
    {"broken heap trace: a sweep of too many cells at offset 74",
     GOOD,
     {0},
     {HEAP_0, OP(HEAP_OP_SWEEP, 0), WORD(16), 16, 0, HEAP_SWEEP_MOST + 1, 0, 1}},
    {"broken heap trace: an event of no known kind at offset 56",
     GOOD,
     {0},
     {OP(HEAP_OP_FULL, 99), 1 << 8}},
    {"broken heap trace: an event of no known kind at offset 56",
     GOOD,
     {0},
     {OP(HEAP_OP_FULL, 1023), 1 << 8}},
    {"broken heap trace: an event with a wrong number of fields at offset 56",
     GOOD,
     {0},
     {OP(HEAP_OP_FULL, HEAP_EVENT_ALLOC), 3 << 8}},
    {"broken heap trace: an event with a wrong number of fields at offset 56",
     GOOD,
     {0},
     {OP(HEAP_OP_FULL, HEAP_EVENT_STACK), 65 << 8}},
    {"broken heap trace: a block at address 0 at offset 74",
     GOOD,
     {0},
     {HEAP_0, OP(HEAP_OP_FULL, HEAP_EVENT_ALLOC), 4 << 8, WORD(1), WORD(1), WORD(0), 1, 0, 0, 1}},
    {"broken heap trace: an event longer than its chunk at offset 56",
     GOOD,
     {0},
     {OP(HEAP_OP_FULL, HEAP_EVENT_FREE), 2 << 8, WORD(1), 1, 0, 1}},
    {"broken heap trace: an event longer than its chunk at offset 56",
     GOOD,
     {0},
     {OP(HEAP_OP_TIME, 0), 1}},
    {"broken heap trace: an event longer than its chunk at offset 56", GOOD, {0}, {HEAP_FAR, 1}},
    {"broken heap trace: a stack's number too large at offset 56",
     GOOD,
     {0},
     {OP(HEAP_OP_FULL, HEAP_EVENT_STACK), 1 << 8, 0, 16, 0, 1}},
};

static void write_lie(const lie *l) {
    struct {
        heap_trace_header header;
        heap_chunk chunk;
        uint16_t units[40];
    } file = {.header = {.header_size = l->header_size}, .chunk = l->chunk};
    size_t count = sizeof l->units / sizeof *l->units;
    while (count > 0 && l->units[count - 1] == 0)
        count--;
    memcpy(file.header.magic, l->magic, sizeof file.header.magic);
    memcpy(file.units, l->units, sizeof file.units);
    if (file.chunk.units == 0)
        file.chunk.units = (uint32_t)count;
    write_file(&file, sizeof file.header + sizeof file.chunk + 2 * count);
}

static void lies_are_named_with_their_place(void) {
    char error[300], expected[300];
    new_path();
    for (size_t i = 0; i < sizeof LIES / sizeof *LIES; i++) {
        write_lie(&LIES[i]);
        snprintf(expected, sizeof expected, "%s: %s", path, LIES[i].what);
        CU_ASSERT_EQUAL(report(HEAP_REPORT_SUMMARY, error, sizeof error), E_FAIL);
        CU_ASSERT_STRING_EQUAL(error, expected);
    }
    unlink(path);
}

static void claret_heap_prints_the_line_and_exits_with_1(void) {
    char command[300], line[300], expected[300];
    new_path();
    write_lie(&LIES[5]);
    snprintf(expected, sizeof expected, "claret: %s: %s\n", path, LIES[5].what);
    CU_ASSERT_EQUAL(command_run(line, sizeof line, "$CLARET heap %s", path), 1);
    CU_ASSERT_STRING_EQUAL(line, expected);
    snprintf(command, sizeof command, "%s.ctf", path);
    CU_ASSERT_EQUAL(heap_ctf_write(path, command, line, sizeof line), E_FAIL);
    CU_ASSERT_EQUAL(strncmp(line, expected + 8, strlen(expected + 8) - 1), 0);
    snprintf(command, sizeof command, "rm -r %s.ctf", path);
    CU_ASSERT_EQUAL(system(command), 0);
    unlink(path);
}

/* ---- Good traces, damaged ---- */

/* A short trace with every operation; the caller frees it. */
static uint8_t *good_trace(size_t *size) {
    char error[200];
    new_path();
    CU_ASSERT_EQUAL_FATAL(heap_trace_start(path, HEAP_TRACE_STACKS, error, sizeof error), S_OK);
    for (uint64_t heap = 1; heap < 3; heap++) {
        heap_event_alloc_from(2, heap, 0x10000, 100);
        heap_event_alloc(heap, 0x10080, 100);
        heap_event_alloc(heap, 0x10080 + (UINT64_C(1) << 40), 200000);
        heap_event_free(heap, 0x10000);
        heap_event_sweep(heap, 0x10080, 128, 10);
    }
    heap_event(HEAP_EVENT_REALLOC, 1, (uint64_t[]){1, 0x10000, 0x10000, 40, 100});
    heap_event(HEAP_EVENT_DESTROY, 0, (uint64_t[]){1});
    CU_ASSERT_EQUAL(heap_trace_stop(NULL), S_OK);
    uint8_t *bytes = malloc(MOST_BYTES);
    FILE *file = fopen(path, "r");
    CU_ASSERT_FATAL(bytes && file);
    *size = fread(bytes, 1, MOST_BYTES, file);
    CU_ASSERT(*size > 500 && *size < MOST_BYTES);
    fclose(file);
    return bytes;
}

static void truncation_at_every_byte_is_survived(void) {
    char error[300];
    size_t size;
    uint8_t *bytes = good_trace(&size);
    for (size_t length = size; length-- > 0;) {
        CU_ASSERT_EQUAL(truncate(path, (off_t)length), 0);
        HRESULT hr = report(HEAP_REPORT_CHROME, error, sizeof error);
        CU_ASSERT_EQUAL(hr, length < sizeof(heap_trace_header) ? E_FAIL : S_OK);
        CU_ASSERT_EQUAL(hr == E_FAIL, strstr(error, ": not a heap trace") != NULL);
    }
    unlink(path);
    free(bytes);
}

static void change_of_every_byte_is_survived(void) {
    static const uint8_t CHANGES[] = {0x01, 0x80, 0xFF};
    char error[300];
    size_t size;
    uint8_t *bytes = good_trace(&size);
    for (size_t i = 0; i < size; i++) {
        bytes[i] ^= CHANGES[i % sizeof CHANGES];
        write_file(bytes, size);
        HRESULT hr = report(HEAP_REPORT_CHROME, error, sizeof error);
        CU_ASSERT_TRUE(hr == S_OK || hr == E_FAIL);
        CU_ASSERT_EQUAL(hr == E_FAIL, error[0] != '\0');
        bytes[i] ^= CHANGES[i % sizeof CHANGES];
    }
    unlink(path);
    free(bytes);
}

static void lost_and_late_beginnings_are_no_errors(void) {
    static const uint16_t UNITS[] = {HEAP_0,
                                     HEAP_NEAR_FREE,
                                     OP(HEAP_OP_SWEEP, 0),
                                     WORD(16),
                                     0,
                                     0,
                                     9,
                                     0, /* nothing there */
                                     OP(HEAP_OP_STACK, 7),
                                     9, /* no such stack */
                                     HEAP_FAR,
                                     0,
                                     5,
                                     OP(HEAP_OP_FULL, HEAP_EVENT_LOST),
                                     1 << 8,
                                     WORD(3)};
    struct {
        heap_trace_header header;
        heap_chunk chunk;
        uint16_t units[sizeof UNITS / 2];
    } file = {{HEAP_TRACE_MAGIC, 1, sizeof(heap_trace_header), 0, 0},
              {1, sizeof UNITS / 2, 4, 0, 0},
              {0}};
    char error[300];
    memcpy(file.units, UNITS, sizeof UNITS);
    new_path();
    write_file(&file, sizeof file.header + sizeof file.chunk + sizeof UNITS);
    CU_ASSERT_EQUAL(report(HEAP_REPORT_SUMMARY, error, sizeof error), S_OK);
    CU_ASSERT_STRING_EQUAL(error, "");
    unlink(path);
}

CU_TestInfo heap_corrupt_tests[] = {
    {"lies are named with their place", lies_are_named_with_their_place},
    {"claret heap prints the line and exits with 1", claret_heap_prints_the_line_and_exits_with_1},
    {"truncation at every byte is survived", truncation_at_every_byte_is_survived},
    {"a change of every byte is survived", change_of_every_byte_is_survived},
    {"lost events and late beginnings are no errors", lost_and_late_beginnings_are_no_errors},
    CU_TEST_INFO_NULL,
};
