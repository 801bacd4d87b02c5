/* claret heap [--form FORM] TRACE: reports on a heap trace made with claret run --heap-trace. */
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "runtime/memory/heap_report.h"

int cli_heap(int argc, char **argv) {
    heap_report_form form = HEAP_REPORT_SUMMARY;
    const char *path = NULL;
    char error[300];
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--form") == 0 && i + 1 < argc) {
            if (!heap_report_find_form(argv[++i], &form))
                return cli_usage("heap");
        } else if (argv[i][0] != '-' && !path) {
            path = argv[i];
        } else {
            return cli_usage("heap");
        }
    }
    if (!path)
        return cli_usage("heap");
    if (FAILED(heap_report(path, form, stdout, error, sizeof error)))
        return cli_fail("%s", error);
    return cli_flush();
}
