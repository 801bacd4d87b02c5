/* The host against the real runtime. The plug-in tests/plugins/trampoline.so gets its callback
 * object from here, so a test can look at ICorProfilerInfo from inside a callback. The program is
 * tests/data/profiled.cs. Results and order are those that CoreCLR 3.1.23 was observed to give,
 * except where a comment says that Claret means to differ. */
#define DllGetClassObject test_class_object
#include "corprof_plugin.h"

#include "claret.h"
#include "profiler/prof.h"
#include "runtime/memory/mem.h"
#include <CUnit/CUnit.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PROGRAM "build/tests/profiled.exe"

/* What a test wants, and what it sees. */
static struct {
    DWORD mask;
    void (*at_initialize)(void);
    void (*at_module)(ModuleID module); /* ModuleLoadFinished of the program */
    void (*at_jit)(FunctionID function, const char *name);
    void (*at_object)(ObjectID object, ClassID type);
    void (*at_jitted)(FunctionID function, const char *name);
    ICorProfilerInfo15 *info;
    ModuleID program;
    unsigned objects;
    char log[4096];
} test;

#define INFO(method, ...) test.info->lpVtbl->method(test.info, __VA_ARGS__)

static void note(const char *callback, const char *what) {
    size_t used = strlen(test.log);
    snprintf(test.log + used, sizeof test.log - used, "%s%s%s\n", callback, *what ? " " : "", what);
}

/* ---- The callback object ---- */

static const char *name_of(FunctionID function) {
    IMetaDataImport *import;
    mdToken token;
    const char *name = "?";
    CU_ASSERT_EQUAL_FATAL(INFO(GetTokenAndMetaDataFromFunction, function, &IID_IMetaDataImport,
                               (IUnknown **)&import, &token),
                          S_OK);
    CU_ASSERT_EQUAL(import->lpVtbl->GetNameFromToken(import, token, &name), S_OK);
    return name;
}

static bool in_program(FunctionID function) {
    ModuleID module = 0;
    INFO(GetFunctionInfo, function, NULL, &module, NULL);
    return module == test.program;
}

/* What a callback returns is ignored, so these fail. The text is how the log has it. */
#define PLAIN(name, text)                                                                          \
    static HRESULT on_##name(ICorProfilerCallback11 *self) {                                       \
        note(text, "");                                                                            \
        return E_FAIL;                                                                             \
    }
#define WITH_ID(name, text)                                                                        \
    static HRESULT on_##name(ICorProfilerCallback11 *self, UINT_PTR id) {                          \
        note(text, "");                                                                            \
        return E_FAIL;                                                                             \
    }
#define WITH_STATUS(name, text)                                                                    \
    static HRESULT on_##name(ICorProfilerCallback11 *self, UINT_PTR id, HRESULT status) {          \
        note(text, "");                                                                            \
        CU_ASSERT_EQUAL(status, S_OK);                                                             \
        return E_FAIL;                                                                             \
    }
#define WITH_FUNCTION(name, text)                                                                  \
    static HRESULT on_##name(ICorProfilerCallback11 *self, FunctionID id) {                        \
        note(text, name_of(id));                                                                   \
        return E_FAIL;                                                                             \
    }
PLAIN(Shutdown, "Shutdown")
WITH_ID(AppDomainCreationStarted, "AppDomainCreationStarted")
WITH_STATUS(AppDomainCreationFinished, "AppDomainCreationFinished")
WITH_ID(AssemblyLoadStarted, "AssemblyLoadStarted")
WITH_STATUS(AssemblyLoadFinished, "AssemblyLoadFinished")
WITH_ID(ThreadCreated, "ThreadCreated")
WITH_ID(ExceptionThrown, "Thrown")
WITH_FUNCTION(ExceptionSearchFunctionEnter, "Search")
PLAIN(ExceptionSearchFunctionLeave, "SearchLeave")
WITH_FUNCTION(ExceptionSearchFilterEnter, "Filter")
PLAIN(ExceptionSearchFilterLeave, "FilterLeave")
WITH_FUNCTION(ExceptionSearchCatcherFound, "Found")
WITH_FUNCTION(ExceptionUnwindFunctionEnter, "Unwind")
PLAIN(ExceptionUnwindFunctionLeave, "UnwindLeave")
WITH_FUNCTION(ExceptionUnwindFinallyEnter, "Finally")
PLAIN(ExceptionUnwindFinallyLeave, "FinallyLeave")
PLAIN(ExceptionCatcherLeave, "CatchLeave")

static HRESULT on_ObjectAllocated(ICorProfilerCallback11 *self, ObjectID object, ClassID type) {
    ClassID again = 0;
    CU_ASSERT_EQUAL(INFO(GetClassFromObject, object, &again), S_OK);
    CU_ASSERT_EQUAL(again, type);
    test.objects++;
    if (test.at_object)
        test.at_object(object, type);
    return S_OK;
}

/* Types of the program only, with the token of each. */
static void note_type(const char *callback, ClassID id) {
    ModuleID module = 0;
    mdTypeDef token = 0;
    char text[16];
    CU_ASSERT_EQUAL(INFO(GetClassIDInfo, id, &module, &token), S_OK);
    snprintf(text, sizeof text, "%08X", token);
    if (test.program && module == test.program)
        note(callback, text);
}

static HRESULT on_ClassLoadStarted(ICorProfilerCallback11 *self, ClassID id) {
    note_type("ClassLoadStarted", id);
    return S_OK;
}

static HRESULT on_ClassLoadFinished(ICorProfilerCallback11 *self, ClassID id, HRESULT status) {
    note_type("ClassLoadFinished", id);
    return S_OK;
}

static HRESULT on_ExceptionCatcherEnter(ICorProfilerCallback11 *self, FunctionID id,
                                        ObjectID object) {
    ClassID type = 0;
    note("Catch", name_of(id));
    CU_ASSERT_EQUAL(INFO(GetClassFromObject, object, &type), S_OK);
    CU_ASSERT_NOT_EQUAL(type, 0);
    return S_OK;
}

static HRESULT on_ThreadAssignedToOSThread(ICorProfilerCallback11 *self, ThreadID id, DWORD os) {
    note("ThreadAssignedToOSThread", "");
    CU_ASSERT_EQUAL(os, (DWORD)getpid());
    DWORD again = 0;
    CU_ASSERT_EQUAL(INFO(GetThreadInfo, id, &again), S_OK);
    CU_ASSERT_EQUAL(again, os);
    return S_OK;
}

static HRESULT on_ModuleLoadStarted(ICorProfilerCallback11 *self, ModuleID id) {
    WCHAR name[512] = {0};
    note("ModuleLoadStarted", "");
    CU_ASSERT_EQUAL(INFO(GetModuleInfo, id, NULL, 512, NULL, name, NULL), CORPROF_E_DATAINCOMPLETE);
    CU_ASSERT_NOT_EQUAL(name[0], 0);
    IMethodMalloc *allocator;
    CU_ASSERT_EQUAL(INFO(GetILFunctionBodyAllocator, id, &allocator), CORPROF_E_DATAINCOMPLETE);
    CU_ASSERT_EQUAL(INFO(GetAssemblyInfo, id, 0, NULL, NULL, NULL, NULL), CORPROF_E_DATAINCOMPLETE);
    return S_OK;
}

static HRESULT on_ModuleLoadFinished(ICorProfilerCallback11 *self, ModuleID id, HRESULT status) {
    IMetaDataImport *import;
    mdTypeDef type;
    note("ModuleLoadFinished", "");
    CU_ASSERT_EQUAL(status, S_OK);
    CU_ASSERT_EQUAL_FATAL(
        INFO(GetModuleMetaData, id, ofRead, &IID_IMetaDataImport, (IUnknown **)&import), S_OK);
    if (import->lpVtbl->FindTypeDefByName(import, u"Program", mdTokenNil, &type) == S_OK) {
        test.program = id;
        if (test.at_module)
            test.at_module(id);
    }
    return S_OK;
}

static HRESULT on_ModuleAttachedToAssembly(ICorProfilerCallback11 *self, ModuleID id,
                                           AssemblyID assembly) {
    note("ModuleAttachedToAssembly", "");
    ModuleID module = 0;
    CU_ASSERT_EQUAL(INFO(GetAssemblyInfo, assembly, 0, NULL, NULL, NULL, &module), S_OK);
    CU_ASSERT_EQUAL(module, id);
    return S_OK;
}

static HRESULT on_JITCompilationStarted(ICorProfilerCallback11 *self, FunctionID id, BOOL safe) {
    if (in_program(id)) {
        note("JITCompilationStarted", name_of(id));
        if (test.at_jit)
            test.at_jit(id, name_of(id));
    }
    return E_FAIL;
}

static HRESULT on_JITCompilationFinished(ICorProfilerCallback11 *self, FunctionID id,
                                         HRESULT status, BOOL safe) {
    CU_ASSERT_EQUAL(status, S_OK);
    if (in_program(id)) {
        note("JITCompilationFinished", name_of(id));
        if (test.at_jitted)
            test.at_jitted(id, name_of(id));
    }
    return E_FAIL;
}

static HRESULT on_Initialize(ICorProfilerCallback11 *self, IUnknown *runtime) {
    CU_ASSERT_EQUAL_FATAL(
        runtime->lpVtbl->QueryInterface(runtime, &IID_ICorProfilerInfo15, (void **)&test.info),
        S_OK);
    CU_ASSERT_EQUAL(INFO(SetEventMask, test.mask), S_OK);
    if (test.at_initialize)
        test.at_initialize();
    return S_OK;
}

#define SLOT(name) .name = on_##name
CORPROF_PLUGIN(SLOT(ObjectAllocated), SLOT(ClassLoadStarted), SLOT(ClassLoadFinished),
               SLOT(Initialize), SLOT(Shutdown), SLOT(AppDomainCreationStarted),
               SLOT(AppDomainCreationFinished), SLOT(AssemblyLoadStarted),
               SLOT(AssemblyLoadFinished), SLOT(ModuleLoadStarted), SLOT(ModuleLoadFinished),
               SLOT(ModuleAttachedToAssembly), SLOT(ThreadCreated), SLOT(ThreadAssignedToOSThread),
               SLOT(JITCompilationStarted), SLOT(JITCompilationFinished), SLOT(ExceptionThrown),
               SLOT(ExceptionSearchFunctionEnter), SLOT(ExceptionSearchFunctionLeave),
               SLOT(ExceptionSearchFilterEnter), SLOT(ExceptionSearchFilterLeave),
               SLOT(ExceptionSearchCatcherFound), SLOT(ExceptionUnwindFunctionEnter),
               SLOT(ExceptionUnwindFunctionLeave), SLOT(ExceptionUnwindFinallyEnter),
               SLOT(ExceptionUnwindFinallyLeave), SLOT(ExceptionCatcherEnter),
               SLOT(ExceptionCatcherLeave))

#undef DllGetClassObject

/* ---- Running ---- */

static void reset(DWORD mask) {
    memset(&test, 0, sizeof test);
    test.mask = mask;
}

/* Runs the program with one argument under what test says; its exit status. */
static int run_in(claret_mode mode, char *argument) {
    prof_host *host = NULL;
    prof_error prof_err;
    claret_error error;
    int status = -1;
    CU_ASSERT_EQUAL_FATAL(prof_load("build/tests/plugins/trampoline.so", &host, &prof_err),
                          PROF_LOADED);
    claret_config config = {.mode = mode, .events = prof_events(host)};
    claret_runtime *runtime = claret_create(&config, &error);
    CU_ASSERT_PTR_NOT_NULL_FATAL(runtime);
    CU_ASSERT_TRUE(claret_run(runtime, PROGRAM, 1, &argument, &status, &error));
    claret_destroy(runtime);
    prof_free(host);
    return status;
}

static int run(char *argument) {
    return run_in(CLARET_INTERPRET, argument);
}

/* ---- Events ---- */

static void start_up_comes_in_order(void) {
    reset(COR_PRF_MONITOR_THREADS | COR_PRF_MONITOR_APPDOMAIN_LOADS | COR_PRF_MONITOR_MODULE_LOADS |
          COR_PRF_MONITOR_ASSEMBLY_LOADS | COR_PRF_MONITOR_JIT_COMPILATION);
    CU_ASSERT_EQUAL(run("square"), 50);
#define LOAD                                                                                       \
    "AssemblyLoadStarted\nModuleLoadStarted\nModuleLoadFinished\nModuleAttachedToAssembly\n"       \
    "AssemblyLoadFinished\n"
    CU_ASSERT_STRING_EQUAL(test.log, "ThreadCreated\nThreadAssignedToOSThread\n" /* */
                           LOAD                                                  /* mscorlib */
                                     "AppDomainCreationStarted\nAppDomainCreationFinished\n" /* */
                           LOAD /* the program */
                                     "JITCompilationStarted Main\nJITCompilationFinished Main\n"
                                     "JITCompilationStarted Square\nJITCompilationFinished Square\n"
                                     "Shutdown\n");
}

static void only_what_the_mask_asks_for_comes(void) {
    reset(COR_PRF_MONITOR_NONE);
    CU_ASSERT_EQUAL(run("filter"), 1);
    CU_ASSERT_STRING_EQUAL(test.log, "Shutdown\n");
    reset(COR_PRF_MONITOR_ASSEMBLY_LOADS);
    CU_ASSERT_EQUAL(run("square"), 50);
    CU_ASSERT_STRING_EQUAL(test.log, "AssemblyLoadStarted\nAssemblyLoadFinished\n"
                                     "AssemblyLoadStarted\nAssemblyLoadFinished\nShutdown\n");
}

/* Runs the program and compares its exceptions; the lines are separated by blanks in expected. */
static void exceptions_of(char *argument, int status, const char *expected) {
    char log[sizeof test.log];
    reset(COR_PRF_MONITOR_EXCEPTIONS);
    CU_ASSERT_EQUAL(run(argument), status);
    strcpy(log, test.log);
    for (char *end; (end = strchr(log, '\n'));)
        *end = ' ';
    CU_ASSERT_STRING_EQUAL(log, expected);
    if (strcmp(log, expected) != 0)
        printf("\n%s: %s", argument, log);
}

static void exceptions_are_announced_in_two_passes(void) {
    exceptions_of("filter", 1,
                  "Thrown Search Throw SearchLeave "
                  "Search Filter Filter Filter FilterLeave Found Filter SearchLeave "
                  "Unwind Throw UnwindLeave Unwind Filter Catch Filter CatchLeave Shutdown ");
    exceptions_of("two filters", 2,
                  "Thrown Search Throw SearchLeave Search Through SearchLeave Search TwoFilters "
                  "Filter TwoFilters FilterLeave Filter TwoFilters FilterLeave "
                  "Found TwoFilters SearchLeave "
                  "Unwind Throw UnwindLeave Unwind Through Finally Through FinallyLeave "
                  "UnwindLeave Unwind TwoFilters Catch TwoFilters CatchLeave Shutdown ");
}

/* The block that throws again is never left. */
static void a_rethrow_is_a_new_search(void) {
    exceptions_of("rethrow", 3,
                  "Thrown Search Throw SearchLeave Search Again Found Again SearchLeave "
                  "Unwind Throw UnwindLeave Unwind Again Catch Again "
                  "Thrown Search Again SearchLeave Search Rethrow Found Rethrow SearchLeave "
                  "Unwind Again UnwindLeave Unwind Rethrow Catch Rethrow CatchLeave Shutdown ");
}

static void an_exception_inside_a_catch_block(void) {
    exceptions_of("nested", 4,
                  "Thrown Search Throw SearchLeave Search Nested Found Nested SearchLeave "
                  "Unwind Throw UnwindLeave Unwind Nested Catch Nested "
                  "Thrown Search Throw SearchLeave Search Nested Found Nested SearchLeave "
                  "Unwind Throw UnwindLeave Unwind Nested Catch Nested CatchLeave CatchLeave "
                  "Shutdown ");
}

/* Neither the finally block nor the first unwinding of its frame is left. */
static void an_exception_inside_a_finally_block(void) {
    exceptions_of("in finally", 5,
                  "Thrown Search Throw SearchLeave Search FromFinally SearchLeave "
                  "Search InFinally Found InFinally SearchLeave "
                  "Unwind Throw UnwindLeave Unwind FromFinally Finally FromFinally "
                  "Thrown Search Throw SearchLeave Search FromFinally SearchLeave "
                  "Search InFinally Found InFinally SearchLeave "
                  "Unwind Throw UnwindLeave Unwind FromFinally UnwindLeave "
                  "Unwind InFinally Catch InFinally CatchLeave Shutdown ");
}

/* The filter counts as having said no. */
static void an_exception_inside_a_filter(void) {
    exceptions_of("in filter", 6,
                  "Thrown Search Throw SearchLeave Search InFilter Filter InFilter "
                  "Thrown Search Boom SearchLeave Search InFilter SearchLeave "
                  "Unwind Boom UnwindLeave Unwind InFilter UnwindLeave FilterLeave "
                  "Found InFilter SearchLeave Unwind Throw UnwindLeave "
                  "Unwind InFilter Catch InFilter CatchLeave Shutdown ");
}

static void allocations_need_both_flags(void) {
    reset(COR_PRF_MONITOR_OBJECT_ALLOCATED);
    CU_ASSERT_EQUAL(run("generic"), 4);
    CU_ASSERT_EQUAL(test.objects, 0);
    reset(COR_PRF_MONITOR_OBJECT_ALLOCATED | COR_PRF_ENABLE_OBJECT_ALLOCATED);
    CU_ASSERT_EQUAL(run("generic"), 4);
    CU_ASSERT(test.objects >= 1); /* the Pair, and what start-up makes */
}

/* Every type is started and then finished, Program among them. */
static void types_are_announced_in_pairs(void) {
    reset(COR_PRF_MONITOR_CLASS_LOADS | COR_PRF_MONITOR_MODULE_LOADS);
    CU_ASSERT_EQUAL(run("square"), 50);
    unsigned open = 0, pairs = 0;
    for (const char *line = test.log; *line; line = strchr(line, '\n') + 1) {
        if (strncmp(line, "ClassLoadStarted", 16) == 0)
            open++;
        if (strncmp(line, "ClassLoadFinished", 17) == 0) {
            CU_ASSERT(open > 0);
            open--;
            pairs++;
        }
    }
    CU_ASSERT_EQUAL(open, 0);
    CU_ASSERT(pairs >= 1);
}

static void mask_after_initialize(FunctionID function, const char *name) {
    DWORD low = 0, high = 1;
    CU_ASSERT_EQUAL(INFO(SetEventMask, test.mask | COR_PRF_DISABLE_INLINING), E_FAIL);
    CU_ASSERT_EQUAL(INFO(SetEventMask2, test.mask, COR_PRF_HIGH_DISABLE_TIERED_COMPILATION),
                    E_FAIL);
    CU_ASSERT_EQUAL(INFO(GetEventMask2, &low, &high), S_OK);
    CU_ASSERT_EQUAL(low, test.mask);
    CU_ASSERT_EQUAL(high, 0);
    if (strcmp(name, "Main") == 0)
        CU_ASSERT_EQUAL(INFO(SetEventMask, COR_PRF_MONITOR_NONE), S_OK);
}

static void the_mask_changes_while_running(void) {
    reset(COR_PRF_MONITOR_JIT_COMPILATION | COR_PRF_MONITOR_MODULE_LOADS);
    test.at_jit = mask_after_initialize;
    CU_ASSERT_EQUAL(run("square"), 50);
    CU_ASSERT_PTR_NOT_NULL(strstr(test.log, "JITCompilationStarted Main\n"));
    CU_ASSERT_PTR_NULL(strstr(test.log, "JITCompilationStarted Square\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(test.log, "Shutdown\n"));
}

/* ---- Bodies ---- */

/* ldarg.0; ret and ldc.i4.s 7; ret as tiny bodies (ECMA-335 II.25.4.2). */
static const BYTE RETURN_ARGUMENT[] = {2 << 2 | 2, 0x02, 0x2A};
static const BYTE RETURN_SEVEN[] = {3 << 2 | 2, 0x1F, 7, 0x2A};

#define MASK (COR_PRF_MONITOR_JIT_COMPILATION | COR_PRF_MONITOR_MODULE_LOADS)

static mdMethodDef token_of(const WCHAR *name) {
    IMetaDataImport *import;
    mdTypeDef type = 0;
    mdMethodDef method = 0;
    INFO(GetModuleMetaData, test.program, ofRead, &IID_IMetaDataImport, (IUnknown **)&import);
    import->lpVtbl->FindTypeDefByName(import, u"Program", mdTokenNil, &type);
    CU_ASSERT_EQUAL(import->lpVtbl->FindMethod(import, type, name, NULL, 0, &method), S_OK);
    return method;
}

/* Puts bytes into memory of the module's allocator and makes them Square's body. */
static BYTE *set_square(const BYTE *bytes, size_t size) {
    IMethodMalloc *allocator = NULL;
    CU_ASSERT_EQUAL_FATAL(INFO(GetILFunctionBodyAllocator, test.program, &allocator), S_OK);
    BYTE *copy = allocator->lpVtbl->Alloc(allocator, (ULONG)size);
    CU_ASSERT_PTR_NOT_NULL_FATAL(copy);
    memcpy(copy, bytes, size);
    CU_ASSERT_EQUAL(INFO(SetILFunctionBody, test.program, token_of(u"Square"), copy), S_OK);
    LPCBYTE body = NULL;
    ULONG body_size = 0;
    CU_ASSERT_EQUAL(INFO(GetILFunctionBody, test.program, token_of(u"Square"), &body, &body_size),
                    S_OK);
    CU_ASSERT_PTR_EQUAL(body, copy);
    CU_ASSERT_EQUAL(body_size, size);
    return copy;
}

static void replace_at_module(ModuleID module) {
    set_square(RETURN_ARGUMENT, sizeof RETURN_ARGUMENT);
}

static void replace_at_jit(FunctionID function, const char *name) {
    if (strcmp(name, "Square") == 0)
        set_square(RETURN_SEVEN, sizeof RETURN_SEVEN);
}

static void a_body_is_replaced_in_every_mode(void) {
    for (claret_mode mode = CLARET_TIERED; mode <= CLARET_JIT; mode++) {
        reset(MASK);
        test.at_module = replace_at_module;
        CU_ASSERT_EQUAL(run_in(mode, "square"), 10);
        reset(MASK);
        test.at_jit = replace_at_jit;
        CU_ASSERT_EQUAL(run_in(mode, "square"), 14);
    }
}

static void the_last_body_set_wins(void) {
    reset(MASK);
    test.at_module = replace_at_module;
    test.at_jit = replace_at_jit;
    CU_ASSERT_EQUAL(run("square"), 14);
}

/* S_OK, the new body shows, the code stays. */
static void a_compiled_method_keeps_its_code(void) {
    reset(MASK);
    test.at_jitted = replace_at_jit;
    CU_ASSERT_EQUAL(run("square"), 50);
}

static void overwrite_after_set(ModuleID module) {
    BYTE *body = set_square(RETURN_SEVEN, sizeof RETURN_SEVEN);
    body[2] = 9;
}

static void the_body_is_kept_not_copied(void) {
    reset(MASK);
    test.at_module = overwrite_after_set;
    CU_ASSERT_EQUAL(run("square"), 18);
}

static void use_own_memory(ModuleID module) {
    CU_ASSERT_EQUAL(INFO(SetILFunctionBody, module, token_of(u"Square"), RETURN_SEVEN), S_OK);
}

static void the_body_may_lie_anywhere(void) {
    reset(MASK);
    test.at_module = use_own_memory;
    CU_ASSERT_EQUAL(run("square"), 14);
}

/* An empty stack at ret; a header that announces sections at the very end of mapped memory. Where
 * CoreCLR reads on and crashes in the second case, Claret refuses both bodies. */
static BYTE *end_of_memory;

static void set_bad_body(ModuleID module) {
    static const BYTE NO_VALUE[] = {1 << 2 | 2, 0x2A};
    set_square(NO_VALUE, sizeof NO_VALUE);
}

static void set_body_at_the_end(ModuleID module) {
    /* fat, MoreSects, max stack 8, 4 bytes of code: nop nop ldarg.0 ret */
    static const BYTE FAT[] = {0x0B, 0x30, 8, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x02, 0x2A};
    memcpy(end_of_memory - sizeof FAT, FAT, sizeof FAT);
    CU_ASSERT_EQUAL(
        INFO(SetILFunctionBody, module, token_of(u"Square"), end_of_memory - sizeof FAT), S_OK);
    CU_ASSERT_EQUAL(INFO(SetILFunctionBody, module, token_of(u"Square"), end_of_memory),
                    E_INVALIDARG);
}

static void a_bad_body_is_an_exception(void) {
    reset(MASK);
    test.at_module = set_bad_body;
    CU_ASSERT_EQUAL(run("square"), 77);
    CU_ASSERT_PTR_NOT_NULL(strstr(test.log, "JITCompilationStarted Square\n"));
    CU_ASSERT_PTR_NULL(strstr(test.log, "JITCompilationFinished Square\n"));

    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    BYTE *pages = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CU_ASSERT_PTR_NOT_EQUAL_FATAL(pages, MAP_FAILED);
    CU_ASSERT_EQUAL(mprotect(pages + page, page, PROT_NONE), 0);
    end_of_memory = pages + page;
    reset(MASK);
    test.at_module = set_body_at_the_end;
    CU_ASSERT_EQUAL(run("square"), 77);
    munmap(pages, 2 * page);
}

static void check_allocator(ModuleID module) {
    IMethodMalloc *allocator = NULL, *again = NULL, *other = NULL;
    ICorProfilerModuleEnum *modules = NULL;
    ModuleID first = 0;
    CU_ASSERT_EQUAL(INFO(GetILFunctionBodyAllocator, module, &allocator), S_OK);
    CU_ASSERT_EQUAL(INFO(GetILFunctionBodyAllocator, module, &again), S_OK);
    CU_ASSERT_PTR_EQUAL(allocator, again);
    CU_ASSERT_EQUAL_FATAL(INFO(EnumModules, &modules), S_OK);
    CU_ASSERT_EQUAL(modules->lpVtbl->Next(modules, 1, &first, NULL), S_OK);
    modules->lpVtbl->Release(modules);
    CU_ASSERT_NOT_EQUAL(first, module); /* mscorlib */
    CU_ASSERT_EQUAL(INFO(GetILFunctionBodyAllocator, first, &other), S_OK);
    CU_ASSERT_PTR_NOT_EQUAL(allocator, other); /* CoreCLR has one for the whole process */

    LPCBYTE base = NULL;
    CU_ASSERT_EQUAL(INFO(GetModuleInfo, module, &base, 0, NULL, NULL, NULL), S_OK);
    BYTE *one = allocator->lpVtbl->Alloc(allocator, 5),
         *two = allocator->lpVtbl->Alloc(allocator, 5);
    CU_ASSERT_EQUAL((UINT_PTR)two % 4, 0);
    CU_ASSERT(one > base && two > one && two - base < INT32_MAX);
    CU_ASSERT_EQUAL(memcmp(base, "MZ", 2), 0);
    CU_ASSERT_PTR_NULL(allocator->lpVtbl->Alloc(allocator, 0));
    CU_ASSERT_PTR_NULL(allocator->lpVtbl->Alloc(allocator, 0xFFFFFFFF));
    CU_ASSERT_PTR_NOT_NULL(allocator->lpVtbl->Alloc(allocator, 1));
    CU_ASSERT_EQUAL(allocator->lpVtbl->AddRef(allocator), 1);
    CU_ASSERT_EQUAL(allocator->lpVtbl->Release(allocator), 1);
    void *out = allocator;
    CU_ASSERT_EQUAL(allocator->lpVtbl->QueryInterface(allocator, &IID_IMethodMalloc, &out), S_OK);
    CU_ASSERT_PTR_EQUAL(out, allocator);
    CU_ASSERT_EQUAL(allocator->lpVtbl->QueryInterface(allocator, &IID_IMetaDataImport, &out),
                    E_NOINTERFACE);
    CU_ASSERT_PTR_NULL(out);
}

static void every_module_has_its_allocator(void) {
    reset(MASK);
    test.at_module = check_allocator;
    CU_ASSERT_EQUAL(run("square"), 50);
}

static void fill_the_arena(ModuleID module) {
    IMethodMalloc *allocator = NULL;
    ULONG blocks = 0;
    CU_ASSERT_EQUAL(INFO(GetILFunctionBodyAllocator, module, &allocator), S_OK);
    while (allocator->lpVtbl->Alloc(allocator, 1 << 20))
        blocks++;
    CU_ASSERT(blocks >= 60 && blocks < 64); /* of 64 MiB, less what is rounded away */
    CU_ASSERT_PTR_NOT_NULL(allocator->lpVtbl->Alloc(allocator, sizeof RETURN_SEVEN));
    set_square(RETURN_SEVEN, sizeof RETURN_SEVEN);
}

static void a_full_arena_gives_null(void) {
    reset(MASK);
    test.at_module = fill_the_arena;
    CU_ASSERT_EQUAL(run("square"), 14);
}

/* ---- Questions ---- */

static void ask_before_there_is_a_runtime(void) {
    ModuleID module = 0;
    ICorProfilerModuleEnum *modules = NULL;
    CU_ASSERT_EQUAL(INFO(GetModuleInfo, 0x1000, NULL, 0, NULL, NULL, NULL), E_INVALIDARG);
    CU_ASSERT_EQUAL(INFO(GetCurrentThreadID, &module), CORPROF_E_NOT_MANAGED_THREAD);
    CU_ASSERT_EQUAL_FATAL(INFO(EnumModules, &modules), S_OK);
    ULONG count = 1;
    CU_ASSERT_EQUAL(modules->lpVtbl->GetCount(modules, &count), S_OK);
    CU_ASSERT_EQUAL(count, 0);
    CU_ASSERT_EQUAL(modules->lpVtbl->Release(modules), 0);
    CU_ASSERT_EQUAL(INFO(GetEventMask, NULL), E_INVALIDARG);
    CU_ASSERT_EQUAL(INFO(GetILFunctionBody, 0, 0x06000001, NULL, NULL), E_INVALIDARG);
    CU_ASSERT_EQUAL(INFO(RequestReJIT, 0, NULL, NULL), CORPROF_E_REJIT_NOT_ENABLED);
    CU_ASSERT_EQUAL(INFO(GetCodeInfo, 0, NULL, NULL), E_NOTIMPL);
    for (size_t i = 0; i < sizeof(ICorProfilerInfo15Vtbl) / sizeof(void *); i++)
        CU_ASSERT_PTR_NOT_NULL(((void *const *)test.info->lpVtbl)[i]);
}

static void ask_about_wrong_ids(FunctionID function, const char *name) {
    static long nothing[64]; /* an address that is no ID */
    ClassID type = 0;
    INFO(GetFunctionInfo, function, &type, NULL, NULL);
    const UINT_PTR wrong[] = {0, 1, (UINT_PTR)nothing, (UINT_PTR)-8};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        UINT_PTR id = wrong[i];
        CU_ASSERT_EQUAL(INFO(GetModuleInfo, id, NULL, 0, NULL, NULL, NULL), E_INVALIDARG);
        CU_ASSERT_EQUAL(INFO(GetAssemblyInfo, id, 0, NULL, NULL, NULL, NULL), E_INVALIDARG);
        CU_ASSERT_EQUAL(INFO(GetAppDomainInfo, id, 0, NULL, NULL, NULL), E_INVALIDARG);
        CU_ASSERT_EQUAL(INFO(GetFunctionInfo, id, NULL, NULL, NULL), E_INVALIDARG);
        CU_ASSERT_EQUAL(INFO(GetFunctionInfo2, id, 0, NULL, NULL, NULL, 0, NULL, NULL),
                        E_INVALIDARG);
        CU_ASSERT_EQUAL(INFO(GetClassIDInfo, id, NULL, NULL), E_INVALIDARG);
        CU_ASSERT_EQUAL(INFO(GetClassIDInfo2, id, NULL, NULL, NULL, 0, NULL, NULL), E_INVALIDARG);
        CU_ASSERT_EQUAL(INFO(IsArrayClass, id, NULL, NULL, NULL), E_INVALIDARG);
        CU_ASSERT_EQUAL(INFO(GetModuleMetaData, id, 0, &IID_IMetaDataImport, NULL), E_INVALIDARG);
        CU_ASSERT_EQUAL(INFO(SetILFunctionBody, id, 0x06000001, RETURN_SEVEN), E_INVALIDARG);
        CU_ASSERT_EQUAL(INFO(GetFunctionFromToken, id, 0x06000001, NULL), E_INVALIDARG);
        CU_ASSERT_EQUAL(INFO(GetThreadInfo, id, NULL), E_INVALIDARG);
        CU_ASSERT_EQUAL(INFO(GetThreadAppDomain, id, NULL), E_INVALIDARG);
    }
    /* the right address, but of something else */
    CU_ASSERT_EQUAL(INFO(GetFunctionInfo, type, NULL, NULL, NULL), E_INVALIDARG);
    CU_ASSERT_EQUAL(INFO(GetClassIDInfo, function, NULL, NULL), E_INVALIDARG);
    CU_ASSERT_EQUAL(INFO(GetModuleInfo, function, NULL, 0, NULL, NULL, NULL), E_INVALIDARG);
}

static void ask_about_bodies(ModuleID module) {
    CU_ASSERT_EQUAL(INFO(GetILFunctionBody, module, token_of(u"Square"), NULL, NULL), S_OK);
    CU_ASSERT_EQUAL(INFO(GetILFunctionBody, module, 0x06000000, NULL, NULL), E_INVALIDARG);
    CU_ASSERT_EQUAL(INFO(GetILFunctionBody, module, 0x02000001, NULL, NULL), E_INVALIDARG);
    CU_ASSERT_EQUAL(INFO(GetILFunctionBody, module, 0x0600FFF0, NULL, NULL), CLDB_E_INDEX_NOTFOUND);
    CU_ASSERT_EQUAL(INFO(GetILFunctionBody, module, token_of(u"getpid"), NULL, NULL),
                    CORPROF_E_FUNCTION_NOT_IL);
    CU_ASSERT_EQUAL(INFO(SetILFunctionBody, module, 0x06000000, RETURN_SEVEN), E_INVALIDARG);
    CU_ASSERT_EQUAL(INFO(SetILFunctionBody, module, 0x02000001, RETURN_SEVEN), E_INVALIDARG);
    CU_ASSERT_EQUAL(INFO(SetILFunctionBody, module, token_of(u"Square"), NULL), E_INVALIDARG);
    /* CoreCLR says S_OK for a method that does not exist */
    CU_ASSERT_EQUAL(INFO(SetILFunctionBody, module, 0x0600FFF0, RETURN_SEVEN),
                    CLDB_E_INDEX_NOTFOUND);
    CU_ASSERT_EQUAL(INFO(GetILFunctionBodyAllocator, module, NULL), E_INVALIDARG);
}

static bool same(const WCHAR *text, const char *expected) {
    size_t i = 0;
    while (expected[i] && text[i] == (WCHAR)expected[i])
        i++;
    return text[i] == 0 && expected[i] == 0;
}

static void ask_about_the_module(ModuleID module) {
    WCHAR text[512] = {0};
    char path[PATH_MAX];
    ULONG length = 0;
    DWORD flags = 0;
    CU_ASSERT_PTR_NOT_NULL_FATAL(realpath(PROGRAM, path));
    CU_ASSERT_EQUAL(INFO(GetModuleInfo, module, NULL, 0, &length, NULL, NULL), S_OK);
    CU_ASSERT_EQUAL(length, strlen(path) + 1);
    CU_ASSERT_EQUAL(INFO(GetModuleInfo, module, NULL, 4, &length, text, NULL), (HRESULT)0x8007007A);
    CU_ASSERT_EQUAL(length, strlen(path) + 1);
    CU_ASSERT_EQUAL(text[0], 0);
    CU_ASSERT_EQUAL(INFO(GetModuleInfo2, module, NULL, 512, NULL, text, NULL, &flags), S_OK);
    CU_ASSERT(same(text, path));
    CU_ASSERT_EQUAL(flags, 0x21);
    CU_ASSERT_EQUAL(INFO(GetModuleInfo, module, NULL, 0, NULL, NULL, NULL), S_OK);

    AppDomainID domain = 0;
    ProcessID process = 0;
    CU_ASSERT_EQUAL(INFO(GetAssemblyInfo, module, 64, NULL, text, &domain, NULL), S_OK);
    CU_ASSERT(same(text, "profiled"));
    CU_ASSERT_EQUAL(INFO(GetAppDomainInfo, domain, 64, NULL, text, &process), S_OK);
    CU_ASSERT(same(text, "clrhost"));
    CU_ASSERT_EQUAL(process, (ProcessID)getpid());
    IUnknown *out;
    CU_ASSERT_EQUAL(INFO(GetModuleMetaData, module, 0, &IID_ICorProfilerInfo, &out), E_NOINTERFACE);
    CU_ASSERT_EQUAL(INFO(GetModuleMetaData, module, ofRead | ofWrite, &IID_IMetaDataEmit, &out),
                    S_OK);
}

static void ask_about_the_function(FunctionID function, const char *name) {
    ClassID type = 0;
    ModuleID module = 0;
    mdToken token = 0, type_token = 0;
    FunctionID again = 0;
    ThreadID thread = 0;
    AppDomainID domain = 0;
    CU_ASSERT_EQUAL(INFO(GetFunctionInfo, function, &type, &module, &token), S_OK);
    CU_ASSERT_EQUAL(module, test.program);
    CU_ASSERT_EQUAL(TypeFromToken(token), mdtMethodDef);
    CU_ASSERT_EQUAL(INFO(GetClassIDInfo, type, &module, &type_token), S_OK);
    CU_ASSERT_EQUAL(module, test.program);
    CU_ASSERT_EQUAL(TypeFromToken(type_token), mdtTypeDef);
    CU_ASSERT_EQUAL(INFO(GetFunctionFromToken, module, token, &again), S_OK);
    if (strcmp(name, "Swap") != 0 && strcmp(name, ".ctor") != 0)
        CU_ASSERT_EQUAL(again, function);
    CU_ASSERT_EQUAL(INFO(IsArrayClass, type, NULL, NULL, NULL), S_FALSE);
    CU_ASSERT_EQUAL(INFO(GetCurrentThreadID, &thread), S_OK);
    CU_ASSERT_EQUAL(INFO(GetThreadAppDomain, thread, &domain), S_OK);
    ICorProfilerThreadEnum *threads = NULL;
    ThreadID first = 0;
    CU_ASSERT_EQUAL_FATAL(INFO(EnumThreads, &threads), S_OK);
    CU_ASSERT_EQUAL(threads->lpVtbl->Next(threads, 1, &first, NULL), S_OK);
    CU_ASSERT_EQUAL(first, thread);
    CU_ASSERT_EQUAL(threads->lpVtbl->Next(threads, 1, &first, NULL), S_FALSE);
    threads->lpVtbl->Release(threads);
    CU_ASSERT_EQUAL(INFO(GetAppDomainInfo, domain, 0, NULL, NULL, NULL), S_OK);

    ULONG32 type_args = 9, method_args = 9;
    ClassID args[1] = {0}, parent = 0;
    CU_ASSERT_EQUAL(INFO(GetClassIDInfo2, type, NULL, NULL, &parent, 1, &type_args, args), S_OK);
    CU_ASSERT_NOT_EQUAL(parent, 0);
    CU_ASSERT_EQUAL(INFO(GetFunctionInfo2, function, 0, NULL, NULL, NULL, 0, &method_args, NULL),
                    S_OK);
    bool generic_type = strcmp(name, "Swap") == 0 || strcmp(name, ".ctor") == 0;
    CU_ASSERT_EQUAL(type_args, generic_type ? 1 : 0);
    CU_ASSERT_EQUAL(method_args, strcmp(name, "Swap") == 0 ? 1 : 0);
    CU_ASSERT_EQUAL(args[0] != 0, generic_type);
    CU_ASSERT_EQUAL(INFO(GetFunctionInfo2, function, 0, NULL, NULL, NULL, 1, NULL, NULL),
                    E_INVALIDARG);
}

/* Sizes from the layout of objects in docs/ARCHITECTURE.md; lengths from the source. */
static void ask_about_the_object(ObjectID object, ClassID type) {
    ULONG size = 0, rank = 0, count = 9, class_size = 0;
    SIZE_T size2 = 0;
    CorElementType element = ELEMENT_TYPE_END;
    COR_FIELD_OFFSET fields[4];
    ModuleID module = 0;
    CU_ASSERT_EQUAL(INFO(GetObjectSize, object, &size), S_OK);
    CU_ASSERT_EQUAL(INFO(GetObjectSize2, object, &size2), S_OK);
    CU_ASSERT_EQUAL(size2, size);
    if (INFO(IsArrayClass, type, &element, NULL, &rank) == S_OK) {
        int32_t length = ((const int32_t *)object)[2];
        if (element == ELEMENT_TYPE_I4 && rank == 1 && length == 5) {
            CU_ASSERT_EQUAL(size, 16 + 5 * 4);
            note("int[5]", "");
        }
        CU_ASSERT_EQUAL(INFO(GetClassLayout, type, NULL, 0, &count, NULL), E_INVALIDARG);
        return;
    }
    CU_ASSERT_EQUAL(INFO(GetClassLayout, type, NULL, 0, &count, &class_size), S_OK);
    INFO(GetClassIDInfo, type, &module, NULL);
    if (!test.program || module != test.program || count != 3)
        return;
    note("Point", "");
    CU_ASSERT_EQUAL(class_size, size);
    CU_ASSERT_EQUAL(INFO(GetClassLayout, type, fields, 2, &count, NULL), S_OK);
    CU_ASSERT_EQUAL(count, 2);
    CU_ASSERT_EQUAL(INFO(GetClassLayout, type, fields, 4, &count, NULL), S_OK);
    CU_ASSERT_EQUAL_FATAL(count, 3);
    for (ULONG i = 0; i < count; i++) {
        CU_ASSERT_EQUAL(TypeFromToken(fields[i].ridOfField), mdtFieldDef);
        CU_ASSERT(fields[i].ulOffset >= 8 && fields[i].ulOffset < size);
        CU_ASSERT(i == 0 || fields[i].ulOffset != fields[i - 1].ulOffset);
    }
}

static void questions_about_objects(void) {
    reset(COR_PRF_MONITOR_OBJECT_ALLOCATED | COR_PRF_ENABLE_OBJECT_ALLOCATED |
          COR_PRF_MONITOR_MODULE_LOADS);
    test.at_object = ask_about_the_object;
    CU_ASSERT_EQUAL(run("objects"), 3);
    CU_ASSERT_PTR_NOT_NULL(strstr(test.log, "Point\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(test.log, "int[5]\n"));
}

static void questions_before_there_is_a_runtime(void) {
    reset(COR_PRF_MONITOR_NONE);
    test.at_initialize = ask_before_there_is_a_runtime;
    CU_ASSERT_EQUAL(run("square"), 50);
}

static void a_wrong_id_is_an_invalid_argument(void) {
    reset(MASK);
    test.at_jit = ask_about_wrong_ids;
    CU_ASSERT_EQUAL(run("square"), 50);
}

static void questions_about_bodies(void) {
    reset(MASK);
    test.at_module = ask_about_bodies;
    CU_ASSERT_EQUAL(run("square"), 50);
}

static void questions_about_modules(void) {
    reset(MASK);
    test.at_module = ask_about_the_module;
    CU_ASSERT_EQUAL(run("square"), 50);
}

static void questions_about_functions_and_types(void) {
    reset(MASK);
    test.at_jit = ask_about_the_function;
    CU_ASSERT_EQUAL(run("generic"), 4);
}

static void ask_about_the_runtime(void) {
    USHORT instance = 1, major = 0, build = 0;
    COR_PRF_RUNTIME_TYPE type = 0;
    WCHAR text[16] = {0};
    ULONG length = 0, chars = 0;
    CU_ASSERT_EQUAL(INFO(GetRuntimeInformation, &instance, &type, &major, NULL, &build, NULL, 16,
                         &length, text),
                    S_OK);
    CU_ASSERT_EQUAL(instance, 0);
    CU_ASSERT_EQUAL(type, COR_PRF_CORE_CLR);
    CU_ASSERT_EQUAL(major, 4);
    CU_ASSERT_EQUAL(build, 30319);
    CU_ASSERT(same(text, "v4.0.30319"));
    CU_ASSERT_EQUAL(length, 11);
    CU_ASSERT_EQUAL(INFO(GetStringLayout2, &length, &chars), S_OK);
    CU_ASSERT_EQUAL(length, 8);
    CU_ASSERT_EQUAL(chars, 12);

    CU_ASSERT_EQUAL(INFO(GetEnvironmentVariable, u"CLARET_TEST_UNSET", 0, &length, NULL),
                    (HRESULT)0x800700CB);
    CU_ASSERT_EQUAL(INFO(SetEnvironmentVariable, u"CLARET_TEST_SET", u"abc"), S_OK);
    CU_ASSERT_STRING_EQUAL(getenv("CLARET_TEST_SET"), "abc");
    CU_ASSERT_EQUAL(INFO(GetEnvironmentVariable, u"CLARET_TEST_SET", 16, &length, text), S_OK);
    CU_ASSERT(same(text, "abc"));
    CU_ASSERT_EQUAL(length, 3);
    CU_ASSERT_EQUAL(INFO(SetEnvironmentVariable, u"CLARET_TEST_SET", NULL), S_OK);
    CU_ASSERT_PTR_NULL(getenv("CLARET_TEST_SET"));
}

static void questions_about_the_runtime(void) {
    reset(COR_PRF_MONITOR_NONE);
    test.at_initialize = ask_about_the_runtime;
    CU_ASSERT_EQUAL(run("square"), 50);
}

CU_TestInfo prof_host_tests[] = {
    {"start-up comes in order", start_up_comes_in_order},
    {"only what the mask asks for comes", only_what_the_mask_asks_for_comes},
    {"exceptions are announced in two passes", exceptions_are_announced_in_two_passes},
    {"a rethrow is a new search", a_rethrow_is_a_new_search},
    {"an exception inside a catch block", an_exception_inside_a_catch_block},
    {"an exception inside a finally block", an_exception_inside_a_finally_block},
    {"an exception inside a filter", an_exception_inside_a_filter},
    {"allocations need both flags", allocations_need_both_flags},
    {"types are announced in pairs", types_are_announced_in_pairs},
    {"the mask changes while running", the_mask_changes_while_running},
    {"a body is replaced in every mode", a_body_is_replaced_in_every_mode},
    {"the last body set wins", the_last_body_set_wins},
    {"a compiled method keeps its code", a_compiled_method_keeps_its_code},
    {"the body is kept, not copied", the_body_is_kept_not_copied},
    {"the body may lie anywhere", the_body_may_lie_anywhere},
    {"a bad body is an exception", a_bad_body_is_an_exception},
    {"every module has its allocator", every_module_has_its_allocator},
    {"a full arena gives NULL", a_full_arena_gives_null},
    {"questions before there is a runtime", questions_before_there_is_a_runtime},
    {"a wrong ID is an invalid argument", a_wrong_id_is_an_invalid_argument},
    {"questions about bodies", questions_about_bodies},
    {"questions about modules", questions_about_modules},
    {"questions about functions and types", questions_about_functions_and_types},
    {"questions about objects", questions_about_objects},
    {"questions about the runtime", questions_about_the_runtime},
    CU_TEST_INFO_NULL,
};
