/* Telling the consumer of rt_events.h, without anything held that it could wait for.
 *
 * Modules and classes are loaded under the runtime's lock. A consumer with a lock of its own, under
 * which it asks what takes the runtime's, would deadlock if it were told there. So loads are queued
 * and told when the thread lets go of the lock. Until a module is told of, no other thread runs its
 * methods, and none tells of its classes.
 *
 * What may be told while a collection waits is told in a safe region, so that a consumer may block
 * (EXEC_TELL). The rest, told with RT_TELL, holds up collections: exceptions, allocations. */
#ifndef CLARET_ANNOUNCE_H
#define CLARET_ANNOUNCE_H

#include "il.h"
#include "runtime/rt_events.h"

struct module;
struct runtime;
struct type;

/* A load that is to be told: of a type, or of a module when type is NULL. */
struct announcement {
    struct module *module;
    struct type *type;
    int32_t status; /* 0 or a negative HRESULT */
};

struct announcements {
    struct announcement *items;
    uint32_t count, capacity;
    uint32_t reserved; /* room that is promised */
};

/* Under the runtime's lock: room for one announcement, which must then be made or given back.
 * False when memory is short. */
bool exec_reserve_announcement(struct runtime *rt);
void exec_drop_announcement(struct runtime *rt);
/* Takes the room; told when the lock is let go. */
void exec_announce(struct runtime *rt, struct announcement announcement);

/* Tells what was queued, with no lock held, and frees the queue. */
void exec_tell_announcements(struct runtime *rt, struct announcements *queue);

/* Until the module is told of, unless it is this thread that has to. NULL is no module. */
void exec_wait_for_module(struct runtime *rt, struct module *module);

/* RT_TELL in a safe region, where there is a thread of the runtime that is not in one. */
#define EXEC_TELL(rt, member, ...)                                                                 \
    do {                                                                                           \
        if (RT_WANTED((rt)->events, member)) {                                                     \
            struct thread *teller_ = exec_running_thread(rt);                                      \
            if (teller_)                                                                           \
                exec_enter_safe(teller_);                                                          \
            RT_TELL((rt)->events, member, ##__VA_ARGS__);                                          \
            if (teller_)                                                                           \
                exec_leave_safe(teller_);                                                          \
        }                                                                                          \
    } while (0)

#endif
