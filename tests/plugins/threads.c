/* Checks what holds of callbacks however many threads there are, with a program like
 * tests/data/threaded.cs, and prints "WRONG: ..." where it does not, and at Shutdown how often what
 * came. Every callback that may block takes the plug-in's one lock, and many ask the runtime under
 * it, as real profilers do: a lock of the runtime held meanwhile would be a deadlock. A native
 * thread asks all the time. Methods named Same are replaced: they return one more than before. */
#define _GNU_SOURCE
#include "corprof_plugin.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static ICorProfilerInfo10 *info;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

#define INFO(method, ...) info->lpVtbl->method(info, ##__VA_ARGS__)

static void check(bool good, const char *what) {
    if (!good)
        printf("WRONG: %s\n", what);
}

static ThreadID this_thread(void) {
    ThreadID id = 0;
    INFO(GetCurrentThreadID, &id);
    return id;
}

/* ---- Sets of IDs, under the lock ---- */

#define ROOM 4096
typedef struct id_set {
    UINT_PTR ids[ROOM];
    unsigned count;
} id_set;

static bool has(const id_set *set, UINT_PTR id) {
    for (unsigned i = 0; i < set->count; i++) {
        if (set->ids[i] == id)
            return true;
    }
    return false;
}

static void add(id_set *set, UINT_PTR id, const char *what) {
    check(!has(set, id), what);
    check(set->count < ROOM, "room");
    if (set->count < ROOM)
        set->ids[set->count++] = id;
}

static void take(id_set *set, UINT_PTR id, const char *what) {
    unsigned i = 0;
    while (i < set->count && set->ids[i] != id)
        i++;
    check(i < set->count, what);
    if (i < set->count)
        set->ids[i] = set->ids[--set->count];
}

/* ---- Threads ---- */

static id_set threads;
static unsigned created, assigned, destroyed, named;

static HRESULT on_ThreadCreated(ICorProfilerCallback11 *self, ThreadID thread) {
    AppDomainID domain = 0;
    pthread_mutex_lock(&lock);
    created++;
    add(&threads, thread, "a thread is created twice");
    check(thread == this_thread(), "ThreadCreated on another thread");
    check(INFO(ForceGC) == CORPROF_E_UNSUPPORTED_CALL_SEQUENCE, "ForceGC on a managed thread");
    check(INFO(GetThreadAppDomain, thread, &domain) == S_OK && domain, "GetThreadAppDomain");
    pthread_mutex_unlock(&lock);
    return S_OK;
}

static HRESULT on_ThreadAssignedToOSThread(ICorProfilerCallback11 *self, ThreadID thread,
                                           DWORD os_id) {
    DWORD told = 0;
    HANDLE handle = NULL;
    pthread_mutex_lock(&lock);
    assigned++;
    check(has(&threads, thread), "ThreadAssignedToOSThread before ThreadCreated");
    check(os_id == (DWORD)syscall(SYS_gettid), "number of the thread");
    check(INFO(GetThreadInfo, thread, &told) == S_OK && told == os_id, "GetThreadInfo");
    check(INFO(GetHandleFromThread, thread, &handle) == S_OK &&
              pthread_equal((pthread_t)handle, pthread_self()),
          "GetHandleFromThread");
    pthread_mutex_unlock(&lock);
    return S_OK;
}

static HRESULT on_ThreadDestroyed(ICorProfilerCallback11 *self, ThreadID thread) {
    pthread_mutex_lock(&lock);
    destroyed++;
    take(&threads, thread, "a thread is destroyed that is not there");
    check(thread == this_thread(), "ThreadDestroyed on another thread");
    pthread_mutex_unlock(&lock);
    return S_OK;
}

static HRESULT on_ThreadNameChanged(ICorProfilerCallback11 *self, ThreadID thread, ULONG length,
                                    WCHAR name[]) {
    pthread_mutex_lock(&lock);
    check(has(&threads, thread), "ThreadNameChanged before ThreadCreated");
    check(length > 0 && (name[0] == 'w' || name[0] == 'f' || name[0] == 'F'), "name");
    named++;
    pthread_mutex_unlock(&lock);
    return S_OK;
}

/* ---- Loads ---- */

static id_set modules;
static atomic_uint classes_started, classes_finished;

static HRESULT on_ModuleLoadFinished(ICorProfilerCallback11 *self, ModuleID module,
                                     HRESULT status) {
    IMetaDataImport *import = NULL;
    FunctionID function = 0;
    usleep(1000); /* somebody else would run its code now */
    pthread_mutex_lock(&lock);
    add(&modules, module, "a module is loaded twice");
    check(INFO(GetModuleMetaData, module, ofRead, &IID_IMetaDataImport, (IUnknown **)&import) ==
              S_OK,
          "GetModuleMetaData");
    INFO(GetFunctionFromToken, module, TokenFromRid(1, mdtMethodDef), &function);
    pthread_mutex_unlock(&lock);
    return S_OK;
}

static void check_class(ClassID class) {
    ModuleID module = 0;
    mdTypeDef token;
    check(INFO(GetClassIDInfo, class, &module, &token) == S_OK, "GetClassIDInfo");
    pthread_mutex_lock(&lock);
    check(has(&modules, module), "a class is loaded before its module");
    pthread_mutex_unlock(&lock);
}

static HRESULT on_ClassLoadStarted(ICorProfilerCallback11 *self, ClassID class) {
    atomic_fetch_add(&classes_started, 1);
    check_class(class);
    return S_OK;
}

static HRESULT on_ClassLoadFinished(ICorProfilerCallback11 *self, ClassID class, HRESULT status) {
    atomic_fetch_add(&classes_finished, 1);
    return S_OK;
}

/* ---- Methods ---- */

static id_set jitted;
static unsigned made;
static atomic_uint jit_started, jit_finished;
static _Thread_local FunctionID compiling[16]; /* on this thread, one inside another */
static _Thread_local unsigned compiling_count;

/* Adds to the module, which others read. */
static void grow(ModuleID module, unsigned number) {
    IMetaDataEmit2 *emit = NULL;
    mdTypeRef type = 0;
    mdString string = 0;
    WCHAR name[] = u"Made.Type0";
    name[9] = (WCHAR)('0' + number);
    check(INFO(GetModuleMetaData, module, ofWrite, &IID_IMetaDataEmit2, (IUnknown **)&emit) == S_OK,
          "IMetaDataEmit2");
    check(emit->lpVtbl->DefineTypeRefByName(emit, TokenFromRid(1, mdtModule), name, &type) == S_OK,
          "DefineTypeRefByName");
    check(emit->lpVtbl->DefineUserString(emit, name, 10, &string) == S_OK, "DefineUserString");
}

/* ldarg; ldc.i4.1; add; ret */
static void replace(ModuleID module, mdMethodDef method, bool is_static) {
    IMethodMalloc *allocator = NULL;
    const BYTE *old;
    ULONG size;
    check(INFO(GetILFunctionBody, module, method, &old, &size) == S_OK, "GetILFunctionBody");
    check(INFO(GetILFunctionBodyAllocator, module, &allocator) == S_OK, "allocator");
    BYTE *body = allocator ? allocator->lpVtbl->Alloc(allocator, 5) : NULL;
    check(body != NULL, "Alloc");
    if (!body)
        return;
    memcpy(body,
           (BYTE[]){4 << 2 | CorILMethod_TinyFormat, is_static ? 0x02 : 0x03, 0x17, 0x58, 0x2A}, 5);
    check(INFO(SetILFunctionBody, module, method, body) == S_OK, "SetILFunctionBody");
}

static HRESULT on_JITCompilationStarted(ICorProfilerCallback11 *self, FunctionID function,
                                        BOOL safe) {
    ModuleID module = 0;
    mdMethodDef token = 0;
    IMetaDataImport *import = NULL;
    const char *name = "";
    DWORD attributes = 0;
    pthread_mutex_lock(&lock);
    atomic_fetch_add(&jit_started, 1);
    compiling[compiling_count++ % 16] = function;
    add(&jitted, function, "a method is compiled twice");
    INFO(GetFunctionInfo, function, NULL, &module, &token);
    check(module == 0 || has(&modules, module), "a method is compiled before its module is loaded");
    if (INFO(GetModuleMetaData, module, ofRead, &IID_IMetaDataImport, (IUnknown **)&import) ==
        S_OK) {
        import->lpVtbl->GetNameFromToken(import, token, &name);
        import->lpVtbl->GetMethodProps(import, token, NULL, NULL, 0, NULL, &attributes, NULL, NULL,
                                       NULL, NULL);
    }
    if (strcmp(name, "Same") == 0) {
        usleep(2000); /* the others wait for it */
        replace(module, token, attributes & mdStatic);
        grow(module, made++);
    }
    pthread_mutex_unlock(&lock);
    return S_OK;
}

static HRESULT on_JITCompilationFinished(ICorProfilerCallback11 *self, FunctionID function,
                                         HRESULT status, BOOL safe) {
    atomic_fetch_add(&jit_finished, 1);
    check(compiling_count > 0 && compiling[--compiling_count % 16] == function,
          "JITCompilationFinished on another thread, or out of order");
    return S_OK;
}

/* ---- Stacks ---- */

typedef struct stack {
    unsigned managed;
    FunctionID last;
    HRESULT answer;
} stack;

static HRESULT on_frame(FunctionID function, UINT_PTR ip, COR_PRF_FRAME_INFO frame, ULONG32 size,
                        BYTE context[], void *data) {
    stack *s = data;
    mdToken token;
    if (function) {
        s->managed++;
        check(ip != 0 && INFO(GetFunctionInfo, function, NULL, NULL, &token) == S_OK,
              "a function of a stack");
    }
    s->last = function;
    return s->answer;
}

static void look_at_own_stack(void) {
    stack s = {.answer = S_OK}, aborted = {.answer = S_FALSE};
    check(INFO(DoStackSnapshot, 0, on_frame, 0, &s, NULL, 0) == S_OK, "DoStackSnapshot");
    check(s.managed > 0 && s.last == 0, "what a stack ends with");
    check(INFO(DoStackSnapshot, this_thread(), on_frame, 0, &aborted, NULL, 0) ==
                  CORPROF_E_STACKSNAPSHOT_ABORTED &&
              aborted.managed == 1,
          "DoStackSnapshot that is aborted");
}

/* ---- Exceptions: each thread's are a sequence of its own ---- */

static atomic_uint thrown, caught;
static _Thread_local int searches, filters, finallies, catches;

static HRESULT on_ExceptionThrown(ICorProfilerCallback11 *self, ObjectID object) {
    ClassID class = 0;
    atomic_fetch_add(&thrown, 1);
    check(INFO(GetClassFromObject, object, &class) == S_OK && class, "class of an exception");
    check(searches == 0, "an exception inside a search");
    look_at_own_stack();
    return S_OK;
}
static HRESULT on_ExceptionSearchFunctionEnter(ICorProfilerCallback11 *self, FunctionID function) {
    searches++;
    return S_OK;
}
static HRESULT on_ExceptionSearchFunctionLeave(ICorProfilerCallback11 *self) {
    check(--searches == 0, "search");
    return S_OK;
}
static HRESULT on_ExceptionSearchFilterEnter(ICorProfilerCallback11 *self, FunctionID function) {
    check(++filters == 1 && searches == 1, "filter");
    return S_OK;
}
static HRESULT on_ExceptionSearchFilterLeave(ICorProfilerCallback11 *self) {
    check(--filters == 0, "filter's end");
    return S_OK;
}
static HRESULT on_ExceptionUnwindFinallyEnter(ICorProfilerCallback11 *self, FunctionID function) {
    finallies++;
    return S_OK;
}
static HRESULT on_ExceptionUnwindFinallyLeave(ICorProfilerCallback11 *self) {
    check(--finallies >= 0, "finally's end");
    return S_OK;
}
static HRESULT on_ExceptionCatcherEnter(ICorProfilerCallback11 *self, FunctionID function,
                                        ObjectID object) {
    atomic_fetch_add(&caught, 1);
    check(searches == 0 && finallies == 0, "catcher");
    catches++;
    return S_OK;
}
static HRESULT on_ExceptionCatcherLeave(ICorProfilerCallback11 *self) {
    check(--catches >= 0, "catcher's end");
    return S_OK;
}

/* ---- Suspensions and collections: one after another, whichever thread collects ---- */

static atomic_uint stops, collections, allocated;
static atomic_int stage;
static unsigned suspended; /* between the callbacks of one stop, which are one thread's */
static ThreadID suspended_ids[64];

static void advance(int from, int to, const char *what) {
    check(atomic_compare_exchange_strong(&stage, &from, to), what);
}
static HRESULT on_RuntimeSuspendStarted(ICorProfilerCallback11 *self,
                                        COR_PRF_SUSPEND_REASON reason) {
    advance(0, 1, "RuntimeSuspendStarted");
    atomic_fetch_add(&stops, 1);
    suspended = 0;
    return S_OK;
}
static HRESULT on_RuntimeThreadSuspended(ICorProfilerCallback11 *self, ThreadID thread) {
    advance(1, 1, "RuntimeThreadSuspended");
    if (suspended < 64)
        suspended_ids[suspended++] = thread;
    return S_OK;
}
static HRESULT on_RuntimeSuspendFinished(ICorProfilerCallback11 *self) {
    advance(1, 2, "RuntimeSuspendFinished");
    return S_OK;
}
static HRESULT on_GarbageCollectionStarted(ICorProfilerCallback11 *self, int count,
                                           BOOL collected[], COR_PRF_GC_REASON reason) {
    FunctionID function;
    advance(2, 3, "GarbageCollectionStarted");
    check(INFO(SuspendRuntime) == CORPROF_E_UNSUPPORTED_CALL_SEQUENCE &&
              INFO(ResumeRuntime) == CORPROF_E_UNSUPPORTED_CALL_SEQUENCE,
          "SuspendRuntime in a collection");
    check(INFO(GetFunctionFromToken, modules.ids[0], TokenFromRid(1, mdtMethodDef), &function) ==
              CORPROF_E_UNSUPPORTED_CALL_SEQUENCE,
          "GetFunctionFromToken in a collection");
    atomic_fetch_add(&collections, 1);
    return S_OK;
}
static HRESULT on_GarbageCollectionFinished(ICorProfilerCallback11 *self) {
    advance(3, 2, "GarbageCollectionFinished");
    return S_OK;
}
static HRESULT on_RuntimeResumeStarted(ICorProfilerCallback11 *self) {
    advance(2, 4, "RuntimeResumeStarted");
    return S_OK;
}
static HRESULT on_RuntimeThreadResumed(ICorProfilerCallback11 *self, ThreadID thread) {
    unsigned i = 0;
    advance(4, 4, "RuntimeThreadResumed");
    while (i < suspended && suspended_ids[i] != thread)
        i++;
    check(i < suspended, "a thread is resumed that was not suspended");
    if (i < suspended)
        suspended_ids[i] = suspended_ids[--suspended];
    return S_OK;
}
static HRESULT on_RuntimeResumeFinished(ICorProfilerCallback11 *self) {
    check(suspended == 0, "not all are resumed");
    advance(4, 0, "RuntimeResumeFinished");
    return S_OK;
}
static HRESULT on_ObjectAllocated(ICorProfilerCallback11 *self, ObjectID object, ClassID class) {
    atomic_fetch_add(&allocated, 1);
    return S_OK;
}

/* ---- The native thread ---- */

static pthread_t asker;
static atomic_bool over;
static unsigned questions;

static void ask_about_threads(void) {
    ICorProfilerThreadEnum *list = NULL;
    ThreadID thread;
    ULONG fetched;
    if (INFO(EnumThreads, &list) != S_OK)
        return;
    while (list->lpVtbl->Next(list, 1, &thread, &fetched) == S_OK && fetched) {
        DWORD os_id = 0;
        HRESULT result = INFO(GetThreadInfo, thread, &os_id);
        check(thread && (result == E_INVALIDARG || os_id), "a thread of the list");
    }
    list->lpVtbl->Release(list);
}

static void ask_about_modules(void) {
    ICorProfilerModuleEnum *list = NULL;
    ModuleID module;
    ULONG fetched;
    if (INFO(EnumModules, &list) != S_OK)
        return;
    while (list->lpVtbl->Next(list, 1, &module, &fetched) == S_OK && fetched) {
        FunctionID function = 0;
        LPCBYTE body, base;
        ULONG size, length;
        WCHAR name[300];
        check(module != 0, "a module of the list");
        INFO(GetModuleInfo, module, &base, 300, &length, name, NULL);
        INFO(GetFunctionFromToken, module, TokenFromRid(1 + questions % 8, mdtMethodDef),
             &function);
        INFO(GetILFunctionBody, module, TokenFromRid(1 + questions % 8, mdtMethodDef), &body,
             &size);
    }
    list->lpVtbl->Release(list);
}

static unsigned stacks;

/* The stacks of all threads, which stand still meanwhile. */
static void look_at_stacks(void) {
    ICorProfilerThreadEnum *list = NULL;
    ThreadID thread;
    ULONG fetched;
    HRESULT result = INFO(SuspendRuntime);
    if (result != S_OK) {
        check(result == CORPROF_E_RUNTIME_UNINITIALIZED, "SuspendRuntime");
        return;
    }
    check(INFO(SuspendRuntime) == CORPROF_E_UNSUPPORTED_CALL_SEQUENCE, "SuspendRuntime again");
    INFO(EnumThreads, &list);
    while (list->lpVtbl->Next(list, 1, &thread, &fetched) == S_OK && fetched) {
        stack s = {.answer = S_OK};
        result = INFO(DoStackSnapshot, thread, on_frame, 0, &s, NULL, 0);
        check(result == (s.managed ? S_OK : E_FAIL) && s.last == 0, "another thread's stack");
        stacks += s.managed > 0;
    }
    list->lpVtbl->Release(list);
    check(INFO(ResumeRuntime) == S_OK, "ResumeRuntime");
    check(INFO(ResumeRuntime) == CORPROF_E_UNSUPPORTED_CALL_SEQUENCE, "ResumeRuntime again");
}

static atomic_uint forced;

static void force_collection(void) {
    HRESULT result = INFO(ForceGC);
    check(result == S_OK || result == CORPROF_E_NOT_YET_AVAILABLE, "ForceGC");
    atomic_fetch_add(&forced, result == S_OK);
}

static void *ask(void *data) {
    ThreadID id;
    while (!atomic_load(&over)) {
        pthread_mutex_lock(&lock);
        questions++;
        check(INFO(GetCurrentThreadID, &id) == CORPROF_E_NOT_MANAGED_THREAD,
              "GetCurrentThreadID on a native thread");
        ask_about_threads();
        ask_about_modules();
        if (questions % 4 == 0)
            look_at_stacks();
        if (questions % 16 == 0)
            force_collection();
        pthread_mutex_unlock(&lock);
        usleep(500);
    }
    return data;
}

/* ---- Start and end ---- */

static HRESULT on_Shutdown(ICorProfilerCallback11 *self) {
    atomic_store(&over, true);
    pthread_join(asker, NULL);
    check(created == assigned, "ThreadAssignedToOSThread for each thread");
    check(created == destroyed + threads.count && threads.count == 1,
          "every thread but the first is destroyed");
    check(jit_started == jit_finished, "JITCompilationFinished for each method");
    check(classes_started == classes_finished, "ClassLoadFinished for each class");
    check(stops >= collections && stage == 0, "each suspension ends");
    check(questions > 0 && stacks > 0 && forced > 0, "questions");
    printf("threads %d, named %u, thrown %d, caught %d, collections %d, objects %d\n", created > 8,
           named, thrown >= 126, caught >= 126, collections >= 4, allocated > 10000);
    fflush(stdout);
    return S_OK;
}

static HRESULT on_Initialize(ICorProfilerCallback11 *self, IUnknown *runtime) {
    HRESULT result =
        runtime->lpVtbl->QueryInterface(runtime, &IID_ICorProfilerInfo10, (void **)&info);
    if (FAILED(result))
        return result;
    if (pthread_create(&asker, NULL, ask, NULL) != 0)
        return E_FAIL;
    return INFO(SetEventMask, COR_PRF_MONITOR_THREADS | COR_PRF_MONITOR_MODULE_LOADS |
                                  COR_PRF_MONITOR_CLASS_LOADS | COR_PRF_MONITOR_JIT_COMPILATION |
                                  COR_PRF_MONITOR_EXCEPTIONS | COR_PRF_MONITOR_SUSPENDS |
                                  COR_PRF_MONITOR_GC | COR_PRF_MONITOR_OBJECT_ALLOCATED |
                                  COR_PRF_ENABLE_OBJECT_ALLOCATED | COR_PRF_ENABLE_STACK_SNAPSHOT);
}

#define SLOT(callback) .callback = on_##callback
CORPROF_PLUGIN(SLOT(Initialize), SLOT(Shutdown), SLOT(ThreadCreated), SLOT(ThreadDestroyed),
               SLOT(ThreadAssignedToOSThread), SLOT(ThreadNameChanged), SLOT(ModuleLoadFinished),
               SLOT(ClassLoadStarted), SLOT(ClassLoadFinished), SLOT(JITCompilationStarted),
               SLOT(JITCompilationFinished), SLOT(ExceptionThrown),
               SLOT(ExceptionSearchFunctionEnter), SLOT(ExceptionSearchFunctionLeave),
               SLOT(ExceptionSearchFilterEnter), SLOT(ExceptionSearchFilterLeave),
               SLOT(ExceptionUnwindFinallyEnter), SLOT(ExceptionUnwindFinallyLeave),
               SLOT(ExceptionCatcherEnter), SLOT(ExceptionCatcherLeave),
               SLOT(RuntimeSuspendStarted), SLOT(RuntimeSuspendFinished),
               SLOT(RuntimeThreadSuspended), SLOT(RuntimeThreadResumed), SLOT(RuntimeResumeStarted),
               SLOT(RuntimeResumeFinished), SLOT(GarbageCollectionStarted),
               SLOT(GarbageCollectionFinished), SLOT(ObjectAllocated))
