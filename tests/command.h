/* Commands as a user types them. */
#ifndef CLARET_TESTS_COMMAND_H
#define CLARET_TESTS_COMMAND_H

#include <stddef.h>

/* Runs a shell's command, given as for printf; in it $CLARET is the program to test, build/claret
 * unless the environment names another. Returns its exit status, -1 after a signal. What it prints
 * on both streams is in output, a string, cut to size. Ends the test when there is no shell. */
__attribute__((format(printf, 3, 4))) int command_run(char *output, size_t size, const char *format,
                                                      ...);

#endif
