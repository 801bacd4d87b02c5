/* Reports on a heap trace (heap_events.h): what a program allocated, where, and how it grew. */
#ifndef CLARET_HEAP_REPORT_H
#define CLARET_HEAP_REPORT_H

#include "runtime/memory/include/com.h"

#include <stdbool.h>
#include <stdio.h>

typedef enum heap_report_form {
    HEAP_REPORT_SUMMARY, /* text for people */
    HEAP_REPORT_MASSIF,  /* for ms_print and massif-visualizer */
    HEAP_REPORT_FOLDED,  /* for flame graphs: bytes allocated by call stack */
    HEAP_REPORT_CHROME,  /* live bytes over time, as JSON for Perfetto and chrome://tracing */
} heap_report_form;

/* The form called "summary", "massif", "folded" or "chrome"; false for another name. */
bool heap_report_find_form(const char *name, heap_report_form *out);

/* Reads the trace at path and writes the report. Errors, with a text in error: E_FAIL (the file
 * cannot be read or is no trace), E_OUTOFMEMORY. A trace that ends early is reported as far as it
 * goes, and the summary says so. */
HRESULT heap_report(const char *path, heap_report_form form, FILE *out, char *error,
                    size_t error_size);

#endif
