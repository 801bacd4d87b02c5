/* Prints every callback of a collection, and at its end what the callbacks said about the types of
 * the program: how many were allocated, how many survive with how many references, and what kinds
 * of roots refer to them. What comes in blocks is named once; that it is consistent is checked here
 * ("WRONG"). The environment: GC_LOG_MASK and GC_LOG_HIGH, the event mask in hexadecimal;
 * GC_LOG_OBJECTS, after how many objects ObjectReferences fails; GC_LOG_FAILS, whether
 * SurvivingReferences2 and RootReferences2 do. */
#include "corprof_plugin.h"
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TYPES = 9, MOST_RANGES = 100000, MOST_NAMES = 20 };
static const char *const NAMES[TYPES] = {"Leaf",    "Node",  "Garbage", "Held",  "Handled",
                                         "Watched", "Local", "Dying",   "Pinned"};

static struct {
    unsigned objects, references;
    unsigned stack_roots, finalizer_roots, handle_roots, pinned_roots, weak_roots;
} seen[TYPES];

static ICorProfilerInfo2 *info;
static const char *names[MOST_NAMES]; /* of the callbacks that came in this collection */
static unsigned named_count;
static bool fails;
static unsigned objects, most_objects;
static ULONG block; /* of a callback 2 that awaits its older form */
static ULONG range_count;
static ObjectID starts[MOST_RANGES];
static SIZE_T lengths[MOST_RANGES];

/* Prints the name, unless it came already in this collection. */
static void named(const char *callback) {
    bool new = true;
    for (unsigned i = 0; i < named_count; i++)
        new &= strcmp(names[i], callback) != 0;
    if (new &&named_count < MOST_NAMES) {
        printf("%s\n", callback);
        names[named_count++] = callback;
    }
}

/* What the callbacks that have an older form return; the block awaits it if that is a success. */
static HRESULT answer(void) {
    if (fails)
        block = 0;
    return fails ? E_FAIL : S_OK;
}

static void check(bool good, const char *what) {
    if (!good)
        printf("WRONG: %s\n", what);
}

/* The place in NAMES; TYPES for other types. */
static unsigned type_of(ClassID class) {
    ModuleID module;
    mdTypeDef token;
    IMetaDataImport *import;
    const char *name = "";
    if (FAILED(info->lpVtbl->GetClassIDInfo(info, class, &module, &token)) || !token ||
        FAILED(info->lpVtbl->GetModuleMetaData(info, module, ofRead, &IID_IMetaDataImport,
                                               (IUnknown **)&import)))
        return TYPES;
    import->lpVtbl->GetNameFromToken(import, token, &name);
    import->lpVtbl->Release(import);
    unsigned type = 0;
    while (type < TYPES && strcmp(name, NAMES[type]) != 0)
        type++;
    return type;
}

static bool survives(ObjectID object) {
    for (ULONG i = 0; i < range_count; i++) {
        if (object - starts[i] < lengths[i])
            return true;
    }
    return false;
}

#define PLAIN(callback)                                                                            \
    static HRESULT on_##callback(ICorProfilerCallback11 *self) {                                   \
        named(#callback);                                                                          \
        return E_FAIL; /* ignored */                                                               \
    }
PLAIN(RuntimeSuspendAborted)
PLAIN(RuntimeResumeStarted)

static HRESULT on_RuntimeSuspendStarted(ICorProfilerCallback11 *self,
                                        COR_PRF_SUSPEND_REASON reason) {
    named_count = 0;
    named("RuntimeSuspendStarted");
    check(reason == COR_PRF_SUSPEND_FOR_GC, "reason to suspend");
    return E_FAIL;
}

/* How many threads are suspended, and whether the one that is here is among them. Which others are
 * depends on what they happen to do. */
static int suspended;
static bool this_is_suspended;

static void count_thread(ThreadID thread, bool now) {
    ThreadID current = 0;
    info->lpVtbl->GetCurrentThreadID(info, &current);
    suspended += now ? 1 : -1;
    if (thread == current)
        this_is_suspended = now;
}

static HRESULT on_RuntimeThreadSuspended(ICorProfilerCallback11 *self, ThreadID thread) {
    named("RuntimeThreadSuspended");
    count_thread(thread, true);
    return E_FAIL;
}

static HRESULT on_RuntimeSuspendFinished(ICorProfilerCallback11 *self) {
    named("RuntimeSuspendFinished");
    check(suspended > 0 && this_is_suspended, "suspended thread");
    return E_FAIL;
}

static HRESULT on_RuntimeThreadResumed(ICorProfilerCallback11 *self, ThreadID thread) {
    named("RuntimeThreadResumed");
    count_thread(thread, false);
    return E_FAIL;
}

static HRESULT on_RuntimeResumeFinished(ICorProfilerCallback11 *self) {
    named("RuntimeResumeFinished");
    check(suspended == 0 && !this_is_suspended, "resumed thread");
    return E_FAIL;
}

static HRESULT on_GarbageCollectionStarted(ICorProfilerCallback11 *self, int count,
                                           BOOL collected[], COR_PRF_GC_REASON reason) {
    printf("GarbageCollectionStarted ");
    for (int i = 0; i < count; i++)
        printf("%d", collected[i]);
    printf(" reason %d\n", (int)reason);
    memset(seen, 0, sizeof seen);
    objects = range_count = named_count = 0;
    return E_FAIL;
}

static HRESULT on_ObjectsAllocatedByClass(ICorProfilerCallback11 *self, ULONG count,
                                          ClassID classes[], ULONG numbers[]) {
    unsigned allocated[TYPES + 1] = {0};
    named("ObjectsAllocatedByClass");
    for (ULONG i = 0; i < count; i++)
        allocated[type_of(classes[i])] += numbers[i];
    for (unsigned i = 0; i < TYPES; i++) {
        if (allocated[i])
            printf("  %s %u\n", NAMES[i], allocated[i]);
    }
    return E_FAIL;
}

static HRESULT on_SurvivingReferences2(ICorProfilerCallback11 *self, ULONG count, ObjectID from[],
                                       SIZE_T size[]) {
    check(block == 0 && count <= MOST_RANGES - range_count, "new ranges in order");
    for (ULONG i = 0; i < count && range_count < MOST_RANGES; i++, range_count++) {
        starts[range_count] = from[i];
        lengths[range_count] = size[i];
    }
    named("SurvivingReferences2");
    block = count;
    return answer();
}

static HRESULT on_SurvivingReferences(ICorProfilerCallback11 *self, ULONG count, ObjectID from[],
                                      ULONG size[]) {
    named("SurvivingReferences");
    check(count == block && count <= range_count, "old ranges follow the new");
    for (ULONG i = 0; i < count && count <= range_count; i++) {
        ULONG at = range_count - count + i;
        check(from[i] == starts[at] && size[i] == lengths[at], "the same ranges");
    }
    block = 0;
    return E_FAIL;
}

static HRESULT on_RootReferences2(ICorProfilerCallback11 *self, ULONG count, ObjectID roots[],
                                  COR_PRF_GC_ROOT_KIND kinds[], COR_PRF_GC_ROOT_FLAGS flags[],
                                  UINT_PTR ids[]) {
    check(block == 0, "new roots in order");
    for (ULONG i = 0; i < count; i++) {
        ClassID class = 0;
        check(survives(roots[i]), "a root survives");
        info->lpVtbl->GetClassFromObject(info, roots[i], &class);
        unsigned type = type_of(class);
        if (type == TYPES)
            continue;
        seen[type].stack_roots += kinds[i] == COR_PRF_GC_ROOT_STACK;
        seen[type].finalizer_roots += kinds[i] == COR_PRF_GC_ROOT_FINALIZER;
        seen[type].handle_roots += kinds[i] == COR_PRF_GC_ROOT_HANDLE;
        seen[type].pinned_roots += (flags[i] & COR_PRF_GC_ROOT_PINNING) != 0;
        seen[type].weak_roots += (flags[i] & COR_PRF_GC_ROOT_WEAKREF) != 0;
        check(kinds[i] != COR_PRF_GC_ROOT_HANDLE || ids[i] != 0, "a handle has an ID");
    }
    named("RootReferences2");
    block = count;
    return answer();
}

static HRESULT on_RootReferences(ICorProfilerCallback11 *self, ULONG count, ObjectID roots[]) {
    named("RootReferences");
    check(count == block, "old roots follow the new");
    block = 0;
    return E_FAIL;
}

static HRESULT on_ObjectReferences(ICorProfilerCallback11 *self, ObjectID object, ClassID class,
                                   ULONG count, ObjectID references[]) {
    ClassID own = 0;
    unsigned type = type_of(class);
    named("ObjectReferences");
    info->lpVtbl->GetClassFromObject(info, object, &own);
    check(own == class && survives(object), "an object and its type");
    for (ULONG i = 0; i < count; i++)
        check(survives(references[i]), "what an object refers to survives");
    if (type < TYPES) {
        seen[type].objects++;
        seen[type].references += count;
    }
    return ++objects == most_objects ? E_FAIL : S_OK;
}

static HRESULT on_GarbageCollectionFinished(ICorProfilerCallback11 *self) {
    named("GarbageCollectionFinished");
    if (most_objects)
        printf("  %u objects told\n", objects);
    for (unsigned i = 0; i < TYPES && !most_objects && range_count; i++) {
        printf("  %s: %u, %u references, roots:%s%s%s%s%s\n", NAMES[i], seen[i].objects,
               seen[i].references, seen[i].stack_roots ? " stack" : "",
               seen[i].finalizer_roots ? " finalizer" : "", seen[i].handle_roots ? " handle" : "",
               seen[i].pinned_roots ? " pinned" : "", seen[i].weak_roots ? " weak" : "");
    }
    return E_FAIL;
}

static unsigned number(const char *variable, int base) {
    const char *text = getenv(variable);
    return text ? (unsigned)strtoul(text, NULL, base) : 0;
}

static HRESULT on_Initialize(ICorProfilerCallback11 *self, IUnknown *runtime) {
    ICorProfilerInfo5 *newer;
    HRESULT result =
        runtime->lpVtbl->QueryInterface(runtime, &IID_ICorProfilerInfo5, (void **)&newer);
    if (FAILED(result))
        return result;
    info = (ICorProfilerInfo2 *)newer; /* which it begins with */
    fails = number("GC_LOG_FAILS", 10) != 0;
    most_objects = number("GC_LOG_OBJECTS", 10);
    return newer->lpVtbl->SetEventMask2(newer, number("GC_LOG_MASK", 16),
                                        number("GC_LOG_HIGH", 16));
}

#define SLOT(callback) .callback = on_##callback
CORPROF_PLUGIN(SLOT(Initialize), SLOT(RuntimeSuspendStarted), SLOT(RuntimeSuspendFinished),
               SLOT(RuntimeSuspendAborted), SLOT(RuntimeResumeStarted), SLOT(RuntimeResumeFinished),
               SLOT(RuntimeThreadSuspended), SLOT(RuntimeThreadResumed),
               SLOT(GarbageCollectionStarted), SLOT(GarbageCollectionFinished),
               SLOT(ObjectsAllocatedByClass), SLOT(SurvivingReferences), SLOT(SurvivingReferences2),
               SLOT(RootReferences), SLOT(RootReferences2), SLOT(ObjectReferences))
