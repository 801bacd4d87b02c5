/* What a build is, for the il_build files and the writer.
 *
 *   il_build.c         life, rows, bodies, data, resources
 *   il_build_heap.c    heaps and the indexes that keep their entries unique
 *   il_build_define.c  one function per kind of row
 *   il_build_load.c    a build from a module
 *   il_build_order.c   the order of rows in the file, and what tokens become
 *   il_build_write.c   metadata and PE file
 */
#ifndef CLARET_IL_BUILD_STATE_H
#define CLARET_IL_BUILD_STATE_H

#include "il_build.h"
#include "il_bytes.h"
#include "il_tables.h"
#include "runtime/memory/mem.h"

/* Open addressing over the entries of a heap or the rows of a table; a slot holds 1 + the offset or
 * row, 0 when free. All zero is an index that was not built yet. */
typedef struct il_build_index {
    uint32_t *slots;
    uint32_t mask, count;
} il_build_index;

/* Rows of cells, as il_cell gives them, one after the other. */
typedef struct il_build_table {
    uint32_t *cells;
    uint32_t *owners; /* rows, for the tables that lists point into; else NULL */
    uint32_t rows, room;
    uint32_t seen;         /* the first so many rows are as a live module shows them */
    uint8_t first;         /* the first of its columns */
    uint8_t columns;       /* how many */
    il_build_index index;  /* over whole rows; only for tables of references */
    uint32_t *order, *map; /* new row - 1 to old row, old row - 1 to new row; NULL: as they are */
} il_build_table;

typedef struct il_build_code {
    const uint8_t *data;
    uint32_t size;
    bool set; /* false: that of the loaded module, if any */
} il_build_code;

struct il_build {
    const il_module *module; /* loaded from; NULL when new */
    uint32_t loaded_methods;
    il_output output;
    il_status status;   /* the first failure */
    const char *reason; /* a constant text for it */
    il_build_table tables[IL_TABLE_COUNT];
    il_text heaps[IL_HEAP_COUNT];
    il_build_index heap_index[IL_HEAP_COUNT];
    il_build_code *bodies; /* by MethodDef row - 1, body_room of them */
    uint32_t body_room;
    uint32_t bodies_seen; /* as seen of a table */
    mem_pool pool;        /* bodies */
    il_text data;         /* of fields; FieldRVA cells hold places in it until written */
    il_text resources;    /* added ones, behind those of module */
};

/* Remembers the first failure; returns false for convenience. */
bool il_build_fail(il_build *build, il_status status, const char *reason);

static inline uint32_t *il_build_row(const il_build_table *table, uint32_t row) {
    return table->cells + (size_t)(row - 1) * table->columns;
}

/* Grows a table to hold rows rows. */
bool il_build_reserve(il_build *build, il_table table, uint32_t rows);

/* The token of the row with exactly these cells, added when there is none. */
uint32_t il_build_unique(il_build *build, il_table table, const uint32_t *cells);

/* An empty build with its column counts set; NULL when memory is short. */
il_build *il_build_alloc(void);

void il_build_index_free(il_build_index *index);
uint32_t il_build_hash(const void *bytes, size_t size);

/* Makes room for one more entry; hash_of gives the hash of what a slot says. */
bool il_build_index_grow(il_build_index *index, const void *of,
                         uint32_t (*hash_of)(const void *of, uint32_t entry));

/* Where the resources that were added begin, behind those that were loaded. */
uint32_t il_build_resources_start(const il_build *build);

/* ---- il_build_order.c ---- */

/* Fills order and map of every table. IL_OUT_OF_MEMORY, IL_BAD_METADATA. */
il_status il_build_sort(il_build *build, il_error *err);

/* The tables sorted by a column of theirs, as bits (II.24.2.6). */
uint64_t il_build_sorted_tables(void);

/* The row that owns a member: a TypeDef, MethodDef, PropertyMap or EventMap column, or
 * IL_COLUMN_COUNT for a table that is no list's target. */
il_column il_build_list_column(il_table member);

#endif
