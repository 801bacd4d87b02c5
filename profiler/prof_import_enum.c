/* IMetaDataImport: enumerations and searches. A nil type stands for the one that holds the global
 * members. */
#include "profiler/prof_metadata.h"
#include "profiler/prof_text.h"
#include "runtime/memory/mem.h"
#include <string.h>

/* One call of an Enum method that has its usual parameters self and phEnum. */
#define ENUMERATE(source, tokens, max, given)                                                      \
    prof_enumerate(prof_il_of_import(self), phEnum, &(source), 1, tokens, max, given)

/* ---- Whole tables ---- */

void prof_import_CloseEnum(IMetaDataImport2 *self, HCORENUM hEnum) {
    (void)self;
    prof_enumeration_free(hEnum);
}

HRESULT prof_import_CountEnum(IMetaDataImport2 *self, HCORENUM hEnum, ULONG *pulCount) {
    (void)self;
    PROF_PUT(pulCount, prof_enumeration_count(hEnum));
    return S_OK;
}

HRESULT prof_import_ResetEnum(IMetaDataImport2 *self, HCORENUM hEnum, ULONG ulPos) {
    (void)self;
    prof_enumeration_move(hEnum, ulPos);
    return S_OK;
}

/* The type of global members, row 1, is left out. */
HRESULT prof_import_EnumTypeDefs(IMetaDataImport2 *self, HCORENUM *phEnum, mdTypeDef rTypeDefs[],
                                 ULONG cMax, ULONG *pcTypeDefs) {
    prof_rows rows = prof_all_rows(prof_il_of_import(self), IL_TypeDef);
    rows.range.first = 2;
    return ENUMERATE(rows, rTypeDefs, cMax, pcTypeDefs);
}

HRESULT prof_import_EnumTypeRefs(IMetaDataImport2 *self, HCORENUM *phEnum, mdTypeRef rTypeRefs[],
                                 ULONG cMax, ULONG *pcTypeRefs) {
    prof_rows rows = prof_all_rows(prof_il_of_import(self), IL_TypeRef);
    return ENUMERATE(rows, rTypeRefs, cMax, pcTypeRefs);
}

HRESULT prof_import_EnumModuleRefs(IMetaDataImport2 *self, HCORENUM *phEnum,
                                   mdModuleRef rModuleRefs[], ULONG cmax, ULONG *pcModuleRefs) {
    prof_rows rows = prof_all_rows(prof_il_of_import(self), IL_ModuleRef);
    return ENUMERATE(rows, rModuleRefs, cmax, pcModuleRefs);
}

HRESULT prof_import_EnumTypeSpecs(IMetaDataImport2 *self, HCORENUM *phEnum, mdTypeSpec rTypeSpecs[],
                                  ULONG cmax, ULONG *pcTypeSpecs) {
    prof_rows rows = prof_all_rows(prof_il_of_import(self), IL_TypeSpec);
    return ENUMERATE(rows, rTypeSpecs, cmax, pcTypeSpecs);
}

HRESULT prof_import_EnumSignatures(IMetaDataImport2 *self, HCORENUM *phEnum,
                                   mdSignature rSignatures[], ULONG cmax, ULONG *pcSignatures) {
    prof_rows rows = prof_all_rows(prof_il_of_import(self), IL_StandAloneSig);
    return ENUMERATE(rows, rSignatures, cmax, pcSignatures);
}

/* ---- Members of a type ---- */

/* The methods, the fields or both of type cl, by name when szName is not NULL. */
static HRESULT enum_members(IMetaDataImport2 *self, HCORENUM *phEnum, mdTypeDef cl,
                            const WCHAR *szName, bool methods, bool fields, mdToken tokens[],
                            ULONG max, ULONG *given) {
    const il_module *il = prof_il_of_import(self);
    char *name = szName ? prof_text_utf8(szName) : NULL;
    if (szName && !name)
        return E_OUTOFMEMORY;
    prof_rows sources[2];
    uint32_t count = 0;
    if (methods) {
        sources[count] = prof_list_rows(il, IL_MethodDef, IL_TypeDef_MethodList, prof_type_row(cl));
        sources[count++].name_column = IL_MethodDef_Name;
    }
    if (fields) {
        sources[count] = prof_list_rows(il, IL_Field, IL_TypeDef_FieldList, prof_type_row(cl));
        sources[count++].name_column = IL_Field_Name;
    }
    for (uint32_t i = 0; i < count; i++)
        sources[i].name = name;
    HRESULT result = prof_enumerate(il, phEnum, sources, count, tokens, max, given);
    mem_free(name);
    return result;
}

HRESULT prof_import_EnumMembers(IMetaDataImport2 *self, HCORENUM *phEnum, mdTypeDef cl,
                                mdToken rMembers[], ULONG cMax, ULONG *pcTokens) {
    return enum_members(self, phEnum, cl, NULL, true, true, rMembers, cMax, pcTokens);
}

HRESULT prof_import_EnumMembersWithName(IMetaDataImport2 *self, HCORENUM *phEnum, mdTypeDef cl,
                                        const WCHAR *szName, mdToken rMembers[], ULONG cMax,
                                        ULONG *pcTokens) {
    return enum_members(self, phEnum, cl, szName, true, true, rMembers, cMax, pcTokens);
}

HRESULT prof_import_EnumMethods(IMetaDataImport2 *self, HCORENUM *phEnum, mdTypeDef cl,
                                mdMethodDef rMethods[], ULONG cMax, ULONG *pcTokens) {
    return enum_members(self, phEnum, cl, NULL, true, false, rMethods, cMax, pcTokens);
}

HRESULT prof_import_EnumMethodsWithName(IMetaDataImport2 *self, HCORENUM *phEnum, mdTypeDef cl,
                                        const WCHAR *szName, mdMethodDef rMethods[], ULONG cMax,
                                        ULONG *pcTokens) {
    return enum_members(self, phEnum, cl, szName, true, false, rMethods, cMax, pcTokens);
}

HRESULT prof_import_EnumFields(IMetaDataImport2 *self, HCORENUM *phEnum, mdTypeDef cl,
                               mdFieldDef rFields[], ULONG cMax, ULONG *pcTokens) {
    return enum_members(self, phEnum, cl, NULL, false, true, rFields, cMax, pcTokens);
}

HRESULT prof_import_EnumFieldsWithName(IMetaDataImport2 *self, HCORENUM *phEnum, mdTypeDef cl,
                                       const WCHAR *szName, mdFieldDef rFields[], ULONG cMax,
                                       ULONG *pcTokens) {
    return enum_members(self, phEnum, cl, szName, false, true, rFields, cMax, pcTokens);
}

HRESULT prof_import_EnumParams(IMetaDataImport2 *self, HCORENUM *phEnum, mdMethodDef mb,
                               mdParamDef rParams[], ULONG cMax, ULONG *pcTokens) {
    prof_rows rows =
        prof_list_rows(prof_il_of_import(self), IL_Param, IL_MethodDef_ParamList, RidFromToken(mb));
    return ENUMERATE(rows, rParams, cMax, pcTokens);
}

/* Properties and events hang on a map row of their type, which may be missing. */
HRESULT prof_import_EnumProperties(IMetaDataImport2 *self, HCORENUM *phEnum, mdTypeDef td,
                                   mdProperty rProperties[], ULONG cMax, ULONG *pcProperties) {
    const il_module *il = prof_il_of_import(self);
    uint32_t map = il_find_next(il, IL_PropertyMap_Parent, td, 1);
    prof_rows rows = prof_list_rows(il, IL_Property, IL_PropertyMap_PropertyList, map);
    return ENUMERATE(rows, rProperties, cMax, pcProperties);
}

HRESULT prof_import_EnumEvents(IMetaDataImport2 *self, HCORENUM *phEnum, mdTypeDef td,
                               mdEvent rEvents[], ULONG cMax, ULONG *pcEvents) {
    const il_module *il = prof_il_of_import(self);
    uint32_t map = il_find_next(il, IL_EventMap_Parent, td, 1);
    prof_rows rows = prof_list_rows(il, IL_Event, IL_EventMap_EventList, map);
    return ENUMERATE(rows, rEvents, cMax, pcEvents);
}

/* ---- Rows that point at a parent ---- */

HRESULT prof_import_EnumInterfaceImpls(IMetaDataImport2 *self, HCORENUM *phEnum, mdTypeDef td,
                                       mdInterfaceImpl rImpls[], ULONG cMax, ULONG *pcImpls) {
    prof_rows rows = prof_rows_with(prof_all_rows(prof_il_of_import(self), IL_InterfaceImpl),
                                    IL_InterfaceImpl_Class, td);
    return ENUMERATE(rows, rImpls, cMax, pcImpls);
}

HRESULT prof_import_EnumMemberRefs(IMetaDataImport2 *self, HCORENUM *phEnum, mdToken tkParent,
                                   mdMemberRef rMemberRefs[], ULONG cMax, ULONG *pcTokens) {
    prof_rows rows =
        prof_rows_with(prof_all_rows(prof_il_of_import(self), IL_MemberRef), IL_MemberRef_Class,
                       IsNilToken(tkParent) ? IL_TOKEN(IL_TypeDef, 1) : tkParent);
    return ENUMERATE(rows, rMemberRefs, cMax, pcTokens);
}

/* tk is the parent and tkType the constructor, each 0 for any. */
HRESULT prof_import_EnumCustomAttributes(IMetaDataImport2 *self, HCORENUM *phEnum, mdToken tk,
                                         mdToken tkType, mdCustomAttribute rCustomAttributes[],
                                         ULONG cMax, ULONG *pcCustomAttributes) {
    prof_rows rows = prof_all_rows(prof_il_of_import(self), IL_CustomAttribute);
    if (tk != 0)
        rows = prof_rows_with(rows, IL_CustomAttribute_Parent, tk);
    if (tkType != 0)
        rows = prof_rows_with(rows, IL_CustomAttribute_Type, tkType);
    return ENUMERATE(rows, rCustomAttributes, cMax, pcCustomAttributes);
}

HRESULT prof_import_EnumGenericParams(IMetaDataImport2 *self, HCORENUM *phEnum, mdToken tk,
                                      mdGenericParam rGenericParams[], ULONG cMax,
                                      ULONG *pcGenericParams) {
    prof_rows rows = prof_all_rows(prof_il_of_import(self), IL_GenericParam);
    if (tk != 0)
        rows = prof_rows_with(rows, IL_GenericParam_Owner, tk);
    return ENUMERATE(rows, rGenericParams, cMax, pcGenericParams);
}

HRESULT prof_import_EnumGenericParamConstraints(IMetaDataImport2 *self, HCORENUM *phEnum,
                                                mdGenericParam tk,
                                                mdGenericParamConstraint rGenericParamConstraints[],
                                                ULONG cMax, ULONG *pcGenericParamConstraints) {
    prof_rows rows =
        prof_rows_with(prof_all_rows(prof_il_of_import(self), IL_GenericParamConstraint),
                       IL_GenericParamConstraint_Owner, tk);
    return ENUMERATE(rows, rGenericParamConstraints, cMax, pcGenericParamConstraints);
}

HRESULT prof_import_EnumMethodSpecs(IMetaDataImport2 *self, HCORENUM *phEnum, mdToken tk,
                                    mdMethodSpec rMethodSpecs[], ULONG cMax, ULONG *pcMethodSpecs) {
    prof_rows rows = prof_all_rows(prof_il_of_import(self), IL_MethodSpec);
    if (tk != 0)
        rows = prof_rows_with(rows, IL_MethodSpec_Method, tk);
    return ENUMERATE(rows, rMethodSpecs, cMax, pcMethodSpecs);
}

/* ---- Searches ---- */

HRESULT prof_import_FindTypeDefByName(IMetaDataImport2 *self, const WCHAR *szTypeDef,
                                      mdToken tkEnclosingClass, mdTypeDef *ptd) {
    prof_name wanted;
    if (!szTypeDef || !ptd)
        return E_INVALIDARG;
    *ptd = mdTypeDefNil;
    if (!IsNilToken(tkEnclosingClass) && TypeFromToken(tkEnclosingClass) != mdtTypeDef)
        return CLDB_E_RECORD_NOTFOUND;
    if (!prof_split_name(szTypeDef, &wanted))
        return E_OUTOFMEMORY;
    uint32_t row = il_find_type(prof_il_of_import(self), wanted.name_space, wanted.name,
                                RidFromToken(tkEnclosingClass));
    mem_free(wanted.block);
    if (row == 0)
        return CLDB_E_RECORD_NOTFOUND;
    *ptd = IL_TOKEN(IL_TypeDef, row);
    return S_OK;
}

HRESULT prof_import_FindTypeRef(IMetaDataImport2 *self, mdToken tkResolutionScope,
                                const WCHAR *szName, mdTypeRef *ptr) {
    const il_module *il = prof_il_of_import(self);
    prof_name wanted;
    if (!szName || !ptr)
        return E_INVALIDARG;
    *ptr = mdTypeRefNil;
    if (!prof_split_name(szName, &wanted))
        return E_OUTOFMEMORY;
    for (RID row = 1; row <= il_rows(il, IL_TypeRef) && IsNilToken(*ptr); row++) {
        mdToken scope = il_cell(il, IL_TypeRef_ResolutionScope, row);
        if (strcmp(il_name(il, IL_TypeRef_Name, row), wanted.name) == 0 &&
            strcmp(il_name(il, IL_TypeRef_Namespace, row), wanted.name_space) == 0 &&
            (scope == tkResolutionScope || (IsNilToken(scope) && IsNilToken(tkResolutionScope))))
            *ptr = IL_TOKEN(IL_TypeRef, row);
    }
    mem_free(wanted.block);
    return IsNilToken(*ptr) ? CLDB_E_RECORD_NOTFOUND : S_OK;
}

/* The first of rows with this name and, when sig is not NULL, this signature. */
static HRESULT find_member(IMetaDataImport2 *self, prof_rows rows, il_column name,
                           il_column signature, const WCHAR *szName, PCCOR_SIGNATURE sig,
                           ULONG sig_size, mdToken *out) {
    if (!szName || !out)
        return E_INVALIDARG;
    *out = IL_TOKEN(rows.table, 0);
    char *text = prof_text_utf8(szName);
    if (!text)
        return E_OUTOFMEMORY;
    rows.name_column = name;
    rows.name = text;
    rows.signature_column = signature;
    rows.signature = (il_blob){sig, sig_size};
    RID row = prof_next_row(prof_il_of_import(self), &rows, &(uint32_t){rows.range.first});
    mem_free(text);
    *out = IL_TOKEN(rows.table, row);
    return row ? S_OK : CLDB_E_RECORD_NOTFOUND;
}

HRESULT prof_import_FindMethod(IMetaDataImport2 *self, mdTypeDef td, const WCHAR *szName,
                               PCCOR_SIGNATURE pvSigBlob, ULONG cbSigBlob, mdMethodDef *pmb) {
    prof_rows rows = prof_list_rows(prof_il_of_import(self), IL_MethodDef, IL_TypeDef_MethodList,
                                    prof_type_row(td));
    return find_member(self, rows, IL_MethodDef_Name, IL_MethodDef_Signature, szName, pvSigBlob,
                       cbSigBlob, pmb);
}

HRESULT prof_import_FindField(IMetaDataImport2 *self, mdTypeDef td, const WCHAR *szName,
                              PCCOR_SIGNATURE pvSigBlob, ULONG cbSigBlob, mdFieldDef *pmb) {
    prof_rows rows =
        prof_list_rows(prof_il_of_import(self), IL_Field, IL_TypeDef_FieldList, prof_type_row(td));
    return find_member(self, rows, IL_Field_Name, IL_Field_Signature, szName, pvSigBlob, cbSigBlob,
                       pmb);
}

HRESULT prof_import_FindMember(IMetaDataImport2 *self, mdTypeDef td, const WCHAR *szName,
                               PCCOR_SIGNATURE pvSigBlob, ULONG cbSigBlob, mdToken *pmb) {
    HRESULT result = prof_import_FindMethod(self, td, szName, pvSigBlob, cbSigBlob, pmb);
    if (result != CLDB_E_RECORD_NOTFOUND)
        return result;
    return prof_import_FindField(self, td, szName, pvSigBlob, cbSigBlob, pmb);
}

HRESULT prof_import_FindMemberRef(IMetaDataImport2 *self, mdTypeRef td, const WCHAR *szName,
                                  PCCOR_SIGNATURE pvSigBlob, ULONG cbSigBlob, mdMemberRef *pmr) {
    prof_rows rows =
        prof_rows_with(prof_all_rows(prof_il_of_import(self), IL_MemberRef), IL_MemberRef_Class,
                       IsNilToken(td) ? IL_TOKEN(IL_TypeDef, 1) : td);
    return find_member(self, rows, IL_MemberRef_Name, IL_MemberRef_Signature, szName, pvSigBlob,
                       cbSigBlob, pmr);
}
