/* System.IO.DriveInfo and the list of drives: what file systems are mounted. */
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/statfs.h>

#include "runtime/bcl/bcl_io.h"

/* System.IO.DriveType */
enum {
    DRIVE_UNKNOWN,
    DRIVE_NO_ROOT,
    DRIVE_REMOVABLE,
    DRIVE_FIXED,
    DRIVE_NETWORK,
    DRIVE_CD,
    DRIVE_RAM
};

/* File systems by the number that statfs gives, with the name that DriveFormat gives for them. */
static const struct file_system {
    uint32_t magic;
    const char *name;
    int32_t drive;
} FILE_SYSTEMS[] = {
    {EXT2_SUPER_MAGIC, "ext", DRIVE_FIXED},
    {XFS_SUPER_MAGIC, "xfs", DRIVE_FIXED},
    {BTRFS_SUPER_MAGIC, "btrfs", DRIVE_FIXED},
    {F2FS_SUPER_MAGIC, "f2fs", DRIVE_FIXED},
    {REISERFS_SUPER_MAGIC, "reiserfs", DRIVE_FIXED},
    {OVERLAYFS_SUPER_MAGIC, "overlay", DRIVE_FIXED},
    {MSDOS_SUPER_MAGIC, "msdos", DRIVE_REMOVABLE},
    {ISOFS_SUPER_MAGIC, "iso9660", DRIVE_CD},
    {UDF_SUPER_MAGIC, "udf", DRIVE_CD},
    {NFS_SUPER_MAGIC, "nfs", DRIVE_NETWORK},
    {SMB_SUPER_MAGIC, "smb", DRIVE_NETWORK},
    {TMPFS_MAGIC, "tmpfs", DRIVE_RAM},
    {RAMFS_MAGIC, "ramfs", DRIVE_RAM},
    {PROC_SUPER_MAGIC, "proc", DRIVE_RAM},
    {SYSFS_MAGIC, "sysfs", DRIVE_RAM},
    {DEVPTS_SUPER_MAGIC, "devpts", DRIVE_RAM},
};

/* The file system that the path in slots[0], slots[1] units long, lies on; -1 with errno set. */
static int status_of(struct thread *thread, const union slot *slots, struct statfs *out) {
    char *path = exec_utf16_to_utf8(slots[0].p, slots[1].i4);
    int result = path ? statfs(path, out) : -1;
    if (!path)
        exec_throw_object(thread, thread->out_of_memory);
    mem_free(path);
    return result;
}

static const struct file_system *find_file_system(struct thread *thread, const union slot *slots) {
    struct statfs st;
    if (status_of(thread, slots, &st) != 0)
        return NULL;
    for (size_t i = 0; i < sizeof FILE_SYSTEMS / sizeof *FILE_SYSTEMS; i++) {
        if (FILE_SYSTEMS[i].magic == (uint32_t)st.f_type)
            return &FILE_SYSTEMS[i];
    }
    return NULL;
}

/* GetDiskFreeSpaceInternal(path, length, out available, out total, out free, out error). */
void bcl_drive_space(struct thread *thread, union slot *slots) {
    uint64_t *available = slots[2].p, *total = slots[3].p, *unused = slots[4].p;
    struct statfs st;
    int result = status_of(thread, slots, &st);
    if (result == 0) {
        uint64_t block = (uint64_t)st.f_bsize;
        *available = (uint64_t)st.f_bavail * block;
        *total = (uint64_t)st.f_blocks * block;
        *unused = (uint64_t)st.f_bfree * block;
    }
    bcl_io_finish(slots, result, slots[5].p);
}

/* GetDriveFormatInternal(path, length), GetDriveTypeInternal(path, length). */
void bcl_drive_format(struct thread *thread, union slot *slots) {
    const struct file_system *found = find_file_system(thread, slots);
    slots[0].p = bcl_string(thread, found ? found->name : NULL);
}

void bcl_drive_type(struct thread *thread, union slot *slots) {
    const struct file_system *found = find_file_system(thread, slots);
    slots[0].i4 = found ? found->drive : DRIVE_UNKNOWN;
}

/* ---- Environment.GetLogicalDrivesInternal() ---- */

/* Calls of next_drive go through the folders on which a device or the root file system is mounted:
 * lines of "device folder type options". */
static bool next_drive(FILE *mounts, char folder[1024]) {
    char line[4096], device[256];
    while (fgets(line, sizeof line, mounts)) {
        if (sscanf(line, "%255s %1023s", device, folder) == 2 &&
            (device[0] == '/' || strcmp(folder, "/") == 0))
            return true;
    }
    return false;
}

void bcl_environment_drives(struct thread *thread, union slot *slots) {
    FILE *mounts = fopen("/proc/self/mounts", "re");
    char folder[1024];
    int32_t count = 0;
    while (mounts && next_drive(mounts, folder))
        count++;
    struct array *out = bcl_new_vector_of(thread, "String", count);
    slots[0].p = out;
    if (mounts)
        rewind(mounts);
    for (int32_t i = 0; out && i < count && next_drive(mounts, folder) && !thread->exception; i++)
        ((struct string **)out->data)[i] = bcl_string(thread, folder);
    if (mounts)
        fclose(mounts);
}
