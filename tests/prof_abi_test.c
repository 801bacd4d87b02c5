/* The public headers against the ABI of the CLR's own (prof_abi.def): a plug-in compiled with
 * either calls the same slot and asks for the same interface. */
#include "corprof.h"
#include "profiler/prof_guid.h"
#include <CUnit/CUnit.h>
#include <stdio.h>
#include <string.h>

static void every_method_has_its_slot(void) {
    static const struct {
        const char *name;
        size_t expected, actual;
    } SLOTS[] = {
#define ABI_SLOT(interface, slot, method)                                                          \
    {#interface "::" #method, slot, offsetof(interface##Vtbl, method) / sizeof(void *)},
#include "prof_abi.def"
    };
    for (size_t i = 0; i < sizeof SLOTS / sizeof *SLOTS; i++) {
        if (SLOTS[i].actual != SLOTS[i].expected)
            printf("\n%s: slot %zu, not %zu", SLOTS[i].name, SLOTS[i].actual, SLOTS[i].expected);
        CU_ASSERT_EQUAL(SLOTS[i].actual, SLOTS[i].expected);
    }
}

static void every_table_has_its_size(void) {
    static const struct {
        const char *name;
        size_t expected, actual;
    } SIZES[] = {
#define ABI_SIZE(interface, slots) {#interface, slots, sizeof(interface##Vtbl) / sizeof(void *)},
#include "prof_abi.def"
    };
    for (size_t i = 0; i < sizeof SIZES / sizeof *SIZES; i++) {
        if (SIZES[i].actual != SIZES[i].expected)
            printf("\n%s: %zu slots, not %zu", SIZES[i].name, SIZES[i].actual, SIZES[i].expected);
        CU_ASSERT_EQUAL(SIZES[i].actual, SIZES[i].expected);
    }
}

static void every_interface_has_its_iid(void) {
    static const struct {
        const IID *iid;
        const char *text;
    } IIDS[] = {
#define ABI_IID(interface, text) {&IID_##interface, text},
#include "prof_abi.def"
    };
    for (size_t i = 0; i < sizeof IIDS / sizeof *IIDS; i++) {
        char text[PROF_GUID_TEXT];
        prof_guid_format(IIDS[i].iid, text);
        CU_ASSERT_STRING_EQUAL(text, IIDS[i].text);
        GUID parsed;
        CU_ASSERT_FATAL(prof_guid_parse(IIDS[i].text, &parsed));
        CU_ASSERT(IsEqualGUID(&parsed, IIDS[i].iid));
    }
}

static void widths_are_those_of_windows(void) {
    CU_ASSERT_EQUAL(sizeof(HRESULT), 4);
    CU_ASSERT_EQUAL(sizeof(ULONG), 4);
    CU_ASSERT_EQUAL(sizeof(BOOL), 4);
    CU_ASSERT_EQUAL(sizeof(mdToken), 4);
    CU_ASSERT_EQUAL(sizeof(WCHAR), 2);
    CU_ASSERT_EQUAL(sizeof(GUID), 16);
    CU_ASSERT_EQUAL(sizeof(FunctionID), 8);
    CU_ASSERT_EQUAL(sizeof(COR_IL_MAP), 12);
    CU_ASSERT_EQUAL(sizeof(COR_PRF_CODE_INFO), 16);
    CU_ASSERT_EQUAL(sizeof(COR_PRF_METHOD), 16);
    CU_ASSERT_EQUAL(sizeof(ASSEMBLYMETADATA), 56);
    CU_ASSERT_EQUAL(sizeof(IMAGE_COR_ILMETHOD_FAT), 12);
}

static void only_a_guid_in_braces_is_one(void) {
    static const char *const BAD[] = {
        "",
        "xyz",
        "{}",
        "176FBED1-A55C-4796-98CA-A9DA0EF883E7",
        "{176FBED1-A55C-4796-98CA-A9DA0EF883E7",
        "{176FBED1-A55C-4796-98CA-A9DA0EF883E7} ",
        "{176FBED1-A55C-4796-98CA-A9DA0EF883EG}",
        "{176FBED1A55C-4796-98CA-A9DA0EF883E7-}",
    };
    GUID guid;
    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++)
        CU_ASSERT_FALSE(prof_guid_parse(BAD[i], &guid));
    CU_ASSERT_TRUE(prof_guid_parse("{176fbed1-a55c-4796-98ca-a9da0ef883e7}", &guid));
    CU_ASSERT_TRUE(IsEqualGUID(&guid, &IID_ICorProfilerCallback));
}

CU_TestInfo prof_abi_tests[] = {
    {"every method is in the slot of the CLR's table", every_method_has_its_slot},
    {"every table has the CLR's size", every_table_has_its_size},
    {"every interface has the CLR's IID", every_interface_has_its_iid},
    {"types have the widths of the Windows SDK", widths_are_those_of_windows},
    {"only a GUID in braces is read as one", only_a_guid_in_braces_is_one},
    CU_TEST_INFO_NULL,
};
