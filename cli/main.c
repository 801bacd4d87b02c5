/* The claret command: finds the subcommand and runs it. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"

typedef struct command {
    const char *name, *arguments, *help;
    int (*run)(int argc, char **argv);
} command;

static const command COMMANDS[] = {
#define COMMAND(name, arguments, help) {#name, arguments, help, cli_##name},
#include "commands.def"
#undef COMMAND
};

enum { COMMAND_COUNT = sizeof COMMANDS / sizeof *COMMANDS };

static const command *find_command(const char *name) {
    for (int i = 0; i < COMMAND_COUNT; i++) {
        if (strcmp(COMMANDS[i].name, name) == 0)
            return &COMMANDS[i];
    }
    return NULL;
}

int cli_fail(const char *format, ...) {
    va_list args;
    va_start(args, format);
    fputs("claret: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    return 1;
}

int cli_fail_il(const il_error *err) {
    if (err->offset == IL_NO_OFFSET)
        return cli_fail("%s", err->text);
    return cli_fail("%s (at 0x%llx)", err->text, (unsigned long long)err->offset);
}

int cli_usage(const char *command) {
    fprintf(stderr, "usage: claret %s %s\n", command, find_command(command)->arguments);
    return 2;
}

int cli_flush(void) {
    if (fflush(stdout) != 0 || ferror(stdout))
        return cli_fail("standard output: %s", strerror(errno));
    return 0;
}

static void print_help(FILE *to) {
    fputs("usage: claret COMMAND ...\n\n", to);
    for (int i = 0; i < COMMAND_COUNT; i++)
        fprintf(to, "  claret %s %s\n        %s\n", COMMANDS[i].name, COMMANDS[i].arguments,
                COMMANDS[i].help);
}

int main(int argc, char **argv) {
    if (argc < 2) {
        print_help(stderr);
        return 2;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
        print_help(stdout);
        return cli_flush();
    }
    const command *wanted = find_command(argv[1]);
    if (!wanted) {
        fprintf(stderr, "claret: %s: no such command, see claret --help\n", argv[1]);
        return 2;
    }
    return wanted->run(argc - 1, argv + 1);
}
