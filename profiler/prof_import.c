/* IMetaDataImport: the properties of one token. Every cell comes from il_cell, which checks its
 * row, so a damaged module gives nil tokens and empty texts, never a wild read. */
#include "il_attr.h"
#include "profiler/prof_metadata.h"
#include "profiler/prof_stub.h"
#include "profiler/prof_text.h"
#include "runtime/memory/mem.h"
#include <string.h>

/* ---- The object ---- */

/* clang-format off */
PROF_STUBS_BEGIN
#define INTERFACE IMetaDataImport2
IMetaDataImport2_ALL(PROF_STUB)
#undef INTERFACE

const IMetaDataImport2Vtbl prof_import_vtbl = {
    IMetaDataImport2_ALL(PROF_STUB_SLOT)
#define PROF_IMPORT(method) .method = prof_import_##method,
#include "profiler/prof_import.def"
#undef PROF_IMPORT
};
PROF_STUBS_END
/* clang-format on */

HRESULT prof_import_QueryInterface(IMetaDataImport2 *self, REFIID riid, void **out) {
    return prof_metadata_query(PROF_CONTAINER(prof_module, import, self), riid, out);
}

/* ---- The module ---- */

HRESULT prof_import_GetScopeProps(IMetaDataImport2 *self, WCHAR *szName, ULONG cchName,
                                  ULONG *pchName, GUID *pmvid) {
    const il_module *il = prof_il_of_import(self);
    const uint8_t *mvid = il_guid(il, il_cell(il, IL_Module_Mvid, 1));
    if (pmvid && mvid)
        memcpy(pmvid, mvid, sizeof *pmvid);
    return prof_text_cut(il_name(il, IL_Module_Name, 1), szName, cchName, pchName);
}

HRESULT prof_import_GetModuleFromScope(IMetaDataImport2 *self, mdModule *pmd) {
    (void)self;
    PROF_PUT(pmd, IL_TOKEN(IL_Module, 1));
    return S_OK;
}

HRESULT prof_import_GetVersionString(IMetaDataImport2 *self, WCHAR *pwzBuf, DWORD ccBufSize,
                                     DWORD *pccBufSize) {
    const il_headers *headers = il_module_headers(prof_il_of_import(self));
    return prof_text_cut(headers->version, pwzBuf, ccBufSize, pccBufSize);
}

HRESULT prof_import_GetModuleRefProps(IMetaDataImport2 *self, mdModuleRef mur, WCHAR *szName,
                                      ULONG cchName, ULONG *pchName) {
    PROF_ROW_OF(mur, IL_ModuleRef);
    return prof_text_cut(il_name(il, IL_ModuleRef_Name, row), szName, cchName, pchName);
}

BOOL prof_import_IsValidToken(IMetaDataImport2 *self, mdToken tk) {
    const il_module *il = prof_il_of_import(self);
    if (TypeFromToken(tk) == mdtString)
        return il_user_string(il, tk).data != NULL;
    il_table table = IL_TOKEN_TABLE(tk);
    return table < IL_TABLE_COUNT && SUCCEEDED(prof_check_row(il, tk, table));
}

/* ---- Types ---- */

HRESULT prof_import_GetTypeDefProps(IMetaDataImport2 *self, mdTypeDef td, WCHAR *szTypeDef,
                                    ULONG cchTypeDef, ULONG *pchTypeDef, DWORD *pdwTypeDefFlags,
                                    mdToken *ptkExtends) {
    PROF_ROW_OF(td, IL_TypeDef);
    mdToken extends = il_cell(il, IL_TypeDef_Extends, row);
    PROF_PUT(pdwTypeDefFlags, il_cell(il, IL_TypeDef_Flags, row));
    PROF_PUT(ptkExtends, IsNilToken(extends) ? mdTypeRefNil : extends);
    return prof_full_name(il, IL_TypeDef_Namespace, IL_TypeDef_Name, row, szTypeDef, cchTypeDef,
                          pchTypeDef);
}

HRESULT prof_import_GetTypeRefProps(IMetaDataImport2 *self, mdTypeRef tr,
                                    mdToken *ptkResolutionScope, WCHAR *szName, ULONG cchName,
                                    ULONG *pchName) {
    PROF_ROW_OF(tr, IL_TypeRef);
    PROF_PUT(ptkResolutionScope, il_cell(il, IL_TypeRef_ResolutionScope, row));
    return prof_full_name(il, IL_TypeRef_Namespace, IL_TypeRef_Name, row, szName, cchName, pchName);
}

HRESULT prof_import_GetTypeSpecFromToken(IMetaDataImport2 *self, mdTypeSpec typespec,
                                         PCCOR_SIGNATURE *ppvSig, ULONG *pcbSig) {
    PROF_ROW_OF(typespec, IL_TypeSpec);
    prof_put_blob(il_blob_cell(il, IL_TypeSpec_Signature, row), ppvSig, pcbSig);
    return S_OK;
}

HRESULT prof_import_GetInterfaceImplProps(IMetaDataImport2 *self, mdInterfaceImpl iiImpl,
                                          mdTypeDef *pClass, mdToken *ptkIface) {
    PROF_ROW_OF(iiImpl, IL_InterfaceImpl);
    PROF_PUT(pClass, il_cell(il, IL_InterfaceImpl_Class, row));
    PROF_PUT(ptkIface, il_cell(il, IL_InterfaceImpl_Interface, row));
    return S_OK;
}

HRESULT prof_import_GetNestedClassProps(IMetaDataImport2 *self, mdTypeDef tdNestedClass,
                                        mdTypeDef *ptdEnclosingClass) {
    const il_module *il = prof_il_of_import(self);
    if (TypeFromToken(tdNestedClass) != mdtTypeDef)
        return META_E_INVALID_TOKEN_TYPE;
    RID row = il_find_next(il, IL_NestedClass_NestedClass, tdNestedClass, 1);
    if (row == 0)
        return CLDB_E_RECORD_NOTFOUND;
    PROF_PUT(ptdEnclosingClass, il_cell(il, IL_NestedClass_EnclosingClass, row));
    return S_OK;
}

HRESULT prof_import_IsGlobal(IMetaDataImport2 *self, mdToken pd, int *pbGlobal) {
    const il_module *il = prof_il_of_import(self);
    RID row = RidFromToken(pd), owner;
    switch (TypeFromToken(pd)) {
    case mdtTypeDef: owner = row; break;
    case mdtMethodDef: owner = il_method_owner(il, row); break;
    case mdtFieldDef: owner = il_field_owner(il, row); break;
    default: owner = 0;
    }
    PROF_PUT(pbGlobal, owner == 1);
    return S_OK;
}

/* ---- Methods, fields, parameters ---- */

HRESULT prof_import_GetMethodProps(IMetaDataImport2 *self, mdMethodDef mb, mdTypeDef *pClass,
                                   WCHAR *szMethod, ULONG cchMethod, ULONG *pchMethod,
                                   DWORD *pdwAttr, PCCOR_SIGNATURE *ppvSigBlob, ULONG *pcbSigBlob,
                                   ULONG *pulCodeRVA, DWORD *pdwImplFlags) {
    PROF_ROW_OF(mb, IL_MethodDef);
    PROF_PUT(pClass, prof_hide_global(IL_TOKEN(IL_TypeDef, il_method_owner(il, row))));
    PROF_PUT(pdwAttr, il_cell(il, IL_MethodDef_Flags, row));
    prof_put_blob(il_blob_cell(il, IL_MethodDef_Signature, row), ppvSigBlob, pcbSigBlob);
    PROF_PUT(pulCodeRVA, il_cell(il, IL_MethodDef_RVA, row));
    PROF_PUT(pdwImplFlags, il_cell(il, IL_MethodDef_ImplFlags, row));
    return prof_text_cut(il_name(il, IL_MethodDef_Name, row), szMethod, cchMethod, pchMethod);
}

HRESULT prof_import_GetFieldProps(IMetaDataImport2 *self, mdFieldDef mb, mdTypeDef *pClass,
                                  WCHAR *szField, ULONG cchField, ULONG *pchField, DWORD *pdwAttr,
                                  PCCOR_SIGNATURE *ppvSigBlob, ULONG *pcbSigBlob,
                                  DWORD *pdwCPlusTypeFlag, UVCP_CONSTANT *ppValue,
                                  ULONG *pcchValue) {
    PROF_ROW_OF(mb, IL_Field);
    PROF_PUT(pClass, prof_hide_global(IL_TOKEN(IL_TypeDef, il_field_owner(il, row))));
    PROF_PUT(pdwAttr, il_cell(il, IL_Field_Flags, row));
    prof_put_blob(il_blob_cell(il, IL_Field_Signature, row), ppvSigBlob, pcbSigBlob);
    prof_put_constant(il, mb, pdwCPlusTypeFlag, ppValue, pcchValue);
    return prof_text_cut(il_name(il, IL_Field_Name, row), szField, cchField, pchField);
}

HRESULT prof_import_GetMemberProps(IMetaDataImport2 *self, mdToken mb, mdTypeDef *pClass,
                                   WCHAR *szMember, ULONG cchMember, ULONG *pchMember,
                                   DWORD *pdwAttr, PCCOR_SIGNATURE *ppvSigBlob, ULONG *pcbSigBlob,
                                   ULONG *pulCodeRVA, DWORD *pdwImplFlags, DWORD *pdwCPlusTypeFlag,
                                   UVCP_CONSTANT *ppValue, ULONG *pcchValue) {
    if (TypeFromToken(mb) == mdtMethodDef)
        return prof_import_GetMethodProps(self, mb, pClass, szMember, cchMember, pchMember, pdwAttr,
                                          ppvSigBlob, pcbSigBlob, pulCodeRVA, pdwImplFlags);
    return prof_import_GetFieldProps(self, mb, pClass, szMember, cchMember, pchMember, pdwAttr,
                                     ppvSigBlob, pcbSigBlob, pdwCPlusTypeFlag, ppValue, pcchValue);
}

HRESULT prof_import_GetMemberRefProps(IMetaDataImport2 *self, mdMemberRef mr, mdToken *ptk,
                                      WCHAR *szMember, ULONG cchMember, ULONG *pchMember,
                                      PCCOR_SIGNATURE *ppvSigBlob, ULONG *pbSig) {
    PROF_ROW_OF(mr, IL_MemberRef);
    PROF_PUT(ptk, prof_hide_global(il_cell(il, IL_MemberRef_Class, row)));
    prof_put_blob(il_blob_cell(il, IL_MemberRef_Signature, row), ppvSigBlob, pbSig);
    return prof_text_cut(il_name(il, IL_MemberRef_Name, row), szMember, cchMember, pchMember);
}

HRESULT prof_import_GetParamProps(IMetaDataImport2 *self, mdParamDef tk, mdMethodDef *pmd,
                                  ULONG *pulSequence, WCHAR *szName, ULONG cchName, ULONG *pchName,
                                  DWORD *pdwAttr, DWORD *pdwCPlusTypeFlag, UVCP_CONSTANT *ppValue,
                                  ULONG *pcchValue) {
    PROF_ROW_OF(tk, IL_Param);
    PROF_PUT(pmd, IL_TOKEN(IL_MethodDef,
                           prof_list_owner(il, IL_MethodDef, IL_MethodDef_ParamList, row)));
    PROF_PUT(pulSequence, il_cell(il, IL_Param_Sequence, row));
    PROF_PUT(pdwAttr, il_cell(il, IL_Param_Flags, row));
    prof_put_constant(il, tk, pdwCPlusTypeFlag, ppValue, pcchValue);
    return prof_text_cut(il_name(il, IL_Param_Name, row), szName, cchName, pchName);
}

HRESULT prof_import_GetParamForMethodIndex(IMetaDataImport2 *self, mdMethodDef md, ULONG ulParamSeq,
                                           mdParamDef *ppd) {
    const il_module *il = prof_il_of_import(self);
    prof_rows rows =
        prof_rows_with(prof_list_rows(il, IL_Param, IL_MethodDef_ParamList, RidFromToken(md)),
                       IL_Param_Sequence, ulParamSeq);
    RID row = prof_next_row(il, &rows, &(uint32_t){rows.range.first});
    PROF_PUT(ppd, IL_TOKEN(IL_Param, row));
    return row ? S_OK : CLDB_E_RECORD_NOTFOUND;
}

HRESULT prof_import_GetRVA(IMetaDataImport2 *self, mdToken tk, ULONG *pulCodeRVA,
                           DWORD *pdwImplFlags) {
    if (TypeFromToken(tk) == mdtMethodDef)
        return prof_import_GetMethodProps(self, tk, NULL, NULL, 0, NULL, NULL, NULL, NULL,
                                          pulCodeRVA, pdwImplFlags);
    PROF_ROW_OF(tk, IL_Field);
    RID found = il_find_next(il, IL_FieldRVA_Field, IL_TOKEN(IL_Field, row), 1);
    PROF_PUT(pulCodeRVA, il_cell(il, IL_FieldRVA_RVA, found));
    PROF_PUT(pdwImplFlags, 0);
    return found ? S_OK : CLDB_E_RECORD_NOTFOUND;
}

HRESULT prof_import_GetPinvokeMap(IMetaDataImport2 *self, mdToken tk, DWORD *pdwMappingFlags,
                                  WCHAR *szImportName, ULONG cchImportName, ULONG *pchImportName,
                                  mdModuleRef *pmrImportDLL) {
    const il_module *il = prof_il_of_import(self);
    RID row = il_find_next(il, IL_ImplMap_MemberForwarded, tk, 1);
    if (row == 0)
        return CLDB_E_RECORD_NOTFOUND;
    PROF_PUT(pdwMappingFlags, il_cell(il, IL_ImplMap_Flags, row));
    PROF_PUT(pmrImportDLL, il_cell(il, IL_ImplMap_ImportScope, row));
    return prof_text_cut(il_name(il, IL_ImplMap_ImportName, row), szImportName, cchImportName,
                         pchImportName);
}

HRESULT prof_import_GetFieldMarshal(IMetaDataImport2 *self, mdToken tk,
                                    PCCOR_SIGNATURE *ppvNativeType, ULONG *pcbNativeType) {
    const il_module *il = prof_il_of_import(self);
    RID row = il_find_next(il, IL_FieldMarshal_Parent, tk, 1);
    if (row == 0)
        return CLDB_E_RECORD_NOTFOUND;
    prof_put_blob(il_blob_cell(il, IL_FieldMarshal_NativeType, row), ppvNativeType, pcbNativeType);
    return S_OK;
}

/* ---- Signatures and texts ---- */

HRESULT prof_import_GetSigFromToken(IMetaDataImport2 *self, mdSignature mdSig,
                                    PCCOR_SIGNATURE *ppvSig, ULONG *pcbSig) {
    PROF_ROW_OF(mdSig, IL_StandAloneSig);
    prof_put_blob(il_blob_cell(il, IL_StandAloneSig_Signature, row), ppvSig, pcbSig);
    return S_OK;
}

/* The UTF-8 text in the module itself. */
HRESULT prof_import_GetNameFromToken(IMetaDataImport2 *self, mdToken tk,
                                     const char **pszUtf8NamePtr) {
    static const il_column NAMES[] = {
        [IL_Module] = IL_Module_Name,       [IL_TypeRef] = IL_TypeRef_Name,
        [IL_TypeDef] = IL_TypeDef_Name,     [IL_Field] = IL_Field_Name,
        [IL_MethodDef] = IL_MethodDef_Name, [IL_Param] = IL_Param_Name,
        [IL_MemberRef] = IL_MemberRef_Name, [IL_Event] = IL_Event_Name,
        [IL_Property] = IL_Property_Name,   [IL_ModuleRef] = IL_ModuleRef_Name,
    };
    il_table table = IL_TOKEN_TABLE(tk);
    bool named = table == IL_Module || (table < sizeof NAMES / sizeof *NAMES && NAMES[table] != 0);
    if (!named || !pszUtf8NamePtr)
        return E_INVALIDARG;
    PROF_ROW_OF(tk, table);
    *pszUtf8NamePtr = il_name(il, NAMES[table], row);
    return S_OK;
}

/* Without a closing 0, and *pchString does not count one. */
HRESULT prof_import_GetUserString(IMetaDataImport2 *self, mdString stk, WCHAR *szString,
                                  ULONG cchString, ULONG *pchString) {
    il_blob text = il_user_string(prof_il_of_import(self), stk);
    if (TypeFromToken(stk) != mdtString || !text.data)
        return CLDB_E_INDEX_NOTFOUND;
    ULONG length = (ULONG)(text.size / sizeof(WCHAR));
    PROF_PUT(pchString, length);
    if (!szString || cchString == 0)
        return S_OK;
    bool fits = length <= cchString;
    memcpy(szString, text.data, (fits ? length : cchString) * sizeof(WCHAR));
    if (!fits)
        szString[cchString - 1] = 0;
    return fits ? S_OK : CLDB_S_TRUNCATION;
}

/* ---- Custom attributes ---- */

HRESULT prof_import_GetCustomAttributeProps(IMetaDataImport2 *self, mdCustomAttribute cv,
                                            mdToken *ptkObj, mdToken *ptkType, const void **ppBlob,
                                            ULONG *pcbSize) {
    PROF_ROW_OF(cv, IL_CustomAttribute);
    PROF_PUT(ptkObj, il_cell(il, IL_CustomAttribute_Parent, row));
    PROF_PUT(ptkType, il_cell(il, IL_CustomAttribute_Type, row));
    prof_put_blob(il_blob_cell(il, IL_CustomAttribute_Value, row), (PCCOR_SIGNATURE *)ppBlob,
                  pcbSize);
    return S_OK;
}

/* S_FALSE when tkObj has no such attribute. */
HRESULT prof_import_GetCustomAttributeByName(IMetaDataImport2 *self, mdToken tkObj,
                                             const WCHAR *szName, const void **ppData,
                                             ULONG *pcbData) {
    const il_module *il = prof_il_of_import(self);
    prof_name wanted;
    if (!szName)
        return E_INVALIDARG;
    if (!prof_split_name(szName, &wanted))
        return E_OUTOFMEMORY;
    RID row = il_find_attribute(il, tkObj, wanted.name_space, wanted.name, 1);
    mem_free(wanted.block);
    il_blob value = row ? il_blob_cell(il, IL_CustomAttribute_Value, row) : (il_blob){NULL, 0};
    prof_put_blob(value, (PCCOR_SIGNATURE *)ppData, pcbData);
    return row ? S_OK : S_FALSE;
}

/* ---- Generics ---- */

HRESULT prof_import_GetGenericParamProps(IMetaDataImport2 *self, mdGenericParam gp,
                                         ULONG *pulParamSeq, DWORD *pdwParamFlags, mdToken *ptOwner,
                                         DWORD *reserved, WCHAR *wzname, ULONG cchName,
                                         ULONG *pchName) {
    PROF_ROW_OF(gp, IL_GenericParam);
    PROF_PUT(pulParamSeq, il_cell(il, IL_GenericParam_Number, row));
    PROF_PUT(pdwParamFlags, il_cell(il, IL_GenericParam_Flags, row));
    PROF_PUT(ptOwner, il_cell(il, IL_GenericParam_Owner, row));
    PROF_PUT(reserved, 0);
    return prof_text_cut(il_name(il, IL_GenericParam_Name, row), wzname, cchName, pchName);
}

HRESULT prof_import_GetGenericParamConstraintProps(IMetaDataImport2 *self,
                                                   mdGenericParamConstraint gpc,
                                                   mdGenericParam *ptGenericParam,
                                                   mdToken *ptkConstraintType) {
    PROF_ROW_OF(gpc, IL_GenericParamConstraint);
    PROF_PUT(ptGenericParam, il_cell(il, IL_GenericParamConstraint_Owner, row));
    PROF_PUT(ptkConstraintType, il_cell(il, IL_GenericParamConstraint_Constraint, row));
    return S_OK;
}

HRESULT prof_import_GetMethodSpecProps(IMetaDataImport2 *self, mdMethodSpec mi, mdToken *tkParent,
                                       PCCOR_SIGNATURE *ppvSigBlob, ULONG *pcbSigBlob) {
    PROF_ROW_OF(mi, IL_MethodSpec);
    PROF_PUT(tkParent, il_cell(il, IL_MethodSpec_Method, row));
    prof_put_blob(il_blob_cell(il, IL_MethodSpec_Instantiation, row), ppvSigBlob, pcbSigBlob);
    return S_OK;
}
