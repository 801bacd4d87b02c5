/* The commands as a user sees them: what they print and how they exit. The program is the one that
 * the environment variable CLARET names. */
#include <CUnit/CUnit.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/command.h"

/* What the last command printed, on both streams. */
static char output[1 << 16];

/* Runs claret with these arguments; its exit status. */
static int run(const char *arguments) {
    return command_run(output, sizeof output, "$CLARET %s", arguments);
}

static bool printed(const char *text) {
    return strstr(output, text) != NULL;
}

static void without_a_command_it_lists_them(void) {
    CU_ASSERT_EQUAL(run(""), 2);
    CU_ASSERT(printed("claret info [--icalls] IN"));
    CU_ASSERT_EQUAL(run("--help"), 0);
    CU_ASSERT(printed("claret info [--icalls] IN"));
    CU_ASSERT_EQUAL(run("nonsense"), 2);
    CU_ASSERT_STRING_EQUAL(output, "claret: nonsense: no such command, see claret --help\n");
}

static void info_shows_an_assembly(void) {
    CU_ASSERT_EQUAL(run("info build/tests/small.exe"), 0);
    CU_ASSERT(printed("PE32 EXE, i386, console"));
    CU_ASSERT(printed("Assembly     small, Version=0.0.0.0"));
    CU_ASSERT(printed(" Small.Program::Main\n"));
    CU_ASSERT(printed("mscorlib, Version=4.0.0.0, PublicKeyToken=b77a5c561934e089\n"));
    CU_ASSERT(printed("ClassLayout                  2\n"));
}

static void info_says_what_is_wrong(void) {
    CU_ASSERT_EQUAL(run("info"), 2);
    CU_ASSERT_STRING_EQUAL(output, "usage: claret info [--icalls] IN\n");
    CU_ASSERT_EQUAL(run("info Makefile"), 1);
    CU_ASSERT_STRING_EQUAL(output,
                           "claret: Makefile: not a PE file: it does not start with \"MZ\"\n");
    CU_ASSERT_EQUAL(run("info build/tests/small.exe > /dev/full"), 1);
    CU_ASSERT(printed("No space left on device"));
}

static void info_lists_internal_calls(void) {
    CU_ASSERT_EQUAL(run("info --icalls /usr/lib/mono/4.5/mscorlib.dll > build/tests/icalls"), 0);
    CU_ASSERT_EQUAL(system("grep -q '^present  System.Math.Sin(Double)$' build/tests/icalls"), 0);
    CU_ASSERT_EQUAL(system("grep -q '^missing  Mono.Interop.ComInteropProxy.AddProxy(' "
                           "build/tests/icalls"),
                    0);
    CU_ASSERT_EQUAL(system("tail -1 build/tests/icalls | grep -q '^622 internal calls, '"), 0);
    CU_ASSERT_EQUAL(run("info --icalls /no/such/file"), 1);
}

static void dis_prints_methods_by_name(void) {
    CU_ASSERT_EQUAL(run("dis build/tests/small.exe --method Square::get_Area"), 0);
    CU_ASSERT_EQUAL(strncmp(output, ".method public hidebysig specialname virtual\n", 45), 0);
    CU_ASSERT(printed("} // end of method Square::get_Area\n"));
    CU_ASSERT(!printed("get_Item"));
    CU_ASSERT_EQUAL(run("dis build/tests/small.exe --method Small.IShape::get_Area"), 0);
    CU_ASSERT(printed("IShape::get_Area") && !printed("Square::get_Area"));
    CU_ASSERT_EQUAL(run("dis build/tests/small.exe --method get_Area"), 0);
    CU_ASSERT(printed("IShape::get_Area") && printed("Square::get_Area"));
    CU_ASSERT_EQUAL(run("dis build/tests/small.exe --method Small.Missing::M"), 1);
    CU_ASSERT_STRING_EQUAL(output, "claret: build/tests/small.exe: no method Small.Missing::M\n");
}

static void dis_writes_a_file_with_its_resources(void) {
    CU_ASSERT_EQUAL(system("rm -rf build/tests/dis && mkdir -p build/tests/dis"), 0);
    CU_ASSERT_EQUAL(run("dis build/tests/small.exe -o build/tests/dis/out.il"), 0);
    CU_ASSERT_STRING_EQUAL(output, "");
    CU_ASSERT_EQUAL(system("grep -q '^.class.*Small.Square$' build/tests/dis/out.il"), 0);
    CU_ASSERT_EQUAL(system("cmp -s build/tests/dis/notes.txt tests/data/small.notes.txt"), 0);
    CU_ASSERT_EQUAL(run("dis build/tests/small.exe -o build/tests/dis/out.il"), 0);
    CU_ASSERT_EQUAL(system("echo mine > build/tests/dis/notes.txt"), 0);
    CU_ASSERT_EQUAL(run("dis build/tests/small.exe -o build/tests/dis/out.il"), 1);
    CU_ASSERT_STRING_EQUAL(output,
                           "claret: build/tests/dis/notes.txt: is there, not overwritten\n");
    CU_ASSERT_EQUAL(run("dis build/tests/small.exe -o /no/such/folder/out.il"), 1);
    CU_ASSERT_STRING_EQUAL(output, "claret: /no/such/folder/out.il: No such file or directory\n");
    CU_ASSERT_EQUAL(run("dis"), 2);
}

static void asm_writes_a_program(void) {
    CU_ASSERT_EQUAL(system("rm -rf build/tests/asm && mkdir -p build/tests/asm"), 0);
    CU_ASSERT_EQUAL(run("asm tests/il/hello.il -o build/tests/asm/hello.exe"), 0);
    CU_ASSERT_STRING_EQUAL(output, "");
    CU_ASSERT_EQUAL(run("run build/tests/asm/hello.exe"), 0);
    CU_ASSERT_STRING_EQUAL(output, "Hello\n");
    CU_ASSERT_EQUAL(system("cp tests/il/manifest.* build/tests/asm"), 0);
    CU_ASSERT_EQUAL(run("asm --dll build/tests/asm/manifest.il"), 0);
    CU_ASSERT_EQUAL(run("info build/tests/asm/manifest.dll"), 0);
    CU_ASSERT(printed("PE32 DLL"));
    CU_ASSERT_EQUAL(run("asm"), 2);
}

static void asm_writes_nothing_after_mistakes(void) {
    CU_ASSERT_EQUAL(system("rm -rf build/tests/asm && mkdir -p build/tests/asm"), 0);
    CU_ASSERT_EQUAL(run("asm tests/il/no_accessor.il -o build/tests/asm/out.dll"), 1);
    CU_ASSERT_STRING_EQUAL(output, "tests/il/no_accessor.il:6:30: no such method in this module\n"
                                   "  .property int32 P() { .get int32 Program::get_P() }\n"
                                   "                             ^\n");
    CU_ASSERT_NOT_EQUAL(system("test -e build/tests/asm/out.dll"), 0);
    CU_ASSERT_EQUAL(run("asm tests/il/members.il -o build/tests/asm/out.exe"), 1);
    CU_ASSERT_STRING_EQUAL(
        output, "claret: build/tests/asm/out.exe: no .entrypoint; --dll makes a library\n");
    CU_ASSERT_EQUAL(run("asm /no/such/file.il"), 1);
    CU_ASSERT_STRING_EQUAL(output, "claret: /no/such/file.il: No such file or directory\n");
}

/* ---- claret run and what cannot be run ---- */

static unsigned lines(void) {
    unsigned count = 0;
    for (const char *at = output; (at = strchr(at, '\n')); at++)
        count++;
    return count;
}

/* The command fails with this status and one line, and leaves nothing allocated. */
static void refuses(const char *arguments, int status, const char *line) {
    char command[600];
    snprintf(command, sizeof command, "run %s", arguments);
    CU_ASSERT_EQUAL(run(command), status);
    CU_ASSERT_STRING_EQUAL(output, line);
    CU_ASSERT_EQUAL(lines(), 1);
    snprintf(command, sizeof command, "run --spy leaks %s", arguments);
    CU_ASSERT_EQUAL(run(command), status);
    CU_ASSERT(status == 2 || printed(" 0 blocks (0 bytes) still live\n"));
}

/* Writes the first size bytes of a program to path, or all of it for 0, with one word changed. */
static void write_changed(const char *path, size_t size, size_t at, uint32_t word) {
    static uint8_t bytes[1 << 16];
    FILE *file = fopen("build/tests/small.exe", "rb");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    size_t all = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    if (at > 0)
        memcpy(bytes + at, &word, sizeof word);
    file = fopen(path, "wb");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    CU_ASSERT_EQUAL(fwrite(bytes, 1, size ? size : all, file), size ? size : all);
    fclose(file);
}

static void perf_is_told_the_names_of_compiled_methods(void) {
    CU_ASSERT_EQUAL(command_run(output, sizeof output,
                                "sh -c 'echo $$; exec $CLARET run --jit --perf-map "
                                "build/samples/squares.exe >/dev/null'"),
                    0);
    char map[64];
    snprintf(map, sizeof map, "/tmp/perf-%d.map", atoi(output));
    CU_ASSERT_EQUAL(command_run(output, sizeof output,
                                "grep -c '^[0-9a-f]* [0-9a-f]* .' %s; "
                                "grep ' Program.Square(Int32)$' %s",
                                map, map),
                    0);
    CU_ASSERT(atoi(output) > 100);
    CU_ASSERT_EQUAL(remove(map), 0);
}

static void run_refuses_wrong_usage(void) {
    refuses("", 2, "claret run: no program given, see claret run --help\n");
    refuses("--fast x.exe", 2, "claret run: unknown option --fast, see claret run --help\n");
    refuses("--profiler", 2, "claret run: --profiler needs a value, see claret run --help\n");
}

static void run_refuses_what_is_no_program(void) {
    refuses("no/such.exe", 1, "claret: no/such.exe: No such file or directory\n");
    refuses("tests", 1, "claret: tests: not a PE file (empty, or not a regular file)\n");
    refuses("Makefile", 1, "claret: Makefile: not a PE file: it does not start with \"MZ\"\n");
    write_changed("build/tests/cut.exe", 300, 0, 0);
    refuses("build/tests/cut.exe", 1,
            "claret: build/tests/cut.exe: the file ends at 0x12c, the optional header with the "
            "section headers needs bytes up to 0x218\n");
}

/* Offsets in mcs's files: the PE header is at 0x80; the CLI header's directory entry is 0xE8 behind
 * it (II.25.2.3.3); the header itself is at 0x408, its entry point 20 behind that. */
static void run_refuses_programs_without_code(void) {
    write_changed("build/tests/native.exe", 0, 0x80 + 0xE8, 0);
    refuses("build/tests/native.exe", 1,
            "claret: build/tests/native.exe: a native PE file: it has no CLI header\n");
    write_changed("build/tests/library.exe", 0, 0x408 + 20, 0);
    refuses("build/tests/library.exe", 1,
            "claret: build/tests/library.exe: no entry point (is it a library?)\n");
}

/* The folders of CLARET_PATH come first, so a bad mscorlib there is the one that is found. */
static void run_needs_a_class_library(void) {
    CU_ASSERT_EQUAL(system("mkdir -p build/tests/bad && echo bad > build/tests/bad/mscorlib.dll"),
                    0);
    setenv("CLARET_PATH", "build/tests/bad", 1);
    refuses("build/tests/small.exe", 1,
            "claret: build/tests/bad/mscorlib.dll: not a PE file: it does not start with "
            "\"MZ\"\n");
    unsetenv("CLARET_PATH");
}

/* What program_test.c checks the output of: also these ends free everything. */
static void programs_that_end_badly_leave_nothing_allocated(void) {
    static const char *const programs[] = {"unhandled",           "unhandled_inner",
                                           "unhandled_after_hot", "unhandled_in_initialiser",
                                           "stack_overflow",      "stack_overflow_mutual"};
    static const char *const engines[] = {"--interp", "--jit", ""};
    for (size_t i = 0; i < sizeof programs / sizeof *programs; i++) {
        for (size_t k = 0; k < sizeof engines / sizeof *engines; k++) {
            char command[200];
            snprintf(command, sizeof command, "run --spy leaks %s build/tests/programs/%s.exe",
                     engines[k], programs[i]);
            CU_ASSERT_EQUAL(run(command), 134);
            CU_ASSERT(printed(" 0 blocks (0 bytes) still live\n"));
        }
    }
}

static void spies_see_managed_objects(void) {
    CU_ASSERT_EQUAL(run("run --spy leaks --spy log=build/tests/objects.log build/tests/kept.exe"),
                    0);
    CU_ASSERT(printed("sum 20004950\n"));
    CU_ASSERT(printed(" 0 blocks (0 bytes) still live\n"));
    CU_ASSERT(printed("  100 live of 100 Kept, 1600 bytes, allocated by\n    Program.Main(System."
                      "String[]) IL_"));
    CU_ASSERT_EQUAL(system("test $(grep -c '^object 16 Kept in heap 0x.* = 0x' "
                           "build/tests/objects.log) = 100"),
                    0);
    CU_ASSERT_EQUAL(system("test $(grep -c '^drop 0x.* Kept in heap 0x' build/tests/objects.log) = "
                           "100"),
                    0);
    CU_ASSERT_EQUAL(system("test $(grep -c '^sweep 0x.* System.Byte.. in heap 0x' "
                           "build/tests/objects.log) -gt 19000"),
                    0);
}

static void a_quota_covers_managed_objects(void) {
    static const char *const engines[] = {"--interp", "--jit"};
    for (size_t i = 0; i < sizeof engines / sizeof *engines; i++) {
        char command[200];
        snprintf(command, sizeof command, "run %s --spy quota=20M build/tests/kept.exe more",
                 engines[i]);
        CU_ASSERT_EQUAL(run(command), 0);
        CU_ASSERT(printed("sum 20004950\nfull\n"));
    }
}

static void a_plug_in_s_own_spy_sees_managed_objects(void) {
    static const char *const engines[] = {"--interp", "--jit"};
    for (size_t i = 0; i < sizeof engines / sizeof *engines; i++) {
        char command[200];
        snprintf(command, sizeof command,
                 "run %s --profiler build/tests/plugins/object_spy.so build/tests/kept.exe",
                 engines[i]);
        CU_ASSERT_EQUAL(run(command), 0);
        CU_ASSERT(printed("sum 20004950\n"));
        CU_ASSERT(printed("spy: many objects, 0 not freed, 0 blocks not freed, 0 damaged\n"));
    }
}

CU_TestInfo cli_tests[] = {
    {"without a command it lists them", without_a_command_it_lists_them},
    {"spies see managed objects", spies_see_managed_objects},
    {"a quota covers managed objects", a_quota_covers_managed_objects},
    {"a plug-in's own spy sees managed objects", a_plug_in_s_own_spy_sees_managed_objects},
    {"info shows an assembly", info_shows_an_assembly},
    {"info says what is wrong", info_says_what_is_wrong},
    {"info lists internal calls", info_lists_internal_calls},
    {"dis prints methods by name", dis_prints_methods_by_name},
    {"dis writes a file with its resources", dis_writes_a_file_with_its_resources},
    {"asm writes a program", asm_writes_a_program},
    {"asm writes nothing after mistakes", asm_writes_nothing_after_mistakes},
    {"perf is told the names of compiled methods", perf_is_told_the_names_of_compiled_methods},
    {"run refuses wrong usage", run_refuses_wrong_usage},
    {"run refuses what is no program", run_refuses_what_is_no_program},
    {"run refuses programs without code", run_refuses_programs_without_code},
    {"run needs a class library", run_needs_a_class_library},
    {"programs that end badly leave nothing allocated",
     programs_that_end_badly_leave_nothing_allocated},
    CU_TEST_INFO_NULL,
};
