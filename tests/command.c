#include "tests/command.h"

#include <CUnit/CUnit.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

int command_run(char *output, size_t size, const char *format, ...) {
    char text[1024], command[1100];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    CU_ASSERT_FATAL(length >= 0 && (size_t)length < sizeof text);
    snprintf(command, sizeof command, "{ %s\n} 2>&1", text);
    CU_ASSERT_EQUAL_FATAL(setenv("CLARET", "build/claret", 0), 0);
    FILE *pipe = popen(command, "r");
    CU_ASSERT_PTR_NOT_NULL_FATAL(pipe);
    output[fread(output, 1, size - 1, pipe)] = '\0';
    char rest[4096];
    while (fread(rest, 1, sizeof rest, pipe) > 0)
        continue; /* a reader who leaves early would end the command */
    int status = pclose(pipe);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}
