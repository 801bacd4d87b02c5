/* Metadata that no compiler here writes: the #- form with pointer tables and unsorted rows,
 * portable PDBs, PE32+, tables and streams that do not fit. Built by hand from II.24.2 and II.22.
 */
#include "il.h"
#include "il/il_bytes.h"
#include "runtime/memory/spies.h"
#include "tests/il_files.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- A bare metadata file, stream by stream ---- */

typedef struct image {
    uint8_t bytes[1024];
    size_t size;
} image;

static void put(image *to, const void *bytes, size_t size) {
    CU_ASSERT_FATAL(size <= sizeof to->bytes - to->size);
    memcpy(to->bytes + to->size, bytes, size);
    to->size += size;
}

static void put16(image *to, unsigned value) {
    uint8_t bytes[2];
    il_store16(bytes, (uint16_t)value);
    put(to, bytes, sizeof bytes);
}

static void put32(image *to, uint32_t value) {
    put16(to, value & 0xFFFF);
    put16(to, value >> 16);
}

typedef struct stream {
    const char *name;
    const image *bytes;
} stream;

static void make_file(image *to, const stream *streams, unsigned count) {
    static const char PADDING[4];
    size_t at = 24;
    *to = (image){.size = 0};
    for (unsigned i = 0; i < count; i++)
        at += 8 + ((strlen(streams[i].name) + 4) & ~(size_t)3);
    put(to, "BSJB\1\0\1\0\0\0\0\0\4\0\0\0v1\0\0\0\0", 22);
    put16(to, count);
    for (unsigned i = 0; i < count; i++) {
        size_t name = strlen(streams[i].name);
        put32(to, (uint32_t)at);
        put32(to, (uint32_t)streams[i].bytes->size);
        put(to, streams[i].name, name);
        put(to, PADDING, 4 - name % 4);
        at += streams[i].bytes->size;
    }
    for (unsigned i = 0; i < count; i++)
        put(to, streams[i].bytes->bytes, streams[i].bytes->size);
}

/* The header of a table stream; counts are those of the tables in valid. */
static image tables_of(uint64_t valid, const uint32_t *counts) {
    image to = {.size = 0};
    put32(&to, 0);
    put32(&to, 2); /* version 2.0, all heaps small */
    put32(&to, (uint32_t)valid);
    put32(&to, (uint32_t)(valid >> 32));
    put32(&to, 0);
    put32(&to, 0);
    for (uint64_t bit = valid; bit; bit &= bit - 1)
        put32(&to, *counts++);
    return to;
}

static il_module *open_file(const image *file) {
    il_module *m = NULL;
    il_error err = {.text = ""};
    CU_ASSERT_EQUAL(il_module_open_image("made", file->bytes, file->size, &m, &err), IL_OK);
    if (!m)
        fprintf(stderr, "%s\n", err.text);
    CU_ASSERT_PTR_NOT_NULL_FATAL(m);
    return m;
}

static void expect_bad(const stream *streams, unsigned count, const char *text) {
    image file;
    il_module *m;
    il_error err;
    make_file(&file, streams, count);
    CU_ASSERT_EQUAL(il_module_open_image("made", file.bytes, file.size, &m, &err), IL_BAD_METADATA);
    CU_ASSERT_STRING_EQUAL(err.text, text);
}

#define BIT(table) (1ull << IL_##table)

/* ---- #- ---- */

/* A row of TypeDef or MethodDef with nothing in it but its list column, the last. */
static void put_row(image *to, size_t before, unsigned list) {
    for (size_t i = 0; i < before; i += 2)
        put16(to, 0);
    put16(to, list);
}

static void lists_go_through_pointer_tables(void) {
    image tables =
        tables_of(BIT(TypeDef) | BIT(MethodPtr) | BIT(MethodDef), (const uint32_t[]){2, 3, 3});
    image file;
    put_row(&tables, 10, 1); /* no fields */
    put16(&tables, 1);       /* type 1: positions 1 and 2 */
    put_row(&tables, 10, 1);
    put16(&tables, 3); /* type 2: position 3 */
    put16(&tables, 2);
    put16(&tables, 3);
    put16(&tables, 1);
    for (int method = 0; method < 3; method++)
        put_row(&tables, 12, 1);
    make_file(&file, &(stream){"#-", &tables}, 1);
    il_module *m = open_file(&file);
    CU_ASSERT_TRUE(il_module_headers(m)->uncompressed);
    CU_ASSERT_FALSE(il_module_headers(m)->pe);
    il_range first = il_list(m, IL_TypeDef_MethodList, 1);
    CU_ASSERT(first.first == 1 && first.end == 3);
    CU_ASSERT_EQUAL(il_list_row(m, IL_TypeDef_MethodList, 1), 2);
    CU_ASSERT_EQUAL(il_list_row(m, IL_TypeDef_MethodList, 2), 3);
    CU_ASSERT_EQUAL(il_list_row(m, IL_TypeDef_MethodList, 3), 1);
    CU_ASSERT_EQUAL(il_method_owner(m, 2), 1);
    CU_ASSERT_EQUAL(il_method_owner(m, 3), 1);
    CU_ASSERT_EQUAL(il_method_owner(m, 1), 2);
    CU_ASSERT_EQUAL(il_method_owner(m, 4), 0);
    CU_ASSERT_EQUAL(il_module_check(m, NULL), IL_OK);
    il_module_close(m);
}

static void unsorted_rows_are_found_one_by_one(void) {
    static const uint8_t OWNERS[] = {2, 1, 2, 2};
    image tables =
        tables_of(BIT(TypeDef) | BIT(CustomAttribute), (const uint32_t[]){2, sizeof OWNERS});
    image file;
    put_row(&tables, 12, 1);
    put_row(&tables, 12, 1);
    for (size_t i = 0; i < sizeof OWNERS; i++) {
        put16(&tables, OWNERS[i] << 5 | 3u); /* HasCustomAttribute: TypeDef is 3 */
        put16(&tables, 0);
        put16(&tables, 0);
    }
    make_file(&file, &(stream){"#-", &tables}, 1);
    il_module *m = open_file(&file);
    const il_column parent = IL_CustomAttribute_Parent;
    il_range rows = il_find_rows(m, parent, IL_TOKEN(IL_TypeDef, 2));
    CU_ASSERT(rows.first == 1 && rows.end == 2);
    CU_ASSERT_EQUAL(il_find_next(m, parent, IL_TOKEN(IL_TypeDef, 2), rows.end), 3);
    CU_ASSERT_EQUAL(il_find_next(m, parent, IL_TOKEN(IL_TypeDef, 2), 4), 4);
    CU_ASSERT_EQUAL(il_find_next(m, parent, IL_TOKEN(IL_TypeDef, 2), 5), 0);
    rows = il_find_rows(m, parent, IL_TOKEN(IL_TypeDef, 1));
    CU_ASSERT(rows.first == 2 && rows.end == 3);
    CU_ASSERT_EQUAL(il_find_rows(m, parent, IL_TOKEN(IL_TypeDef, 3)).first, 0);
    CU_ASSERT_EQUAL(il_find_rows(m, parent, IL_TOKEN(IL_MethodSemantics, 1)).first, 0);
    il_module_close(m);
}

/* ---- Portable PDBs ---- */

static void a_pdb_is_as_wide_as_its_assembly(void) {
    enum { METHODS = 70000 };
    image pdb = {.size = 24}, file; /* an id of 20 bytes and the entry point */
    put32(&pdb, (uint32_t)BIT(MethodDef));
    put32(&pdb, 0);
    put32(&pdb, METHODS);
    image tables = tables_of(BIT(LocalScope), (const uint32_t[]){1});
    put32(&tables, METHODS); /* Method: four bytes because of the assembly's table */
    put16(&tables, 0);
    put16(&tables, 1);
    put16(&tables, 1);
    put32(&tables, 0x10);
    put32(&tables, 0x20);
    make_file(&file, (const stream[]){{"#Pdb", &pdb}, {"#~", &tables}}, 2);
    il_module *m = open_file(&file);
    CU_ASSERT_EQUAL(il_cell(m, IL_LocalScope_Method, 1), IL_TOKEN(IL_MethodDef, METHODS));
    CU_ASSERT_EQUAL(il_cell(m, IL_LocalScope_StartOffset, 1), 0x10);
    CU_ASSERT_EQUAL(il_cell(m, IL_LocalScope_Length, 1), 0x20);
    CU_ASSERT_EQUAL(il_rows(m, IL_MethodDef), 0);
    il_module_close(m);
}

/* ---- What does not fit ---- */

static void bad_streams_are_explained(void) {
    image unknown = tables_of(1ull << 0x2D, (const uint32_t[]){7});
    image large = tables_of(BIT(TypeDef), (const uint32_t[]){3});
    image huge = tables_of(BIT(Field), (const uint32_t[]){0xFFFFFF});
    image none = {.size = 10}, strings = {.size = 0}, good = tables_of(0, NULL);
    put_row(&large, 12, 1);
    put(&strings, "\0open", 5);
    expect_bad(&(stream){"#~", &unknown}, 1,
               "made: table 0x2d has 7 rows, but there is no such table");
    expect_bad(&(stream){"#~", &large}, 1,
               "made: table TypeDef has 3 rows of 14 bytes, the stream only 14 bytes");
    expect_bad(&(stream){"#~", &huge}, 1,
               "made: table Field has 16777215 rows, expected at most 16777214");
    expect_bad(&(stream){"#~", &none}, 1, "made: the table stream has no header of 24 bytes");
    expect_bad(&(stream){"#Blob", &none}, 1,
               "made: the metadata has no table stream, expected #~ or #-");
    expect_bad((const stream[]){{"#Strings", &strings}, {"#~", &good}}, 2,
               "made: the #Strings heap does not end with a zero byte");
}

static void a_stream_beyond_the_metadata_is_explained(void) {
    image tables = tables_of(0, NULL), file;
    il_module *m;
    il_error err;
    make_file(&file, &(stream){"#~", &tables}, 1);
    il_store32(file.bytes + 28, 0x1000); /* the stream's size */
    CU_ASSERT_EQUAL(il_module_open_image("made", file.bytes, file.size, &m, &err), IL_BAD_METADATA);
    CU_ASSERT_STRING_EQUAL(err.text, "made: stream #~ has bytes 0x24 to 0x1024, the metadata only "
                                     "0x3c");
    CU_ASSERT_EQUAL(err.offset, 24);
}

/* ---- PE32+ ---- */

/* Turns a PE32 image into PE32+: image base and the four stack and heap sizes get eight bytes, and
 * what follows moves up by 16. */
static void widen_headers(uint8_t *bytes) {
    uint8_t *coff = bytes + il_load32(bytes + 0x3C), *optional = coff + 24;
    size_t size = il_load16(coff + 20), sections = il_load16(coff + 6) * 40u;
    uint8_t narrow[4096];
    CU_ASSERT_FATAL(size + sections <= sizeof narrow);
    memcpy(narrow, optional, size + sections);
    il_store16(coff + 4, 0x8664);
    il_store16(coff + 20, (uint16_t)(size + 16));
    il_store16(optional, 0x20B);
    il_store64(optional + 24, 0x123400000);
    for (int i = 0; i < 4; i++)
        il_store64(optional + 72 + 8 * i, il_load32(narrow + 72 + 4 * i));
    memcpy(optional + 104, narrow + 88, size - 88 + sections);
}

static void pe32_plus_reads_like_pe32(void) {
    size_t size;
    uint8_t *bytes = il_read_file(SMALL, &size);
    il_module *m = NULL;
    widen_headers(bytes);
    CU_ASSERT_EQUAL(il_module_open_image("wide", bytes, size, &m, NULL), IL_OK);
    CU_ASSERT_PTR_NOT_NULL_FATAL(m);
    const il_headers *h = il_module_headers(m);
    CU_ASSERT_TRUE(h->pe32_plus);
    CU_ASSERT_EQUAL(h->machine, 0x8664);
    CU_ASSERT_EQUAL(h->image_base, 0x123400000);
    CU_ASSERT_EQUAL(h->subsystem, 3);
    CU_ASSERT_EQUAL(h->stack_reserve, 0x100000);
    CU_ASSERT_EQUAL(il_module_check(m, NULL), IL_OK);
    CU_ASSERT_NOT_EQUAL(il_find_type(m, "Small", "Square", 0), 0);
    il_module_close(m);
    free(bytes);
}

/* ---- Memory ---- */

/* Without memory a module does not open, and types are found all the same. */
static void every_failed_allocation_is_survived(void) {
    mem_counters counters = {.failures = 1};
    for (unsigned n = 1; counters.failures; n++) {
        char spec[32], error[100];
        const char *specs[] = {spec};
        mem_spies *spies;
        il_module *m;
        il_error err;
        snprintf(spec, sizeof spec, "fail=%u", n);
        CU_ASSERT_EQUAL_FATAL(mem_spies_start(specs, 1, &spies, error, sizeof error), S_OK);
        il_status status = il_module_open(SMALL, &m, &err);
        if (status == IL_OK) {
            CU_ASSERT_NOT_EQUAL(il_find_type(m, "Small", "Square", 0), 0);
            CU_ASSERT_NOT_EQUAL(
                il_find_type(m, "", "Nested", il_find_type(m, "Small", "Shape`1", 0)), 0);
            CU_ASSERT_EQUAL(il_find_type(m, "Small", "Nested", 0), 0);
            il_module_close(m);
        } else {
            CU_ASSERT_EQUAL(status, IL_OUT_OF_MEMORY);
            CU_ASSERT_STRING_EQUAL(err.text, SMALL ": out of memory");
        }
        counters = mem_spies_counters(spies);
        CU_ASSERT_EQUAL(counters.live, 0);
        mem_spies_stop(spies);
    }
}

CU_TestInfo il_metadata_tests[] = {
    {"lists go through pointer tables", lists_go_through_pointer_tables},
    {"unsorted rows are found one by one", unsorted_rows_are_found_one_by_one},
    {"a PDB is as wide as its assembly", a_pdb_is_as_wide_as_its_assembly},
    {"bad streams are explained", bad_streams_are_explained},
    {"a stream beyond the metadata is explained", a_stream_beyond_the_metadata_is_explained},
    {"PE32+ reads like PE32", pe32_plus_reads_like_pe32},
    {"every failed allocation is survived", every_failed_allocation_is_survived},
    CU_TEST_INFO_NULL,
};
