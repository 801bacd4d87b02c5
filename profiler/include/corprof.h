/* The CLR profiling API: what a profiler plug-in implements and what it may call.
 *
 * A plug-in is a shared library that exports DllGetClassObject. The runtime loads it, asks its
 * class factory for an ICorProfilerCallback2, asks that for the highest version it has, and calls
 * Initialize with an ICorProfilerInfo. The plug-in chooses its callbacks there with SetEventMask.
 * What a callback returns is ignored, except for Initialize.
 *
 * IIDs, slots, signatures, flags and results are those of the CLR: one binary runs in both. com.h
 * tells how the method lists are read. docs/PROFILER.md says which calls are implemented; every
 * other answers E_NOTIMPL. IDs are opaque and live as long as what they name. Texts are UTF-16 with
 * a closing 0; sizes of text buffers count UTF-16 units. */
#ifndef CLARET_CORPROF_H
#define CLARET_CORPROF_H

#include "cor.h"

/* ---- IDs ---- */

typedef UINT_PTR ProcessID;
typedef UINT_PTR AppDomainID;
typedef UINT_PTR AssemblyID;
typedef UINT_PTR ModuleID;
typedef UINT_PTR ClassID;    /* a type, an instantiation of one, or an array */
typedef UINT_PTR FunctionID; /* a method, or an instantiation of one */
typedef UINT_PTR ThreadID;
typedef UINT_PTR ContextID;
typedef UINT_PTR ObjectID;
typedef UINT_PTR GCHandleID;
typedef UINT_PTR ReJITID;
typedef UINT_PTR COR_PRF_ELT_INFO;   /* a frame, inside an enter or leave hook */
typedef UINT_PTR COR_PRF_FRAME_INFO; /* a frame, inside a callback of DoStackSnapshot */
typedef UINT_PTR EVENTPIPE_PROVIDER;
typedef UINT_PTR EVENTPIPE_EVENT;
typedef UINT64 EVENTPIPE_SESSION;
typedef void **ObjectHandleID;

typedef union FunctionIDOrClientID {
    FunctionID functionID;
    UINT_PTR clientID;
} FunctionIDOrClientID;

/* ---- Results ---- */

#define CORPROF_E_FUNCTION_NOT_COMPILED                ((HRESULT)0x80131350)
#define CORPROF_E_DATAINCOMPLETE                       ((HRESULT)0x80131351)
#define CORPROF_E_FUNCTION_NOT_IL                      ((HRESULT)0x80131354)
#define CORPROF_E_NOT_MANAGED_THREAD                   ((HRESULT)0x80131355)
#define CORPROF_E_CALL_ONLY_FROM_INIT                  ((HRESULT)0x80131356)
#define CORPROF_E_NOT_YET_AVAILABLE                    ((HRESULT)0x8013135B)
#define CORPROF_E_TYPE_IS_PARAMETERIZED                ((HRESULT)0x8013135C)
#define CORPROF_E_FUNCTION_IS_PARAMETERIZED            ((HRESULT)0x8013135D)
#define CORPROF_E_STACKSNAPSHOT_INVALID_TGT_THREAD     ((HRESULT)0x8013135E)
#define CORPROF_E_STACKSNAPSHOT_UNMANAGED_CTX          ((HRESULT)0x8013135F)
#define CORPROF_E_STACKSNAPSHOT_UNSAFE                 ((HRESULT)0x80131360)
#define CORPROF_E_STACKSNAPSHOT_ABORTED                ((HRESULT)0x80131361)
#define CORPROF_E_LITERALS_HAVE_NO_ADDRESS             ((HRESULT)0x80131362)
#define CORPROF_E_UNSUPPORTED_CALL_SEQUENCE            ((HRESULT)0x80131363)
#define CORPROF_E_ASYNCHRONOUS_UNSAFE                  ((HRESULT)0x80131364)
#define CORPROF_E_CLASSID_IS_ARRAY                     ((HRESULT)0x80131365)
#define CORPROF_E_CLASSID_IS_COMPOSITE                 ((HRESULT)0x80131366)
#define CORPROF_E_PROFILER_DETACHING                   ((HRESULT)0x80131367)
#define CORPROF_E_PROFILER_NOT_ATTACHABLE              ((HRESULT)0x80131368)
#define CORPROF_E_PROFILER_ALREADY_ACTIVE              ((HRESULT)0x8013136A)
#define CORPROF_E_CALLBACK3_REQUIRED                   ((HRESULT)0x8013136E)
#define CORPROF_E_UNSUPPORTED_FOR_ATTACHING_PROFILER   ((HRESULT)0x8013136F)
#define CORPROF_E_IRREVERSIBLE_INSTRUMENTATION_PRESENT ((HRESULT)0x80131370)
#define CORPROF_E_RUNTIME_UNINITIALIZED                ((HRESULT)0x80131371)
#define CORPROF_E_IMMUTABLE_FLAGS_SET                  ((HRESULT)0x80131372)
#define CORPROF_E_PROFILER_NOT_YET_INITIALIZED         ((HRESULT)0x80131373)
#define CORPROF_E_INCONSISTENT_WITH_FLAGS              ((HRESULT)0x80131374)
/* Returned by Initialize: the plug-in does not want this process, and that is no error. */
#define CORPROF_E_PROFILER_CANCEL_ACTIVATION ((HRESULT)0x80131375)
#define CORPROF_E_DEBUGGING_DISABLED         ((HRESULT)0x80131378)
#define CORPROF_E_MODULE_IS_DYNAMIC          ((HRESULT)0x8013137A)
#define CORPROF_E_CALLBACK4_REQUIRED         ((HRESULT)0x8013137B)
#define CORPROF_E_REJIT_NOT_ENABLED          ((HRESULT)0x8013137C)
#define CORPROF_E_FUNCTION_IS_COLLECTIBLE    ((HRESULT)0x8013137E)
#define CORPROF_E_CALLBACK6_REQUIRED         ((HRESULT)0x80131380)
#define CORPROF_E_CALLBACK7_REQUIRED         ((HRESULT)0x80131382)

/* ---- Event masks ---- */

/* SetEventMask, and the low half of SetEventMask2: MONITOR chooses callbacks, ENABLE and DISABLE
 * change how the runtime works. */
typedef enum COR_PRF_MONITOR {
    COR_PRF_MONITOR_NONE = 0x00000000,
    COR_PRF_MONITOR_FUNCTION_UNLOADS = 0x00000001,
    COR_PRF_MONITOR_CLASS_LOADS = 0x00000002,
    COR_PRF_MONITOR_MODULE_LOADS = 0x00000004,
    COR_PRF_MONITOR_ASSEMBLY_LOADS = 0x00000008,
    COR_PRF_MONITOR_APPDOMAIN_LOADS = 0x00000010,
    COR_PRF_MONITOR_JIT_COMPILATION = 0x00000020,
    COR_PRF_MONITOR_EXCEPTIONS = 0x00000040,
    COR_PRF_MONITOR_GC = 0x00000080,
    COR_PRF_MONITOR_OBJECT_ALLOCATED = 0x00000100,
    COR_PRF_MONITOR_THREADS = 0x00000200,
    COR_PRF_MONITOR_REMOTING = 0x00000400,
    COR_PRF_MONITOR_CODE_TRANSITIONS = 0x00000800,
    COR_PRF_MONITOR_ENTERLEAVE = 0x00001000,
    COR_PRF_MONITOR_CCW = 0x00002000,
    COR_PRF_MONITOR_REMOTING_COOKIE = 0x00004400,
    COR_PRF_MONITOR_REMOTING_ASYNC = 0x00008400,
    COR_PRF_MONITOR_SUSPENDS = 0x00010000,
    COR_PRF_MONITOR_CACHE_SEARCHES = 0x00020000,
    COR_PRF_ENABLE_REJIT = 0x00040000,
    COR_PRF_ENABLE_INPROC_DEBUGGING = 0x00080000,
    COR_PRF_ENABLE_JIT_MAPS = 0x00100000,
    COR_PRF_DISABLE_INLINING = 0x00200000,
    COR_PRF_DISABLE_OPTIMIZATIONS = 0x00400000,
    COR_PRF_ENABLE_OBJECT_ALLOCATED = 0x00800000,
    COR_PRF_MONITOR_CLR_EXCEPTIONS = 0x01000000,
    COR_PRF_MONITOR_ALL = 0x0107FFFF,
    COR_PRF_ENABLE_FUNCTION_ARGS = 0x02000000,
    COR_PRF_ENABLE_FUNCTION_RETVAL = 0x04000000,
    COR_PRF_ENABLE_FRAME_INFO = 0x08000000,
    COR_PRF_ENABLE_STACK_SNAPSHOT = 0x10000000,
    COR_PRF_USE_PROFILE_IMAGES = 0x20000000,
    COR_PRF_REQUIRE_PROFILE_IMAGE = 0x20001800,
    COR_PRF_DISABLE_TRANSPARENCY_CHECKS_UNDER_FULL_TRUST = 0x40000000,
    COR_PRF_DISABLE_ALL_NGEN_IMAGES = 0x80000000,
    COR_PRF_ALL = 0x8FFFFFFF,
    COR_PRF_ALLOWABLE_AFTER_ATTACH = 0x100502FE,
    COR_PRF_ALLOWABLE_NOTIFICATION_PROFILER = 0xB1E32B7F,
    /* These can be changed in Initialize only. */
    COR_PRF_MONITOR_IMMUTABLE = 0xEEF8CC00
} COR_PRF_MONITOR;

/* The high half of SetEventMask2. */
typedef enum COR_PRF_HIGH_MONITOR {
    COR_PRF_HIGH_MONITOR_NONE = 0x00000000,
    COR_PRF_HIGH_ADD_ASSEMBLY_REFERENCES = 0x00000001,
    COR_PRF_HIGH_IN_MEMORY_SYMBOLS_UPDATED = 0x00000002,
    COR_PRF_HIGH_MONITOR_DYNAMIC_FUNCTION_UNLOADS = 0x00000004,
    COR_PRF_HIGH_DISABLE_TIERED_COMPILATION = 0x00000008,
    COR_PRF_HIGH_BASIC_GC = 0x00000010,
    COR_PRF_HIGH_MONITOR_GC_MOVED_OBJECTS = 0x00000020,
    COR_PRF_HIGH_REQUIRE_PROFILE_IMAGE = 0,
    COR_PRF_HIGH_MONITOR_LARGEOBJECT_ALLOCATED = 0x00000040,
    COR_PRF_HIGH_MONITOR_EVENT_PIPE = 0x00000080,
    COR_PRF_HIGH_MONITOR_PINNEDOBJECT_ALLOCATED = 0x00000100,
    COR_PRF_HIGH_ALLOWABLE_AFTER_ATTACH = 0x000000F6,
    COR_PRF_HIGH_ALLOWABLE_NOTIFICATION_PROFILER = 0x000000FE,
    COR_PRF_HIGH_MONITOR_IMMUTABLE = 0x00000008
} COR_PRF_HIGH_MONITOR;

/* ---- Values that callbacks and queries pass ---- */

typedef enum COR_PRF_MISC {
    PROFILER_PARENT_UNKNOWN = 0xFFFFFFFD,
    PROFILER_GLOBAL_CLASS = 0xFFFFFFFE,
    PROFILER_GLOBAL_MODULE = 0xFFFFFFFF
} COR_PRF_MISC;

typedef enum COR_PRF_JIT_CACHE {
    COR_PRF_CACHED_FUNCTION_FOUND,
    COR_PRF_CACHED_FUNCTION_NOT_FOUND
} COR_PRF_JIT_CACHE;

typedef enum COR_PRF_TRANSITION_REASON {
    COR_PRF_TRANSITION_CALL,
    COR_PRF_TRANSITION_RETURN
} COR_PRF_TRANSITION_REASON;

typedef enum COR_PRF_SUSPEND_REASON {
    COR_PRF_SUSPEND_OTHER = 0,
    COR_PRF_SUSPEND_FOR_GC = 1,
    COR_PRF_SUSPEND_FOR_APPDOMAIN_SHUTDOWN = 2,
    COR_PRF_SUSPEND_FOR_CODE_PITCHING = 3,
    COR_PRF_SUSPEND_FOR_SHUTDOWN = 4,
    COR_PRF_SUSPEND_FOR_INPROC_DEBUGGER = 6,
    COR_PRF_SUSPEND_FOR_GC_PREP = 7,
    COR_PRF_SUSPEND_FOR_REJIT = 8,
    COR_PRF_SUSPEND_FOR_PROFILER = 9
} COR_PRF_SUSPEND_REASON;

typedef enum COR_PRF_RUNTIME_TYPE {
    COR_PRF_DESKTOP_CLR = 0x1,
    COR_PRF_CORE_CLR = 0x2
} COR_PRF_RUNTIME_TYPE;

typedef enum COR_PRF_MODULE_FLAGS {
    COR_PRF_MODULE_DISK = 0x01,
    COR_PRF_MODULE_NGEN = 0x02,
    COR_PRF_MODULE_DYNAMIC = 0x04,
    COR_PRF_MODULE_COLLECTIBLE = 0x08,
    COR_PRF_MODULE_RESOURCE = 0x10,
    COR_PRF_MODULE_FLAT_LAYOUT = 0x20,
    COR_PRF_MODULE_WINDOWS_RUNTIME = 0x40
} COR_PRF_MODULE_FLAGS;

typedef enum COR_PRF_STATIC_TYPE {
    COR_PRF_FIELD_NOT_A_STATIC = 0x0,
    COR_PRF_FIELD_APP_DOMAIN_STATIC = 0x1,
    COR_PRF_FIELD_THREAD_STATIC = 0x2,
    COR_PRF_FIELD_CONTEXT_STATIC = 0x4,
    COR_PRF_FIELD_RVA_STATIC = 0x8
} COR_PRF_STATIC_TYPE;

typedef enum COR_PRF_REJIT_FLAGS {
    COR_PRF_REJIT_BLOCK_INLINING = 0x1,
    COR_PRF_REJIT_INLINING_CALLBACKS = 0x2
} COR_PRF_REJIT_FLAGS;

typedef enum COR_PRF_CODEGEN_FLAGS {
    COR_PRF_CODEGEN_DISABLE_INLINING = 0x0001,
    COR_PRF_CODEGEN_DISABLE_ALL_OPTIMIZATIONS = 0x0002,
    COR_PRF_CODEGEN_DEBUG_INFO = 0x0003
} COR_PRF_CODEGEN_FLAGS;

typedef enum COR_PRF_SNAPSHOT_INFO {
    COR_PRF_SNAPSHOT_DEFAULT = 0x0,
    COR_PRF_SNAPSHOT_REGISTER_CONTEXT = 0x1,
    COR_PRF_SNAPSHOT_X86_OPTIMIZED = 0x2
} COR_PRF_SNAPSHOT_INFO;

typedef enum COR_PRF_CLAUSE_TYPE {
    COR_PRF_CLAUSE_NONE = 0,
    COR_PRF_CLAUSE_FILTER = 1,
    COR_PRF_CLAUSE_CATCH = 2,
    COR_PRF_CLAUSE_FINALLY = 3
} COR_PRF_CLAUSE_TYPE;

typedef enum COR_PRF_GC_REASON { COR_PRF_GC_OTHER = 0, COR_PRF_GC_INDUCED = 1 } COR_PRF_GC_REASON;

typedef enum COR_PRF_GC_ROOT_KIND {
    COR_PRF_GC_ROOT_OTHER = 0,
    COR_PRF_GC_ROOT_STACK = 1,
    COR_PRF_GC_ROOT_FINALIZER = 2,
    COR_PRF_GC_ROOT_HANDLE = 3
} COR_PRF_GC_ROOT_KIND;

typedef enum COR_PRF_GC_ROOT_FLAGS {
    COR_PRF_GC_ROOT_PINNING = 0x1,
    COR_PRF_GC_ROOT_WEAKREF = 0x2,
    COR_PRF_GC_ROOT_INTERIOR = 0x4,
    COR_PRF_GC_ROOT_REFCOUNTED = 0x8
} COR_PRF_GC_ROOT_FLAGS;

typedef enum COR_PRF_FINALIZER_FLAGS { COR_PRF_FINALIZER_CRITICAL = 0x1 } COR_PRF_FINALIZER_FLAGS;

typedef enum COR_PRF_GC_GENERATION {
    COR_PRF_GC_GEN_0 = 0,
    COR_PRF_GC_GEN_1 = 1,
    COR_PRF_GC_GEN_2 = 2,
    COR_PRF_GC_LARGE_OBJECT_HEAP = 3,
    COR_PRF_GC_PINNED_OBJECT_HEAP = 4
} COR_PRF_GC_GENERATION;

typedef enum COR_PRF_HANDLE_TYPE {
    COR_PRF_HANDLE_TYPE_WEAK = 0x1,
    COR_PRF_HANDLE_TYPE_STRONG = 0x2,
    COR_PRF_HANDLE_TYPE_PINNED = 0x3
} COR_PRF_HANDLE_TYPE;

typedef enum COR_PRF_EVENTPIPE_PARAM_TYPE {
    COR_PRF_EVENTPIPE_OBJECT = 1,
    COR_PRF_EVENTPIPE_BOOLEAN = 3,
    COR_PRF_EVENTPIPE_CHAR = 4,
    COR_PRF_EVENTPIPE_SBYTE = 5,
    COR_PRF_EVENTPIPE_BYTE = 6,
    COR_PRF_EVENTPIPE_INT16 = 7,
    COR_PRF_EVENTPIPE_UINT16 = 8,
    COR_PRF_EVENTPIPE_INT32 = 9,
    COR_PRF_EVENTPIPE_UINT32 = 10,
    COR_PRF_EVENTPIPE_INT64 = 11,
    COR_PRF_EVENTPIPE_UINT64 = 12,
    COR_PRF_EVENTPIPE_SINGLE = 13,
    COR_PRF_EVENTPIPE_DOUBLE = 14,
    COR_PRF_EVENTPIPE_DECIMAL = 15,
    COR_PRF_EVENTPIPE_DATETIME = 16,
    COR_PRF_EVENTPIPE_GUID = 17,
    COR_PRF_EVENTPIPE_STRING = 18,
    COR_PRF_EVENTPIPE_ARRAY = 19
} COR_PRF_EVENTPIPE_PARAM_TYPE;

typedef enum COR_PRF_EVENTPIPE_LEVEL {
    COR_PRF_EVENTPIPE_LOGALWAYS = 0,
    COR_PRF_EVENTPIPE_CRITICAL = 1,
    COR_PRF_EVENTPIPE_ERROR = 2,
    COR_PRF_EVENTPIPE_WARNING = 3,
    COR_PRF_EVENTPIPE_INFORMATIONAL = 4,
    COR_PRF_EVENTPIPE_VERBOSE = 5
} COR_PRF_EVENTPIPE_LEVEL;

/* Special values of COR_DEBUG_IL_TO_NATIVE_MAP::ilOffset. */
typedef enum CorDebugIlToNativeMappingTypes {
    NO_MAPPING = -1,
    PROLOG = -2,
    EPILOG = -3
} CorDebugIlToNativeMappingTypes;

/* One step of the map from a replaced body's IL offsets to the original's; sorted by oldOffset. */
typedef struct COR_IL_MAP {
    ULONG32 oldOffset;
    ULONG32 newOffset;
    BOOL fAccurate;
} COR_IL_MAP;

typedef struct COR_DEBUG_IL_TO_NATIVE_MAP {
    ULONG32 ilOffset;
    ULONG32 nativeStartOffset;
    ULONG32 nativeEndOffset;
} COR_DEBUG_IL_TO_NATIVE_MAP;

typedef struct COR_PRF_CODE_INFO {
    UINT_PTR startAddress;
    SIZE_T size;
} COR_PRF_CODE_INFO;

typedef struct COR_PRF_FUNCTION_ARGUMENT_RANGE {
    UINT_PTR startAddress;
    ULONG length;
} COR_PRF_FUNCTION_ARGUMENT_RANGE;

typedef struct COR_PRF_FUNCTION_ARGUMENT_INFO {
    ULONG numRanges;
    ULONG totalArgumentSize;
    COR_PRF_FUNCTION_ARGUMENT_RANGE ranges[1]; /* numRanges of them */
} COR_PRF_FUNCTION_ARGUMENT_INFO;

typedef struct COR_PRF_FUNCTION {
    FunctionID functionId;
    ReJITID reJitId;
} COR_PRF_FUNCTION;

typedef struct COR_PRF_METHOD {
    ModuleID moduleId;
    mdMethodDef methodId;
} COR_PRF_METHOD;

typedef struct COR_PRF_ASSEMBLY_REFERENCE_INFO {
    void *pbPublicKeyOrToken;
    ULONG cbPublicKeyOrToken;
    const WCHAR *szName;
    ASSEMBLYMETADATA *pMetaData;
    void *pbHashValue;
    ULONG cbHashValue;
    DWORD dwAssemblyRefFlags;
} COR_PRF_ASSEMBLY_REFERENCE_INFO;

typedef struct COR_PRF_GC_GENERATION_RANGE {
    COR_PRF_GC_GENERATION generation;
    ObjectID rangeStart;
    UINT_PTR rangeLength;
    UINT_PTR rangeLengthReserved;
} COR_PRF_GC_GENERATION_RANGE;

typedef struct COR_PRF_NONGC_HEAP_RANGE {
    ObjectID rangeStart;
    UINT_PTR rangeLength;
    UINT_PTR rangeLengthReserved;
} COR_PRF_NONGC_HEAP_RANGE;

typedef struct COR_PRF_EX_CLAUSE_INFO {
    COR_PRF_CLAUSE_TYPE clauseType;
    UINT_PTR programCounter;
    UINT_PTR framePointer;
    UINT_PTR shadowStackPointer;
} COR_PRF_EX_CLAUSE_INFO;

typedef struct COR_PRF_EVENTPIPE_PROVIDER_CONFIG {
    const WCHAR *providerName;
    UINT64 keywords;
    UINT32 loggingLevel;
    const WCHAR *filterData;
} COR_PRF_EVENTPIPE_PROVIDER_CONFIG;

typedef struct COR_PRF_EVENTPIPE_PARAM_DESC {
    UINT32 type;
    UINT32 elementType;
    const WCHAR *name;
} COR_PRF_EVENTPIPE_PARAM_DESC;

typedef struct COR_PRF_EVENT_DATA {
    UINT64 ptr;
    UINT32 size;
    UINT32 reserved;
} COR_PRF_EVENT_DATA;

typedef struct COR_PRF_FILTER_DATA {
    UINT64 Ptr;
    UINT32 Size;
    UINT32 Type;
} COR_PRF_FILTER_DATA;

/* ---- Functions that a plug-in passes ---- */

/* Whether to hook a function, and under which client ID. */
typedef UINT_PTR FunctionIDMapper(FunctionID funcId, BOOL *pbHookFunction);
typedef UINT_PTR FunctionIDMapper2(FunctionID funcId, void *clientData, BOOL *pbHookFunction);

/* Enter, leave and tail-call hooks. They are called without registers saved around them. */
typedef void FunctionEnter(FunctionID funcID);
typedef void FunctionLeave(FunctionID funcID);
typedef void FunctionTailcall(FunctionID funcID);
typedef void FunctionEnter2(FunctionID funcId, UINT_PTR clientData, COR_PRF_FRAME_INFO func,
                            COR_PRF_FUNCTION_ARGUMENT_INFO *argumentInfo);
typedef void FunctionLeave2(FunctionID funcId, UINT_PTR clientData, COR_PRF_FRAME_INFO func,
                            COR_PRF_FUNCTION_ARGUMENT_RANGE *retvalRange);
typedef void FunctionTailcall2(FunctionID funcId, UINT_PTR clientData, COR_PRF_FRAME_INFO func);
typedef void FunctionEnter3(FunctionIDOrClientID functionIDOrClientID);
typedef void FunctionLeave3(FunctionIDOrClientID functionIDOrClientID);
typedef void FunctionTailcall3(FunctionIDOrClientID functionIDOrClientID);
typedef void FunctionEnter3WithInfo(FunctionIDOrClientID functionIDOrClientID,
                                    COR_PRF_ELT_INFO eltInfo);
typedef void FunctionLeave3WithInfo(FunctionIDOrClientID functionIDOrClientID,
                                    COR_PRF_ELT_INFO eltInfo);
typedef void FunctionTailcall3WithInfo(FunctionIDOrClientID functionIDOrClientID,
                                       COR_PRF_ELT_INFO eltInfo);

/* Once per managed frame; once, with funcId 0, per run of native frames. Anything but S_OK ends the
 * walk. */
typedef HRESULT StackSnapshotCallback(FunctionID funcId, UINT_PTR ip, COR_PRF_FRAME_INFO frameInfo,
                                      ULONG32 contextSize, BYTE context[], void *clientData);

/* FALSE ends the enumeration. */
typedef BOOL ObjectReferenceCallback(ObjectID root, ObjectID *reference, void *clientData);
typedef BOOL (*ObjectCallback)(ObjectID object, void *callbackState);

typedef void EventPipeProviderCallback(const UINT8 *source_id, UINT32 is_enabled, UINT8 level,
                                       UINT64 match_any_keywords, UINT64 match_all_keywords,
                                       COR_PRF_FILTER_DATA *filter_data, void *callback_data);

/* The lists are laid out by hand. */
/* clang-format off */

/* ---- Small interfaces ---- */

/* Memory for method bodies, from GetILFunctionBodyAllocator. Each belongs to one module: Alloc
 * gives cb bytes, 4-byte aligned, at a positive 32-bit offset from the module's base; NULL for 0
 * and when the room is used up. There is no free: the memory lives as long as the module. */
#define IMethodMalloc_METHODS(M)                                                                  \
    M(void *, Alloc, (THIS_ ULONG cb))
#define IMethodMalloc_ALL(M) IUnknown_ALL(M) IMethodMalloc_METHODS(M)
#define INTERFACE IMethodMalloc
COM_INTERFACE(IMethodMalloc, IUnknown, 0xA0EFB28B, 0x6EE2, 0x4D7B, 0xB9, 0x83, 0xA7, 0x5E, 0xF7,
              0xBE, 0xED, 0xB8)
#undef INTERFACE

/* The new version of one method, inside GetReJITParameters. SetILFunctionBody copies its body. */
#define ICorProfilerFunctionControl_METHODS(M)                                                    \
    M(HRESULT, SetCodegenFlags, (THIS_ DWORD flags))                                              \
    M(HRESULT, SetILFunctionBody, (THIS_ ULONG cbNewILMethodHeader, LPCBYTE pbNewILMethodHeader)) \
    M(HRESULT, SetILInstrumentedCodeMap,                                                          \
      (THIS_ ULONG cILMapEntries, COR_IL_MAP rgILMapEntries[]))
#define ICorProfilerFunctionControl_ALL(M) IUnknown_ALL(M) ICorProfilerFunctionControl_METHODS(M)
#define INTERFACE ICorProfilerFunctionControl
COM_INTERFACE(ICorProfilerFunctionControl, IUnknown, 0xF0963021, 0xE1EA, 0x4732, 0x85, 0x81, 0xE0,
              0x1B, 0x0B, 0xD3, 0xC0, 0xC6)
#undef INTERFACE

#define ICorProfilerAssemblyReferenceProvider_METHODS(M)                                          \
    M(HRESULT, AddAssemblyReference,                                                              \
      (THIS_ const COR_PRF_ASSEMBLY_REFERENCE_INFO *pAssemblyRefInfo))
#define ICorProfilerAssemblyReferenceProvider_ALL(M)                                              \
    IUnknown_ALL(M) ICorProfilerAssemblyReferenceProvider_METHODS(M)
#define INTERFACE ICorProfilerAssemblyReferenceProvider
COM_INTERFACE(ICorProfilerAssemblyReferenceProvider, IUnknown, 0x66A78C24, 0x2EEF, 0x4F65, 0xB4,
              0x5F, 0xDD, 0x1D, 0x80, 0x38, 0xBF, 0x3C)
#undef INTERFACE

/* ---- Enumerators ---- */

#define ICorProfilerObjectEnum_METHODS(M)                                                         \
    M(HRESULT, Skip, (THIS_ ULONG celt))                                                          \
    M(HRESULT, Reset, (THIS))                                                                     \
    M(HRESULT, Clone, (THIS_ ICorProfilerObjectEnum **ppEnum))                                    \
    M(HRESULT, GetCount, (THIS_ ULONG *pcelt))                                                    \
    M(HRESULT, Next, (THIS_ ULONG celt, ObjectID objects[], ULONG *pceltFetched))
#define ICorProfilerObjectEnum_ALL(M) IUnknown_ALL(M) ICorProfilerObjectEnum_METHODS(M)
#define INTERFACE ICorProfilerObjectEnum
COM_INTERFACE(ICorProfilerObjectEnum, IUnknown, 0x2C6269BD, 0x2D13, 0x4321, 0xAE, 0x12, 0x66, 0x86,
              0x36, 0x5F, 0xD6, 0xAF)
#undef INTERFACE

#define ICorProfilerFunctionEnum_METHODS(M)                                                       \
    M(HRESULT, Skip, (THIS_ ULONG celt))                                                          \
    M(HRESULT, Reset, (THIS))                                                                     \
    M(HRESULT, Clone, (THIS_ ICorProfilerFunctionEnum **ppEnum))                                  \
    M(HRESULT, GetCount, (THIS_ ULONG *pcelt))                                                    \
    M(HRESULT, Next, (THIS_ ULONG celt, COR_PRF_FUNCTION ids[], ULONG *pceltFetched))
#define ICorProfilerFunctionEnum_ALL(M) IUnknown_ALL(M) ICorProfilerFunctionEnum_METHODS(M)
#define INTERFACE ICorProfilerFunctionEnum
COM_INTERFACE(ICorProfilerFunctionEnum, IUnknown, 0xFF71301A, 0xB994, 0x429D, 0xA1, 0x0B, 0xB3,
              0x45, 0xA6, 0x52, 0x80, 0xEF)
#undef INTERFACE

#define ICorProfilerModuleEnum_METHODS(M)                                                         \
    M(HRESULT, Skip, (THIS_ ULONG celt))                                                          \
    M(HRESULT, Reset, (THIS))                                                                     \
    M(HRESULT, Clone, (THIS_ ICorProfilerModuleEnum **ppEnum))                                    \
    M(HRESULT, GetCount, (THIS_ ULONG *pcelt))                                                    \
    M(HRESULT, Next, (THIS_ ULONG celt, ModuleID ids[], ULONG *pceltFetched))
#define ICorProfilerModuleEnum_ALL(M) IUnknown_ALL(M) ICorProfilerModuleEnum_METHODS(M)
#define INTERFACE ICorProfilerModuleEnum
COM_INTERFACE(ICorProfilerModuleEnum, IUnknown, 0xB0266D75, 0x2081, 0x4493, 0xAF, 0x7F, 0x02, 0x8B,
              0xA3, 0x4D, 0xB8, 0x91)
#undef INTERFACE

#define ICorProfilerThreadEnum_METHODS(M)                                                         \
    M(HRESULT, Skip, (THIS_ ULONG celt))                                                          \
    M(HRESULT, Reset, (THIS))                                                                     \
    M(HRESULT, Clone, (THIS_ ICorProfilerThreadEnum **ppEnum))                                    \
    M(HRESULT, GetCount, (THIS_ ULONG *pcelt))                                                    \
    M(HRESULT, Next, (THIS_ ULONG celt, ThreadID ids[], ULONG *pceltFetched))
#define ICorProfilerThreadEnum_ALL(M) IUnknown_ALL(M) ICorProfilerThreadEnum_METHODS(M)
#define INTERFACE ICorProfilerThreadEnum
COM_INTERFACE(ICorProfilerThreadEnum, IUnknown, 0x571194F7, 0x25ED, 0x419F, 0xAA, 0x8B, 0x70, 0x16,
              0xB3, 0x15, 0x97, 0x01)
#undef INTERFACE

#define ICorProfilerMethodEnum_METHODS(M)                                                         \
    M(HRESULT, Skip, (THIS_ ULONG celt))                                                          \
    M(HRESULT, Reset, (THIS))                                                                     \
    M(HRESULT, Clone, (THIS_ ICorProfilerMethodEnum **ppEnum))                                    \
    M(HRESULT, GetCount, (THIS_ ULONG *pcelt))                                                    \
    M(HRESULT, Next, (THIS_ ULONG celt, COR_PRF_METHOD elements[], ULONG *pceltFetched))
#define ICorProfilerMethodEnum_ALL(M) IUnknown_ALL(M) ICorProfilerMethodEnum_METHODS(M)
#define INTERFACE ICorProfilerMethodEnum
COM_INTERFACE(ICorProfilerMethodEnum, IUnknown, 0xFCCEE788, 0x0088, 0x454B, 0xA8, 0x11, 0xC9, 0x9F,
              0x29, 0x8D, 0x19, 0x42)
#undef INTERFACE

/* ---- What the plug-in implements ---- */

#define ICorProfilerCallback_METHODS(M)                                                           \
    M(HRESULT, Initialize, (THIS_ IUnknown *pICorProfilerInfoUnk))                                \
    M(HRESULT, Shutdown, (THIS))                                                                  \
    M(HRESULT, AppDomainCreationStarted, (THIS_ AppDomainID appDomainId))                         \
    M(HRESULT, AppDomainCreationFinished, (THIS_ AppDomainID appDomainId, HRESULT hrStatus))      \
    M(HRESULT, AppDomainShutdownStarted, (THIS_ AppDomainID appDomainId))                         \
    M(HRESULT, AppDomainShutdownFinished, (THIS_ AppDomainID appDomainId, HRESULT hrStatus))      \
    M(HRESULT, AssemblyLoadStarted, (THIS_ AssemblyID assemblyId))                                \
    M(HRESULT, AssemblyLoadFinished, (THIS_ AssemblyID assemblyId, HRESULT hrStatus))             \
    M(HRESULT, AssemblyUnloadStarted, (THIS_ AssemblyID assemblyId))                              \
    M(HRESULT, AssemblyUnloadFinished, (THIS_ AssemblyID assemblyId, HRESULT hrStatus))           \
    M(HRESULT, ModuleLoadStarted, (THIS_ ModuleID moduleId))                                      \
    M(HRESULT, ModuleLoadFinished, (THIS_ ModuleID moduleId, HRESULT hrStatus))                   \
    M(HRESULT, ModuleUnloadStarted, (THIS_ ModuleID moduleId))                                    \
    M(HRESULT, ModuleUnloadFinished, (THIS_ ModuleID moduleId, HRESULT hrStatus))                 \
    M(HRESULT, ModuleAttachedToAssembly, (THIS_ ModuleID moduleId, AssemblyID AssemblyId))        \
    M(HRESULT, ClassLoadStarted, (THIS_ ClassID classId))                                         \
    M(HRESULT, ClassLoadFinished, (THIS_ ClassID classId, HRESULT hrStatus))                      \
    M(HRESULT, ClassUnloadStarted, (THIS_ ClassID classId))                                       \
    M(HRESULT, ClassUnloadFinished, (THIS_ ClassID classId, HRESULT hrStatus))                    \
    M(HRESULT, FunctionUnloadStarted, (THIS_ FunctionID functionId))                              \
    M(HRESULT, JITCompilationStarted, (THIS_ FunctionID functionId, BOOL fIsSafeToBlock))         \
    M(HRESULT, JITCompilationFinished,                                                            \
      (THIS_ FunctionID functionId, HRESULT hrStatus, BOOL fIsSafeToBlock))                       \
    M(HRESULT, JITCachedFunctionSearchStarted,                                                    \
      (THIS_ FunctionID functionId, BOOL *pbUseCachedFunction))                                   \
    M(HRESULT, JITCachedFunctionSearchFinished,                                                   \
      (THIS_ FunctionID functionId, COR_PRF_JIT_CACHE result))                                    \
    M(HRESULT, JITFunctionPitched, (THIS_ FunctionID functionId))                                 \
    M(HRESULT, JITInlining,                                                                       \
      (THIS_ FunctionID callerId, FunctionID calleeId, BOOL *pfShouldInline))                     \
    M(HRESULT, ThreadCreated, (THIS_ ThreadID threadId))                                          \
    M(HRESULT, ThreadDestroyed, (THIS_ ThreadID threadId))                                        \
    M(HRESULT, ThreadAssignedToOSThread, (THIS_ ThreadID managedThreadId, DWORD osThreadId))      \
    M(HRESULT, RemotingClientInvocationStarted, (THIS))                                           \
    M(HRESULT, RemotingClientSendingMessage, (THIS_ GUID *pCookie, BOOL fIsAsync))                \
    M(HRESULT, RemotingClientReceivingReply, (THIS_ GUID *pCookie, BOOL fIsAsync))                \
    M(HRESULT, RemotingClientInvocationFinished, (THIS))                                          \
    M(HRESULT, RemotingServerReceivingMessage, (THIS_ GUID *pCookie, BOOL fIsAsync))              \
    M(HRESULT, RemotingServerInvocationStarted, (THIS))                                           \
    M(HRESULT, RemotingServerInvocationReturned, (THIS))                                          \
    M(HRESULT, RemotingServerSendingReply, (THIS_ GUID *pCookie, BOOL fIsAsync))                  \
    M(HRESULT, UnmanagedToManagedTransition,                                                      \
      (THIS_ FunctionID functionId, COR_PRF_TRANSITION_REASON reason))                            \
    M(HRESULT, ManagedToUnmanagedTransition,                                                      \
      (THIS_ FunctionID functionId, COR_PRF_TRANSITION_REASON reason))                            \
    M(HRESULT, RuntimeSuspendStarted, (THIS_ COR_PRF_SUSPEND_REASON suspendReason))               \
    M(HRESULT, RuntimeSuspendFinished, (THIS))                                                    \
    M(HRESULT, RuntimeSuspendAborted, (THIS))                                                     \
    M(HRESULT, RuntimeResumeStarted, (THIS))                                                      \
    M(HRESULT, RuntimeResumeFinished, (THIS))                                                     \
    M(HRESULT, RuntimeThreadSuspended, (THIS_ ThreadID threadId))                                 \
    M(HRESULT, RuntimeThreadResumed, (THIS_ ThreadID threadId))                                   \
    M(HRESULT, MovedReferences,                                                                   \
      (THIS_ ULONG cMovedObjectIDRanges, ObjectID oldObjectIDRangeStart[],                        \
       ObjectID newObjectIDRangeStart[], ULONG cObjectIDRangeLength[]))                           \
    M(HRESULT, ObjectAllocated, (THIS_ ObjectID objectId, ClassID classId))                       \
    M(HRESULT, ObjectsAllocatedByClass,                                                           \
      (THIS_ ULONG cClassCount, ClassID classIds[], ULONG cObjects[]))                            \
    M(HRESULT, ObjectReferences,                                                                  \
      (THIS_ ObjectID objectId, ClassID classId, ULONG cObjectRefs, ObjectID objectRefIds[]))     \
    M(HRESULT, RootReferences, (THIS_ ULONG cRootRefs, ObjectID rootRefIds[]))                    \
    M(HRESULT, ExceptionThrown, (THIS_ ObjectID thrownObjectId))                                  \
    M(HRESULT, ExceptionSearchFunctionEnter, (THIS_ FunctionID functionId))                       \
    M(HRESULT, ExceptionSearchFunctionLeave, (THIS))                                              \
    M(HRESULT, ExceptionSearchFilterEnter, (THIS_ FunctionID functionId))                         \
    M(HRESULT, ExceptionSearchFilterLeave, (THIS))                                                \
    M(HRESULT, ExceptionSearchCatcherFound, (THIS_ FunctionID functionId))                        \
    M(HRESULT, ExceptionOSHandlerEnter, (THIS_ UINT_PTR unused))                                  \
    M(HRESULT, ExceptionOSHandlerLeave, (THIS_ UINT_PTR unused))                                  \
    M(HRESULT, ExceptionUnwindFunctionEnter, (THIS_ FunctionID functionId))                       \
    M(HRESULT, ExceptionUnwindFunctionLeave, (THIS))                                              \
    M(HRESULT, ExceptionUnwindFinallyEnter, (THIS_ FunctionID functionId))                        \
    M(HRESULT, ExceptionUnwindFinallyLeave, (THIS))                                               \
    M(HRESULT, ExceptionCatcherEnter, (THIS_ FunctionID functionId, ObjectID objectId))           \
    M(HRESULT, ExceptionCatcherLeave, (THIS))                                                     \
    M(HRESULT, COMClassicVTableCreated,                                                           \
      (THIS_ ClassID wrappedClassId, REFGUID implementedIID, void *pVTable, ULONG cSlots))        \
    M(HRESULT, COMClassicVTableDestroyed,                                                         \
      (THIS_ ClassID wrappedClassId, REFGUID implementedIID, void *pVTable))                      \
    M(HRESULT, ExceptionCLRCatcherFound, (THIS))                                                  \
    M(HRESULT, ExceptionCLRCatcherExecute, (THIS))
#define ICorProfilerCallback_ALL(M) IUnknown_ALL(M) ICorProfilerCallback_METHODS(M)
#define INTERFACE ICorProfilerCallback
COM_INTERFACE(ICorProfilerCallback, IUnknown, 0x176FBED1, 0xA55C, 0x4796, 0x98, 0xCA, 0xA9, 0xDA,
              0x0E, 0xF8, 0x83, 0xE7)
#undef INTERFACE

#define ICorProfilerCallback2_METHODS(M)                                                          \
    M(HRESULT, ThreadNameChanged, (THIS_ ThreadID threadId, ULONG cchName, WCHAR name[]))         \
    M(HRESULT, GarbageCollectionStarted,                                                          \
      (THIS_ int cGenerations, BOOL generationCollected[], COR_PRF_GC_REASON reason))             \
    M(HRESULT, SurvivingReferences,                                                               \
      (THIS_ ULONG cSurvivingObjectIDRanges, ObjectID objectIDRangeStart[],                       \
       ULONG cObjectIDRangeLength[]))                                                             \
    M(HRESULT, GarbageCollectionFinished, (THIS))                                                 \
    M(HRESULT, FinalizeableObjectQueued, (THIS_ DWORD finalizerFlags, ObjectID objectID))         \
    M(HRESULT, RootReferences2,                                                                   \
      (THIS_ ULONG cRootRefs, ObjectID rootRefIds[], COR_PRF_GC_ROOT_KIND rootKinds[],            \
       COR_PRF_GC_ROOT_FLAGS rootFlags[], UINT_PTR rootIds[]))                                    \
    M(HRESULT, HandleCreated, (THIS_ GCHandleID handleId, ObjectID initialObjectId))              \
    M(HRESULT, HandleDestroyed, (THIS_ GCHandleID handleId))
#define ICorProfilerCallback2_ALL(M) ICorProfilerCallback_ALL(M) ICorProfilerCallback2_METHODS(M)
#define INTERFACE ICorProfilerCallback2
COM_INTERFACE(ICorProfilerCallback2, ICorProfilerCallback, 0x8A8CC829, 0xCCF2, 0x49FE, 0xBB, 0xAE,
              0x0F, 0x02, 0x22, 0x28, 0x07, 0x1A)
#undef INTERFACE

#define ICorProfilerCallback3_METHODS(M)                                                          \
    M(HRESULT, InitializeForAttach,                                                               \
      (THIS_ IUnknown *pCorProfilerInfoUnk, void *pvClientData, UINT cbClientData))               \
    M(HRESULT, ProfilerAttachComplete, (THIS))                                                    \
    M(HRESULT, ProfilerDetachSucceeded, (THIS))
#define ICorProfilerCallback3_ALL(M) ICorProfilerCallback2_ALL(M) ICorProfilerCallback3_METHODS(M)
#define INTERFACE ICorProfilerCallback3
COM_INTERFACE(ICorProfilerCallback3, ICorProfilerCallback2, 0x4FD2ED52, 0x7731, 0x4B8D, 0x94, 0x69,
              0x03, 0xD2, 0xCC, 0x30, 0x86, 0xC5)
#undef INTERFACE

#define ICorProfilerCallback4_METHODS(M)                                                          \
    M(HRESULT, ReJITCompilationStarted,                                                           \
      (THIS_ FunctionID functionId, ReJITID rejitId, BOOL fIsSafeToBlock))                        \
    M(HRESULT, GetReJITParameters,                                                                \
      (THIS_ ModuleID moduleId, mdMethodDef methodId,                                             \
       ICorProfilerFunctionControl *pFunctionControl))                                            \
    M(HRESULT, ReJITCompilationFinished,                                                          \
      (THIS_ FunctionID functionId, ReJITID rejitId, HRESULT hrStatus, BOOL fIsSafeToBlock))      \
    M(HRESULT, ReJITError,                                                                        \
      (THIS_ ModuleID moduleId, mdMethodDef methodId, FunctionID functionId, HRESULT hrStatus))   \
    M(HRESULT, MovedReferences2,                                                                  \
      (THIS_ ULONG cMovedObjectIDRanges, ObjectID oldObjectIDRangeStart[],                        \
       ObjectID newObjectIDRangeStart[], SIZE_T cObjectIDRangeLength[]))                          \
    M(HRESULT, SurvivingReferences2,                                                              \
      (THIS_ ULONG cSurvivingObjectIDRanges, ObjectID objectIDRangeStart[],                       \
       SIZE_T cObjectIDRangeLength[]))
#define ICorProfilerCallback4_ALL(M) ICorProfilerCallback3_ALL(M) ICorProfilerCallback4_METHODS(M)
#define INTERFACE ICorProfilerCallback4
COM_INTERFACE(ICorProfilerCallback4, ICorProfilerCallback3, 0x7B63B2E3, 0x107D, 0x4D48, 0xB2, 0xF6,
              0xF6, 0x1E, 0x22, 0x94, 0x70, 0xD2)
#undef INTERFACE

#define ICorProfilerCallback5_METHODS(M)                                                          \
    M(HRESULT, ConditionalWeakTableElementReferences,                                             \
      (THIS_ ULONG cRootRefs, ObjectID keyRefIds[], ObjectID valueRefIds[],                       \
       GCHandleID rootIds[]))
#define ICorProfilerCallback5_ALL(M) ICorProfilerCallback4_ALL(M) ICorProfilerCallback5_METHODS(M)
#define INTERFACE ICorProfilerCallback5
COM_INTERFACE(ICorProfilerCallback5, ICorProfilerCallback4, 0x8DFBA405, 0x8C9F, 0x45F8, 0xBF, 0xFA,
              0x83, 0xB1, 0x4C, 0xEF, 0x78, 0xB5)
#undef INTERFACE

#define ICorProfilerCallback6_METHODS(M)                                                          \
    M(HRESULT, GetAssemblyReferences,                                                             \
      (THIS_ const WCHAR *wszAssemblyPath,                                                        \
       ICorProfilerAssemblyReferenceProvider *pAsmRefProvider))
#define ICorProfilerCallback6_ALL(M) ICorProfilerCallback5_ALL(M) ICorProfilerCallback6_METHODS(M)
#define INTERFACE ICorProfilerCallback6
COM_INTERFACE(ICorProfilerCallback6, ICorProfilerCallback5, 0xFC13DF4B, 0x4448, 0x4F4F, 0x95, 0x0C,
              0xBA, 0x8D, 0x19, 0xD0, 0x0C, 0x36)
#undef INTERFACE

#define ICorProfilerCallback7_METHODS(M)                                                          \
    M(HRESULT, ModuleInMemorySymbolsUpdated, (THIS_ ModuleID moduleId))
#define ICorProfilerCallback7_ALL(M) ICorProfilerCallback6_ALL(M) ICorProfilerCallback7_METHODS(M)
#define INTERFACE ICorProfilerCallback7
COM_INTERFACE(ICorProfilerCallback7, ICorProfilerCallback6, 0xF76A2DBA, 0x1D52, 0x4539, 0x86, 0x6C,
              0x2A, 0xA5, 0x18, 0xF9, 0xEF, 0xC3)
#undef INTERFACE

#define ICorProfilerCallback8_METHODS(M)                                                          \
    M(HRESULT, DynamicMethodJITCompilationStarted,                                                \
      (THIS_ FunctionID functionId, BOOL fIsSafeToBlock, LPCBYTE pILHeader, ULONG cbILHeader))    \
    M(HRESULT, DynamicMethodJITCompilationFinished,                                               \
      (THIS_ FunctionID functionId, HRESULT hrStatus, BOOL fIsSafeToBlock))
#define ICorProfilerCallback8_ALL(M) ICorProfilerCallback7_ALL(M) ICorProfilerCallback8_METHODS(M)
#define INTERFACE ICorProfilerCallback8
COM_INTERFACE(ICorProfilerCallback8, ICorProfilerCallback7, 0x5BED9B15, 0xC079, 0x4D47, 0xBF, 0xE2,
              0x21, 0x5A, 0x14, 0x0C, 0x07, 0xE0)
#undef INTERFACE

#define ICorProfilerCallback9_METHODS(M)                                                          \
    M(HRESULT, DynamicMethodUnloaded, (THIS_ FunctionID functionId))
#define ICorProfilerCallback9_ALL(M) ICorProfilerCallback8_ALL(M) ICorProfilerCallback9_METHODS(M)
#define INTERFACE ICorProfilerCallback9
COM_INTERFACE(ICorProfilerCallback9, ICorProfilerCallback8, 0x27583EC3, 0xC8F5, 0x482F, 0x80, 0x52,
              0x19, 0x4B, 0x8C, 0xE4, 0x70, 0x5A)
#undef INTERFACE

#define ICorProfilerCallback10_METHODS(M)                                                         \
    M(HRESULT, EventPipeEventDelivered,                                                           \
      (THIS_ EVENTPIPE_PROVIDER provider, DWORD eventId, DWORD eventVersion,                      \
       ULONG cbMetadataBlob, LPCBYTE metadataBlob, ULONG cbEventData, LPCBYTE eventData,          \
       const GUID *pActivityId, const GUID *pRelatedActivityId, ThreadID eventThread,             \
       ULONG numStackFrames, UINT_PTR stackFrames[]))                                             \
    M(HRESULT, EventPipeProviderCreated, (THIS_ EVENTPIPE_PROVIDER provider))
#define ICorProfilerCallback10_ALL(M) ICorProfilerCallback9_ALL(M) ICorProfilerCallback10_METHODS(M)
#define INTERFACE ICorProfilerCallback10
COM_INTERFACE(ICorProfilerCallback10, ICorProfilerCallback9, 0xCEC5B60E, 0xC69C, 0x495F, 0x87, 0xF6,
              0x84, 0xD2, 0x8E, 0xE1, 0x6F, 0xFB)
#undef INTERFACE

#define ICorProfilerCallback11_METHODS(M)                                                         \
    M(HRESULT, LoadAsNotificationOnly, (THIS_ BOOL *pbNotificationOnly))
#define ICorProfilerCallback11_ALL(M)                                                             \
    ICorProfilerCallback10_ALL(M) ICorProfilerCallback11_METHODS(M)
#define INTERFACE ICorProfilerCallback11
COM_INTERFACE(ICorProfilerCallback11, ICorProfilerCallback10, 0x42350846, 0xAAED, 0x47F7, 0xB1,
              0x28, 0xFD, 0x0C, 0x98, 0x88, 0x1C, 0xDE)
#undef INTERFACE

/* ---- What the plug-in calls ---- */

#define ICorProfilerInfo_METHODS(M)                                                               \
    M(HRESULT, GetClassFromObject, (THIS_ ObjectID objectId, ClassID *pClassId))                  \
    M(HRESULT, GetClassFromToken,                                                                 \
      (THIS_ ModuleID moduleId, mdTypeDef typeDef, ClassID *pClassId))                            \
    M(HRESULT, GetCodeInfo, (THIS_ FunctionID functionId, LPCBYTE *pStart, ULONG *pcSize))        \
    M(HRESULT, GetEventMask, (THIS_ DWORD *pdwEvents))                                            \
    M(HRESULT, GetFunctionFromIP, (THIS_ LPCBYTE ip, FunctionID *pFunctionId))                    \
    M(HRESULT, GetFunctionFromToken,                                                              \
      (THIS_ ModuleID moduleId, mdToken token, FunctionID *pFunctionId))                          \
    M(HRESULT, GetHandleFromThread, (THIS_ ThreadID threadId, HANDLE *phThread))                  \
    M(HRESULT, GetObjectSize, (THIS_ ObjectID objectId, ULONG *pcSize))                           \
    M(HRESULT, IsArrayClass,                                                                      \
      (THIS_ ClassID classId, CorElementType *pBaseElemType, ClassID *pBaseClassId,               \
       ULONG *pcRank))                                                                            \
    M(HRESULT, GetThreadInfo, (THIS_ ThreadID threadId, DWORD *pdwWin32ThreadId))                 \
    M(HRESULT, GetCurrentThreadID, (THIS_ ThreadID *pThreadId))                                   \
    M(HRESULT, GetClassIDInfo,                                                                    \
      (THIS_ ClassID classId, ModuleID *pModuleId, mdTypeDef *pTypeDefToken))                     \
    M(HRESULT, GetFunctionInfo,                                                                   \
      (THIS_ FunctionID functionId, ClassID *pClassId, ModuleID *pModuleId, mdToken *pToken))     \
    M(HRESULT, SetEventMask, (THIS_ DWORD dwEvents))                                              \
    M(HRESULT, SetEnterLeaveFunctionHooks,                                                        \
      (THIS_ FunctionEnter *pFuncEnter, FunctionLeave *pFuncLeave,                                \
       FunctionTailcall *pFuncTailcall))                                                          \
    M(HRESULT, SetFunctionIDMapper, (THIS_ FunctionIDMapper *pFunc))                              \
    M(HRESULT, GetTokenAndMetaDataFromFunction,                                                   \
      (THIS_ FunctionID functionId, REFIID riid, IUnknown **ppImport, mdToken *pToken))           \
    M(HRESULT, GetModuleInfo,                                                                     \
      (THIS_ ModuleID moduleId, LPCBYTE *ppBaseLoadAddress, ULONG cchName, ULONG *pcchName,       \
       WCHAR szName[], AssemblyID *pAssemblyId))                                                  \
    M(HRESULT, GetModuleMetaData,                                                                 \
      (THIS_ ModuleID moduleId, DWORD dwOpenFlags, REFIID riid, IUnknown **ppOut))                \
    M(HRESULT, GetILFunctionBody,                                                                 \
      (THIS_ ModuleID moduleId, mdMethodDef methodId, LPCBYTE *ppMethodHeader,                    \
       ULONG *pcbMethodSize))                                                                     \
    M(HRESULT, GetILFunctionBodyAllocator, (THIS_ ModuleID moduleId, IMethodMalloc **ppMalloc))   \
    M(HRESULT, SetILFunctionBody,                                                                 \
      (THIS_ ModuleID moduleId, mdMethodDef methodid, LPCBYTE pbNewILMethodHeader))               \
    M(HRESULT, GetAppDomainInfo,                                                                  \
      (THIS_ AppDomainID appDomainId, ULONG cchName, ULONG *pcchName, WCHAR szName[],             \
       ProcessID *pProcessId))                                                                    \
    M(HRESULT, GetAssemblyInfo,                                                                   \
      (THIS_ AssemblyID assemblyId, ULONG cchName, ULONG *pcchName, WCHAR szName[],               \
       AppDomainID *pAppDomainId, ModuleID *pModuleId))                                           \
    M(HRESULT, SetFunctionReJIT, (THIS_ FunctionID functionId))                                   \
    M(HRESULT, ForceGC, (THIS))                                                                   \
    M(HRESULT, SetILInstrumentedCodeMap,                                                          \
      (THIS_ FunctionID functionId, BOOL fStartJit, ULONG cILMapEntries,                          \
       COR_IL_MAP rgILMapEntries[]))                                                              \
    M(HRESULT, GetInprocInspectionInterface, (THIS_ IUnknown **ppicd))                            \
    M(HRESULT, GetInprocInspectionIThisThread, (THIS_ IUnknown **ppicd))                          \
    M(HRESULT, GetThreadContext, (THIS_ ThreadID threadId, ContextID *pContextId))                \
    M(HRESULT, BeginInprocDebugging, (THIS_ BOOL fThisThreadOnly, DWORD *pdwProfilerContext))     \
    M(HRESULT, EndInprocDebugging, (THIS_ DWORD dwProfilerContext))                               \
    M(HRESULT, GetILToNativeMapping,                                                              \
      (THIS_ FunctionID functionId, ULONG32 cMap, ULONG32 *pcMap,                                 \
       COR_DEBUG_IL_TO_NATIVE_MAP map[]))
#define ICorProfilerInfo_ALL(M) IUnknown_ALL(M) ICorProfilerInfo_METHODS(M)
#define INTERFACE ICorProfilerInfo
COM_INTERFACE(ICorProfilerInfo, IUnknown, 0x28B5557D, 0x3F3F, 0x48B4, 0x90, 0xB2, 0x5F, 0x9E, 0xEA,
              0x2F, 0x6C, 0x48)
#undef INTERFACE

#define ICorProfilerInfo2_METHODS(M)                                                              \
    M(HRESULT, DoStackSnapshot,                                                                   \
      (THIS_ ThreadID thread, StackSnapshotCallback *callback, ULONG32 infoFlags,                 \
       void *clientData, BYTE context[], ULONG32 contextSize))                                    \
    M(HRESULT, SetEnterLeaveFunctionHooks2,                                                       \
      (THIS_ FunctionEnter2 *pFuncEnter, FunctionLeave2 *pFuncLeave,                              \
       FunctionTailcall2 *pFuncTailcall))                                                         \
    M(HRESULT, GetFunctionInfo2,                                                                  \
      (THIS_ FunctionID funcId, COR_PRF_FRAME_INFO frameInfo, ClassID *pClassId,                  \
       ModuleID *pModuleId, mdToken *pToken, ULONG32 cTypeArgs, ULONG32 *pcTypeArgs,              \
       ClassID typeArgs[]))                                                                       \
    M(HRESULT, GetStringLayout,                                                                   \
      (THIS_ ULONG *pBufferLengthOffset, ULONG *pStringLengthOffset, ULONG *pBufferOffset))       \
    M(HRESULT, GetClassLayout,                                                                    \
      (THIS_ ClassID classID, COR_FIELD_OFFSET rFieldOffset[], ULONG cFieldOffset,                \
       ULONG *pcFieldOffset, ULONG *pulClassSize))                                                \
    M(HRESULT, GetClassIDInfo2,                                                                   \
      (THIS_ ClassID classId, ModuleID *pModuleId, mdTypeDef *pTypeDefToken,                      \
       ClassID *pParentClassId, ULONG32 cNumTypeArgs, ULONG32 *pcNumTypeArgs,                     \
       ClassID typeArgs[]))                                                                       \
    M(HRESULT, GetCodeInfo2,                                                                      \
      (THIS_ FunctionID functionID, ULONG32 cCodeInfos, ULONG32 *pcCodeInfos,                     \
       COR_PRF_CODE_INFO codeInfos[]))                                                            \
    M(HRESULT, GetClassFromTokenAndTypeArgs,                                                      \
      (THIS_ ModuleID moduleID, mdTypeDef typeDef, ULONG32 cTypeArgs, ClassID typeArgs[],         \
       ClassID *pClassID))                                                                        \
    M(HRESULT, GetFunctionFromTokenAndTypeArgs,                                                   \
      (THIS_ ModuleID moduleID, mdMethodDef funcDef, ClassID classId, ULONG32 cTypeArgs,          \
       ClassID typeArgs[], FunctionID *pFunctionID))                                              \
    M(HRESULT, EnumModuleFrozenObjects,                                                           \
      (THIS_ ModuleID moduleID, ICorProfilerObjectEnum **ppEnum))                                 \
    M(HRESULT, GetArrayObjectInfo,                                                                \
      (THIS_ ObjectID objectId, ULONG32 cDimensions, ULONG32 pDimensionSizes[],                   \
       int pDimensionLowerBounds[], BYTE **ppData))                                               \
    M(HRESULT, GetBoxClassLayout, (THIS_ ClassID classId, ULONG32 *pBufferOffset))                \
    M(HRESULT, GetThreadAppDomain, (THIS_ ThreadID threadId, AppDomainID *pAppDomainId))          \
    M(HRESULT, GetRVAStaticAddress,                                                               \
      (THIS_ ClassID classId, mdFieldDef fieldToken, void **ppAddress))                           \
    M(HRESULT, GetAppDomainStaticAddress,                                                         \
      (THIS_ ClassID classId, mdFieldDef fieldToken, AppDomainID appDomainId, void **ppAddress))  \
    M(HRESULT, GetThreadStaticAddress,                                                            \
      (THIS_ ClassID classId, mdFieldDef fieldToken, ThreadID threadId, void **ppAddress))        \
    M(HRESULT, GetContextStaticAddress,                                                           \
      (THIS_ ClassID classId, mdFieldDef fieldToken, ContextID contextId, void **ppAddress))      \
    M(HRESULT, GetStaticFieldInfo,                                                                \
      (THIS_ ClassID classId, mdFieldDef fieldToken, COR_PRF_STATIC_TYPE *pFieldInfo))            \
    M(HRESULT, GetGenerationBounds,                                                               \
      (THIS_ ULONG cObjectRanges, ULONG *pcObjectRanges, COR_PRF_GC_GENERATION_RANGE ranges[]))   \
    M(HRESULT, GetObjectGeneration,                                                               \
      (THIS_ ObjectID objectId, COR_PRF_GC_GENERATION_RANGE *range))                              \
    M(HRESULT, GetNotifiedExceptionClauseInfo, (THIS_ COR_PRF_EX_CLAUSE_INFO *pinfo))
#define ICorProfilerInfo2_ALL(M) ICorProfilerInfo_ALL(M) ICorProfilerInfo2_METHODS(M)
#define INTERFACE ICorProfilerInfo2
COM_INTERFACE(ICorProfilerInfo2, ICorProfilerInfo, 0xCC0935CD, 0xA518, 0x487D, 0xB0, 0xBB, 0xA9,
              0x32, 0x14, 0xE6, 0x54, 0x78)
#undef INTERFACE

#define ICorProfilerInfo3_METHODS(M)                                                              \
    M(HRESULT, EnumJITedFunctions, (THIS_ ICorProfilerFunctionEnum **ppEnum))                     \
    M(HRESULT, RequestProfilerDetach, (THIS_ DWORD dwExpectedCompletionMilliseconds))             \
    M(HRESULT, SetFunctionIDMapper2, (THIS_ FunctionIDMapper2 *pFunc, void *clientData))          \
    M(HRESULT, GetStringLayout2, (THIS_ ULONG *pStringLengthOffset, ULONG *pBufferOffset))        \
    M(HRESULT, SetEnterLeaveFunctionHooks3,                                                       \
      (THIS_ FunctionEnter3 *pFuncEnter3, FunctionLeave3 *pFuncLeave3,                            \
       FunctionTailcall3 *pFuncTailcall3))                                                        \
    M(HRESULT, SetEnterLeaveFunctionHooks3WithInfo,                                               \
      (THIS_ FunctionEnter3WithInfo *pFuncEnter3WithInfo,                                         \
       FunctionLeave3WithInfo *pFuncLeave3WithInfo,                                               \
       FunctionTailcall3WithInfo *pFuncTailcall3WithInfo))                                        \
    M(HRESULT, GetFunctionEnter3Info,                                                             \
      (THIS_ FunctionID functionId, COR_PRF_ELT_INFO eltInfo, COR_PRF_FRAME_INFO *pFrameInfo,     \
       ULONG *pcbArgumentInfo, COR_PRF_FUNCTION_ARGUMENT_INFO *pArgumentInfo))                    \
    M(HRESULT, GetFunctionLeave3Info,                                                             \
      (THIS_ FunctionID functionId, COR_PRF_ELT_INFO eltInfo, COR_PRF_FRAME_INFO *pFrameInfo,     \
       COR_PRF_FUNCTION_ARGUMENT_RANGE *pRetvalRange))                                            \
    M(HRESULT, GetFunctionTailcall3Info,                                                          \
      (THIS_ FunctionID functionId, COR_PRF_ELT_INFO eltInfo, COR_PRF_FRAME_INFO *pFrameInfo))    \
    M(HRESULT, EnumModules, (THIS_ ICorProfilerModuleEnum **ppEnum))                              \
    M(HRESULT, GetRuntimeInformation,                                                             \
      (THIS_ USHORT *pClrInstanceId, COR_PRF_RUNTIME_TYPE *pRuntimeType, USHORT *pMajorVersion,   \
       USHORT *pMinorVersion, USHORT *pBuildNumber, USHORT *pQFEVersion, ULONG cchVersionString,  \
       ULONG *pcchVersionString, WCHAR szVersionString[]))                                        \
    M(HRESULT, GetThreadStaticAddress2,                                                           \
      (THIS_ ClassID classId, mdFieldDef fieldToken, AppDomainID appDomainId, ThreadID threadId,  \
       void **ppAddress))                                                                         \
    M(HRESULT, GetAppDomainsContainingModule,                                                     \
      (THIS_ ModuleID moduleId, ULONG32 cAppDomainIds, ULONG32 *pcAppDomainIds,                   \
       AppDomainID appDomainIds[]))                                                               \
    M(HRESULT, GetModuleInfo2,                                                                    \
      (THIS_ ModuleID moduleId, LPCBYTE *ppBaseLoadAddress, ULONG cchName, ULONG *pcchName,       \
       WCHAR szName[], AssemblyID *pAssemblyId, DWORD *pdwModuleFlags))
#define ICorProfilerInfo3_ALL(M) ICorProfilerInfo2_ALL(M) ICorProfilerInfo3_METHODS(M)
#define INTERFACE ICorProfilerInfo3
COM_INTERFACE(ICorProfilerInfo3, ICorProfilerInfo2, 0xB555ED4F, 0x452A, 0x4E54, 0x8B, 0x39, 0xB5,
              0x36, 0x0B, 0xAD, 0x32, 0xA0)
#undef INTERFACE

#define ICorProfilerInfo4_METHODS(M)                                                              \
    M(HRESULT, EnumThreads, (THIS_ ICorProfilerThreadEnum **ppEnum))                              \
    M(HRESULT, InitializeCurrentThread, (THIS))                                                   \
    M(HRESULT, RequestReJIT,                                                                      \
      (THIS_ ULONG cFunctions, ModuleID moduleIds[], mdMethodDef methodIds[]))                    \
    M(HRESULT, RequestRevert,                                                                     \
      (THIS_ ULONG cFunctions, ModuleID moduleIds[], mdMethodDef methodIds[], HRESULT status[]))  \
    M(HRESULT, GetCodeInfo3,                                                                      \
      (THIS_ FunctionID functionID, ReJITID reJitId, ULONG32 cCodeInfos, ULONG32 *pcCodeInfos,    \
       COR_PRF_CODE_INFO codeInfos[]))                                                            \
    M(HRESULT, GetFunctionFromIP2,                                                                \
      (THIS_ LPCBYTE ip, FunctionID *pFunctionId, ReJITID *pReJitId))                             \
    M(HRESULT, GetReJITIDs,                                                                       \
      (THIS_ FunctionID functionId, ULONG cReJitIds, ULONG *pcReJitIds, ReJITID reJitIds[]))      \
    M(HRESULT, GetILToNativeMapping2,                                                             \
      (THIS_ FunctionID functionId, ReJITID reJitId, ULONG32 cMap, ULONG32 *pcMap,                \
       COR_DEBUG_IL_TO_NATIVE_MAP map[]))                                                         \
    M(HRESULT, EnumJITedFunctions2, (THIS_ ICorProfilerFunctionEnum **ppEnum))                    \
    M(HRESULT, GetObjectSize2, (THIS_ ObjectID objectId, SIZE_T *pcSize))
#define ICorProfilerInfo4_ALL(M) ICorProfilerInfo3_ALL(M) ICorProfilerInfo4_METHODS(M)
#define INTERFACE ICorProfilerInfo4
COM_INTERFACE(ICorProfilerInfo4, ICorProfilerInfo3, 0x0D8FDCAA, 0x6257, 0x47BF, 0xB1, 0xBF, 0x94,
              0xDA, 0xC8, 0x84, 0x66, 0xEE)
#undef INTERFACE

#define ICorProfilerInfo5_METHODS(M)                                                              \
    M(HRESULT, GetEventMask2, (THIS_ DWORD *pdwEventsLow, DWORD *pdwEventsHigh))                  \
    M(HRESULT, SetEventMask2, (THIS_ DWORD dwEventsLow, DWORD dwEventsHigh))
#define ICorProfilerInfo5_ALL(M) ICorProfilerInfo4_ALL(M) ICorProfilerInfo5_METHODS(M)
#define INTERFACE ICorProfilerInfo5
COM_INTERFACE(ICorProfilerInfo5, ICorProfilerInfo4, 0x07602928, 0xCE38, 0x4B83, 0x81, 0xE7, 0x74,
              0xAD, 0xAF, 0x78, 0x12, 0x14)
#undef INTERFACE

#define ICorProfilerInfo6_METHODS(M)                                                              \
    M(HRESULT, EnumNgenModuleMethodsInliningThisMethod,                                           \
      (THIS_ ModuleID inlinersModuleId, ModuleID inlineeModuleId, mdMethodDef inlineeMethodId,    \
       BOOL *incompleteData, ICorProfilerMethodEnum **ppEnum))
#define ICorProfilerInfo6_ALL(M) ICorProfilerInfo5_ALL(M) ICorProfilerInfo6_METHODS(M)
#define INTERFACE ICorProfilerInfo6
COM_INTERFACE(ICorProfilerInfo6, ICorProfilerInfo5, 0xF30A070D, 0xBFFB, 0x46A7, 0xB1, 0xD8, 0x87,
              0x81, 0xEF, 0x7B, 0x69, 0x8A)
#undef INTERFACE

#define ICorProfilerInfo7_METHODS(M)                                                              \
    M(HRESULT, ApplyMetaData, (THIS_ ModuleID moduleId))                                          \
    M(HRESULT, GetInMemorySymbolsLength, (THIS_ ModuleID moduleId, DWORD *pCountSymbolBytes))     \
    M(HRESULT, ReadInMemorySymbols,                                                               \
      (THIS_ ModuleID moduleId, DWORD symbolsReadOffset, BYTE *pSymbolBytes,                      \
       DWORD countSymbolBytes, DWORD *pCountSymbolBytesRead))
#define ICorProfilerInfo7_ALL(M) ICorProfilerInfo6_ALL(M) ICorProfilerInfo7_METHODS(M)
#define INTERFACE ICorProfilerInfo7
COM_INTERFACE(ICorProfilerInfo7, ICorProfilerInfo6, 0x9AEECC0D, 0x63E0, 0x4187, 0x8C, 0x00, 0xE3,
              0x12, 0xF5, 0x03, 0xF6, 0x63)
#undef INTERFACE

#define ICorProfilerInfo8_METHODS(M)                                                              \
    M(HRESULT, IsFunctionDynamic, (THIS_ FunctionID functionId, BOOL *isDynamic))                 \
    M(HRESULT, GetFunctionFromIP3, (THIS_ LPCBYTE ip, FunctionID *functionId, ReJITID *pReJitId)) \
    M(HRESULT, GetDynamicFunctionInfo,                                                            \
      (THIS_ FunctionID functionId, ModuleID *moduleId, PCCOR_SIGNATURE *ppvSig, ULONG *pbSig,    \
       ULONG cchName, ULONG *pcchName, WCHAR wszName[]))
#define ICorProfilerInfo8_ALL(M) ICorProfilerInfo7_ALL(M) ICorProfilerInfo8_METHODS(M)
#define INTERFACE ICorProfilerInfo8
COM_INTERFACE(ICorProfilerInfo8, ICorProfilerInfo7, 0xC5AC80A6, 0x782E, 0x4716, 0x80, 0x44, 0x39,
              0x59, 0x8C, 0x60, 0xCF, 0xBF)
#undef INTERFACE

#define ICorProfilerInfo9_METHODS(M)                                                              \
    M(HRESULT, GetNativeCodeStartAddresses,                                                       \
      (THIS_ FunctionID functionID, ReJITID reJitId, ULONG32 cCodeStartAddresses,                 \
       ULONG32 *pcCodeStartAddresses, UINT_PTR codeStartAddresses[]))                             \
    M(HRESULT, GetILToNativeMapping3,                                                             \
      (THIS_ UINT_PTR pNativeCodeStartAddress, ULONG32 cMap, ULONG32 *pcMap,                      \
       COR_DEBUG_IL_TO_NATIVE_MAP map[]))                                                         \
    M(HRESULT, GetCodeInfo4,                                                                      \
      (THIS_ UINT_PTR pNativeCodeStartAddress, ULONG32 cCodeInfos, ULONG32 *pcCodeInfos,          \
       COR_PRF_CODE_INFO codeInfos[]))
#define ICorProfilerInfo9_ALL(M) ICorProfilerInfo8_ALL(M) ICorProfilerInfo9_METHODS(M)
#define INTERFACE ICorProfilerInfo9
COM_INTERFACE(ICorProfilerInfo9, ICorProfilerInfo8, 0x008170DB, 0xF8CC, 0x4796, 0x9A, 0x51, 0xDC,
              0x8A, 0xA0, 0xB4, 0x70, 0x12)
#undef INTERFACE

#define ICorProfilerInfo10_METHODS(M)                                                             \
    M(HRESULT, EnumerateObjectReferences,                                                         \
      (THIS_ ObjectID objectId, ObjectReferenceCallback callback, void *clientData))              \
    M(HRESULT, IsFrozenObject, (THIS_ ObjectID objectId, BOOL *pbFrozen))                         \
    M(HRESULT, GetLOHObjectSizeThreshold, (THIS_ DWORD *pThreshold))                              \
    M(HRESULT, RequestReJITWithInliners,                                                          \
      (THIS_ DWORD dwRejitFlags, ULONG cFunctions, ModuleID moduleIds[],                          \
       mdMethodDef methodIds[]))                                                                  \
    M(HRESULT, SuspendRuntime, (THIS))                                                            \
    M(HRESULT, ResumeRuntime, (THIS))
#define ICorProfilerInfo10_ALL(M) ICorProfilerInfo9_ALL(M) ICorProfilerInfo10_METHODS(M)
#define INTERFACE ICorProfilerInfo10
COM_INTERFACE(ICorProfilerInfo10, ICorProfilerInfo9, 0x2F1B5152, 0xC869, 0x40C9, 0xAA, 0x5F, 0x3A,
              0xBE, 0x02, 0x6B, 0xD7, 0x20)
#undef INTERFACE

#define ICorProfilerInfo11_METHODS(M)                                                             \
    M(HRESULT, GetEnvironmentVariable,                                                            \
      (THIS_ const WCHAR *szName, ULONG cchValue, ULONG *pcchValue, WCHAR szValue[]))             \
    M(HRESULT, SetEnvironmentVariable, (THIS_ const WCHAR *szName, const WCHAR *szValue))
#define ICorProfilerInfo11_ALL(M) ICorProfilerInfo10_ALL(M) ICorProfilerInfo11_METHODS(M)
#define INTERFACE ICorProfilerInfo11
COM_INTERFACE(ICorProfilerInfo11, ICorProfilerInfo10, 0x06398876, 0x8987, 0x4154, 0xB6, 0x21, 0x40,
              0xA0, 0x0D, 0x6E, 0x4D, 0x04)
#undef INTERFACE

#define ICorProfilerInfo12_METHODS(M)                                                             \
    M(HRESULT, EventPipeStartSession,                                                             \
      (THIS_ UINT32 cProviderConfigs, COR_PRF_EVENTPIPE_PROVIDER_CONFIG pProviderConfigs[],       \
       BOOL requestRundown, EVENTPIPE_SESSION *pSession))                                         \
    M(HRESULT, EventPipeAddProviderToSession,                                                     \
      (THIS_ EVENTPIPE_SESSION session, COR_PRF_EVENTPIPE_PROVIDER_CONFIG providerConfig))        \
    M(HRESULT, EventPipeStopSession, (THIS_ EVENTPIPE_SESSION session))                           \
    M(HRESULT, EventPipeCreateProvider,                                                           \
      (THIS_ const WCHAR *providerName, EVENTPIPE_PROVIDER *pProvider))                           \
    M(HRESULT, EventPipeGetProviderInfo,                                                          \
      (THIS_ EVENTPIPE_PROVIDER provider, ULONG cchName, ULONG *pcchName, WCHAR providerName[]))  \
    M(HRESULT, EventPipeDefineEvent,                                                              \
      (THIS_ EVENTPIPE_PROVIDER provider, const WCHAR *eventName, UINT32 eventID,                 \
       UINT64 keywords, UINT32 eventVersion, UINT32 level, UINT8 opcode, BOOL needStack,          \
       UINT32 cParamDescs, COR_PRF_EVENTPIPE_PARAM_DESC pParamDescs[], EVENTPIPE_EVENT *pEvent))  \
    M(HRESULT, EventPipeWriteEvent,                                                               \
      (THIS_ EVENTPIPE_EVENT event, UINT32 cData, COR_PRF_EVENT_DATA data[],                      \
       const GUID *pActivityId, const GUID *pRelatedActivityId))
#define ICorProfilerInfo12_ALL(M) ICorProfilerInfo11_ALL(M) ICorProfilerInfo12_METHODS(M)
#define INTERFACE ICorProfilerInfo12
COM_INTERFACE(ICorProfilerInfo12, ICorProfilerInfo11, 0x27B24CCD, 0x1CB1, 0x47C5, 0x96, 0xEE, 0x98,
              0x19, 0x0D, 0xC3, 0x09, 0x59)
#undef INTERFACE

#define ICorProfilerInfo13_METHODS(M)                                                             \
    M(HRESULT, CreateHandle,                                                                      \
      (THIS_ ObjectID object, COR_PRF_HANDLE_TYPE type, ObjectHandleID *pHandle))                 \
    M(HRESULT, DestroyHandle, (THIS_ ObjectHandleID handle))                                      \
    M(HRESULT, GetObjectIDFromHandle, (THIS_ ObjectHandleID handle, ObjectID *pObject))
#define ICorProfilerInfo13_ALL(M) ICorProfilerInfo12_ALL(M) ICorProfilerInfo13_METHODS(M)
#define INTERFACE ICorProfilerInfo13
COM_INTERFACE(ICorProfilerInfo13, ICorProfilerInfo12, 0x6E6C7EE2, 0x0701, 0x4EC2, 0x9D, 0x29, 0x2E,
              0x87, 0x33, 0xB6, 0x69, 0x34)
#undef INTERFACE

#define ICorProfilerInfo14_METHODS(M)                                                             \
    M(HRESULT, EnumerateNonGCObjects, (THIS_ ICorProfilerObjectEnum **ppEnum))                    \
    M(HRESULT, GetNonGCHeapBounds,                                                                \
      (THIS_ ULONG cObjectRanges, ULONG *pcObjectRanges, COR_PRF_NONGC_HEAP_RANGE ranges[]))      \
    M(HRESULT, EventPipeCreateProvider2,                                                          \
      (THIS_ const WCHAR *providerName, EventPipeProviderCallback *pCallback,                     \
       EVENTPIPE_PROVIDER *pProvider))
#define ICorProfilerInfo14_ALL(M) ICorProfilerInfo13_ALL(M) ICorProfilerInfo14_METHODS(M)
#define INTERFACE ICorProfilerInfo14
COM_INTERFACE(ICorProfilerInfo14, ICorProfilerInfo13, 0xF460E352, 0xD76D, 0x4FE9, 0x83, 0x5F, 0xF6,
              0xAF, 0x9D, 0x6E, 0x86, 0x2D)
#undef INTERFACE

#define ICorProfilerInfo15_METHODS(M)                                                             \
    M(HRESULT, EnumerateGCHeapObjects, (THIS_ ObjectCallback callback, void *callbackState))
#define ICorProfilerInfo15_ALL(M) ICorProfilerInfo14_ALL(M) ICorProfilerInfo15_METHODS(M)
#define INTERFACE ICorProfilerInfo15
COM_INTERFACE(ICorProfilerInfo15, ICorProfilerInfo14, 0xB446462D, 0xBD22, 0x41DD, 0x87, 0x2D, 0xDC,
              0x71, 0x4C, 0x49, 0xEB, 0x56)
#undef INTERFACE

/* clang-format on */

/* The plug-in's one entry point: the class factory of the profiler's CLSID. */
#ifdef __cplusplus
extern "C"
#endif
    __attribute__((visibility("default"))) HRESULT
    DllGetClassObject(REFCLSID clsid, REFIID riid, void **out);

#endif
