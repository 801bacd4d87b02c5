/* IMetaDataEmit: the object, the steps of adding, and references. */
#include "profiler/prof_emit.h"

#include "il_grow.h"
#include "profiler/prof_info.h"
#include "profiler/prof_stub.h"
#include "profiler/prof_text.h"
#include "runtime/memory/mem.h"
#include "runtime/rt_query.h"
#include <string.h>

/* ---- The object ---- */

/* clang-format off */
PROF_STUBS_BEGIN
#define INTERFACE IMetaDataEmit2
IMetaDataEmit2_ALL(PROF_STUB)
#undef INTERFACE

const IMetaDataEmit2Vtbl prof_emit_vtbl = {
    IMetaDataEmit2_ALL(PROF_STUB_SLOT)
#define PROF_EMIT(method) .method = prof_emit_##method,
#include "profiler/prof_emit.def"
#undef PROF_EMIT
};
PROF_STUBS_END
/* clang-format on */

HRESULT prof_emit_QueryInterface(IMetaDataEmit2 *self, REFIID riid, void **out) {
    return prof_metadata_query(PROF_CONTAINER(prof_module, emit, self), riid, out);
}

/* ---- Steps ---- */

prof_emitter prof_emit_begin(prof_module *module) {
    prof_emitter e = {module, S_OK};
    pthread_mutex_lock(&module->emit_lock);
    if (rt_module_is_dynamic(module->module))
        e.result = prof_missing("IMetaDataEmit of a dynamic module", "Define");
    else if (prof_stops_world(module->host))
        e.result = CORPROF_E_UNSUPPORTED_CALL_SEQUENCE;
    return e;
}

HRESULT prof_emit_end(prof_emitter *e) {
    pthread_mutex_unlock(&e->module->emit_lock);
    return e->result;
}

static void note(prof_emitter *e, il_status status) {
    if (status != IL_OK)
        e->result = status == IL_OUT_OF_MEMORY ? E_OUTOFMEMORY : E_FAIL;
}

uint32_t prof_emit_utf8(prof_emitter *e, const char *text) {
    uint32_t index = 0;
    if (e->result == S_OK)
        note(e, il_grow_string(e->module->il, text, &index, NULL));
    return index;
}

uint32_t prof_emit_text(prof_emitter *e, const WCHAR *text) {
    char *utf8 = text ? prof_text_utf8(text) : NULL;
    if (text && !utf8)
        e->result = E_OUTOFMEMORY;
    uint32_t index = utf8 ? prof_emit_utf8(e, utf8) : 0;
    mem_free(utf8);
    return index;
}

uint32_t prof_emit_blob(prof_emitter *e, const void *bytes, ULONG size) {
    uint32_t index = 0;
    if (size && !bytes)
        e->result = E_INVALIDARG;
    if (e->result == S_OK)
        note(e, il_grow_blob(e->module->il, (il_blob){bytes, size}, &index, NULL));
    return index;
}

mdToken prof_emit_row(prof_emitter *e, il_table table, const uint32_t *cells) {
    mdToken token = 0;
    if (e->result != S_OK)
        return 0;
    if (!rt_reserve_rows(e->module->module, table, il_rows(e->module->il, table) + 1))
        e->result = E_OUTOFMEMORY;
    else
        note(e, il_grow_row(e->module->il, table, cells, &token, NULL));
    return token;
}

void prof_emit_check(prof_emitter *e, mdToken token, uint64_t tables, bool nil_too) {
    const il_module *il = e->module->il;
    uint32_t table = IL_TOKEN_TABLE(token), row = IL_TOKEN_ROW(token);
    bool good = row == 0 ? nil_too
                         : table < IL_TABLE_COUNT && tables >> table & 1 &&
                               row <= il_rows(il, (il_table)table);
    if (!good && e->result == S_OK)
        e->result = E_INVALIDARG;
}

mdToken prof_emit_find(prof_emitter *e, prof_rows rows) {
    const il_module *il = e->module->il;
    uint32_t position = rows.range.first;
    RID row = e->result == S_OK ? prof_next_row(il, &rows, &position) : 0;
    if (row)
        e->result = META_S_DUPLICATE;
    return row ? IL_TOKEN(rows.table, row) : 0;
}

/* Begins a method of IMetaDataEmit whose out parameter must be there. */
static prof_emitter begin(IMetaDataEmit2 *self, const void *out) {
    prof_emitter e = prof_emit_begin(PROF_CONTAINER(prof_module, emit, self));
    if (!out)
        e.result = E_INVALIDARG;
    return e;
}

/* ---- References: an equal one is given out again, as CoreCLR does ---- */

/* The row with this scope and both parts of the name. */
static mdTypeRef find_type_ref(prof_emitter *e, mdToken scope, const prof_name *name) {
    const il_module *il = e->module->il;
    for (RID row = il_find_next(il, IL_TypeRef_ResolutionScope, scope, 1); row;
         row = il_find_next(il, IL_TypeRef_ResolutionScope, scope, row + 1)) {
        if (strcmp(il_name(il, IL_TypeRef_Name, row), name->name) == 0 &&
            strcmp(il_name(il, IL_TypeRef_Namespace, row), name->name_space) == 0) {
            e->result = META_S_DUPLICATE;
            return TokenFromRid(row, mdtTypeRef);
        }
    }
    return 0;
}

HRESULT prof_emit_DefineTypeRefByName(IMetaDataEmit2 *self, mdToken tkResolutionScope,
                                      const WCHAR *szName, mdTypeRef *ptr) {
    prof_name name = {NULL, "", ""};
    prof_emitter e = begin(self, ptr);
    prof_emit_check(&e, tkResolutionScope,
                    PROF_TABLE(Module) | PROF_TABLE(ModuleRef) | PROF_TABLE(AssemblyRef) |
                        PROF_TABLE(TypeRef),
                    true);
    if (e.result == S_OK && !szName)
        e.result = E_INVALIDARG;
    if (e.result == S_OK && !prof_split_name(szName, &name))
        e.result = E_OUTOFMEMORY;
    if (e.result == S_OK && !(*ptr = find_type_ref(&e, tkResolutionScope, &name))) {
        uint32_t last = prof_emit_utf8(&e, name.name);
        uint32_t first = prof_emit_utf8(&e, name.name_space);
        *ptr = prof_emit_row(&e, IL_TypeRef, (uint32_t[]){tkResolutionScope, last, first});
    }
    mem_free(name.block);
    return prof_emit_end(&e);
}

HRESULT prof_emit_DefineMemberRef(IMetaDataEmit2 *self, mdToken tkImport, const WCHAR *szName,
                                  PCCOR_SIGNATURE pvSigBlob, ULONG cbSigBlob, mdMemberRef *pmr) {
    prof_emitter e = begin(self, pmr && szName && pvSigBlob ? pmr : NULL);
    char *name = e.result == S_OK ? prof_text_utf8(szName) : NULL;
    if (e.result == S_OK && !name)
        e.result = E_OUTOFMEMORY;
    if (IsNilToken(tkImport))
        tkImport = TokenFromRid(1, mdtTypeDef); /* a global member */
    prof_emit_check(&e, tkImport,
                    PROF_TABLE(TypeDef) | PROF_TABLE(TypeRef) | PROF_TABLE(TypeSpec) |
                        PROF_TABLE(ModuleRef) | PROF_TABLE(MethodDef),
                    false);
    prof_rows rows =
        prof_rows_with(prof_all_rows(e.module->il, IL_MemberRef), IL_MemberRef_Class, tkImport);
    rows.name_column = IL_MemberRef_Name;
    rows.name = name;
    rows.signature_column = IL_MemberRef_Signature;
    rows.signature = (il_blob){pvSigBlob, cbSigBlob};
    mdToken found = prof_emit_find(&e, rows);
    if (e.result == S_OK) {
        uint32_t text = prof_emit_utf8(&e, name);
        uint32_t blob = prof_emit_blob(&e, pvSigBlob, cbSigBlob);
        found = prof_emit_row(&e, IL_MemberRef, (uint32_t[]){tkImport, text, blob});
    }
    if (SUCCEEDED(e.result))
        *pmr = found;
    mem_free(name);
    return prof_emit_end(&e);
}

HRESULT prof_emit_DefineModuleRef(IMetaDataEmit2 *self, const WCHAR *szName, mdModuleRef *pmur) {
    prof_emitter e = begin(self, szName ? pmur : NULL);
    uint32_t name = prof_emit_text(&e, szName);
    mdToken token = prof_emit_row(&e, IL_ModuleRef, (uint32_t[]){name});
    if (e.result == S_OK)
        *pmur = token;
    return prof_emit_end(&e);
}

/* A row with one signature, behind the cell owner unless that is 0. */
static HRESULT define_signature(prof_emitter *e, il_table table, mdToken owner, il_column column,
                                const void *bytes, ULONG size, mdToken *out) {
    prof_rows rows = prof_all_rows(e->module->il, table);
    if (owner)
        rows = prof_rows_with(rows, (il_column)(column - 1), owner);
    rows.signature_column = column;
    rows.signature = (il_blob){bytes, size};
    mdToken token = bytes ? prof_emit_find(e, rows) : 0;
    if (e->result == S_OK) {
        uint32_t blob = prof_emit_blob(e, bytes, size);
        token = prof_emit_row(e, table, owner ? (uint32_t[]){owner, blob} : (uint32_t[]){blob});
    }
    if (SUCCEEDED(e->result))
        *out = token;
    return prof_emit_end(e);
}

HRESULT prof_emit_GetTokenFromSig(IMetaDataEmit2 *self, PCCOR_SIGNATURE pvSig, ULONG cbSig,
                                  mdSignature *pmsig) {
    prof_emitter e = begin(self, pvSig ? pmsig : NULL);
    return define_signature(&e, IL_StandAloneSig, 0, IL_StandAloneSig_Signature, pvSig, cbSig,
                            pmsig);
}

HRESULT prof_emit_GetTokenFromTypeSpec(IMetaDataEmit2 *self, PCCOR_SIGNATURE pvSig, ULONG cbSig,
                                       mdTypeSpec *ptypespec) {
    prof_emitter e = begin(self, pvSig ? ptypespec : NULL);
    return define_signature(&e, IL_TypeSpec, 0, IL_TypeSpec_Signature, pvSig, cbSig, ptypespec);
}

HRESULT prof_emit_DefineMethodSpec(IMetaDataEmit2 *self, mdToken tkParent,
                                   PCCOR_SIGNATURE pvSigBlob, ULONG cbSigBlob, mdMethodSpec *pmi) {
    prof_emitter e = begin(self, pvSigBlob ? pmi : NULL);
    prof_emit_check(&e, tkParent, PROF_TABLE(MethodDef) | PROF_TABLE(MemberRef), false);
    return define_signature(&e, IL_MethodSpec, tkParent, IL_MethodSpec_Instantiation, pvSigBlob,
                            cbSigBlob, pmi);
}

HRESULT prof_emit_DefineUserString(IMetaDataEmit2 *self, const WCHAR *szString, ULONG cchString,
                                   mdString *pstk) {
    prof_emitter e = begin(self, szString || cchString == 0 ? pstk : NULL);
    mdString token = 0;
    if (e.result == S_OK)
        note(&e, il_grow_user_string(e.module->il, szString, cchString, &token, NULL));
    if (e.result == S_OK)
        *pstk = token;
    return prof_emit_end(&e);
}
