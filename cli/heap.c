/* claret heap [--form FORM] [-o OUT] TRACE: reports on a heap trace made with claret run
 * --heap-trace. The form "ctf" is a folder, OUT; the others are text. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "runtime/memory/heap_ctf.h"
#include "runtime/memory/heap_report.h"

typedef struct heap_options {
    heap_report_form form;
    bool ctf;
    const char *trace, *out;
} heap_options;

static bool read_options(int argc, char **argv, heap_options *options) {
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--form") == 0 && i + 1 < argc) {
            options->ctf = strcmp(argv[++i], "ctf") == 0;
            if (!options->ctf && !heap_report_find_form(argv[i], &options->form))
                return false;
        } else if (strcmp(argv[i], "-o") == 0 && i + 1 < argc) {
            options->out = argv[++i];
        } else if (argv[i][0] != '-' && !options->trace) {
            options->trace = argv[i];
        } else {
            return false;
        }
    }
    return options->trace && (options->out || !options->ctf);
}

static int write_text(const heap_options *options) {
    char error[300];
    FILE *out = options->out ? fopen(options->out, "we") : stdout;
    if (!out)
        return cli_fail("%s: %s", options->out, strerror(errno));
    HRESULT hr = heap_report(options->trace, options->form, out, error, sizeof error);
    bool bad = out != stdout && (fflush(out) != 0 || ferror(out));
    int cause = errno;
    if (out != stdout)
        bad |= fclose(out) != 0;
    if (FAILED(hr))
        return cli_fail("%s", error);
    return bad ? cli_fail("%s: %s", options->out, strerror(cause)) : cli_flush();
}

int cli_heap(int argc, char **argv) {
    heap_options options = {.form = HEAP_REPORT_SUMMARY};
    char error[300];
    if (!read_options(argc, argv, &options))
        return cli_usage("heap");
    if (!options.ctf)
        return write_text(&options);
    if (FAILED(heap_ctf_write(options.trace, options.out, error, sizeof error)))
        return cli_fail("%s", error);
    return 0;
}
