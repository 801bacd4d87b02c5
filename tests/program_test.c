/* Programs compiled from tests/programs/ and samples/programs/, each run under every engine: what
 * they print, on which stream, and how they exit. README.md there says where the expected output
 * comes from. */
#include <CUnit/CUnit.h>
#include <glob.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct program {
    const char *name;
    const char *binary; /* below build/, without .exe */
    const char *arguments;
    const char *expected; /* without .out, .err and .in */
    int status;
    bool is_sample;
} PROGRAMS[] = {
#define PROGRAM(name, status)                                                                      \
    {#name, "tests/programs/" #name, "", "tests/programs/" #name, status, false},
#define SAMPLE(name, arguments)                                                                    \
    {"sample " #name, "samples/" #name, arguments, "samples/programs/" #name, 0, true},
#include "programs.def"
#undef PROGRAM
#undef SAMPLE
};

#define PROGRAM_COUNT (sizeof PROGRAMS / sizeof *PROGRAMS)

typedef struct text {
    size_t size;
    char data[1 << 16];
} text;

static bool read_text(text *t, const char *path) {
    FILE *file = fopen(path, "r");
    t->size = file ? fread(t->data, 1, sizeof t->data - 1, file) : 0;
    t->data[t->size] = '\0';
    return file && fclose(file) == 0;
}

/* Takes the IL offsets, " IL_0000", from the ends of a trace's lines. */
static void drop_offsets(text *t) {
    static const char MARK[] = " IL_";
    for (char *at = t->data; (at = strstr(at, MARK));) {
        size_t length = strcspn(at + 1, "\n") + 1;
        if (length == sizeof MARK - 1 + 4)
            memmove(at, at + length, strlen(at + length) + 1);
        else
            at++;
    }
}

/* Fails the test with the first line that differs. */
static void compare(const char *what, const char *got, const char *expected) {
    char message[600];
    unsigned line = 1;
    if (strcmp(got, expected) == 0)
        return;
    while (*got && *got == *expected) {
        line += *got == '\n';
        got++, expected++;
    }
    snprintf(message, sizeof message, "%s differs in line %u at: %.*s | expected: %.*s", what, line,
             (int)strcspn(got, "\n"), got, (int)strcspn(expected, "\n"), expected);
    CU_assertImplementation(CU_FALSE, line, message, what, "", CU_FALSE);
}

static void run_under(const struct program *program, const char *engine) {
    static text got, expected;
    char command[512], out[] = "/tmp/claret-out.XXXXXX", err[] = "/tmp/claret-err.XXXXXX";
    char what[128], path[256];
    int out_file = mkstemp(out), err_file = mkstemp(err);
    CU_ASSERT_FATAL(out_file >= 0 && err_file >= 0);
    close(out_file);
    close(err_file);
    snprintf(path, sizeof path, "%s.in", program->expected);
    snprintf(command, sizeof command, "LC_ALL=C.UTF-8 timeout 60 %s build/%s.exe %s <%s >%s 2>%s",
             engine, program->binary, program->arguments,
             access(path, R_OK) == 0 ? path : "/dev/null", out, err);
    int status = system(command);
    snprintf(what, sizeof what, "%s %s: status %d,", program->name, engine,
             WIFEXITED(status) ? WEXITSTATUS(status) : -1);
    snprintf(path, sizeof path, "%s.out", program->expected);
    CU_ASSERT(read_text(&expected, path) && read_text(&got, out));
    strcat(what, " stdout");
    compare(what, got.data, expected.data);
    snprintf(path, sizeof path, "%s.err", program->expected);
    read_text(&expected, path);
    CU_ASSERT(read_text(&got, err));
    drop_offsets(&got);
    memcpy(strrchr(what, ' '), " stderr", sizeof " stderr");
    compare(what, got.data, expected.data);
    CU_ASSERT(WIFEXITED(status) && WEXITSTATUS(status) == program->status);
    remove(out);
    remove(err);
}

static bool mono_is_there(void) {
    return system("command -v mono >/dev/null") == 0;
}

static void run(const struct program *program) {
    static const char *const ENGINES[] = {"--interp", "--jit", ""};
    const char *claret = getenv("CLARET");
    char command[256];
    for (size_t i = 0; i < sizeof ENGINES / sizeof *ENGINES; i++) {
        snprintf(command, sizeof command, "%s run %s", claret ? claret : "build/claret",
                 ENGINES[i]);
        run_under(program, command);
    }
    if (program->is_sample && mono_is_there())
        run_under(program, "mono");
}

static void run_current(void) {
    const char *name = CU_get_current_test()->pName;
    for (size_t i = 0; i < PROGRAM_COUNT; i++) {
        if (strcmp(PROGRAMS[i].name, name) == 0)
            run(&PROGRAMS[i]);
    }
}

static size_t count_files(const char *pattern) {
    glob_t files;
    size_t count = glob(pattern, 0, NULL, &files) == 0 ? files.gl_pathc : 0;
    globfree(&files);
    return count;
}

static void every_program_is_listed(void) {
    CU_ASSERT_EQUAL(count_files("tests/programs/*.[ci][sl]") + count_files("samples/programs/*.cs"),
                    PROGRAM_COUNT);
}

CU_TestInfo program_tests[] = {
    {"every program is listed", every_program_is_listed},
#define PROGRAM(name, status)   {#name, run_current},
#define SAMPLE(name, arguments) {"sample " #name, run_current},
#include "programs.def"
#undef PROGRAM
#undef SAMPLE
    CU_TEST_INFO_NULL,
};
