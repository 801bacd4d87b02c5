#include "runtime/bcl/proc_files.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int32_t proc_list(int32_t *out, int32_t room) {
    DIR *folder = opendir("/proc");
    int32_t count = 0;
    for (struct dirent *entry; folder && (entry = readdir(folder));) {
        int pid = atoi(entry->d_name);
        if (pid > 0 && out && count < room)
            out[count] = pid;
        count += pid > 0;
    }
    if (folder)
        closedir(folder);
    return count;
}

bool proc_program(pid_t pid, char *path, size_t size) {
    char link[64];
    snprintf(link, sizeof link, "/proc/%d/exe", (int)pid);
    ssize_t length = readlink(link, path, size - 1);
    path[length > 0 ? length : 0] = '\0';
    return length > 0;
}

bool proc_name(pid_t pid, char *name, size_t size) {
    char path[4096];
    if (proc_program(pid, path, sizeof path)) {
        const char *last = strrchr(path, '/');
        snprintf(name, size, "%s", last ? last + 1 : path);
        return true;
    }
    snprintf(path, sizeof path, "/proc/%d/comm", (int)pid);
    FILE *file = fopen(path, "re");
    bool read = file && fgets(name, (int)size, file);
    if (file)
        fclose(file);
    name[read ? strcspn(name, "\n") : 0] = '\0';
    return read;
}

int64_t proc_number(const char *file, const char *name) {
    char path[64], line[256];
    size_t length = strlen(name);
    int64_t number = -1;
    snprintf(path, sizeof path, "/proc/%s", file);
    FILE *in = fopen(path, "re");
    while (in && number < 0 && fgets(line, sizeof line, in)) {
        if (strncmp(line, name, length) == 0 && line[length] == ':')
            number = strtoll(line + length + 1, NULL, 10);
    }
    if (in)
        fclose(in);
    return number;
}

int64_t proc_status(pid_t pid, const char *name) {
    char file[32];
    snprintf(file, sizeof file, "%d/status", (int)pid);
    return proc_number(file, name);
}

static int64_t tick(void) {
    return 10000000 / sysconf(_SC_CLK_TCK);
}

bool proc_times(pid_t pid, struct proc_times *out) {
    char path[64], line[1024];
    unsigned long user = 0, kernel = 0;
    unsigned long long start = 0;
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    FILE *file = fopen(path, "re");
    const char *rest = file && fgets(line, sizeof line, file) ? strrchr(line, ')') : NULL;
    if (file)
        fclose(file);
    if (!rest || sscanf(rest + 1,
                        " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu %*d %*d %*d %*d %*d "
                        "%*d %llu",
                        &user, &kernel, &start) != 3)
        return false;
    *out = (struct proc_times){(int64_t)start * tick(), (int64_t)user * tick(),
                               (int64_t)kernel * tick()};
    return true;
}

bool proc_cpu(int number, struct proc_cpu *out) {
    char line[512], name[16];
    unsigned long long user, nice, kernel, idle, wait, interrupts, deferred;
    bool found = false;
    snprintf(name, sizeof name, number < 0 ? "cpu " : "cpu%d ", number);
    FILE *file = fopen("/proc/stat", "re");
    while (file && !found && fgets(line, sizeof line, file))
        found = strncmp(line, name, strlen(name)) == 0;
    if (file)
        fclose(file);
    if (!found || sscanf(line + strlen(name), "%llu %llu %llu %llu %llu %llu %llu", &user, &nice,
                         &kernel, &idle, &wait, &interrupts, &deferred) != 7)
        return false;
    *out = (struct proc_cpu){(int64_t)(user + nice) * tick(), (int64_t)kernel * tick(),
                             (int64_t)idle * tick(), (int64_t)interrupts * tick(),
                             (int64_t)deferred * tick()};
    return true;
}
