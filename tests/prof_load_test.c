/* Loading a plug-in: the order of the steps, and a text for each way in which it can fail. The
 * steps are those of CoreCLR 3.1 as observed there; the plug-ins are in tests/plugins/. */
#include "profiler/prof.h"
#include "profiler/prof_host.h"
#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PLUGIN(name) "build/tests/plugins/" name ".so"

/* What the plug-ins told, one word after another. */
static char told[512];

void plugin_event(const char *name); /* exported to them */

void plugin_event(const char *name) {
    size_t used = strlen(told);
    snprintf(told + used, sizeof told - used, "%s%s", used ? ", " : "", name);
}

static prof_error error;

static void refused(const char *spec, const char *text) {
    prof_host *host = (prof_host *)&error;
    memset(&error, 0, sizeof error);
    CU_ASSERT_EQUAL(prof_load(spec, &host, &error), PROF_FAILED);
    CU_ASSERT_STRING_EQUAL(error.text, text);
    CU_ASSERT_PTR_NULL(host);
}

static void a_file_that_is_no_library(void) {
    refused("build/tests/absent.so",
            "build/tests/absent.so: cannot open shared object file: No such file or directory");
    refused("build/tests/metadata.exe", "build/tests/metadata.exe: invalid ELF header");
}

static void a_library_that_is_no_plug_in(void) {
    refused(PLUGIN("no_class_object"),
            PLUGIN("no_class_object") ": exports no DllGetClassObject, so it is not a profiler "
                                      "plug-in");
    refused(PLUGIN("dll_main_fails"), PLUGIN("dll_main_fails") ": its DllMain returned FALSE");
}

static void a_class_that_the_plug_in_does_not_have(void) {
    refused(PLUGIN("wrong_class"),
            PLUGIN("wrong_class") ": has no class {69E26FC1-5C33-4F7E-8A52-C1A2E7000001} "
                                  "(DllGetClassObject returned 0x80040111)");
    refused(PLUGIN("wrong_class") "={0b0e4a44}",
            PLUGIN("wrong_class") "={0b0e4a44}: '{0b0e4a44}' is no CLSID like "
                                  "{XXXXXXXX-XXXX-XXXX-XXXX-XXXXXXXXXXXX}");
    prof_host *host = NULL;
    CU_ASSERT_EQUAL(
        prof_load(PLUGIN("wrong_class") "={0b0e4a44-0c93-4fd5-96bc-6bd5bb6dbc6a}", &host, &error),
        PROF_LOADED);
    CU_ASSERT_PTR_NOT_NULL(host);
    prof_free(host);
}

static void a_plug_in_that_makes_no_callback(void) {
    refused(PLUGIN("create_fails"),
            PLUGIN("create_fails") ": makes no ICorProfilerCallback2 (CreateInstance returned "
                                   "0x8007000E)");
    refused(PLUGIN("old_callbacks"),
            PLUGIN("old_callbacks") ": implements only ICorProfilerCallback2; "
                                    "ICorProfilerCallback3 or later is needed");
}

static void a_plug_in_that_does_not_initialize(void) {
    told[0] = 0;
    refused(PLUGIN("init_fails"), PLUGIN("init_fails") ": its Initialize returned 0x80004005");
    CU_ASSERT_STRING_EQUAL(told, "DllMain(1), Release, Initialize, Release, DllMain(0)");
    prof_host *host = NULL;
    CU_ASSERT_EQUAL(prof_load(PLUGIN("init_cancels"), &host, &error), PROF_DECLINED);
    CU_ASSERT_STRING_EQUAL(error.text,
                           PLUGIN("init_cancels") ": its Initialize cancelled the activation "
                                                  "(0x80131375)");
    CU_ASSERT_PTR_NULL(host);
}

static void a_sound_plug_in_is_loaded_in_order(void) {
    prof_host *host = NULL;
    told[0] = 0;
    CU_ASSERT_EQUAL_FATAL(prof_load(PLUGIN("callback9"), &host, &error), PROF_LOADED);
    CU_ASSERT_STRING_EQUAL(
        told, "DllMain(1), no Callback11, no Callback10, Callback9, Release, Initialize");
    told[0] = 0;
    rt_events *events = prof_events(host);
    events->shutdown(events->self);
    prof_free(host);
    CU_ASSERT_STRING_EQUAL(told, "Shutdown, Release");
}

static void two_hosts_stand_side_by_side(void) {
    prof_host *one = NULL, *two = NULL;
    CU_ASSERT_EQUAL_FATAL(prof_load(PLUGIN("callback9"), &one, &error), PROF_LOADED);
    CU_ASSERT_EQUAL_FATAL(prof_load(PLUGIN("callback9"), &two, &error), PROF_LOADED);
    ICorProfilerInfo15 *info = &one->info;
    DWORD mask;
    CU_ASSERT_EQUAL(info->lpVtbl->SetEventMask(info, COR_PRF_MONITOR_EXCEPTIONS), S_OK);
    info = &two->info;
    CU_ASSERT_EQUAL(info->lpVtbl->GetEventMask(info, &mask), S_OK);
    CU_ASSERT_EQUAL(mask, 0);
    CU_ASSERT_PTR_NOT_NULL(prof_events(one)->exception_thrown);
    CU_ASSERT_PTR_NULL(prof_events(two)->exception_thrown);
    prof_free(one);
    prof_free(two);
}

/* ---- The environment ---- */

/* Sets the four variables; NULL unsets. */
static prof_status with(const char *enable, const char *class, const char *path_64,
                        const char *path) {
    const char *const values[][2] = {
        {"CORECLR_ENABLE_PROFILING", enable},
        {"CORECLR_PROFILER", class},
        {"CORECLR_PROFILER_PATH_64", path_64},
        {"CORECLR_PROFILER_PATH", path},
    };
    for (size_t i = 0; i < 4; i++) {
        if (values[i][1])
            setenv(values[i][0], values[i][1], 1);
        else
            unsetenv(values[i][0]);
    }
    prof_host *host = NULL;
    error.text[0] = 0;
    prof_status status = prof_load_environment(&host, &error);
    CU_ASSERT_EQUAL(status == PROF_LOADED, host != NULL);
    prof_free(host);
    for (size_t i = 0; i < 4; i++)
        unsetenv(values[i][0]);
    return status;
}

#define CLASS "{0B0E4A44-0C93-4FD5-96BC-6BD5BB6DBC6A}"
#define GOOD  PLUGIN("wrong_class")

static void the_environment_enables(void) {
    CU_ASSERT_EQUAL(with(NULL, CLASS, NULL, GOOD), PROF_NONE);
    CU_ASSERT_EQUAL(with("", CLASS, NULL, GOOD), PROF_NONE);
    CU_ASSERT_EQUAL(with("0", CLASS, NULL, GOOD), PROF_NONE);
    CU_ASSERT_EQUAL(with("yes", CLASS, NULL, GOOD), PROF_NONE);
    CU_ASSERT_EQUAL(with("1", CLASS, NULL, GOOD), PROF_LOADED);
    CU_ASSERT_EQUAL(with("2", CLASS, NULL, GOOD), PROF_LOADED);
    CU_ASSERT_EQUAL(with("1", CLASS, GOOD, "build/tests/absent.so"), PROF_LOADED);
    CU_ASSERT_EQUAL(with("1", CLASS, "build/tests/absent.so", GOOD), PROF_FAILED);
}

static void the_environment_is_incomplete(void) {
    CU_ASSERT_EQUAL(with("1", NULL, NULL, GOOD), PROF_FAILED);
    CU_ASSERT_STRING_EQUAL(error.text,
                           "CORECLR_PROFILER: not set, though CORECLR_ENABLE_PROFILING is");
    CU_ASSERT_EQUAL(with("1", "xyz", NULL, GOOD), PROF_FAILED);
    CU_ASSERT_STRING_EQUAL(error.text, "CORECLR_PROFILER: 'xyz' is no CLSID like "
                                       "{XXXXXXXX-XXXX-XXXX-XXXX-XXXXXXXXXXXX}");
    CU_ASSERT_EQUAL(with("1", CLASS, NULL, NULL), PROF_FAILED);
    CU_ASSERT_STRING_EQUAL(error.text,
                           "CORECLR_PROFILER_PATH: not set, though CORECLR_ENABLE_PROFILING is");
}

CU_TestInfo prof_load_tests[] = {
    {"a file that is no library is refused", a_file_that_is_no_library},
    {"a library that is no plug-in is refused", a_library_that_is_no_plug_in},
    {"a class that the plug-in does not have", a_class_that_the_plug_in_does_not_have},
    {"a plug-in that makes no callback object", a_plug_in_that_makes_no_callback},
    {"a plug-in that does not initialize", a_plug_in_that_does_not_initialize},
    {"a sound plug-in is loaded in CoreCLR's order", a_sound_plug_in_is_loaded_in_order},
    {"two hosts stand side by side", two_hosts_stand_side_by_side},
    {"the environment variables enable a plug-in", the_environment_enables},
    {"the environment variables are incomplete", the_environment_is_incomplete},
    CU_TEST_INFO_NULL,
};
