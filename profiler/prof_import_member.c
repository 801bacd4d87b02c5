/* IMetaDataImport: properties, events and what methods do for them; method implementations; layout.
 */
#include "profiler/prof_metadata.h"
#include "profiler/prof_text.h"

/* II.23.1.12 */
enum { SETTER = 0x1, GETTER = 0x2, OTHER = 0x4, ADD_ON = 0x8, REMOVE_ON = 0x10, FIRE = 0x20 };

/* The method that does this for a property or event; the nil token when none does. */
static mdMethodDef accessor(const il_module *il, mdToken association, uint32_t semantics) {
    prof_rows rows = prof_rows_with(prof_all_rows(il, IL_MethodSemantics),
                                    IL_MethodSemantics_Association, association);
    rows = prof_rows_with(rows, IL_MethodSemantics_Semantics, semantics);
    RID row = prof_next_row(il, &rows, &(uint32_t){rows.range.first});
    return row ? il_cell(il, IL_MethodSemantics_Method, row) : mdMethodDefNil;
}

static void put_others(const il_module *il, mdToken association, mdMethodDef methods[], ULONG max,
                       ULONG *count) {
    prof_rows rows = prof_rows_with(prof_all_rows(il, IL_MethodSemantics),
                                    IL_MethodSemantics_Association, association);
    rows = prof_rows_with(rows, IL_MethodSemantics_Semantics, OTHER);
    uint32_t position = rows.range.first;
    ULONG found = 0;
    for (RID row; (row = prof_next_row(il, &rows, &position)) != 0; found++) {
        if (found < max && methods)
            methods[found] = il_cell(il, IL_MethodSemantics_Method, row);
    }
    PROF_PUT(count, found);
}

HRESULT prof_import_GetEventProps(IMetaDataImport2 *self, mdEvent ev, mdTypeDef *pClass,
                                  const WCHAR *szEvent, ULONG cchEvent, ULONG *pchEvent,
                                  DWORD *pdwEventFlags, mdToken *ptkEventType,
                                  mdMethodDef *pmdAddOn, mdMethodDef *pmdRemoveOn,
                                  mdMethodDef *pmdFire, mdMethodDef rmdOtherMethod[], ULONG cMax,
                                  ULONG *pcOtherMethod) {
    PROF_ROW_OF(ev, IL_Event);
    RID map = prof_list_owner(il, IL_EventMap, IL_EventMap_EventList, row);
    PROF_PUT(pClass, il_cell(il, IL_EventMap_Parent, map));
    PROF_PUT(pdwEventFlags, il_cell(il, IL_Event_Flags, row));
    PROF_PUT(ptkEventType, il_cell(il, IL_Event_Type, row));
    PROF_PUT(pmdAddOn, accessor(il, ev, ADD_ON));
    PROF_PUT(pmdRemoveOn, accessor(il, ev, REMOVE_ON));
    PROF_PUT(pmdFire, accessor(il, ev, FIRE));
    put_others(il, ev, rmdOtherMethod, cMax, pcOtherMethod);
    /* the interface declares its text const, and fills it */
    return prof_text_cut(il_name(il, IL_Event_Name, row), (WCHAR *)(UINT_PTR)szEvent, cchEvent,
                         pchEvent);
}

HRESULT prof_import_GetPropertyProps(IMetaDataImport2 *self, mdProperty prop, mdTypeDef *pClass,
                                     const WCHAR *szProperty, ULONG cchProperty, ULONG *pchProperty,
                                     DWORD *pdwPropFlags, PCCOR_SIGNATURE *ppvSig, ULONG *pbSig,
                                     DWORD *pdwCPlusTypeFlag, UVCP_CONSTANT *ppDefaultValue,
                                     ULONG *pcchDefaultValue, mdMethodDef *pmdSetter,
                                     mdMethodDef *pmdGetter, mdMethodDef rmdOtherMethod[],
                                     ULONG cMax, ULONG *pcOtherMethod) {
    PROF_ROW_OF(prop, IL_Property);
    RID map = prof_list_owner(il, IL_PropertyMap, IL_PropertyMap_PropertyList, row);
    PROF_PUT(pClass, il_cell(il, IL_PropertyMap_Parent, map));
    PROF_PUT(pdwPropFlags, il_cell(il, IL_Property_Flags, row));
    prof_put_blob(il_blob_cell(il, IL_Property_Signature, row), ppvSig, pbSig);
    prof_put_constant(il, prop, pdwCPlusTypeFlag, ppDefaultValue, pcchDefaultValue);
    PROF_PUT(pmdSetter, accessor(il, prop, SETTER));
    PROF_PUT(pmdGetter, accessor(il, prop, GETTER));
    put_others(il, prop, rmdOtherMethod, cMax, pcOtherMethod);
    return prof_text_cut(il_name(il, IL_Property_Name, row), (WCHAR *)(UINT_PTR)szProperty,
                         cchProperty, pchProperty);
}

HRESULT prof_import_GetMethodSemantics(IMetaDataImport2 *self, mdMethodDef mb, mdToken tkEventProp,
                                       DWORD *pdwSemanticsFlags) {
    const il_module *il = prof_il_of_import(self);
    prof_rows rows = prof_rows_with(prof_all_rows(il, IL_MethodSemantics),
                                    IL_MethodSemantics_Association, tkEventProp);
    rows = prof_rows_with(rows, IL_MethodSemantics_Method, mb);
    RID row = prof_next_row(il, &rows, &(uint32_t){rows.range.first});
    PROF_PUT(pdwSemanticsFlags, il_cell(il, IL_MethodSemantics_Semantics, row));
    return row ? S_OK : CLDB_E_RECORD_NOTFOUND;
}

/* The enumeration holds rows of MethodImpl; each gives a token to both arrays. */
HRESULT prof_import_EnumMethodImpls(IMetaDataImport2 *self, HCORENUM *phEnum, mdTypeDef td,
                                    mdToken rMethodBody[], mdToken rMethodDecl[], ULONG cMax,
                                    ULONG *pcTokens) {
    const il_module *il = prof_il_of_import(self);
    prof_rows rows = prof_rows_with(prof_all_rows(il, IL_MethodImpl), IL_MethodImpl_Class, td);
    ULONG given = 0;
    HRESULT result = prof_enumerate(il, phEnum, &rows, 1, rMethodBody, cMax, &given);
    for (ULONG i = 0; SUCCEEDED(result) && i < given; i++) {
        RID row = RidFromToken(rMethodBody[i]);
        rMethodBody[i] = il_cell(il, IL_MethodImpl_Body, row);
        if (rMethodDecl)
            rMethodDecl[i] = il_cell(il, IL_MethodImpl_Declaration, row);
    }
    PROF_PUT(pcTokens, given);
    return result;
}

/* Offsets that nothing lays down are -1. CLDB_E_RECORD_NOTFOUND when nothing at all is laid down.
 */
HRESULT prof_import_GetClassLayout(IMetaDataImport2 *self, mdTypeDef td, DWORD *pdwPackSize,
                                   COR_FIELD_OFFSET rFieldOffset[], ULONG cMax,
                                   ULONG *pcFieldOffset, ULONG *pulClassSize) {
    PROF_ROW_OF(td, IL_TypeDef);
    RID layout = il_find_next(il, IL_ClassLayout_Parent, td, 1);
    bool found = layout != 0;
    PROF_PUT(pdwPackSize, il_cell(il, IL_ClassLayout_PackingSize, layout));
    PROF_PUT(pulClassSize, il_cell(il, IL_ClassLayout_ClassSize, layout));
    il_range fields = il_list(il, IL_TypeDef_FieldList, row);
    ULONG count = 0;
    for (uint32_t position = fields.first; position < fields.end; position++, count++) {
        mdFieldDef field = IL_TOKEN(IL_Field, il_list_row(il, IL_TypeDef_FieldList, position));
        RID offset = il_find_next(il, IL_FieldLayout_Field, field, 1);
        found = found || offset != 0;
        if (!rFieldOffset || count >= cMax)
            continue;
        rFieldOffset[count].ridOfField = field;
        rFieldOffset[count].ulOffset =
            offset ? il_cell(il, IL_FieldLayout_Offset, offset) : (ULONG)-1;
    }
    if (!found)
        return CLDB_E_RECORD_NOTFOUND;
    PROF_PUT(pcFieldOffset, count);
    return S_OK;
}
