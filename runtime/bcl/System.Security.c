/* System.Security and Mono.Security: random numbers, users and groups, and who may read the key
 * files. A token is a user's number, as in Mono on Unix. */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/bcl/bcl_io.h"

/* ---- RNGCryptoServiceProvider ---- */

bool bcl_random_bytes(void *buffer, size_t length) {
    for (char *at = buffer; length > 0;) {
        ssize_t n = getrandom(at, length, 0);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        at += n;
        length -= (size_t)n;
    }
    return true;
}

/* RngInitialize(seed, length): the kernel needs no seed, any handle but 0 will do. */
void bcl_random_open(struct thread *thread, union slot *slots) {
    slots[0].p = thread->rt;
}

/* RngGetBytes(handle, data, length): the handle, 0 when there are no random bytes. */
void bcl_random_get(struct thread *thread, union slot *slots) {
    (void)thread;
    if (slots[2].i8 < 0 || !bcl_random_bytes(slots[1].p, (size_t)slots[2].i8))
        slots[0].p = NULL;
}

/* ---- WindowsIdentity and WindowsPrincipal ---- */

/* Text that the user database writes; large enough for any entry that is met in practice. */
#define ENTRY_SIZE 16384

static bool find_user(uid_t id, struct passwd *out, char *buffer) {
    struct passwd *found = NULL;
    return getpwuid_r(id, out, buffer, ENTRY_SIZE, &found) == 0 && found;
}

void bcl_identity_current(struct thread *thread, union slot *slots) {
    (void)thread;
    slots[0].i8 = geteuid();
}

/* GetTokenName(token), the number when the user has no name. */
void bcl_identity_name(struct thread *thread, union slot *slots) {
    char buffer[ENTRY_SIZE];
    struct passwd user;
    bool found = find_user((uid_t)slots[0].u8, &user, buffer);
    slots[0].p = found ? bcl_string(thread, user.pw_name) : NULL;
}

/* GetUserToken(name). */
void bcl_identity_token(struct thread *thread, union slot *slots) {
    char buffer[ENTRY_SIZE], *name = bcl_text(thread, slots[0].p);
    struct passwd user, *found = NULL;
    if (!name)
        return;
    if (getpwnam_r(name, &user, buffer, sizeof buffer, &found) != 0 || !found)
        exec_throw_format(thread, "ArgumentException", "unknown user %s", name);
    else
        slots[0].i8 = user.pw_uid;
    mem_free(name);
}

/* The groups of a user, their number in *count: a mem_ block, NULL when there are none to be had.
 */
static gid_t *groups_of(uid_t id, int *count) {
    char buffer[ENTRY_SIZE];
    struct passwd user;
    *count = 0;
    if (!find_user(id, &user, buffer))
        return NULL;
    getgrouplist(user.pw_name, user.pw_gid, NULL, count);
    gid_t *groups = mem_alloc(((size_t)*count + 1) * sizeof *groups);
    if (groups && getgrouplist(user.pw_name, user.pw_gid, groups, count) < 0) {
        mem_free(groups);
        groups = NULL;
    }
    if (!groups)
        *count = 0;
    return groups;
}

static bool group_name(gid_t id, struct group *out, char *buffer) {
    struct group *found = NULL;
    return getgrgid_r(id, out, buffer, ENTRY_SIZE, &found) == 0 && found;
}

/* _GetRoles(token): the names of the groups. */
void bcl_identity_roles(struct thread *thread, union slot *slots) {
    char buffer[ENTRY_SIZE];
    struct group group;
    int count;
    gid_t *groups = groups_of((uid_t)slots[0].u8, &count);
    struct array *out = bcl_new_vector_of(thread, "String", count);
    for (int i = 0; out && i < count && !thread->exception; i++) {
        if (group_name(groups[i], &group, buffer))
            ((struct string **)out->data)[i] = bcl_string(thread, group.gr_name);
    }
    slots[0].p = out;
    mem_free(groups);
}

/* IsMemberOfGroupId(token, group), IsMemberOfGroupName(token, UTF-8 name). */
static bool is_member(uid_t user, gid_t group) {
    int count;
    gid_t *groups = groups_of(user, &count);
    bool found = false;
    for (int i = 0; i < count && !found; i++)
        found = groups[i] == group;
    mem_free(groups);
    return found;
}

void bcl_principal_in_group(struct thread *thread, union slot *slots) {
    (void)thread;
    slots[0].i4 = is_member((uid_t)slots[0].u8, (gid_t)slots[1].u8);
}

void bcl_principal_in_named_group(struct thread *thread, union slot *slots) {
    char buffer[ENTRY_SIZE];
    struct group group, *found = NULL;
    (void)thread;
    slots[0].i4 = slots[1].p &&
                  getgrnam_r(slots[1].p, &group, buffer, sizeof buffer, &found) == 0 && found &&
                  is_member((uid_t)slots[0].u8, group.gr_gid);
}

/* WindowsImpersonationContext: the process's effective user changes. */
void bcl_impersonate(struct thread *thread, union slot *slots) {
    (void)thread;
    slots[0].i4 = seteuid((uid_t)slots[0].u8) == 0;
}

void bcl_impersonate_no_more(struct thread *thread, union slot *slots) {
    (void)thread;
    slots[0].i4 = seteuid(getuid()) == 0;
}

/* ---- KeyPairPersistence: files and folders with keys ---- */

static void protect(struct thread *thread, union slot *slots, mode_t mode, mode_t search) {
    char *path = bcl_io_path(thread, slots[0].p);
    struct stat st;
    if (!path)
        return;
    slots[0].i4 =
        stat(path, &st) == 0 && chmod(path, S_ISDIR(st.st_mode) ? mode | search : mode) == 0;
    mem_free(path);
}

/* Whether none of the permissions is given. */
static void is_protected(struct thread *thread, union slot *slots, mode_t permissions) {
    char *path = bcl_io_path(thread, slots[0].p);
    struct stat st;
    if (!path)
        return;
    slots[0].i4 = stat(path, &st) == 0 && (st.st_mode & permissions) == 0;
    mem_free(path);
}

void bcl_keys_protect_user(struct thread *thread, union slot *slots) {
    protect(thread, slots, S_IRUSR | S_IWUSR, S_IXUSR);
}

void bcl_keys_protect_machine(struct thread *thread, union slot *slots) {
    protect(thread, slots, S_IRUSR | S_IWUSR | S_IRGRP | S_IROTH, S_IXUSR | S_IXGRP | S_IXOTH);
}

void bcl_keys_user_protected(struct thread *thread, union slot *slots) {
    is_protected(thread, slots, S_IRWXG | S_IRWXO);
}

void bcl_keys_machine_protected(struct thread *thread, union slot *slots) {
    is_protected(thread, slots, S_IWGRP | S_IWOTH);
}
