/* spy_guard.h */
#include "runtime/memory/spy_guard.h"

#include <stdio.h>
#include <string.h>

enum { HEAD = 0xFD, TAIL = 0xFB, FRESH = 0xCD, FREED = 0xDD };

size_t guard_dressed_size(size_t size) {
    size_t dressed;
    return __builtin_add_overflow(size, 2 * GUARD_BYTES, &dressed) ? SIZE_MAX : dressed;
}

void *guard_dress(void *actual, size_t size, size_t fresh) {
    char *block = (char *)actual + GUARD_BYTES;
    memset(actual, HEAD, GUARD_BYTES);
    if (fresh < size)
        memset(block + fresh, FRESH, size - fresh);
    memset(block + size, TAIL, GUARD_BYTES);
    return block;
}

/* The first of size bytes that is not value; size when all are. */
static size_t first_other(const void *bytes, int value, size_t size) {
    const unsigned char *b = bytes;
    size_t i = 0;
    while (i < size && b[i] == value)
        i++;
    return i;
}

static void print_stack(spy_guard *guard, const char *title, uint32_t number) {
    const call_site *site = call_sites_get(guard->sites, number);
    if (!site || site->depth == 0)
        return;
    fprintf(stderr, "  %s\n", title);
    call_site_print(site, &guard->files, stderr);
}

static void report(spy_guard *guard, const char *what, const guard_kept *block, long offset,
                   uint32_t here) {
    guard->errors++;
    fprintf(stderr, "spy guard: %s: block %p of %zu bytes, first wrong byte at offset %ld\n", what,
            block->block, block->size, offset);
    print_stack(guard, "found by", here);
    print_stack(guard, "allocated by", block->allocated);
    print_stack(guard, "freed by", block->freed);
}

/* Damage is repaired, so that it is reported once. */
static void check_guards(spy_guard *guard, const guard_kept *block, uint32_t here) {
    char *head = guard_undress(block->block), *tail = (char *)block->block + block->size;
    size_t wrong = first_other(head, HEAD, GUARD_BYTES);
    if (wrong < GUARD_BYTES)
        report(guard, "underrun", block, (long)wrong - GUARD_BYTES, here);
    memset(head, HEAD, GUARD_BYTES);
    wrong = first_other(tail, TAIL, GUARD_BYTES);
    if (wrong < GUARD_BYTES)
        report(guard, "overrun", block, (long)(block->size + wrong), here);
    memset(tail, TAIL, GUARD_BYTES);
}

void guard_check(spy_guard *guard, const void *block, size_t size, uint32_t allocated,
                 uint32_t here) {
    guard_kept live = {(void *)block, size, allocated, 0};
    check_guards(guard, &live, here);
}

static void check_freed(spy_guard *guard, const guard_kept *block) {
    size_t wrong = first_other(block->block, FREED, block->size);
    if (wrong < block->size)
        report(guard, "write after free", block, (long)wrong, 0);
    memset(block->block, FREED, block->size);
    check_guards(guard, block, 0);
}

static void *drop_oldest(spy_guard *guard) {
    const guard_kept *oldest = &guard->kept[guard->oldest];
    check_freed(guard, oldest);
    guard->oldest = (guard->oldest + 1) % GUARD_KEPT_BLOCKS;
    guard->kept_count--;
    guard->kept_bytes -= oldest->size;
    return guard_undress(oldest->block);
}

void *guard_keep(spy_guard *guard, void *block, size_t size, uint32_t allocated, uint32_t here) {
    if (size > GUARD_KEPT_BYTES / 4)
        return guard_undress(block);
    void *gone = NULL;
    if (guard->kept_count == GUARD_KEPT_BLOCKS || guard->kept_bytes + size > GUARD_KEPT_BYTES)
        gone = drop_oldest(guard);
    memset(block, FREED, size);
    uint32_t slot = (guard->oldest + guard->kept_count++) % GUARD_KEPT_BLOCKS;
    guard->kept[slot] = (guard_kept){block, size, allocated, here};
    guard->kept_bytes += size;
    return gone;
}

static const guard_kept *find_kept(const spy_guard *guard, const void *block) {
    for (uint32_t i = 0; i < guard->kept_count; i++) {
        const guard_kept *kept = &guard->kept[(guard->oldest + i) % GUARD_KEPT_BLOCKS];
        if (kept->block == block)
            return kept;
    }
    return NULL;
}

bool guard_keeps(const spy_guard *guard, const void *block) {
    return find_kept(guard, block) != NULL;
}

void guard_bad_free(spy_guard *guard, const void *block, uint32_t here) {
    const guard_kept *kept = find_kept(guard, block);
    guard->errors++;
    if (!kept) {
        fprintf(stderr, "spy guard: free of %p, which is no block\n", block);
        print_stack(guard, "freed by", here);
        return;
    }
    fprintf(stderr, "spy guard: double free of block %p of %zu bytes\n", block, kept->size);
    print_stack(guard, "freed again by", here);
    print_stack(guard, "allocated by", kept->allocated);
    print_stack(guard, "freed by", kept->freed);
}

void guard_check_kept(spy_guard *guard) {
    for (uint32_t i = 0; i < guard->kept_count; i++)
        check_freed(guard, &guard->kept[(guard->oldest + i) % GUARD_KEPT_BLOCKS]);
}

void *guard_release(spy_guard *guard) {
    return guard->kept_count ? drop_oldest(guard) : NULL;
}

void guard_fini(spy_guard *guard) {
    symbol_files_free(guard->files);
}
