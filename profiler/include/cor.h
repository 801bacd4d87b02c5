/* The CLR's metadata interfaces: import, emit, assembly import and emit, tables, dispenser.
 *
 * IIDs, slots and signatures are those of the CLR; com.h tells how the lists are read. A plug-in
 * gets an object from ICorProfilerInfo::GetModuleMetaData; QueryInterface goes freely between the
 * import and emit interfaces of one module.
 *
 * Texts: a caller gives a buffer, its size in UTF-16 units and a place for the length. The length
 * is that of the whole text with its closing 0, but 0 for an empty text; a buffer too small gets
 * what fits, closed by 0, and the result is CLDB_S_TRUNCATION. Any out-parameter may be NULL.
 * Signatures and blobs are pointers into the module, good while it is loaded.
 *
 * Enumerations: the first call finds *phEnum NULL and makes one; each call gives up to cMax tokens,
 * and S_FALSE when none are left; CloseEnum frees it, and may be given NULL. */
#ifndef CLARET_COR_H
#define CLARET_COR_H

#include "corhdr.h"

#define CLDB_S_TRUNCATION      ((HRESULT)0x00131106)
#define CLDB_E_RECORD_NOTFOUND ((HRESULT)0x80131130)
#define CLDB_E_INDEX_NOTFOUND  ((HRESULT)0x80131124)
#define META_E_BAD_SIGNATURE   ((HRESULT)0x80131192)

typedef void *HCORENUM;
typedef const void *UVCP_CONSTANT; /* a constant's bytes, possibly unaligned */

/* One field of a class layout. */
typedef struct COR_FIELD_OFFSET {
    mdFieldDef ridOfField;
    ULONG ulOffset;
} COR_FIELD_OFFSET;

typedef struct OSINFO {
    DWORD dwOSPlatformId;
    DWORD dwOSMajorVersion;
    DWORD dwOSMinorVersion;
} OSINFO;

/* An assembly's version and culture. The caller sets the sizes; the callee sets the real ones. */
typedef struct ASSEMBLYMETADATA {
    USHORT usMajorVersion;
    USHORT usMinorVersion;
    USHORT usBuildNumber;
    USHORT usRevisionNumber;
    WCHAR *szLocale;
    ULONG cbLocale; /* in UTF-16 units */
    DWORD *rProcessor;
    ULONG ulProcessor;
    OSINFO *rOS;
    ULONG ulOS;
} ASSEMBLYMETADATA;

/* A security attribute to define. */
typedef struct COR_SECATTR {
    mdMemberRef tkCtor;
    const void *pCustomAttribute;
    uint32_t cbCustomAttribute;
} COR_SECATTR;

/* Only their addresses pass through here. */
typedef struct IStream IStream;
typedef struct ITypeInfo ITypeInfo;
typedef struct IMapToken IMapToken;
typedef struct VARIANT VARIANT;

typedef struct IMetaDataAssemblyEmit IMetaDataAssemblyEmit;

/* The lists are laid out by hand. */
/* clang-format off */

/* ---- Reading ---- */

#define IMetaDataImport_METHODS(M)                                                                \
    M(void, CloseEnum, (THIS_ HCORENUM hEnum))                                                    \
    M(HRESULT, CountEnum, (THIS_ HCORENUM hEnum, ULONG *pulCount))                                \
    M(HRESULT, ResetEnum, (THIS_ HCORENUM hEnum, ULONG ulPos))                                    \
    M(HRESULT, EnumTypeDefs,                                                                      \
      (THIS_ HCORENUM *phEnum, mdTypeDef rTypeDefs[], ULONG cMax, ULONG *pcTypeDefs))             \
    M(HRESULT, EnumInterfaceImpls,                                                                \
      (THIS_ HCORENUM *phEnum, mdTypeDef td, mdInterfaceImpl rImpls[], ULONG cMax,                \
       ULONG *pcImpls))                                                                           \
    M(HRESULT, EnumTypeRefs,                                                                      \
      (THIS_ HCORENUM *phEnum, mdTypeRef rTypeRefs[], ULONG cMax, ULONG *pcTypeRefs))             \
    M(HRESULT, FindTypeDefByName,                                                                 \
      (THIS_ const WCHAR *szTypeDef, mdToken tkEnclosingClass, mdTypeDef *ptd))                   \
    M(HRESULT, GetScopeProps, (THIS_ WCHAR *szName, ULONG cchName, ULONG *pchName, GUID *pmvid))  \
    M(HRESULT, GetModuleFromScope, (THIS_ mdModule *pmd))                                         \
    M(HRESULT, GetTypeDefProps,                                                                   \
      (THIS_ mdTypeDef td, WCHAR *szTypeDef, ULONG cchTypeDef, ULONG *pchTypeDef,                 \
       DWORD *pdwTypeDefFlags, mdToken *ptkExtends))                                              \
    M(HRESULT, GetInterfaceImplProps,                                                             \
      (THIS_ mdInterfaceImpl iiImpl, mdTypeDef *pClass, mdToken *ptkIface))                       \
    M(HRESULT, GetTypeRefProps,                                                                   \
      (THIS_ mdTypeRef tr, mdToken *ptkResolutionScope, WCHAR *szName, ULONG cchName,             \
       ULONG *pchName))                                                                           \
    M(HRESULT, ResolveTypeRef,                                                                    \
      (THIS_ mdTypeRef tr, REFIID riid, IUnknown **ppIScope, mdTypeDef *ptd))                     \
    M(HRESULT, EnumMembers,                                                                       \
      (THIS_ HCORENUM *phEnum, mdTypeDef cl, mdToken rMembers[], ULONG cMax, ULONG *pcTokens))    \
    M(HRESULT, EnumMembersWithName,                                                               \
      (THIS_ HCORENUM *phEnum, mdTypeDef cl, const WCHAR *szName, mdToken rMembers[], ULONG cMax, \
       ULONG *pcTokens))                                                                          \
    M(HRESULT, EnumMethods,                                                                       \
      (THIS_ HCORENUM *phEnum, mdTypeDef cl, mdMethodDef rMethods[], ULONG cMax,                  \
       ULONG *pcTokens))                                                                          \
    M(HRESULT, EnumMethodsWithName,                                                               \
      (THIS_ HCORENUM *phEnum, mdTypeDef cl, const WCHAR *szName, mdMethodDef rMethods[],         \
       ULONG cMax, ULONG *pcTokens))                                                              \
    M(HRESULT, EnumFields,                                                                        \
      (THIS_ HCORENUM *phEnum, mdTypeDef cl, mdFieldDef rFields[], ULONG cMax, ULONG *pcTokens))  \
    M(HRESULT, EnumFieldsWithName,                                                                \
      (THIS_ HCORENUM *phEnum, mdTypeDef cl, const WCHAR *szName, mdFieldDef rFields[],           \
       ULONG cMax, ULONG *pcTokens))                                                              \
    M(HRESULT, EnumParams,                                                                        \
      (THIS_ HCORENUM *phEnum, mdMethodDef mb, mdParamDef rParams[], ULONG cMax,                  \
       ULONG *pcTokens))                                                                          \
    M(HRESULT, EnumMemberRefs,                                                                    \
      (THIS_ HCORENUM *phEnum, mdToken tkParent, mdMemberRef rMemberRefs[], ULONG cMax,           \
       ULONG *pcTokens))                                                                          \
    M(HRESULT, EnumMethodImpls,                                                                   \
      (THIS_ HCORENUM *phEnum, mdTypeDef td, mdToken rMethodBody[], mdToken rMethodDecl[],        \
       ULONG cMax, ULONG *pcTokens))                                                              \
    M(HRESULT, EnumPermissionSets,                                                                \
      (THIS_ HCORENUM *phEnum, mdToken tk, DWORD dwActions, mdPermission rPermission[],           \
       ULONG cMax, ULONG *pcTokens))                                                              \
    M(HRESULT, FindMember,                                                                        \
      (THIS_ mdTypeDef td, const WCHAR *szName, PCCOR_SIGNATURE pvSigBlob, ULONG cbSigBlob,       \
       mdToken *pmb))                                                                             \
    M(HRESULT, FindMethod,                                                                        \
      (THIS_ mdTypeDef td, const WCHAR *szName, PCCOR_SIGNATURE pvSigBlob, ULONG cbSigBlob,       \
       mdMethodDef *pmb))                                                                         \
    M(HRESULT, FindField,                                                                         \
      (THIS_ mdTypeDef td, const WCHAR *szName, PCCOR_SIGNATURE pvSigBlob, ULONG cbSigBlob,       \
       mdFieldDef *pmb))                                                                          \
    M(HRESULT, FindMemberRef,                                                                     \
      (THIS_ mdTypeRef td, const WCHAR *szName, PCCOR_SIGNATURE pvSigBlob, ULONG cbSigBlob,       \
       mdMemberRef *pmr))                                                                         \
    M(HRESULT, GetMethodProps,                                                                    \
      (THIS_ mdMethodDef mb, mdTypeDef *pClass, WCHAR *szMethod, ULONG cchMethod,                 \
       ULONG *pchMethod, DWORD *pdwAttr, PCCOR_SIGNATURE *ppvSigBlob, ULONG *pcbSigBlob,          \
       ULONG *pulCodeRVA, DWORD *pdwImplFlags))                                                   \
    M(HRESULT, GetMemberRefProps,                                                                 \
      (THIS_ mdMemberRef mr, mdToken *ptk, WCHAR *szMember, ULONG cchMember, ULONG *pchMember,    \
       PCCOR_SIGNATURE *ppvSigBlob, ULONG *pbSig))                                                \
    M(HRESULT, EnumProperties,                                                                    \
      (THIS_ HCORENUM *phEnum, mdTypeDef td, mdProperty rProperties[], ULONG cMax,                \
       ULONG *pcProperties))                                                                      \
    M(HRESULT, EnumEvents,                                                                        \
      (THIS_ HCORENUM *phEnum, mdTypeDef td, mdEvent rEvents[], ULONG cMax, ULONG *pcEvents))     \
    M(HRESULT, GetEventProps,                                                                     \
      (THIS_ mdEvent ev, mdTypeDef *pClass, const WCHAR *szEvent, ULONG cchEvent,                 \
       ULONG *pchEvent, DWORD *pdwEventFlags, mdToken *ptkEventType, mdMethodDef *pmdAddOn,       \
       mdMethodDef *pmdRemoveOn, mdMethodDef *pmdFire, mdMethodDef rmdOtherMethod[], ULONG cMax,  \
       ULONG *pcOtherMethod))                                                                     \
    M(HRESULT, EnumMethodSemantics,                                                               \
      (THIS_ HCORENUM *phEnum, mdMethodDef mb, mdToken rEventProp[], ULONG cMax,                  \
       ULONG *pcEventProp))                                                                       \
    M(HRESULT, GetMethodSemantics,                                                                \
      (THIS_ mdMethodDef mb, mdToken tkEventProp, DWORD *pdwSemanticsFlags))                      \
    M(HRESULT, GetClassLayout,                                                                    \
      (THIS_ mdTypeDef td, DWORD *pdwPackSize, COR_FIELD_OFFSET rFieldOffset[], ULONG cMax,       \
       ULONG *pcFieldOffset, ULONG *pulClassSize))                                                \
    M(HRESULT, GetFieldMarshal,                                                                   \
      (THIS_ mdToken tk, PCCOR_SIGNATURE *ppvNativeType, ULONG *pcbNativeType))                   \
    M(HRESULT, GetRVA, (THIS_ mdToken tk, ULONG *pulCodeRVA, DWORD *pdwImplFlags))                \
    M(HRESULT, GetPermissionSetProps,                                                             \
      (THIS_ mdPermission pm, DWORD *pdwAction, const void **ppvPermission,                       \
       ULONG *pcbPermission))                                                                     \
    M(HRESULT, GetSigFromToken,                                                                   \
      (THIS_ mdSignature mdSig, PCCOR_SIGNATURE *ppvSig, ULONG *pcbSig))                          \
    M(HRESULT, GetModuleRefProps,                                                                 \
      (THIS_ mdModuleRef mur, WCHAR *szName, ULONG cchName, ULONG *pchName))                      \
    M(HRESULT, EnumModuleRefs,                                                                    \
      (THIS_ HCORENUM *phEnum, mdModuleRef rModuleRefs[], ULONG cmax, ULONG *pcModuleRefs))       \
    M(HRESULT, GetTypeSpecFromToken,                                                              \
      (THIS_ mdTypeSpec typespec, PCCOR_SIGNATURE *ppvSig, ULONG *pcbSig))                        \
    M(HRESULT, GetNameFromToken, (THIS_ mdToken tk, const char **pszUtf8NamePtr))                 \
    M(HRESULT, EnumUnresolvedMethods,                                                             \
      (THIS_ HCORENUM *phEnum, mdToken rMethods[], ULONG cMax, ULONG *pcTokens))                  \
    M(HRESULT, GetUserString,                                                                     \
      (THIS_ mdString stk, WCHAR *szString, ULONG cchString, ULONG *pchString))                   \
    M(HRESULT, GetPinvokeMap,                                                                     \
      (THIS_ mdToken tk, DWORD *pdwMappingFlags, WCHAR *szImportName, ULONG cchImportName,        \
       ULONG *pchImportName, mdModuleRef *pmrImportDLL))                                          \
    M(HRESULT, EnumSignatures,                                                                    \
      (THIS_ HCORENUM *phEnum, mdSignature rSignatures[], ULONG cmax, ULONG *pcSignatures))       \
    M(HRESULT, EnumTypeSpecs,                                                                     \
      (THIS_ HCORENUM *phEnum, mdTypeSpec rTypeSpecs[], ULONG cmax, ULONG *pcTypeSpecs))          \
    M(HRESULT, EnumUserStrings,                                                                   \
      (THIS_ HCORENUM *phEnum, mdString rStrings[], ULONG cmax, ULONG *pcStrings))                \
    M(HRESULT, GetParamForMethodIndex, (THIS_ mdMethodDef md, ULONG ulParamSeq, mdParamDef *ppd)) \
    M(HRESULT, EnumCustomAttributes,                                                              \
      (THIS_ HCORENUM *phEnum, mdToken tk, mdToken tkType, mdCustomAttribute rCustomAttributes[], \
       ULONG cMax, ULONG *pcCustomAttributes))                                                    \
    M(HRESULT, GetCustomAttributeProps,                                                           \
      (THIS_ mdCustomAttribute cv, mdToken *ptkObj, mdToken *ptkType, const void **ppBlob,        \
       ULONG *pcbSize))                                                                           \
    M(HRESULT, FindTypeRef,                                                                       \
      (THIS_ mdToken tkResolutionScope, const WCHAR *szName, mdTypeRef *ptr))                     \
    M(HRESULT, GetMemberProps,                                                                    \
      (THIS_ mdToken mb, mdTypeDef *pClass, WCHAR *szMember, ULONG cchMember, ULONG *pchMember,   \
       DWORD *pdwAttr, PCCOR_SIGNATURE *ppvSigBlob, ULONG *pcbSigBlob, ULONG *pulCodeRVA,         \
       DWORD *pdwImplFlags, DWORD *pdwCPlusTypeFlag, UVCP_CONSTANT *ppValue, ULONG *pcchValue))   \
    M(HRESULT, GetFieldProps,                                                                     \
      (THIS_ mdFieldDef mb, mdTypeDef *pClass, WCHAR *szField, ULONG cchField, ULONG *pchField,   \
       DWORD *pdwAttr, PCCOR_SIGNATURE *ppvSigBlob, ULONG *pcbSigBlob, DWORD *pdwCPlusTypeFlag,   \
       UVCP_CONSTANT *ppValue, ULONG *pcchValue))                                                 \
    M(HRESULT, GetPropertyProps,                                                                  \
      (THIS_ mdProperty prop, mdTypeDef *pClass, const WCHAR *szProperty, ULONG cchProperty,      \
       ULONG *pchProperty, DWORD *pdwPropFlags, PCCOR_SIGNATURE *ppvSig, ULONG *pbSig,            \
       DWORD *pdwCPlusTypeFlag, UVCP_CONSTANT *ppDefaultValue, ULONG *pcchDefaultValue,           \
       mdMethodDef *pmdSetter, mdMethodDef *pmdGetter, mdMethodDef rmdOtherMethod[], ULONG cMax,  \
       ULONG *pcOtherMethod))                                                                     \
    M(HRESULT, GetParamProps,                                                                     \
      (THIS_ mdParamDef tk, mdMethodDef *pmd, ULONG *pulSequence, WCHAR *szName, ULONG cchName,   \
       ULONG *pchName, DWORD *pdwAttr, DWORD *pdwCPlusTypeFlag, UVCP_CONSTANT *ppValue,           \
       ULONG *pcchValue))                                                                         \
    M(HRESULT, GetCustomAttributeByName,                                                          \
      (THIS_ mdToken tkObj, const WCHAR *szName, const void **ppData, ULONG *pcbData))            \
    M(BOOL, IsValidToken, (THIS_ mdToken tk))                                                     \
    M(HRESULT, GetNestedClassProps,                                                               \
      (THIS_ mdTypeDef tdNestedClass, mdTypeDef *ptdEnclosingClass))                              \
    M(HRESULT, GetNativeCallConvFromSig,                                                          \
      (THIS_ const void *pvSig, ULONG cbSig, ULONG *pCallConv))                                   \
    M(HRESULT, IsGlobal, (THIS_ mdToken pd, int *pbGlobal))
#define IMetaDataImport_ALL(M) IUnknown_ALL(M) IMetaDataImport_METHODS(M)
#define INTERFACE IMetaDataImport
COM_INTERFACE(IMetaDataImport, IUnknown, 0x7DAC8207, 0xD3AE, 0x4C75, 0x9B, 0x67, 0x92, 0x80, 0x1A,
              0x49, 0x7D, 0x44)
#undef INTERFACE

#define IMetaDataImport2_METHODS(M)                                                               \
    M(HRESULT, EnumGenericParams,                                                                 \
      (THIS_ HCORENUM *phEnum, mdToken tk, mdGenericParam rGenericParams[], ULONG cMax,           \
       ULONG *pcGenericParams))                                                                   \
    M(HRESULT, GetGenericParamProps,                                                              \
      (THIS_ mdGenericParam gp, ULONG *pulParamSeq, DWORD *pdwParamFlags, mdToken *ptOwner,       \
       DWORD *reserved, WCHAR *wzname, ULONG cchName, ULONG *pchName))                            \
    M(HRESULT, GetMethodSpecProps,                                                                \
      (THIS_ mdMethodSpec mi, mdToken *tkParent, PCCOR_SIGNATURE *ppvSigBlob, ULONG *pcbSigBlob)) \
    M(HRESULT, EnumGenericParamConstraints,                                                       \
      (THIS_ HCORENUM *phEnum, mdGenericParam tk,                                                 \
       mdGenericParamConstraint rGenericParamConstraints[], ULONG cMax,                           \
       ULONG *pcGenericParamConstraints))                                                         \
    M(HRESULT, GetGenericParamConstraintProps,                                                    \
      (THIS_ mdGenericParamConstraint gpc, mdGenericParam *ptGenericParam,                        \
       mdToken *ptkConstraintType))                                                               \
    M(HRESULT, GetPEKind, (THIS_ DWORD *pdwPEKind, DWORD *pdwMAchine))                            \
    M(HRESULT, GetVersionString, (THIS_ WCHAR *pwzBuf, DWORD ccBufSize, DWORD *pccBufSize))       \
    M(HRESULT, EnumMethodSpecs,                                                                   \
      (THIS_ HCORENUM *phEnum, mdToken tk, mdMethodSpec rMethodSpecs[], ULONG cMax,               \
       ULONG *pcMethodSpecs))
#define IMetaDataImport2_ALL(M) IMetaDataImport_ALL(M) IMetaDataImport2_METHODS(M)
#define INTERFACE IMetaDataImport2
COM_INTERFACE(IMetaDataImport2, IMetaDataImport, 0xFCE5EFA0, 0x8BBA, 0x4F8E, 0xA0, 0x36, 0x8F, 0x20,
              0x22, 0xB0, 0x84, 0x66)
#undef INTERFACE

#define IMetaDataAssemblyImport_METHODS(M)                                                        \
    M(HRESULT, GetAssemblyProps,                                                                  \
      (THIS_ mdAssembly mda, const void **ppbPublicKey, ULONG *pcbPublicKey, ULONG *pulHashAlgId, \
       WCHAR *szName, ULONG cchName, ULONG *pchName, ASSEMBLYMETADATA *pMetaData,                 \
       DWORD *pdwAssemblyFlags))                                                                  \
    M(HRESULT, GetAssemblyRefProps,                                                               \
      (THIS_ mdAssemblyRef mdar, const void **ppbPublicKeyOrToken, ULONG *pcbPublicKeyOrToken,    \
       WCHAR *szName, ULONG cchName, ULONG *pchName, ASSEMBLYMETADATA *pMetaData,                 \
       const void **ppbHashValue, ULONG *pcbHashValue, DWORD *pdwAssemblyRefFlags))               \
    M(HRESULT, GetFileProps,                                                                      \
      (THIS_ mdFile mdf, WCHAR *szName, ULONG cchName, ULONG *pchName, const void **ppbHashValue, \
       ULONG *pcbHashValue, DWORD *pdwFileFlags))                                                 \
    M(HRESULT, GetExportedTypeProps,                                                              \
      (THIS_ mdExportedType mdct, WCHAR *szName, ULONG cchName, ULONG *pchName,                   \
       mdToken *ptkImplementation, mdTypeDef *ptkTypeDef, DWORD *pdwExportedTypeFlags))           \
    M(HRESULT, GetManifestResourceProps,                                                          \
      (THIS_ mdManifestResource mdmr, WCHAR *szName, ULONG cchName, ULONG *pchName,               \
       mdToken *ptkImplementation, DWORD *pdwOffset, DWORD *pdwResourceFlags))                    \
    M(HRESULT, EnumAssemblyRefs,                                                                  \
      (THIS_ HCORENUM *phEnum, mdAssemblyRef rAssemblyRefs[], ULONG cMax, ULONG *pcTokens))       \
    M(HRESULT, EnumFiles, (THIS_ HCORENUM *phEnum, mdFile rFiles[], ULONG cMax, ULONG *pcTokens)) \
    M(HRESULT, EnumExportedTypes,                                                                 \
      (THIS_ HCORENUM *phEnum, mdExportedType rExportedTypes[], ULONG cMax, ULONG *pcTokens))     \
    M(HRESULT, EnumManifestResources,                                                             \
      (THIS_ HCORENUM *phEnum, mdManifestResource rManifestResources[], ULONG cMax,               \
       ULONG *pcTokens))                                                                          \
    M(HRESULT, GetAssemblyFromScope, (THIS_ mdAssembly *ptkAssembly))                             \
    M(HRESULT, FindExportedTypeByName,                                                            \
      (THIS_ const WCHAR *szName, mdToken mdtExportedType, mdExportedType *ptkExportedType))      \
    M(HRESULT, FindManifestResourceByName,                                                        \
      (THIS_ const WCHAR *szName, mdManifestResource *ptkManifestResource))                       \
    M(void, CloseEnum, (THIS_ HCORENUM hEnum))                                                    \
    M(HRESULT, FindAssembliesByName,                                                              \
      (THIS_ const WCHAR *szAppBase, const WCHAR *szPrivateBin, const WCHAR *szAssemblyName,      \
       IUnknown *ppIUnk[], ULONG cMax, ULONG *pcAssemblies))
#define IMetaDataAssemblyImport_ALL(M) IUnknown_ALL(M) IMetaDataAssemblyImport_METHODS(M)
#define INTERFACE IMetaDataAssemblyImport
COM_INTERFACE(IMetaDataAssemblyImport, IUnknown, 0xEE62470B, 0xE94B, 0x424E, 0x9B, 0x7C, 0x2F, 0x00,
              0xC9, 0x24, 0x9F, 0x93)
#undef INTERFACE

/* ---- Adding ---- */

#define IMetaDataEmit_METHODS(M)                                                                  \
    M(HRESULT, SetModuleProps, (THIS_ const WCHAR *szName))                                       \
    M(HRESULT, Save, (THIS_ const WCHAR *szFile, DWORD dwSaveFlags))                              \
    M(HRESULT, SaveToStream, (THIS_ IStream *pIStream, DWORD dwSaveFlags))                        \
    M(HRESULT, GetSaveSize, (THIS_ CorSaveSize fSave, DWORD *pdwSaveSize))                        \
    M(HRESULT, DefineTypeDef,                                                                     \
      (THIS_ const WCHAR *szTypeDef, DWORD dwTypeDefFlags, mdToken tkExtends,                     \
       mdToken rtkImplements[], mdTypeDef *ptd))                                                  \
    M(HRESULT, DefineNestedType,                                                                  \
      (THIS_ const WCHAR *szTypeDef, DWORD dwTypeDefFlags, mdToken tkExtends,                     \
       mdToken rtkImplements[], mdTypeDef tdEncloser, mdTypeDef *ptd))                            \
    M(HRESULT, SetHandler, (THIS_ IUnknown *pUnk))                                                \
    M(HRESULT, DefineMethod,                                                                      \
      (THIS_ mdTypeDef td, const WCHAR *szName, DWORD dwMethodFlags, PCCOR_SIGNATURE pvSigBlob,   \
       ULONG cbSigBlob, ULONG ulCodeRVA, DWORD dwImplFlags, mdMethodDef *pmd))                    \
    M(HRESULT, DefineMethodImpl, (THIS_ mdTypeDef td, mdToken tkBody, mdToken tkDecl))            \
    M(HRESULT, DefineTypeRefByName,                                                               \
      (THIS_ mdToken tkResolutionScope, const WCHAR *szName, mdTypeRef *ptr))                     \
    M(HRESULT, DefineImportType,                                                                  \
      (THIS_ IMetaDataAssemblyImport *pAssemImport, const void *pbHashValue, ULONG cbHashValue,   \
       IMetaDataImport *pImport, mdTypeDef tdImport, IMetaDataAssemblyEmit *pAssemEmit,           \
       mdTypeRef *ptr))                                                                           \
    M(HRESULT, DefineMemberRef,                                                                   \
      (THIS_ mdToken tkImport, const WCHAR *szName, PCCOR_SIGNATURE pvSigBlob, ULONG cbSigBlob,   \
       mdMemberRef *pmr))                                                                         \
    M(HRESULT, DefineImportMember,                                                                \
      (THIS_ IMetaDataAssemblyImport *pAssemImport, const void *pbHashValue, ULONG cbHashValue,   \
       IMetaDataImport *pImport, mdToken mbMember, IMetaDataAssemblyEmit *pAssemEmit,             \
       mdToken tkParent, mdMemberRef *pmr))                                                       \
    M(HRESULT, DefineEvent,                                                                       \
      (THIS_ mdTypeDef td, const WCHAR *szEvent, DWORD dwEventFlags, mdToken tkEventType,         \
       mdMethodDef mdAddOn, mdMethodDef mdRemoveOn, mdMethodDef mdFire,                           \
       mdMethodDef rmdOtherMethods[], mdEvent *pmdEvent))                                         \
    M(HRESULT, SetClassLayout,                                                                    \
      (THIS_ mdTypeDef td, DWORD dwPackSize, COR_FIELD_OFFSET rFieldOffsets[],                    \
       ULONG ulClassSize))                                                                        \
    M(HRESULT, DeleteClassLayout, (THIS_ mdTypeDef td))                                           \
    M(HRESULT, SetFieldMarshal,                                                                   \
      (THIS_ mdToken tk, PCCOR_SIGNATURE pvNativeType, ULONG cbNativeType))                       \
    M(HRESULT, DeleteFieldMarshal, (THIS_ mdToken tk))                                            \
    M(HRESULT, DefinePermissionSet,                                                               \
      (THIS_ mdToken tk, DWORD dwAction, const void *pvPermission, ULONG cbPermission,            \
       mdPermission *ppm))                                                                        \
    M(HRESULT, SetRVA, (THIS_ mdMethodDef md, ULONG ulRVA))                                       \
    M(HRESULT, GetTokenFromSig, (THIS_ PCCOR_SIGNATURE pvSig, ULONG cbSig, mdSignature *pmsig))   \
    M(HRESULT, DefineModuleRef, (THIS_ const WCHAR *szName, mdModuleRef *pmur))                   \
    M(HRESULT, SetParent, (THIS_ mdMemberRef mr, mdToken tk))                                     \
    M(HRESULT, GetTokenFromTypeSpec,                                                              \
      (THIS_ PCCOR_SIGNATURE pvSig, ULONG cbSig, mdTypeSpec *ptypespec))                          \
    M(HRESULT, SaveToMemory, (THIS_ void *pbData, ULONG cbData))                                  \
    M(HRESULT, DefineUserString, (THIS_ const WCHAR *szString, ULONG cchString, mdString *pstk))  \
    M(HRESULT, DeleteToken, (THIS_ mdToken tkObj))                                                \
    M(HRESULT, SetMethodProps,                                                                    \
      (THIS_ mdMethodDef md, DWORD dwMethodFlags, ULONG ulCodeRVA, DWORD dwImplFlags))            \
    M(HRESULT, SetTypeDefProps,                                                                   \
      (THIS_ mdTypeDef td, DWORD dwTypeDefFlags, mdToken tkExtends, mdToken rtkImplements[]))     \
    M(HRESULT, SetEventProps,                                                                     \
      (THIS_ mdEvent ev, DWORD dwEventFlags, mdToken tkEventType, mdMethodDef mdAddOn,            \
       mdMethodDef mdRemoveOn, mdMethodDef mdFire, mdMethodDef rmdOtherMethods[]))                \
    M(HRESULT, SetPermissionSetProps,                                                             \
      (THIS_ mdToken tk, DWORD dwAction, const void *pvPermission, ULONG cbPermission,            \
       mdPermission *ppm))                                                                        \
    M(HRESULT, DefinePinvokeMap,                                                                  \
      (THIS_ mdToken tk, DWORD dwMappingFlags, const WCHAR *szImportName,                         \
       mdModuleRef mrImportDLL))                                                                  \
    M(HRESULT, SetPinvokeMap,                                                                     \
      (THIS_ mdToken tk, DWORD dwMappingFlags, const WCHAR *szImportName,                         \
       mdModuleRef mrImportDLL))                                                                  \
    M(HRESULT, DeletePinvokeMap, (THIS_ mdToken tk))                                              \
    M(HRESULT, DefineCustomAttribute,                                                             \
      (THIS_ mdToken tkOwner, mdToken tkCtor, const void *pCustomAttribute,                       \
       ULONG cbCustomAttribute, mdCustomAttribute *pcv))                                          \
    M(HRESULT, SetCustomAttributeValue,                                                           \
      (THIS_ mdCustomAttribute pcv, const void *pCustomAttribute, ULONG cbCustomAttribute))       \
    M(HRESULT, DefineField,                                                                       \
      (THIS_ mdTypeDef td, const WCHAR *szName, DWORD dwFieldFlags, PCCOR_SIGNATURE pvSigBlob,    \
       ULONG cbSigBlob, DWORD dwCPlusTypeFlag, const void *pValue, ULONG cchValue,                \
       mdFieldDef *pmd))                                                                          \
    M(HRESULT, DefineProperty,                                                                    \
      (THIS_ mdTypeDef td, const WCHAR *szProperty, DWORD dwPropFlags, PCCOR_SIGNATURE pvSig,     \
       ULONG cbSig, DWORD dwCPlusTypeFlag, const void *pValue, ULONG cchValue,                    \
       mdMethodDef mdSetter, mdMethodDef mdGetter, mdMethodDef rmdOtherMethods[],                 \
       mdProperty *pmdProp))                                                                      \
    M(HRESULT, DefineParam,                                                                       \
      (THIS_ mdMethodDef md, ULONG ulParamSeq, const WCHAR *szName, DWORD dwParamFlags,           \
       DWORD dwCPlusTypeFlag, const void *pValue, ULONG cchValue, mdParamDef *ppd))               \
    M(HRESULT, SetFieldProps,                                                                     \
      (THIS_ mdFieldDef fd, DWORD dwFieldFlags, DWORD dwCPlusTypeFlag, const void *pValue,        \
       ULONG cchValue))                                                                           \
    M(HRESULT, SetPropertyProps,                                                                  \
      (THIS_ mdProperty pr, DWORD dwPropFlags, DWORD dwCPlusTypeFlag, const void *pValue,         \
       ULONG cchValue, mdMethodDef mdSetter, mdMethodDef mdGetter,                                \
       mdMethodDef rmdOtherMethods[]))                                                            \
    M(HRESULT, SetParamProps,                                                                     \
      (THIS_ mdParamDef pd, const WCHAR *szName, DWORD dwParamFlags, DWORD dwCPlusTypeFlag,       \
       const void *pValue, ULONG cchValue))                                                       \
    M(HRESULT, DefineSecurityAttributeSet,                                                        \
      (THIS_ mdToken tkObj, COR_SECATTR rSecAttrs[], ULONG cSecAttrs, ULONG *pulErrorAttr))       \
    M(HRESULT, ApplyEditAndContinue, (THIS_ IUnknown *pImport))                                   \
    M(HRESULT, TranslateSigWithScope,                                                             \
      (THIS_ IMetaDataAssemblyImport *pAssemImport, const void *pbHashValue, ULONG cbHashValue,   \
       IMetaDataImport *import, PCCOR_SIGNATURE pbSigBlob, ULONG cbSigBlob,                       \
       IMetaDataAssemblyEmit *pAssemEmit, IMetaDataEmit *emit, PCOR_SIGNATURE pvTranslatedSig,    \
       ULONG cbTranslatedSigMax, ULONG *pcbTranslatedSig))                                        \
    M(HRESULT, SetMethodImplFlags, (THIS_ mdMethodDef md, DWORD dwImplFlags))                     \
    M(HRESULT, SetFieldRVA, (THIS_ mdFieldDef fd, ULONG ulRVA))                                   \
    M(HRESULT, Merge,                                                                             \
      (THIS_ IMetaDataImport *pImport, IMapToken *pHostMapToken, IUnknown *pHandler))             \
    M(HRESULT, MergeEnd, (THIS))
#define IMetaDataEmit_ALL(M) IUnknown_ALL(M) IMetaDataEmit_METHODS(M)
#define INTERFACE IMetaDataEmit
COM_INTERFACE(IMetaDataEmit, IUnknown, 0xBA3FEE4C, 0xECB9, 0x4E41, 0x83, 0xB7, 0x18, 0x3F, 0xA4,
              0x1C, 0xD8, 0x59)
#undef INTERFACE

#define IMetaDataEmit2_METHODS(M)                                                                 \
    M(HRESULT, DefineMethodSpec,                                                                  \
      (THIS_ mdToken tkParent, PCCOR_SIGNATURE pvSigBlob, ULONG cbSigBlob, mdMethodSpec *pmi))    \
    M(HRESULT, GetDeltaSaveSize, (THIS_ CorSaveSize fSave, DWORD *pdwSaveSize))                   \
    M(HRESULT, SaveDelta, (THIS_ const WCHAR *szFile, DWORD dwSaveFlags))                         \
    M(HRESULT, SaveDeltaToStream, (THIS_ IStream *pIStream, DWORD dwSaveFlags))                   \
    M(HRESULT, SaveDeltaToMemory, (THIS_ void *pbData, ULONG cbData))                             \
    M(HRESULT, DefineGenericParam,                                                                \
      (THIS_ mdToken tk, ULONG ulParamSeq, DWORD dwParamFlags, const WCHAR *szname,               \
       DWORD reserved, mdToken rtkConstraints[], mdGenericParam *pgp))                            \
    M(HRESULT, SetGenericParamProps,                                                              \
      (THIS_ mdGenericParam gp, DWORD dwParamFlags, const WCHAR *szName, DWORD reserved,          \
       mdToken rtkConstraints[]))                                                                 \
    M(HRESULT, ResetENCLog, (THIS))
#define IMetaDataEmit2_ALL(M) IMetaDataEmit_ALL(M) IMetaDataEmit2_METHODS(M)
#define INTERFACE IMetaDataEmit2
COM_INTERFACE(IMetaDataEmit2, IMetaDataEmit, 0xF5DD9950, 0xF693, 0x42E6, 0x83, 0x0E, 0x7B, 0x83,
              0x3E, 0x81, 0x46, 0xA9)
#undef INTERFACE

#define IMetaDataAssemblyEmit_METHODS(M)                                                          \
    M(HRESULT, DefineAssembly,                                                                    \
      (THIS_ const void *pbPublicKey, ULONG cbPublicKey, ULONG ulHashAlgId, const WCHAR *szName,  \
       const ASSEMBLYMETADATA *pMetaData, DWORD dwAssemblyFlags, mdAssembly *pma))                \
    M(HRESULT, DefineAssemblyRef,                                                                 \
      (THIS_ const void *pbPublicKeyOrToken, ULONG cbPublicKeyOrToken, const WCHAR *szName,       \
       const ASSEMBLYMETADATA *pMetaData, const void *pbHashValue, ULONG cbHashValue,             \
       DWORD dwAssemblyRefFlags, mdAssemblyRef *pmdar))                                           \
    M(HRESULT, DefineFile,                                                                        \
      (THIS_ const WCHAR *szName, const void *pbHashValue, ULONG cbHashValue, DWORD dwFileFlags,  \
       mdFile *pmdf))                                                                             \
    M(HRESULT, DefineExportedType,                                                                \
      (THIS_ const WCHAR *szName, mdToken tkImplementation, mdTypeDef tkTypeDef,                  \
       DWORD dwExportedTypeFlags, mdExportedType *pmdct))                                         \
    M(HRESULT, DefineManifestResource,                                                            \
      (THIS_ const WCHAR *szName, mdToken tkImplementation, DWORD dwOffset,                       \
       DWORD dwResourceFlags, mdManifestResource *pmdmr))                                         \
    M(HRESULT, SetAssemblyProps,                                                                  \
      (THIS_ mdAssembly pma, const void *pbPublicKey, ULONG cbPublicKey, ULONG ulHashAlgId,       \
       const WCHAR *szName, const ASSEMBLYMETADATA *pMetaData, DWORD dwAssemblyFlags))            \
    M(HRESULT, SetAssemblyRefProps,                                                               \
      (THIS_ mdAssemblyRef ar, const void *pbPublicKeyOrToken, ULONG cbPublicKeyOrToken,          \
       const WCHAR *szName, const ASSEMBLYMETADATA *pMetaData, const void *pbHashValue,           \
       ULONG cbHashValue, DWORD dwAssemblyRefFlags))                                              \
    M(HRESULT, SetFileProps,                                                                      \
      (THIS_ mdFile file, const void *pbHashValue, ULONG cbHashValue, DWORD dwFileFlags))         \
    M(HRESULT, SetExportedTypeProps,                                                              \
      (THIS_ mdExportedType ct, mdToken tkImplementation, mdTypeDef tkTypeDef,                    \
       DWORD dwExportedTypeFlags))                                                                \
    M(HRESULT, SetManifestResourceProps,                                                          \
      (THIS_ mdManifestResource mr, mdToken tkImplementation, DWORD dwOffset,                     \
       DWORD dwResourceFlags))
#define IMetaDataAssemblyEmit_ALL(M) IUnknown_ALL(M) IMetaDataAssemblyEmit_METHODS(M)
#define INTERFACE IMetaDataAssemblyEmit
COM_INTERFACE(IMetaDataAssemblyEmit, IUnknown, 0x211EF15B, 0x5317, 0x4438, 0xB1, 0x96, 0xDE, 0xC8,
              0x7B, 0x88, 0x76, 0x93)
#undef INTERFACE

/* ---- Raw tables and heaps ---- */

#define IMetaDataTables_METHODS(M)                                                                \
    M(HRESULT, GetStringHeapSize, (THIS_ ULONG *pcbStrings))                                      \
    M(HRESULT, GetBlobHeapSize, (THIS_ ULONG *pcbBlobs))                                          \
    M(HRESULT, GetGuidHeapSize, (THIS_ ULONG *pcbGuids))                                          \
    M(HRESULT, GetUserStringHeapSize, (THIS_ ULONG *pcbBlobs))                                    \
    M(HRESULT, GetNumTables, (THIS_ ULONG *pcTables))                                             \
    M(HRESULT, GetTableIndex, (THIS_ ULONG token, ULONG *pixTbl))                                 \
    M(HRESULT, GetTableInfo,                                                                      \
      (THIS_ ULONG ixTbl, ULONG *pcbRow, ULONG *pcRows, ULONG *pcCols, ULONG *piKey,              \
       const char **ppName))                                                                      \
    M(HRESULT, GetColumnInfo,                                                                     \
      (THIS_ ULONG ixTbl, ULONG ixCol, ULONG *poCol, ULONG *pcbCol, ULONG *pType,                 \
       const char **ppName))                                                                      \
    M(HRESULT, GetCodedTokenInfo,                                                                 \
      (THIS_ ULONG ixCdTkn, ULONG *pcTokens, ULONG **ppTokens, const char **ppName))              \
    M(HRESULT, GetRow, (THIS_ ULONG ixTbl, ULONG rid, void **ppRow))                              \
    M(HRESULT, GetColumn, (THIS_ ULONG ixTbl, ULONG ixCol, ULONG rid, ULONG *pVal))               \
    M(HRESULT, GetString, (THIS_ ULONG ixString, const char **ppString))                          \
    M(HRESULT, GetBlob, (THIS_ ULONG ixBlob, ULONG *pcbData, const void **ppData))                \
    M(HRESULT, GetGuid, (THIS_ ULONG ixGuid, const GUID **ppGUID))                                \
    M(HRESULT, GetUserString, (THIS_ ULONG ixUserString, ULONG *pcbData, const void **ppData))    \
    M(HRESULT, GetNextString, (THIS_ ULONG ixString, ULONG *pNext))                               \
    M(HRESULT, GetNextBlob, (THIS_ ULONG ixBlob, ULONG *pNext))                                   \
    M(HRESULT, GetNextGuid, (THIS_ ULONG ixGuid, ULONG *pNext))                                   \
    M(HRESULT, GetNextUserString, (THIS_ ULONG ixUserString, ULONG *pNext))
#define IMetaDataTables_ALL(M) IUnknown_ALL(M) IMetaDataTables_METHODS(M)
#define INTERFACE IMetaDataTables
COM_INTERFACE(IMetaDataTables, IUnknown, 0xD8F579AB, 0x402D, 0x4B8E, 0x82, 0xD9, 0x5D, 0x63, 0xB1,
              0x06, 0x5C, 0x68)
#undef INTERFACE

#define IMetaDataTables2_METHODS(M)                                                               \
    M(HRESULT, GetMetaDataStorage, (THIS_ const void **ppvMd, ULONG *pcbMd))                      \
    M(HRESULT, GetMetaDataStreamInfo,                                                             \
      (THIS_ ULONG ix, const char **ppchName, const void **ppv, ULONG *pcb))
#define IMetaDataTables2_ALL(M) IMetaDataTables_ALL(M) IMetaDataTables2_METHODS(M)
#define INTERFACE IMetaDataTables2
COM_INTERFACE(IMetaDataTables2, IMetaDataTables, 0xBADB5F70, 0x58DA, 0x43A9, 0xA1, 0xC6, 0xD7, 0x48,
              0x19, 0xF1, 0x9B, 0x15)
#undef INTERFACE

#define IMetaDataInfo_METHODS(M)                                                                  \
    M(HRESULT, GetFileMapping,                                                                    \
      (THIS_ const void **ppvData, ULONGLONG *pcbData, DWORD *pdwMappingType))
#define IMetaDataInfo_ALL(M) IUnknown_ALL(M) IMetaDataInfo_METHODS(M)
#define INTERFACE IMetaDataInfo
COM_INTERFACE(IMetaDataInfo, IUnknown, 0x7998EA64, 0x7F95, 0x48B8, 0x86, 0xFC, 0x17, 0xCA, 0xF4,
              0x8B, 0xF5, 0xCB)
#undef INTERFACE

/* ---- Opening files ---- */

#define IMetaDataDispenser_METHODS(M)                                                             \
    M(HRESULT, DefineScope,                                                                       \
      (THIS_ REFCLSID rclsid, DWORD dwCreateFlags, REFIID riid, IUnknown **ppIUnk))               \
    M(HRESULT, OpenScope,                                                                         \
      (THIS_ const WCHAR *szScope, DWORD dwOpenFlags, REFIID riid, IUnknown **ppIUnk))            \
    M(HRESULT, OpenScopeOnMemory,                                                                 \
      (THIS_ const void *pData, ULONG cbData, DWORD dwOpenFlags, REFIID riid, IUnknown **ppIUnk))
#define IMetaDataDispenser_ALL(M) IUnknown_ALL(M) IMetaDataDispenser_METHODS(M)
#define INTERFACE IMetaDataDispenser
COM_INTERFACE(IMetaDataDispenser, IUnknown, 0x809C652E, 0x7396, 0x11D2, 0x97, 0x71, 0x00, 0xA0,
              0xC9, 0xB4, 0xD5, 0x0C)
#undef INTERFACE

#define IMetaDataDispenserEx_METHODS(M)                                                           \
    M(HRESULT, SetOption, (THIS_ REFGUID optionid, const VARIANT *value))                         \
    M(HRESULT, GetOption, (THIS_ REFGUID optionid, VARIANT *pvalue))                              \
    M(HRESULT, OpenScopeOnITypeInfo,                                                              \
      (THIS_ ITypeInfo *pITI, DWORD dwOpenFlags, REFIID riid, IUnknown **ppIUnk))                 \
    M(HRESULT, GetCORSystemDirectory, (THIS_ WCHAR *szBuffer, DWORD cchBuffer, DWORD *pchBuffer)) \
    M(HRESULT, FindAssembly,                                                                      \
      (THIS_ const WCHAR *szAppBase, const WCHAR *szPrivateBin, const WCHAR *szGlobalBin,         \
       const WCHAR *szAssemblyName, const WCHAR *szName, ULONG cchName, ULONG *pcName))           \
    M(HRESULT, FindAssemblyModule,                                                                \
      (THIS_ const WCHAR *szAppBase, const WCHAR *szPrivateBin, const WCHAR *szGlobalBin,         \
       const WCHAR *szAssemblyName, const WCHAR *szModuleName, WCHAR *szName, ULONG cchName,      \
       ULONG *pcName))
#define IMetaDataDispenserEx_ALL(M) IMetaDataDispenser_ALL(M) IMetaDataDispenserEx_METHODS(M)
#define INTERFACE IMetaDataDispenserEx
COM_INTERFACE(IMetaDataDispenserEx, IMetaDataDispenser, 0x31BCFCE2, 0xDAFB, 0x11D2, 0x9F, 0x81,
              0x00, 0xC0, 0x4F, 0x79, 0xA0, 0xA3)
#undef INTERFACE

/* {E5CB7A31-7512-11D2-89CE-0080C792E5D8} */
DEFINE_CONST_GUID(CLSID_CorMetaDataDispenser, 0xE5CB7A31, 0x7512, 0x11D2, 0x89, 0xCE, 0x00, 0x80,
                  0xC7, 0x92, 0xE5, 0xD8);

/* clang-format on */

#endif
