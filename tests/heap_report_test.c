/* Reports on heap traces, of known work; the massif form is read by the real ms_print. */
#include "runtime/memory/heap_report.h"

#include "runtime/memory/heap_ctf.h"
#include "runtime/memory/heap_events.h"
#include "runtime/memory/mem.h"

#include <CUnit/CUnit.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char path[] = "/tmp/claret-heap-report-XXXXXX";

static __attribute__((noinline)) void *allocate_here(size_t size) {
    void *block = mem_alloc(size);
    __asm__ volatile("" : : "r"(block) : "memory"); /* keeps this call from becoming a jump */
    return block;
}

/* 11 allocations of 1,000 bytes, 10 of them freed, and one reallocation. */
static void make_trace(void) {
    char error[200];
    strcpy(path + sizeof path - 7, "XXXXXX");
    int fd = mkstemp(path);
    CU_ASSERT_FATAL(fd >= 0);
    close(fd);
    CU_ASSERT_EQUAL_FATAL(heap_trace_start(path, HEAP_TRACE_STACKS, error, sizeof error), S_OK);
    void *blocks[10];
    for (int i = 0; i < 10; i++)
        blocks[i] = allocate_here(1000);
    for (int i = 0; i < 10; i++)
        mem_free(blocks[i]);
    void *kept = allocate_here(1000);
    kept = mem_resize(kept, 50000, 1);
    CU_ASSERT_EQUAL(heap_trace_stop(NULL), S_OK);
    mem_free(kept);
}

/* The report as text; the buffer is static. */
static const char *report(heap_report_form form) {
    static char text[1 << 16];
    char error[200] = "";
    FILE *out = fmemopen(text, sizeof text, "w");
    CU_ASSERT_PTR_NOT_NULL_FATAL(out);
    CU_ASSERT_EQUAL(heap_report(path, form, out, error, sizeof error), S_OK);
    CU_ASSERT_STRING_EQUAL(error, "");
    fclose(out);
    return text;
}

static void summary_counts_blocks_and_names_places(void) {
    make_trace();
    const char *text = report(HEAP_REPORT_SUMMARY);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, ", 0 lost\n"));
    /* allocations, bytes, live, live bytes, peak bytes */
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "  all                        12           61000"
                                        "            1           50000           51000"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "  1024                       11  ####"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "end, by\n    allocate_here"));
    CU_ASSERT_PTR_NULL(strstr(text, "ends early"));
    unlink(path);
}

static void folded_stacks_end_in_the_bytes(void) {
    make_trace();
    const char *text = report(HEAP_REPORT_FOLDED);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, ";make_trace;allocate_here"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, " 50000\n"));
    unlink(path);
}

static void chrome_trace_is_a_list_of_counters(void) {
    make_trace();
    const char *text = report(HEAP_REPORT_CHROME);
    CU_ASSERT_EQUAL(strncmp(text, "{\"traceEvents\":[\n{\"name\":\"live bytes\",\"ph\":\"C\"", 45),
                    0);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "}}\n],\"displayTimeUnit\":\"ms\"}\n"));
    unlink(path);
}

static void ms_print_reads_the_massif_form(void) {
    char massif[sizeof path + 8], command[sizeof massif + 32], error[200], line[256];
    make_trace();
    snprintf(massif, sizeof massif, "%s.massif", path);
    FILE *out = fopen(massif, "w");
    CU_ASSERT_PTR_NOT_NULL_FATAL(out);
    CU_ASSERT_EQUAL(heap_report(path, HEAP_REPORT_MASSIF, out, error, sizeof error), S_OK);
    fclose(out);
    unlink(path);
    if (access("/usr/bin/ms_print", X_OK) == 0) {
        bool named = false;
        snprintf(command, sizeof command, "/usr/bin/ms_print %s 2>&1", massif);
        FILE *in = popen(command, "r");
        CU_ASSERT_PTR_NOT_NULL_FATAL(in);
        while (fgets(line, sizeof line, in))
            named |= strstr(line, "make_trace") != NULL;
        CU_ASSERT_EQUAL(pclose(in), 0);
        CU_ASSERT_TRUE(named);
    }
    unlink(massif);
}

/* Runs babeltrace2 on the folder and counts its lines that have both texts. -1 when it fails. */
static int count_lines_read(const char *folder, const char *first, const char *second) {
    char command[200], line[4096];
    int count = 0;
    snprintf(command, sizeof command, "/usr/bin/babeltrace2 %s 2>&1", folder);
    FILE *in = popen(command, "r");
    CU_ASSERT_PTR_NOT_NULL_FATAL(in);
    while (fgets(line, sizeof line, in))
        count += strstr(line, first) && strstr(line, second);
    return pclose(in) == 0 ? count : -1;
}

static void remove_folder(const char *folder) {
    char command[200];
    snprintf(command, sizeof command, "rm -r %s", folder);
    CU_ASSERT_EQUAL(system(command), 0);
}

static void babeltrace2_reads_the_ctf_form(void) {
    char folder[sizeof path + 8], error[200] = "";
    make_trace();
    snprintf(folder, sizeof folder, "%s.ctf", path);
    CU_ASSERT_EQUAL(heap_ctf_write(path, folder, error, sizeof error), S_OK);
    CU_ASSERT_STRING_EQUAL(error, "");
    if (access("/usr/bin/babeltrace2", X_OK) == 0) {
        CU_ASSERT_EQUAL(count_lines_read(folder, "heap:alloc:", "size = 0x3E8,"), 11);
        CU_ASSERT_EQUAL(count_lines_read(folder, "heap:realloc:", "old_size = 0x3E8 "), 1);
        CU_ASSERT_EQUAL(count_lines_read(folder, "heap:free:", "address = 0x"), 11);
        CU_ASSERT_EQUAL(count_lines_read(folder, "heap:alloc:", "stack = 0x0 "), 0);
        /* One for each place in make_trace, of which a compiler that unrolls makes more. */
        CU_ASSERT_TRUE(count_lines_read(folder, "heap:stack:", "depth = ") >= 3);
        CU_ASSERT_TRUE(count_lines_read(folder, "heap:module:", "path = \"/") > 1);
        CU_ASSERT_EQUAL(count_lines_read(folder, "heap:end:", "lost = 0x0,"), 1);
    } else {
        printf("(not read back: babeltrace2 is not installed) ");
    }
    CU_ASSERT_EQUAL(heap_ctf_write(path, folder, error, sizeof error), E_FAIL);
    CU_ASSERT_PTR_NOT_NULL(strstr(error, ": File exists"));
    remove_folder(folder);
    unlink(path);
}

static void truncated_traces_are_reported_as_far_as_they_go(void) {
    make_trace();
    CU_ASSERT_EQUAL(truncate(path, 300), 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(report(HEAP_REPORT_SUMMARY), "the trace ends early"));
    unlink(path);
}

static void files_that_are_no_traces_are_refused(void) {
    char error[200] = "";
    CU_ASSERT_EQUAL(heap_report("/nonexistent", HEAP_REPORT_SUMMARY, stdout, error, sizeof error),
                    E_FAIL);
    CU_ASSERT_STRING_EQUAL(error, "/nonexistent: No such file or directory");
    CU_ASSERT_EQUAL(heap_report("/dev/null", HEAP_REPORT_SUMMARY, stdout, error, sizeof error),
                    E_FAIL);
    CU_ASSERT_STRING_EQUAL(error, "/dev/null: not a heap trace");
}

static void forms_have_names(void) {
    heap_report_form form;
    CU_ASSERT_TRUE(heap_report_find_form("massif", &form));
    CU_ASSERT_EQUAL(form, HEAP_REPORT_MASSIF);
    CU_ASSERT_FALSE(heap_report_find_form("xml", &form));
}

CU_TestInfo heap_report_tests[] = {
    {"the summary counts blocks and names places", summary_counts_blocks_and_names_places},
    {"folded stacks end in the bytes", folded_stacks_end_in_the_bytes},
    {"the Chrome trace is a list of counters", chrome_trace_is_a_list_of_counters},
    {"ms_print reads the massif form", ms_print_reads_the_massif_form},
    {"babeltrace2 reads the CTF form", babeltrace2_reads_the_ctf_form},
    {"truncated traces are reported as far as they go",
     truncated_traces_are_reported_as_far_as_they_go},
    {"files that are no traces are refused", files_that_are_no_traces_are_refused},
    {"forms have names", forms_have_names},
    CU_TEST_INFO_NULL,
};
