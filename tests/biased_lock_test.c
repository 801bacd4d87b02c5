/* The lock that prefers one thread: nobody is ever in it with another. */
#include "runtime/memory/biased_lock.h"

#include <CUnit/CUnit.h>
#include <pthread.h>
#include <stdint.h>

enum { THREADS = 3 };

typedef struct shared {
    biased_lock lock;
    uint64_t counter; /* plain: only the lock keeps it whole */
    unsigned burst;   /* how often a thread takes the lock before it lets others */
    unsigned rounds;
} shared;

static void *count(void *data) {
    shared *s = data;
    for (unsigned i = 0; i < s->rounds; i++) {
        for (unsigned k = 0; k < s->burst; k++) {
            biased_lock_take(&s->lock);
            biased_lock_take(&s->lock);
            s->counter++;
            biased_lock_give(&s->lock);
            biased_lock_give(&s->lock);
        }
        sched_yield();
    }
    return NULL;
}

static void run(shared *s, unsigned burst, unsigned rounds) {
    pthread_t threads[THREADS];
    s->burst = burst;
    s->rounds = rounds;
    s->counter = 0;
    for (int i = 0; i < THREADS; i++)
        CU_ASSERT_EQUAL_FATAL(pthread_create(&threads[i], NULL, count, s), 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    CU_ASSERT_EQUAL(s->counter, (uint64_t)THREADS * burst * rounds);
}

static void threads_in_turns_do_not_meet(void) {
    shared s = {.burst = 0};
    run(&s, 1, 30000);
}

/* Long enough for the bias to come and go. */
static void threads_in_bursts_do_not_meet(void) {
    shared s = {.burst = 0};
    run(&s, 5000, 60);
}

static void the_bias_goes_to_who_comes_often_and_goes_when_another_comes(void) {
    shared s = {.burst = 1, .rounds = 1000};
    pthread_t other;
    for (int i = 0; i < 2; i++) {
        count(&s);
        CU_ASSERT_TRUE(biased_lock_has_bias(&s.lock));
        CU_ASSERT_EQUAL_FATAL(pthread_create(&other, NULL, count, &s), 0);
        pthread_join(other, NULL);
        CU_ASSERT_FALSE(biased_lock_has_bias(&s.lock));
    }
    CU_ASSERT_EQUAL(s.counter, 4000);
    CU_ASSERT_TRUE(s.lock.revocations >= 2);
}

static void it_is_recursive_and_knows_its_holder(void) {
    biased_lock lock = {.depth = 0};
    for (int i = 0; i < 1000; i++) {
        CU_ASSERT_FALSE(biased_lock_is_held(&lock));
        biased_lock_take(&lock);
        biased_lock_take(&lock);
        CU_ASSERT_EQUAL(lock.depth, 2);
        biased_lock_give(&lock);
        CU_ASSERT_TRUE(biased_lock_is_held(&lock));
        biased_lock_give(&lock);
    }
    CU_ASSERT_TRUE(biased_lock_has_bias(&lock));
}

CU_TestInfo biased_lock_tests[] = {
    {"threads in turns do not meet", threads_in_turns_do_not_meet},
    {"threads in bursts do not meet", threads_in_bursts_do_not_meet},
    {"the bias goes to who comes often, and goes when another comes",
     the_bias_goes_to_who_comes_often_and_goes_when_another_comes},
    {"it is recursive and knows its holder", it_is_recursive_and_knows_its_holder},
    CU_TEST_INFO_NULL,
};
