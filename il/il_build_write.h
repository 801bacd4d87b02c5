/* One writing of a build: what il_build_write.c (the PE file) and il_build_metadata.c share. Places
 * are decided first, all of them, and then filled in. */
#ifndef CLARET_IL_BUILD_WRITE_H
#define CLARET_IL_BUILD_WRITE_H

#include "il_build_state.h"

typedef struct il_writer {
    il_build *build;
    il_layout layout; /* of the tables */
    uint32_t stream_offset[5], stream_size[5];
    uint32_t *body_rvas; /* by MethodDef row - 1; 0 without a body */
    uint32_t data_rva;   /* of the field data */
} il_writer;

/* Decides widths and places; returns the size of the metadata. */
uint32_t il_metadata_plan(il_writer *w);

/* Writes the metadata to a zeroed place. IL_BAD_METADATA for a cell that the column cannot hold. */
il_status il_metadata_write(il_writer *w, uint8_t *to, il_error *err);

/* Where in the metadata the module's version id is, when it is still to be made up; else 0. */
uint32_t il_metadata_mvid_offset(const il_writer *w);

#endif
