/* What a module is, for the files of this folder that read it. Filled by il_image.c (headers) and
 * il_metadata.c (streams and tables), then constant but for the two caches at the end and what is added
 * behind it by il_grow.c; that of a live module by il_live.c, again and again. */
#ifndef CLARET_IL_MODULE_H
#define CLARET_IL_MODULE_H

#include <stdatomic.h>
#include <string.h>

#include "il.h"
#include "il_bytes.h"
#include "il_tables.h"

/* One column of one table, ready to be read. */
typedef struct il_cells {
    const uint8_t *first; /* the cell of row 1 */
    uint32_t rows;
    uint8_t row_size;
    uint8_t width;  /* bytes of the cell: 1, 2 or 4 */
    uint8_t kind;   /* il_column_kind */
    uint8_t target; /* as in il_column_info */
} il_cells;

/* Whether a column ascends, found out at the first search in it. */
enum { IL_ORDER_UNKNOWN, IL_ORDER_SORTED, IL_ORDER_UNSORTED };

typedef struct il_type_index il_type_index;
typedef struct il_grown il_grown;

struct il_module {
    char *path;
    const uint8_t *image;
    size_t size;
    bool mapped; /* image is our own mapping of the file */
    il_headers headers;
    const uint8_t *sections; /* headers.section_count headers of IL_SECTION_SIZE bytes */
    uint32_t size_of_headers;
    il_blob heaps[IL_HEAP_COUNT];
    il_blob tables; /* the rows of all tables */
    uint32_t rows[IL_TABLE_COUNT]; /* without those that were added; il_rows counts all */
    il_cells cells[IL_COLUMN_COUNT];
    _Atomic uint8_t order[IL_COLUMN_COUNT];
    _Atomic(il_type_index *) types; /* built by the first il_find_type */
    _Atomic(il_grown *) grown; /* what was added behind the file's rows and entries, see il_grow.h */
    struct il_live *live; /* of a module that is still built, see il_live.h; NULL for others */
};

enum { IL_SECTION_SIZE = 40 };

/* The cell as the file has it; row must be in the table. */
static inline uint32_t il_cell_raw(const il_cells *cells, uint32_t row) {
    const uint8_t *p = cells->first + (size_t)(row - 1) * cells->row_size;
    return cells->width == 2 ? il_load16(p) : cells->width == 4 ? il_load32(p) : *p;
}

/* One more than the last position that a list column can name. */
uint32_t il_list_limit(const il_module *module, il_column column);

/* il_fail with "PATH: " before the text. p, when not NULL, is a place in the image and gives the
 * offset. */
il_status il_module_fail(const il_module *module, il_error *err, il_status status, const void *p,
                         uint32_t token, const char *format, ...)
    __attribute__((format(printf, 6, 7)));

/* Reads headers.metadata: the root, the streams, the row counts. IL_BAD_METADATA, IL_TRUNCATED. */
il_status il_metadata_read(il_module *module, il_error *err);

void il_type_index_free(il_type_index *index);

#endif
