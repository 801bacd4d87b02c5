/* Tokens and the flags of the metadata tables, as the CLR profiling and metadata interfaces use
 * them.
 *
 * Names and values are those of the CLR's header of the same name and of ECMA-335, 6th edition
 * (partition II); a value that the standard does not have is marked. A token is the table's number
 * in the highest byte and the row, counted from 1, in the others. */
#ifndef CLARET_CORHDR_H
#define CLARET_CORHDR_H

#include "com.h"

typedef uint8_t UINT8;
typedef uint32_t UINT;
typedef uint32_t UINT32;
typedef uint64_t UINT64;
typedef uint32_t ULONG32;
typedef uint64_t ULONGLONG;
typedef uintptr_t UINT_PTR;
typedef void *HANDLE;
typedef BYTE *LPBYTE;
typedef const BYTE *LPCBYTE;

/* ---- Tokens (II.22) ---- */

typedef uint32_t mdToken;
typedef mdToken mdModule;
typedef mdToken mdTypeRef;
typedef mdToken mdTypeDef;
typedef mdToken mdFieldDef;
typedef mdToken mdMethodDef;
typedef mdToken mdParamDef;
typedef mdToken mdInterfaceImpl;
typedef mdToken mdMemberRef;
typedef mdToken mdCustomAttribute;
typedef mdToken mdPermission; /* table DeclSecurity */
typedef mdToken mdSignature;  /* table StandAloneSig */
typedef mdToken mdEvent;
typedef mdToken mdProperty;
typedef mdToken mdModuleRef;
typedef mdToken mdTypeSpec;
typedef mdToken mdAssembly;
typedef mdToken mdAssemblyRef;
typedef mdToken mdFile;
typedef mdToken mdExportedType;
typedef mdToken mdManifestResource;
typedef mdToken mdGenericParam;
typedef mdToken mdMethodSpec;
typedef mdToken mdGenericParamConstraint;
typedef mdToken mdString; /* a user string: offset into #US */
typedef uint32_t RID;     /* a token's row */

typedef enum CorTokenType {
    mdtModule = 0x00000000,
    mdtTypeRef = 0x01000000,
    mdtTypeDef = 0x02000000,
    mdtFieldDef = 0x04000000,
    mdtMethodDef = 0x06000000,
    mdtParamDef = 0x08000000,
    mdtInterfaceImpl = 0x09000000,
    mdtMemberRef = 0x0A000000,
    mdtCustomAttribute = 0x0C000000,
    mdtPermission = 0x0E000000,
    mdtSignature = 0x11000000,
    mdtEvent = 0x14000000,
    mdtProperty = 0x17000000,
    mdtMethodImpl = 0x19000000,
    mdtModuleRef = 0x1A000000,
    mdtTypeSpec = 0x1B000000,
    mdtAssembly = 0x20000000,
    mdtAssemblyRef = 0x23000000,
    mdtFile = 0x26000000,
    mdtExportedType = 0x27000000,
    mdtManifestResource = 0x28000000,
    mdtNestedClass = 0x29000000,
    mdtGenericParam = 0x2A000000,
    mdtMethodSpec = 0x2B000000,
    mdtGenericParamConstraint = 0x2C000000,
    mdtString = 0x70000000, /* this and the next two are no tables */
    mdtName = 0x71000000,
    mdtBaseType = 0x72000000
} CorTokenType;

#define RidFromToken(token)     ((RID)((token)&0x00FFFFFFu))
#define TypeFromToken(token)    ((ULONG32)((token)&0xFF000000u))
#define TokenFromRid(rid, type) ((mdToken)((rid) | (type)))
#define IsNilToken(token)       (RidFromToken(token) == 0)

#define mdTokenNil     ((mdToken)0)
#define mdTypeRefNil   ((mdTypeRef)mdtTypeRef)
#define mdTypeDefNil   ((mdTypeDef)mdtTypeDef)
#define mdFieldDefNil  ((mdFieldDef)mdtFieldDef)
#define mdMethodDefNil ((mdMethodDef)mdtMethodDef)
#define mdMemberRefNil ((mdMemberRef)mdtMemberRef)
#define mdSignatureNil ((mdSignature)mdtSignature)
#define mdTypeSpecNil  ((mdTypeSpec)mdtTypeSpec)
#define mdAssemblyNil  ((mdAssembly)mdtAssembly)
#define mdStringNil    ((mdString)mdtString)

/* ---- Signatures (II.23.1.16, II.23.2) ---- */

typedef BYTE COR_SIGNATURE;
typedef COR_SIGNATURE *PCOR_SIGNATURE;
typedef const COR_SIGNATURE *PCCOR_SIGNATURE;

typedef enum CorElementType {
    ELEMENT_TYPE_END = 0x00,
    ELEMENT_TYPE_VOID = 0x01,
    ELEMENT_TYPE_BOOLEAN = 0x02,
    ELEMENT_TYPE_CHAR = 0x03,
    ELEMENT_TYPE_I1 = 0x04,
    ELEMENT_TYPE_U1 = 0x05,
    ELEMENT_TYPE_I2 = 0x06,
    ELEMENT_TYPE_U2 = 0x07,
    ELEMENT_TYPE_I4 = 0x08,
    ELEMENT_TYPE_U4 = 0x09,
    ELEMENT_TYPE_I8 = 0x0A,
    ELEMENT_TYPE_U8 = 0x0B,
    ELEMENT_TYPE_R4 = 0x0C,
    ELEMENT_TYPE_R8 = 0x0D,
    ELEMENT_TYPE_STRING = 0x0E,
    ELEMENT_TYPE_PTR = 0x0F,
    ELEMENT_TYPE_BYREF = 0x10,
    ELEMENT_TYPE_VALUETYPE = 0x11,
    ELEMENT_TYPE_CLASS = 0x12,
    ELEMENT_TYPE_VAR = 0x13,
    ELEMENT_TYPE_ARRAY = 0x14,
    ELEMENT_TYPE_GENERICINST = 0x15,
    ELEMENT_TYPE_TYPEDBYREF = 0x16,
    ELEMENT_TYPE_I = 0x18,
    ELEMENT_TYPE_U = 0x19,
    ELEMENT_TYPE_FNPTR = 0x1B,
    ELEMENT_TYPE_OBJECT = 0x1C,
    ELEMENT_TYPE_SZARRAY = 0x1D,
    ELEMENT_TYPE_MVAR = 0x1E,
    ELEMENT_TYPE_CMOD_REQD = 0x1F,
    ELEMENT_TYPE_CMOD_OPT = 0x20,
    ELEMENT_TYPE_INTERNAL = 0x21,
    ELEMENT_TYPE_MAX = 0x22, /* one more than the last; not in the standard */
    ELEMENT_TYPE_MODIFIER = 0x40,
    ELEMENT_TYPE_SENTINEL = 0x41,
    ELEMENT_TYPE_PINNED = 0x45
} CorElementType;

typedef enum CorCallingConvention {
    IMAGE_CEE_CS_CALLCONV_DEFAULT = 0x0,
    IMAGE_CEE_CS_CALLCONV_C = 0x1,
    IMAGE_CEE_CS_CALLCONV_STDCALL = 0x2,
    IMAGE_CEE_CS_CALLCONV_THISCALL = 0x3,
    IMAGE_CEE_CS_CALLCONV_FASTCALL = 0x4,
    IMAGE_CEE_CS_CALLCONV_VARARG = 0x5,
    IMAGE_CEE_CS_CALLCONV_FIELD = 0x6,
    IMAGE_CEE_CS_CALLCONV_LOCAL_SIG = 0x7,
    IMAGE_CEE_CS_CALLCONV_PROPERTY = 0x8,
    IMAGE_CEE_CS_CALLCONV_UNMANAGED = 0x9, /* not in the standard */
    IMAGE_CEE_CS_CALLCONV_GENERICINST = 0xA,
    IMAGE_CEE_CS_CALLCONV_MASK = 0x0F,
    IMAGE_CEE_CS_CALLCONV_GENERIC = 0x10,
    IMAGE_CEE_CS_CALLCONV_HASTHIS = 0x20,
    IMAGE_CEE_CS_CALLCONV_EXPLICITTHIS = 0x40
} CorCallingConvention;

/* ---- Attributes (II.23.1) ---- */

typedef enum CorTypeAttr {
    tdVisibilityMask = 0x00000007,
    tdNotPublic = 0x00000000,
    tdPublic = 0x00000001,
    tdNestedPublic = 0x00000002,
    tdNestedPrivate = 0x00000003,
    tdNestedFamily = 0x00000004,
    tdNestedAssembly = 0x00000005,
    tdNestedFamANDAssem = 0x00000006,
    tdNestedFamORAssem = 0x00000007,
    tdLayoutMask = 0x00000018,
    tdAutoLayout = 0x00000000,
    tdSequentialLayout = 0x00000008,
    tdExplicitLayout = 0x00000010,
    tdClassSemanticsMask = 0x00000020,
    tdClass = 0x00000000,
    tdInterface = 0x00000020,
    tdAbstract = 0x00000080,
    tdSealed = 0x00000100,
    tdSpecialName = 0x00000400,
    tdRTSpecialName = 0x00000800,
    tdImport = 0x00001000,
    tdSerializable = 0x00002000,
    tdStringFormatMask = 0x00030000,
    tdAnsiClass = 0x00000000,
    tdUnicodeClass = 0x00010000,
    tdAutoClass = 0x00020000,
    tdHasSecurity = 0x00040000,
    tdBeforeFieldInit = 0x00100000,
    tdForwarder = 0x00200000
} CorTypeAttr;

typedef enum CorMethodAttr {
    mdMemberAccessMask = 0x0007,
    mdPrivateScope = 0x0000,
    mdPrivate = 0x0001,
    mdFamANDAssem = 0x0002,
    mdAssem = 0x0003,
    mdFamily = 0x0004,
    mdFamORAssem = 0x0005,
    mdPublic = 0x0006,
    mdUnmanagedExport = 0x0008,
    mdStatic = 0x0010,
    mdFinal = 0x0020,
    mdVirtual = 0x0040,
    mdHideBySig = 0x0080,
    mdVtableLayoutMask = 0x0100,
    mdReuseSlot = 0x0000,
    mdNewSlot = 0x0100,
    mdCheckAccessOnOverride = 0x0200,
    mdAbstract = 0x0400,
    mdSpecialName = 0x0800,
    mdRTSpecialName = 0x1000,
    mdPinvokeImpl = 0x2000,
    mdHasSecurity = 0x4000,
    mdRequireSecObject = 0x8000
} CorMethodAttr;

typedef enum CorFieldAttr {
    fdFieldAccessMask = 0x0007,
    fdPrivateScope = 0x0000,
    fdPrivate = 0x0001,
    fdFamANDAssem = 0x0002,
    fdAssembly = 0x0003,
    fdFamily = 0x0004,
    fdFamORAssem = 0x0005,
    fdPublic = 0x0006,
    fdStatic = 0x0010,
    fdInitOnly = 0x0020,
    fdLiteral = 0x0040,
    fdNotSerialized = 0x0080,
    fdHasFieldRVA = 0x0100,
    fdSpecialName = 0x0200,
    fdRTSpecialName = 0x0400,
    fdHasFieldMarshal = 0x1000,
    fdPinvokeImpl = 0x2000,
    fdHasDefault = 0x8000
} CorFieldAttr;

typedef enum CorParamAttr {
    pdIn = 0x0001,
    pdOut = 0x0002,
    pdOptional = 0x0010,
    pdHasDefault = 0x1000,
    pdHasFieldMarshal = 0x2000
} CorParamAttr;

typedef enum CorMethodImpl {
    miCodeTypeMask = 0x0003,
    miIL = 0x0000,
    miNative = 0x0001,
    miOPTIL = 0x0002,
    miRuntime = 0x0003,
    miManagedMask = 0x0004,
    miManaged = 0x0000,
    miUnmanaged = 0x0004,
    miNoInlining = 0x0008,
    miForwardRef = 0x0010,
    miSynchronized = 0x0020,
    miNoOptimization = 0x0040,
    miPreserveSig = 0x0080,
    miAggressiveInlining = 0x0100,
    miAggressiveOptimization = 0x0200, /* not in the standard */
    miInternalCall = 0x1000
} CorMethodImpl;

/* PInvokeAttributes (II.23.1.8) */
typedef enum CorPinvokeMap {
    pmNoMangle = 0x0001,
    pmCharSetMask = 0x0006,
    pmCharSetNotSpec = 0x0000,
    pmCharSetAnsi = 0x0002,
    pmCharSetUnicode = 0x0004,
    pmCharSetAuto = 0x0006,
    pmSupportsLastError = 0x0040,
    pmCallConvMask = 0x0700,
    pmCallConvWinapi = 0x0100,
    pmCallConvCdecl = 0x0200,
    pmCallConvStdcall = 0x0300,
    pmCallConvThiscall = 0x0400,
    pmCallConvFastcall = 0x0500
} CorPinvokeMap;

/* ---- Method bodies (II.25.4) ---- */

/* A body is tiny when its first byte & (FormatMask >> 1) is TinyFormat; the code size is then the
 * byte
 * >> (FormatShift - 1). (The third bit of the format was dropped before the standard.) */
typedef enum CorILMethodFlags {
    CorILMethod_FormatShift = 3,
    CorILMethod_FormatMask = 0x0007,
    CorILMethod_TinyFormat = 0x0002,
    CorILMethod_FatFormat = 0x0003,
    CorILMethod_MoreSects = 0x0008,
    CorILMethod_InitLocals = 0x0010
} CorILMethodFlags;

typedef enum CorILMethodSect {
    CorILMethod_Sect_EHTable = 0x01,
    CorILMethod_Sect_OptILTable = 0x02,
    CorILMethod_Sect_KindMask = 0x3F,
    CorILMethod_Sect_FatFormat = 0x40,
    CorILMethod_Sect_MoreSects = 0x80
} CorILMethodSect;

typedef enum CorExceptionFlag {
    COR_ILEXCEPTION_CLAUSE_NONE = 0x0000,
    COR_ILEXCEPTION_CLAUSE_FILTER = 0x0001,
    COR_ILEXCEPTION_CLAUSE_FINALLY = 0x0002,
    COR_ILEXCEPTION_CLAUSE_FAULT = 0x0004
} CorExceptionFlag;

/* The fat header; 4-byte aligned. A tiny header is one byte: code size << 2 | TinyFormat. */
typedef struct IMAGE_COR_ILMETHOD_FAT {
    unsigned Flags : 12;
    unsigned Size : 4; /* of the header, in units of four bytes: 3 */
    unsigned MaxStack : 16;
    uint32_t CodeSize;
    mdSignature LocalVarSigTok; /* 0 when there are no locals */
} IMAGE_COR_ILMETHOD_FAT;

/* ---- Opening metadata ---- */

typedef enum CorOpenFlags {
    ofRead = 0x00000000,
    ofWrite = 0x00000001,
    ofReadOnly = 0x00000010
} CorOpenFlags;

typedef enum CorSaveSize {
    cssAccurate = 0x0000,
    cssQuick = 0x0001,
    cssDiscardTransientCAs = 0x0002
} CorSaveSize;

#endif
