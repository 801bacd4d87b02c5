/* IMetaDataEmit: definitions. New types take members one type after the other: members of one that
 * was defined before another type that has members already, and members of types that the file
 * has, are refused with E_NOTIMPL, since the members of a type are rows without gaps. A method gets
 * its body with SetILFunctionBody. */
#include "il_grow.h"
#include "profiler/prof_emit.h"
#include "profiler/prof_stub.h"
#include "runtime/memory/mem.h"

static prof_emitter begin(IMetaDataEmit2 *self) {
    return prof_emit_begin(PROF_CONTAINER(prof_module, emit, self));
}

/* Ends with the token of what was added. */
static HRESULT end(prof_emitter *e, mdToken token, mdToken *out) {
    if (e->result == S_OK)
        PROF_PUT(out, token);
    return prof_emit_end(e);
}

/* ---- Types ---- */

#define TYPE_TABLES (PROF_TABLE(TypeDef) | PROF_TABLE(TypeRef) | PROF_TABLE(TypeSpec))

static mdToken next_of(const prof_emitter *e, il_table table) {
    return IL_TOKEN(table, il_rows(e->module->il, table) + 1);
}

static mdTypeDef define_type(prof_emitter *e, const WCHAR *full_name, DWORD flags, mdToken extends,
                             const mdToken implements[]) {
    prof_name name = {NULL, "", ""};
    if (!full_name)
        e->result = E_INVALIDARG;
    else if (e->result == S_OK && !prof_split_name(full_name, &name))
        e->result = E_OUTOFMEMORY;
    prof_emit_check(e, extends, TYPE_TABLES, true);
    for (ULONG i = 0; implements && !IsNilToken(implements[i]); i++)
        prof_emit_check(e, implements[i], TYPE_TABLES, false);
    uint32_t last = prof_emit_utf8(e, name.name), first = prof_emit_utf8(e, name.name_space);
    mdTypeDef type = prof_emit_row(
        e, IL_TypeDef,
        (uint32_t[]){flags, last, first, extends, next_of(e, IL_Field), next_of(e, IL_MethodDef)});
    for (ULONG i = 0; implements && !IsNilToken(implements[i]); i++)
        prof_emit_row(e, IL_InterfaceImpl, (uint32_t[]){type, implements[i]});
    mem_free(name.block);
    return type;
}

HRESULT prof_emit_DefineTypeDef(IMetaDataEmit2 *self, const WCHAR *szTypeDef, DWORD dwTypeDefFlags,
                                mdToken tkExtends, mdToken rtkImplements[], mdTypeDef *ptd) {
    prof_emitter e = begin(self);
    return end(&e, define_type(&e, szTypeDef, dwTypeDefFlags, tkExtends, rtkImplements), ptd);
}

HRESULT prof_emit_DefineNestedType(IMetaDataEmit2 *self, const WCHAR *szTypeDef,
                                   DWORD dwTypeDefFlags, mdToken tkExtends, mdToken rtkImplements[],
                                   mdTypeDef tdEncloser, mdTypeDef *ptd) {
    prof_emitter e = begin(self);
    prof_emit_check(&e, tdEncloser, PROF_TABLE(TypeDef), false);
    mdTypeDef type = define_type(&e, szTypeDef, dwTypeDefFlags, tkExtends, rtkImplements);
    prof_emit_row(&e, IL_NestedClass, (uint32_t[]){type, tdEncloser});
    return end(&e, type, ptd);
}

/* ---- Members ---- */

/* Makes the next row of the list's table one of owner's. */
static void take_next(prof_emitter *e, il_column list, mdToken owner, const char *what) {
    if (e->result == S_OK && !il_grow_own(e->module->il, list, RidFromToken(owner)))
        e->result = prof_missing("IMetaDataEmit for an owner with members", what);
}

HRESULT prof_emit_DefineMethod(IMetaDataEmit2 *self, mdTypeDef td, const WCHAR *szName,
                               DWORD dwMethodFlags, PCCOR_SIGNATURE pvSigBlob, ULONG cbSigBlob,
                               ULONG ulCodeRVA, DWORD dwImplFlags, mdMethodDef *pmd) {
    prof_emitter e = begin(self);
    prof_emit_check(&e, td, PROF_TABLE(TypeDef), false);
    uint32_t name = prof_emit_text(&e, szName), sig = prof_emit_blob(&e, pvSigBlob, cbSigBlob);
    take_next(&e, IL_TypeDef_MethodList, td, "DefineMethod");
    return end(&e,
               prof_emit_row(&e, IL_MethodDef,
                             (uint32_t[]){ulCodeRVA, dwImplFlags, dwMethodFlags, name, sig,
                                          next_of(&e, IL_Param)}),
               pmd);
}

/* What is set of a method that was defined. */
static HRESULT set_method(IMetaDataEmit2 *self, mdMethodDef method, il_column column, DWORD value) {
    prof_emitter e = begin(self);
    prof_emit_check(&e, method, PROF_TABLE(MethodDef), false);
    if (e.result == S_OK && value != UINT32_MAX &&
        !il_grow_set(e.module->il, column, RidFromToken(method), value))
        e.result = prof_missing("IMetaDataEmit for a method of the file", "SetMethodProps");
    return prof_emit_end(&e);
}

HRESULT prof_emit_SetMethodImplFlags(IMetaDataEmit2 *self, mdMethodDef md, DWORD dwImplFlags) {
    return set_method(self, md, IL_MethodDef_ImplFlags, dwImplFlags);
}

/* ULONG_MAX stands for what is not to be changed. */
HRESULT prof_emit_SetMethodProps(IMetaDataEmit2 *self, mdMethodDef md, DWORD dwMethodFlags,
                                 ULONG ulCodeRVA, DWORD dwImplFlags) {
    HRESULT result = set_method(self, md, IL_MethodDef_Flags, dwMethodFlags);
    if (SUCCEEDED(result))
        result = set_method(self, md, IL_MethodDef_RVA, ulCodeRVA);
    if (SUCCEEDED(result))
        result = set_method(self, md, IL_MethodDef_ImplFlags, dwImplFlags);
    return result;
}

HRESULT prof_emit_DefineMethodImpl(IMetaDataEmit2 *self, mdTypeDef td, mdToken tkBody,
                                   mdToken tkDecl) {
    prof_emitter e = begin(self);
    uint64_t methods = PROF_TABLE(MethodDef) | PROF_TABLE(MemberRef);
    prof_emit_check(&e, td, PROF_TABLE(TypeDef), false);
    prof_emit_check(&e, tkBody, methods, false);
    prof_emit_check(&e, tkDecl, methods, false);
    prof_emit_row(&e, IL_MethodImpl, (uint32_t[]){td, tkBody, tkDecl});
    return prof_emit_end(&e);
}

/* How many bytes a constant of a kind takes; chars counts the units of a string. */
static ULONG size_of_constant(DWORD kind, ULONG chars) {
    switch (kind) {
    case ELEMENT_TYPE_BOOLEAN:
    case ELEMENT_TYPE_I1:
    case ELEMENT_TYPE_U1: return 1;
    case ELEMENT_TYPE_CHAR:
    case ELEMENT_TYPE_I2:
    case ELEMENT_TYPE_U2: return 2;
    case ELEMENT_TYPE_I8:
    case ELEMENT_TYPE_U8:
    case ELEMENT_TYPE_R8: return 8;
    case ELEMENT_TYPE_STRING: return chars * (ULONG)sizeof(WCHAR);
    default: return 4;
    }
}

static void add_constant(prof_emitter *e, mdToken parent, DWORD kind, const void *value,
                         ULONG chars) {
    if (kind == ELEMENT_TYPE_END || kind == ELEMENT_TYPE_VOID || kind == UINT32_MAX || !value)
        return;
    uint32_t blob = prof_emit_blob(e, value, size_of_constant(kind, chars));
    prof_emit_row(e, IL_Constant, (uint32_t[]){kind, parent, blob});
}

HRESULT prof_emit_DefineField(IMetaDataEmit2 *self, mdTypeDef td, const WCHAR *szName,
                              DWORD dwFieldFlags, PCCOR_SIGNATURE pvSigBlob, ULONG cbSigBlob,
                              DWORD dwCPlusTypeFlag, const void *pValue, ULONG cchValue,
                              mdFieldDef *pmd) {
    prof_emitter e = begin(self);
    prof_emit_check(&e, td, PROF_TABLE(TypeDef), false);
    uint32_t name = prof_emit_text(&e, szName), sig = prof_emit_blob(&e, pvSigBlob, cbSigBlob);
    take_next(&e, IL_TypeDef_FieldList, td, "DefineField");
    mdFieldDef field = prof_emit_row(&e, IL_Field, (uint32_t[]){dwFieldFlags, name, sig});
    add_constant(&e, field, dwCPlusTypeFlag, pValue, cchValue);
    return end(&e, field, pmd);
}

HRESULT prof_emit_DefineParam(IMetaDataEmit2 *self, mdMethodDef md, ULONG ulParamSeq,
                              const WCHAR *szName, DWORD dwParamFlags, DWORD dwCPlusTypeFlag,
                              const void *pValue, ULONG cchValue, mdParamDef *ppd) {
    prof_emitter e = begin(self);
    prof_emit_check(&e, md, PROF_TABLE(MethodDef), false);
    uint32_t name = prof_emit_text(&e, szName);
    take_next(&e, IL_MethodDef_ParamList, md, "DefineParam");
    mdParamDef param = prof_emit_row(&e, IL_Param, (uint32_t[]){dwParamFlags, ulParamSeq, name});
    add_constant(&e, param, dwCPlusTypeFlag, pValue, cchValue);
    return end(&e, param, ppd);
}

/* ---- What is said of members ---- */

HRESULT prof_emit_DefinePinvokeMap(IMetaDataEmit2 *self, mdToken tk, DWORD dwMappingFlags,
                                   const WCHAR *szImportName, mdModuleRef mrImportDLL) {
    prof_emitter e = begin(self);
    prof_emit_check(&e, tk, PROF_TABLE(MethodDef), false);
    prof_emit_check(&e, mrImportDLL, PROF_TABLE(ModuleRef), false);
    uint32_t name = prof_emit_text(&e, szImportName);
    prof_emit_row(&e, IL_ImplMap, (uint32_t[]){dwMappingFlags, tk, name, mrImportDLL});
    return prof_emit_end(&e);
}

HRESULT prof_emit_DefineCustomAttribute(IMetaDataEmit2 *self, mdToken tkOwner, mdToken tkCtor,
                                        const void *pCustomAttribute, ULONG cbCustomAttribute,
                                        mdCustomAttribute *pcv) {
    prof_emitter e = begin(self);
    prof_emit_check(&e, tkOwner, ~(uint64_t)0, false);
    prof_emit_check(&e, tkCtor, PROF_TABLE(MethodDef) | PROF_TABLE(MemberRef), false);
    uint32_t value = prof_emit_blob(&e, pCustomAttribute, cbCustomAttribute);
    return end(&e, prof_emit_row(&e, IL_CustomAttribute, (uint32_t[]){tkOwner, tkCtor, value}),
               pcv);
}

HRESULT prof_emit_SetFieldMarshal(IMetaDataEmit2 *self, mdToken tk, PCCOR_SIGNATURE pvNativeType,
                                  ULONG cbNativeType) {
    prof_emitter e = begin(self);
    prof_emit_check(&e, tk, PROF_TABLE(Field) | PROF_TABLE(Param), false);
    uint32_t native = prof_emit_blob(&e, pvNativeType, cbNativeType);
    prof_emit_row(&e, IL_FieldMarshal, (uint32_t[]){tk, native});
    return prof_emit_end(&e);
}
