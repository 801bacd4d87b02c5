/* What MIR sees of the world: see mir_host.h.
 *
 * The arena: small blocks are cut from chunks and come back to a free list of their size class; a
 * freed block serves the next request of its class. Classes are multiples of 16 up to 512, then
 * powers of two. Larger blocks are mem_alloc blocks of their own, in a list. Each block follows a
 * header with its size.
 *
 * MIR's calls carry no context, so the running compilation is found through a thread-local pointer,
 * set for the time of mir_host_run. */
#include "runtime/jit/mir_host.h"

#include <mir-gen.h>
#include <mir.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "runtime/memory/mem.h"

#define CHUNK_SIZE  (64u * 1024)
#define SMALL_STEP  16u
#define SMALL_MAX   512u
#define CLASSED_MAX (16u * 1024)
#define CLASS_COUNT (SMALL_MAX / SMALL_STEP + 5)

typedef struct block {
    size_t size;        /* usable bytes behind the header */
    struct block *next; /* in a free list */
} block;

typedef struct large_block {
    struct large_block *previous, *next;
    block head;
} large_block;

typedef struct chunk {
    struct chunk *next;
    size_t unused; /* keeps blocks 16-byte aligned */
} chunk;

typedef struct compilation {
    jmp_buf escape;
    code_region *region;
    chunk *chunks;
    uint8_t *next, *end; /* free part of the newest chunk */
    block *free[CLASS_COUNT];
    large_block *large;
    char *message;
    size_t message_size, message_used;
} compilation;

static _Thread_local compilation *current;

__attribute__((noreturn)) static void leave(jit_status status) {
    longjmp(current->escape, (int)status);
}

/* ---- Memory ---- */

static unsigned class_of(size_t size) {
    if (size <= SMALL_MAX)
        return (unsigned)((size + SMALL_STEP - 1) / SMALL_STEP) - 1;
    unsigned class = SMALL_MAX / SMALL_STEP;
    for (size_t bound = 2 * SMALL_MAX; bound < size; bound *= 2)
        class ++;
    return class;
}

static size_t class_size(unsigned class) {
    unsigned small = SMALL_MAX / SMALL_STEP;
    return class < small ? (class + 1) * SMALL_STEP : (size_t)SMALL_MAX << (class - small + 1);
}

static void *cut_block(compilation *c, size_t size) {
    if ((size_t)(c->end - c->next) < sizeof(block) + size) {
        chunk *fresh = mem_alloc(CHUNK_SIZE);
        if (!fresh)
            leave(JIT_NO_MEMORY);
        fresh->next = c->chunks;
        c->chunks = fresh;
        c->next = (uint8_t *)(fresh + 1);
        c->end = (uint8_t *)fresh + CHUNK_SIZE;
    }
    block *b = (block *)c->next;
    b->size = size;
    c->next += sizeof(block) + size;
    return b + 1;
}

static void link_large(compilation *c, large_block *b) {
    b->previous = NULL;
    b->next = c->large;
    if (c->large)
        c->large->previous = b;
    c->large = b;
}

static void unlink_large(compilation *c, large_block *b) {
    if (b->previous)
        b->previous->next = b->next;
    else
        c->large = b->next;
    if (b->next)
        b->next->previous = b->previous;
}

static large_block *large_of(void *p) {
    return (large_block *)((uint8_t *)p - sizeof(large_block));
}

static void *large_alloc(compilation *c, size_t size) {
    large_block *b = size < SIZE_MAX / 2 ? mem_alloc(sizeof *b + size) : NULL;
    if (!b)
        leave(JIT_NO_MEMORY);
    b->head.size = size;
    link_large(c, b);
    return b + 1;
}

static void *large_realloc(compilation *c, void *p, size_t size) {
    large_block *b = large_of(p);
    unlink_large(c, b);
    large_block *moved = size < SIZE_MAX / 2 ? mem_resize(b, 1, sizeof *b + size) : NULL;
    link_large(c, moved ? moved : b);
    if (!moved)
        leave(JIT_NO_MEMORY);
    moved->head.size = size;
    return moved + 1;
}

static void drop_arena(compilation *c) {
    while (c->chunks) {
        chunk *next = c->chunks->next;
        mem_free(c->chunks);
        c->chunks = next;
    }
    while (c->large) {
        large_block *next = c->large->next;
        mem_free(c->large);
        c->large = next;
    }
}

void *mir_host_malloc(size_t size);
void *mir_host_realloc(void *p, size_t size);
void mir_host_free(void *p);

void *mir_host_malloc(size_t size) {
    compilation *c = current;
    if (size > CLASSED_MAX)
        return large_alloc(c, size);
    unsigned class = class_of(size ? size : 1);
    block *b = c->free[class];
    if (!b)
        return cut_block(c, class_size(class));
    c->free[class] = b->next;
    return b + 1;
}

void mir_host_free(void *p) {
    if (!p)
        return;
    block *b = (block *)p - 1;
    if (b->size > CLASSED_MAX) {
        unlink_large(current, large_of(p));
        mem_free(large_of(p));
        return;
    }
    block **list = &current->free[class_of(b->size)];
    b->next = *list;
    *list = b;
}

void *mir_host_realloc(void *p, size_t size) {
    if (!p)
        return mir_host_malloc(size);
    size_t old = ((block *)p - 1)->size;
    if (size <= old)
        return p;
    if (old > CLASSED_MAX)
        return large_realloc(current, p, size);
    void *moved = mir_host_malloc(size);
    memcpy(moved, p, old);
    mir_host_free(p);
    return moved;
}

void *mir_host_alloc(size_t count, size_t size) {
    size_t total;
    if (__builtin_mul_overflow(count, size, &total))
        leave(JIT_NO_MEMORY);
    return memset(mir_host_malloc(total), 0, total);
}

/* ---- Pages ---- */

/* MIR fills what it is given from the start and asks again when that is full. The protection of the
 * region never changes. */
void *mir_host_mmap(void *hint, size_t size, int protection, int flags, int fd, off_t offset);
int mir_host_munmap(void *address, size_t size);
int mir_host_mprotect(void *address, size_t size, int protection);

void *mir_host_mmap(void *hint, size_t size, int protection, int flags, int fd, off_t offset) {
    (void)hint, (void)protection, (void)flags, (void)fd, (void)offset;
    code_region *region = current->region;
    if ((size_t)(region->end - region->next) < size)
        leave(JIT_NO_ROOM);
    void *p = region->next;
    region->next += size;
    return p;
}

int mir_host_munmap(void *address, size_t size) {
    (void)address, (void)size;
    return 0;
}

int mir_host_mprotect(void *address, size_t size, int protection) {
    (void)address, (void)size, (void)protection;
    return 0;
}

/* ---- Output and errors ---- */

static void say(const char *text, size_t length) {
    compilation *c = current;
    size_t room = c->message_size - c->message_used;
    if (room < 2)
        return;
    size_t n = length < room - 1 ? length : room - 1;
    memcpy(c->message + c->message_used, text, n);
    c->message_used += n;
    c->message[c->message_used] = '\0';
}

__attribute__((noreturn)) void mir_host_exit(int status);
int mir_host_vfprintf(void *file, const char *format, va_list arguments);
int mir_host_fprintf(void *file, const char *format, ...) __attribute__((format(printf, 2, 3)));
int mir_host_fputs(const char *text, void *file);
int mir_host_fputc(int c, void *file);
size_t mir_host_fwrite(const void *data, size_t size, size_t count, void *file);

__attribute__((noreturn)) void mir_host_exit(int status) {
    (void)status;
    leave(JIT_REFUSED);
}

int mir_host_vfprintf(void *file, const char *format, va_list arguments) {
    (void)file;
    char line[256];
    int length = vsnprintf(line, sizeof line, format, arguments);
    if (length > 0)
        say(line, (size_t)length < sizeof line ? (size_t)length : sizeof line - 1);
    return length;
}

int mir_host_fprintf(void *file, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    int length = mir_host_vfprintf(file, format, arguments);
    va_end(arguments);
    return length;
}

int mir_host_fputs(const char *text, void *file) {
    (void)file;
    say(text, strlen(text));
    return 0;
}

int mir_host_fputc(int c, void *file) {
    (void)file;
    say(&(char){(char)c}, 1);
    return c;
}

size_t mir_host_fwrite(const void *data, size_t size, size_t count, void *file) {
    (void)file;
    say(data, size * count);
    return count;
}

void mir_host_refuse(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    mir_host_vfprintf(NULL, format, arguments);
    va_end(arguments);
    leave(JIT_REFUSED);
}

void mir_host_no_memory(void) {
    leave(JIT_NO_MEMORY);
}

__attribute__((noreturn)) static void mir_error(MIR_error_type_t type, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    mir_host_vfprintf(NULL, format, arguments);
    va_end(arguments);
    leave(type == MIR_alloc_error ? JIT_NO_MEMORY : JIT_REFUSED);
}

/* ---- A compilation ---- */

static void compile(compilation *c, void (*body)(struct MIR_context *ctx, void *arg), void *arg) {
    MIR_context_t ctx = _MIR_init();
    MIR_set_error_func(ctx, mir_error);
    MIR_gen_init(ctx);
    body(ctx, arg);
    /* The rest of the last pages that MIR asked for is free again. */
    c->region->next = _MIR_get_new_code_addr(ctx, 0);
}

jit_status mir_host_run(code_region *region, void (*body)(struct MIR_context *ctx, void *arg),
                        void *arg, char *message, size_t size) {
    compilation c = {.region = region, .message = message, .message_size = size};
    uint8_t *const before = region->next;
    if (size)
        message[0] = '\0';
    current = &c;
    jit_status status = (jit_status)_setjmp(c.escape);
    if (status == JIT_OK)
        compile(&c, body, arg);
    else
        region->next = before;
    current = NULL;
    drop_arena(&c);
    return status;
}
