/* What one crossing borrows. */
#include <string.h>

#include "runtime/interop/convert.h"

struct marshal_block {
    struct marshal_block *next;
    struct object *handle; /* a SafeHandle to be released; else NULL */
    _Alignas(16) char data[];
};

static struct marshal_block *add_block(struct marshal_scope *scope, size_t size) {
    struct marshal_block *block = size < SIZE_MAX / 2 ? mem_alloc(sizeof *block + size) : NULL;
    if (!block) {
        exec_throw_object(scope->thread, scope->thread->out_of_memory);
        return NULL;
    }
    *block = (struct marshal_block){.next = scope->blocks};
    scope->blocks = block;
    return block;
}

void *marshal_borrow(struct marshal_scope *scope, size_t size) {
    struct marshal_block *block = add_block(scope, size);
    return block ? block->data : NULL;
}

bool marshal_borrow_handle(struct marshal_scope *scope, struct object *safe_handle) {
    struct marshal_block *block = add_block(scope, 0);
    if (block)
        block->handle = safe_handle;
    return block != NULL;
}

static void release_handle(struct thread *thread, struct object *handle) {
    struct type *type = handle->type;
    union slot args[1] = {{.o = handle}};
    struct method *method = NULL;
    for (; type && !method; type = type->parent)
        method = type_find_method(type, "DangerousRelease", 0);
    struct object *pending = thread->exception ? exec_take_exception(thread) : NULL;
    if (method && !exec_invoke(thread, method, args) && !thread->fatal)
        exec_rethrow(thread, pending ? pending : exec_take_exception(thread));
    else if (pending && !thread->fatal)
        exec_rethrow(thread, pending);
}

void marshal_close(struct marshal_scope *scope) {
    while (scope->blocks) {
        struct marshal_block *block = scope->blocks;
        scope->blocks = block->next;
        if (block->handle)
            release_handle(scope->thread, block->handle);
        mem_free(block);
    }
}

void *convert_allocate(struct marshal_scope *scope, size_t size) {
    void *block = scope->lends ? marshal_borrow(scope, size) : native_alloc(size, scope->owner);
    if (block)
        memset(block, 0, size);
    else if (!scope->thread->exception)
        exec_throw_object(scope->thread, scope->thread->out_of_memory);
    return block;
}

void *convert_new_text(struct marshal_scope *scope, text_form form, const uint16_t *chars,
                       int32_t length) {
    size_t size = text_room(form, chars, length);
    void *block = scope->lends ? marshal_borrow(scope, size) : native_alloc(size, scope->owner);
    if (block)
        return text_write(form, block, chars, length);
    if (!scope->thread->exception)
        exec_throw_object(scope->thread, scope->thread->out_of_memory);
    return NULL;
}
