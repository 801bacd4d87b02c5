/* What the kernel says of processes, under /proc. A process number of 0 is never valid here. */
#ifndef CLARET_PROC_FILES_H
#define CLARET_PROC_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* The numbers of all processes, the first room of them to out; how many there are. */
int32_t proc_list(int32_t *out, int32_t room);

/* Where a process's program lies; false when that is not to be known. */
bool proc_program(pid_t pid, char *path, size_t size);

/* A process's name: that of its program's file, or else the one the kernel has. False when there is
 * no such process. */
bool proc_name(pid_t pid, char *name, size_t size);

/* A number in /proc/FILE, whose lines are "Name:  number"; -1 when it is not there. */
int64_t proc_number(const char *file, const char *name);
/* The same in /proc/PID/status. */
int64_t proc_status(pid_t pid, const char *name);

/* Times in units of 100 ns. */
struct proc_times {
    int64_t started; /* since the system was */
    int64_t user, kernel;
};
/* False when there is no such process. */
bool proc_times(pid_t pid, struct proc_times *out);

/* The same of a processor, -1 for all of them together, since the system was started. */
struct proc_cpu {
    int64_t user, kernel, idle, interrupts, deferred;
};
bool proc_cpu(int number, struct proc_cpu *out);

#endif
