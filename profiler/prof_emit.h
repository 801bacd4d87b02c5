/* Adding to a module's metadata: what IMetaDataEmit and IMetaDataAssemblyEmit share.
 *
 *   prof_emitter e = prof_emit_begin(module);
 *   uint32_t name = prof_emit_text(&e, szName);
 *   *token = prof_emit_row(&e, IL_ModuleRef, (uint32_t[]){name});
 *   return prof_emit_end(&e);
 *
 * A step that fails is remembered, the steps behind it do nothing, and the end tells. What is added
 * is seen at once, by plug-ins and by code that is compiled from then on. Between begin and end the
 * module's lock is held, under which only the runtime's is taken. */
#ifndef CLARET_PROF_EMIT_H
#define CLARET_PROF_EMIT_H

#include "profiler/prof_metadata.h"

/* Each method that is there, see prof_emit.def. */
#define PROF_EMIT_DECLARE(result, name, parameters) result prof_emit_##name parameters;
#define INTERFACE                                   IMetaDataEmit2
IMetaDataEmit2_ALL(PROF_EMIT_DECLARE)
#undef INTERFACE

#define META_S_DUPLICATE ((HRESULT)0x00131197)

    typedef struct prof_emitter {
    prof_module *module;
    HRESULT result; /* the first failure; META_S_DUPLICATE when what is wanted is there already */
} prof_emitter;

/* Fails at once with E_NOTIMPL for a module of System.Reflection.Emit, and with
 * CORPROF_E_UNSUPPORTED_CALL_SEQUENCE on the thread that has stopped the managed ones. */
prof_emitter prof_emit_begin(prof_module *module);
HRESULT prof_emit_end(prof_emitter *e);

/* Heap entries; NULL texts and blobs of no bytes are 0. */
uint32_t prof_emit_text(prof_emitter *e, const WCHAR *text);
uint32_t prof_emit_utf8(prof_emitter *e, const char *text);
uint32_t prof_emit_blob(prof_emitter *e, const void *bytes, ULONG size);

/* A new row's token, 0 after a failure. Cells in the order of the columns, as il_cell gives them.
 */
mdToken prof_emit_row(prof_emitter *e, il_table table, const uint32_t *cells);

/* E_INVALIDARG unless token is a row of one of the tables (bit 1 << table), or nil when nil_too. */
void prof_emit_check(prof_emitter *e, mdToken token, uint64_t tables, bool nil_too);
#define PROF_TABLE(table) ((uint64_t)1 << IL_##table)

/* The first of rows, which ends what is to be done with META_S_DUPLICATE; 0 when there is none. */
mdToken prof_emit_find(prof_emitter *e, prof_rows rows);

#endif
