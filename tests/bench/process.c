/* Times whole processes, in one of two ways:
 *     process             starts hello world in Claret and, where it is, in Mono, in turn
 *     process COMMAND...  prints the least milliseconds of CPU time of three runs, "-" when one
 * fails CPU time, because others may use the machine, too; in turn, so that they disturb all alike.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct run {
    double wall, cpu; /* milliseconds */
    long peak;        /* KiB of resident memory */
};

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static double milliseconds(struct timeval t) {
    return (double)t.tv_sec * 1e3 + (double)t.tv_usec / 1e3;
}

/* Runs the command without its output. False when it cannot be run or fails. */
static int run(char *const *command, struct run *out) {
    struct rusage usage;
    int status;
    double start = now();
    pid_t child = fork();
    if (child == 0) {
        int null = open("/dev/null", O_WRONLY);
        dup2(null, STDOUT_FILENO);
        dup2(null, STDERR_FILENO);
        execvp(command[0], command);
        _exit(127);
    }
    if (child < 0 || wait4(child, &status, 0, &usage) != child)
        return 0;
    out->wall = now() - start;
    out->cpu = milliseconds(usage.ru_utime) + milliseconds(usage.ru_stime);
    out->peak = usage.ru_maxrss;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void lower(struct run *least, const struct run *r) {
    if (r->wall < least->wall)
        least->wall = r->wall;
    if (r->cpu < least->cpu)
        least->cpu = r->cpu;
    if (r->peak > least->peak) /* of memory the most: it may not happen to be little */
        least->peak = r->peak;
}

static const struct run NONE = {1e9, 1e9, 0};

static int print_least(char *const *command) {
    struct run least = NONE, r;
    for (int i = 0; i < 3; i++) {
        if (!run(command, &r))
            return puts("-") < 0;
        lower(&least, &r);
    }
    return printf("%.0f\n", least.cpu) < 0;
}

int main(int argc, char **argv) {
    enum { STARTS = 20 };
    char *claret = getenv("CLARET");
    char *const commands[][5] = {
        {claret ? claret : "build/claret", "run", "build/bench/hello.exe"},
        {"mono", "build/bench/hello.exe"},
        {"mono", "-O=-aot", "build/bench/hello.exe"},
        {"mono", "--interpreter", "build/bench/hello.exe"},
    };
    enum { COUNT = sizeof commands / sizeof *commands };
    struct run least[COUNT];
    int works[COUNT];
    if (argc > 1)
        return print_least(argv + 1);
    for (int c = 0; c < COUNT; c++) {
        least[c] = NONE;
        works[c] = 1;
    }
    for (int i = 0; i < STARTS; i++) {
        for (int c = 0; c < COUNT; c++) {
            struct run r;
            works[c] = works[c] && run(commands[c], &r);
            if (works[c])
                lower(&least[c], &r);
        }
    }
    printf("Hello world, least of %d starts in turn, and the most memory of any\n", STARTS);
    for (int c = 0; c < COUNT; c++) {
        if (!works[c])
            continue;
        char text[64] = "";
        for (int i = 0; commands[c][i + 1]; i++)
            strcat(strcat(text, commands[c][i]), " ");
        printf("%-24s %6.1f ms, %5.1f ms of CPU, %6.2f MiB\n", text, least[c].wall, least[c].cpu,
               (double)least[c].peak / 1024);
    }
    return !works[0];
}
