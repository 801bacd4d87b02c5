/* The command line: one function per command, each in its own file.
 *
 * A command gets its name as argv[0] and returns the exit status: 0, 1 after a failure that it
 * reported with cli_fail, 2 after cli_usage. */
#ifndef CLARET_CLI_H
#define CLARET_CLI_H

#include "il.h"

int cli_asm(int argc, char **argv);
int cli_heap(int argc, char **argv);
int cli_info(int argc, char **argv);
int cli_dis(int argc, char **argv);
int cli_run(int argc, char **argv);

/* Prints "claret: TEXT" on stderr, TEXT being "FILE: reason"; returns 1. */
int cli_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same for an error of il, with its offset. */
int cli_fail_il(const il_error *err);

/* Prints how the command is used on stderr; returns 2. */
int cli_usage(const char *command);

/* Flushes stdout; 0, or cli_fail when something that was printed did not get there. */
int cli_flush(void);

#endif
