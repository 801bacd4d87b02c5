/* mem.h: the plain functions, pools and the module arena. */
#include "runtime/memory/mem.h"

#include "runtime/memory/include/com.h"

#include <CUnit/CUnit.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool all_zero(const void *block, size_t size) {
    const uint8_t *bytes = block;
    for (size_t i = 0; i < size; i++) {
        if (bytes[i])
            return false;
    }
    return true;
}

/* ---- Plain functions ---- */

static void zero_size_gives_distinct_blocks(void) {
    void *a = mem_alloc(0), *b = mem_alloc(0);
    CU_ASSERT_PTR_NOT_NULL(a);
    CU_ASSERT_PTR_NOT_NULL(b);
    CU_ASSERT_PTR_NOT_EQUAL(a, b);
    mem_free(a);
    mem_free(b);
    mem_free(NULL);
}

static void blocks_are_16_byte_aligned(void) {
    for (size_t size = 1; size < 5000; size += 7) {
        void *block = mem_alloc(size);
        CU_ASSERT_PTR_NOT_NULL_FATAL(block);
        CU_ASSERT_EQUAL((uintptr_t)block % 16, 0);
        memset(block, 0xA5, size);
        mem_free(block);
    }
}

static void calloc_zeroes_and_refuses_overflow(void) {
    uint8_t *dirty = mem_alloc(256);
    CU_ASSERT_PTR_NOT_NULL_FATAL(dirty);
    memset(dirty, 0xFF, 256);
    mem_free(dirty);
    uint8_t *block = mem_calloc(16, 16);
    CU_ASSERT_PTR_NOT_NULL_FATAL(block);
    CU_ASSERT_TRUE(all_zero(block, 256));
    mem_free(block);
    CU_ASSERT_PTR_NULL(mem_calloc(SIZE_MAX / 2, 3));
}

static void resize_keeps_the_contents(void) {
    uint32_t *numbers = NULL;
    for (uint32_t count = 1; count <= 5000; count += count / 2 + 1) {
        uint32_t *grown = mem_resize(numbers, count, sizeof *numbers);
        CU_ASSERT_PTR_NOT_NULL_FATAL(grown);
        numbers = grown;
        numbers[count - 1] = count;
        CU_ASSERT_EQUAL(numbers[0], 1);
    }
    CU_ASSERT_PTR_NULL(mem_resize(numbers, SIZE_MAX / 2, 4));
    CU_ASSERT_EQUAL(numbers[0], 1);
    mem_free(numbers);
}

static void copy_text_ends_the_copy(void) {
    char *copy = mem_copy_text("claret", 3);
    CU_ASSERT_PTR_NOT_NULL_FATAL(copy);
    CU_ASSERT_STRING_EQUAL(copy, "cla");
    mem_free(copy);
}

/* ---- Pools ---- */

static void pool_blocks_are_zeroed_aligned_and_apart(void) {
    mem_pool pool = {0};
    uint8_t *last = NULL;
    size_t last_size = 0;
    for (size_t size = 0; size < 3000; size += 13) {
        uint8_t *block = mem_pool_alloc(&pool, size);
        CU_ASSERT_PTR_NOT_NULL_FATAL(block);
        CU_ASSERT_EQUAL((uintptr_t)block % (size >= 16 ? 16 : 8), 0);
        CU_ASSERT_TRUE(all_zero(block, size));
        memset(block, 0xFF, size);
        CU_ASSERT_TRUE(!last || block >= last + last_size || block + size <= last);
        last = block;
        last_size = size;
        CU_ASSERT_TRUE(mem_pool_check(&pool));
    }
    mem_pool_fini(&pool);
    CU_ASSERT_TRUE(mem_pool_check(&pool));
    CU_ASSERT_PTR_NULL(pool.chunks);
}

static void pool_goes_on_filling_a_chunk_after_a_large_block(void) {
    mem_pool pool = {0};
    uint8_t *first = mem_pool_alloc(&pool, 8);
    CU_ASSERT_PTR_NOT_NULL(mem_pool_alloc(&pool, 1 << 20));
    uint8_t *second = mem_pool_alloc(&pool, 8);
    CU_ASSERT_PTR_EQUAL(second, first + 8);
    mem_pool_fini(&pool);
}

static void pool_refuses_sizes_that_overflow(void) {
    mem_pool pool = {0};
    CU_ASSERT_PTR_NULL(mem_pool_alloc(&pool, SIZE_MAX));
    CU_ASSERT_PTR_NULL(mem_pool_alloc(&pool, SIZE_MAX - 64));
    CU_ASSERT_PTR_NULL(mem_pool_array(&pool, SIZE_MAX / 2, 3));
    CU_ASSERT_TRUE(mem_pool_check(&pool));
    CU_ASSERT_PTR_NOT_NULL(mem_pool_array(&pool, 100, 3));
    mem_pool_fini(&pool);
}

/* ---- The arena ---- */

static mem_arena *small_arena(size_t room) {
    static const char IMAGE[] = "MZ image";
    mem_arena *arena = NULL;
    CU_ASSERT_EQUAL(mem_arena_copy(IMAGE, sizeof IMAGE, room, &arena), S_OK);
    return arena;
}

static void arena_copies_an_image_to_its_base(void) {
    mem_arena *arena = small_arena(0);
    CU_ASSERT_PTR_NOT_NULL_FATAL(arena);
    CU_ASSERT_STRING_EQUAL(mem_arena_base(arena), "MZ image");
    CU_ASSERT_EQUAL(mem_arena_image_size(arena), 9);
    CU_ASSERT_EQUAL(mem_arena_room(arena), 64u << 20);
    CU_ASSERT_EQUAL(mem_arena_used(arena), 0);
    CU_ASSERT_TRUE(mem_arena_check(arena));
    mem_arena_free(arena);
}

static void arena_maps_a_file_to_its_base(void) {
    FILE *file = tmpfile();
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    fputs("MZ file", file);
    fflush(file);
    mem_arena *arena = NULL;
    CU_ASSERT_EQUAL(mem_arena_map(fileno(file), 4096, &arena), S_OK);
    fclose(file);
    CU_ASSERT_PTR_NOT_NULL_FATAL(arena);
    CU_ASSERT_EQUAL(memcmp(mem_arena_base(arena), "MZ file", 7), 0);
    CU_ASSERT_PTR_NOT_NULL(mem_arena_alloc(arena, 16));
    mem_arena_free(arena);
}

static void arena_refuses_what_cannot_be_mapped(void) {
    mem_arena *arena = (mem_arena *)1;
    int ends[2];
    CU_ASSERT_EQUAL_FATAL(pipe(ends), 0);
    CU_ASSERT_EQUAL(mem_arena_map(ends[0], 0, &arena), E_INVALIDARG);
    CU_ASSERT_PTR_NULL(arena);
    close(ends[0]);
    close(ends[1]);
    CU_ASSERT_EQUAL(mem_arena_map(-1, 0, &arena), E_FAIL);
    FILE *empty = tmpfile();
    CU_ASSERT_PTR_NOT_NULL_FATAL(empty);
    CU_ASSERT_EQUAL(mem_arena_map(fileno(empty), 0, &arena), E_INVALIDARG);
    fclose(empty);
    CU_ASSERT_EQUAL(mem_arena_copy("x", 1, 0x7FFFFFFF, &arena), E_INVALIDARG);
    CU_ASSERT_EQUAL(mem_arena_copy("x", 1, SIZE_MAX, &arena), E_INVALIDARG);
}

static void arena_bodies_lie_above_the_image_aligned_and_zeroed(void) {
    mem_arena *arena = small_arena(0);
    CU_ASSERT_PTR_NOT_NULL_FATAL(arena);
    CU_ASSERT_TRUE(mem_arena_start_bodies(arena, 0x12346));
    const uint8_t *base = mem_arena_base(arena);
    const uint8_t *first = mem_arena_alloc(arena, 1), *second = mem_arena_alloc(arena, 100);
    CU_ASSERT_EQUAL(first - base, 0x12348);
    CU_ASSERT_EQUAL(second - first, 4);
    CU_ASSERT_TRUE(all_zero(second, 100));
    CU_ASSERT_EQUAL(mem_arena_used(arena), 104);
    CU_ASSERT_EQUAL(mem_arena_extent(arena, first), 104);
    CU_ASSERT_EQUAL(mem_arena_extent(arena, (char *)first + 104), 0);
    CU_ASSERT_EQUAL(mem_arena_extent(arena, base), 0);
    CU_ASSERT_TRUE(mem_arena_check(arena));
    mem_arena_free(arena);
}

static void arena_gives_null_for_zero_and_when_full(void) {
    mem_arena *arena = small_arena(4096);
    CU_ASSERT_PTR_NOT_NULL_FATAL(arena);
    CU_ASSERT_PTR_NULL(mem_arena_alloc(arena, 0));
    CU_ASSERT_PTR_NULL(mem_arena_alloc(arena, UINT32_MAX));
    CU_ASSERT_PTR_NULL(mem_arena_alloc(arena, 4097));
    CU_ASSERT_PTR_NOT_NULL(mem_arena_alloc(arena, 4093));
    CU_ASSERT_PTR_NULL(mem_arena_alloc(arena, 1));
    CU_ASSERT_FALSE(mem_arena_start_bodies(arena, 1 << 20));
    CU_ASSERT_TRUE(mem_arena_check(arena));
    mem_arena_free(arena);
}

enum { BODIES_PER_THREAD = 2000 };

static void *fill_bodies(void *argument) {
    mem_arena *arena = argument;
    for (int i = 0; i < BODIES_PER_THREAD; i++) {
        uint8_t *body = mem_arena_alloc(arena, 12);
        if (!body || !all_zero(body, 12))
            return arena;
        memset(body, 0xFF, 12);
    }
    return NULL;
}

static void arena_threads_never_share_a_body(void) {
    mem_arena *arena = small_arena(1 << 20);
    CU_ASSERT_PTR_NOT_NULL_FATAL(arena);
    pthread_t threads[4];
    for (int i = 0; i < 4; i++)
        CU_ASSERT_EQUAL_FATAL(pthread_create(&threads[i], NULL, fill_bodies, arena), 0);
    for (int i = 0; i < 4; i++) {
        void *failed;
        pthread_join(threads[i], &failed);
        CU_ASSERT_PTR_NULL(failed);
    }
    CU_ASSERT_EQUAL(mem_arena_used(arena), 4 * BODIES_PER_THREAD * 12);
    mem_arena_free(arena);
}

CU_TestInfo mem_tests[] = {
    {"zero size gives distinct blocks", zero_size_gives_distinct_blocks},
    {"blocks are 16-byte aligned", blocks_are_16_byte_aligned},
    {"mem_calloc zeroes and refuses overflow", calloc_zeroes_and_refuses_overflow},
    {"mem_resize keeps the contents", resize_keeps_the_contents},
    {"mem_copy_text ends the copy", copy_text_ends_the_copy},
    {"pool blocks are zeroed, aligned and apart", pool_blocks_are_zeroed_aligned_and_apart},
    {"a pool goes on filling a chunk after a large block",
     pool_goes_on_filling_a_chunk_after_a_large_block},
    {"a pool refuses sizes that overflow", pool_refuses_sizes_that_overflow},
    {"an arena copies an image to its base", arena_copies_an_image_to_its_base},
    {"an arena maps a file to its base", arena_maps_a_file_to_its_base},
    {"an arena refuses what cannot be mapped", arena_refuses_what_cannot_be_mapped},
    {"arena bodies lie above the image, aligned and zeroed",
     arena_bodies_lie_above_the_image_aligned_and_zeroed},
    {"an arena gives NULL for zero and when full", arena_gives_null_for_zero_and_when_full},
    {"threads never share an arena body", arena_threads_never_share_a_body},
    CU_TEST_INFO_NULL,
};
