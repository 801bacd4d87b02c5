/* Blocks and text in native memory. */
#include "runtime/interop/native_memory.h"

#include <stdlib.h>
#include <string.h>

#include "objidl.h"

static bool is_ours(void *block) {
    IMalloc *task;
    return CoGetMalloc(MEMCTX_TASK, &task) == S_OK && task->lpVtbl->DidAlloc(task, block) == 1;
}

void *native_alloc(size_t size, native_owner owner) {
    return owner == OWNER_NATIVE ? malloc(size ? size : 1) : mem_alloc(size);
}

void *native_realloc(void *block, size_t size) {
    if (size == 0)
        size = 1;
    return block && !is_ours(block) ? realloc(block, size) : mem_resize(block, size, 1);
}

void native_free(void *block) {
    if (block && is_ours(block))
        mem_free(block);
    else
        free(block);
}

/* ---- Text ---- */

/* In front of a BSTR; its last four bytes hold the length. Eight keep the text aligned. */
#define BSTR_PREFIX 8

static bool is_bstr(text_form form) {
    return form == TEXT_BSTR || form == TEXT_ANSI_BSTR;
}

static bool is_wide(text_form form) {
    return form == TEXT_UTF16 || form == TEXT_BSTR;
}

static size_t text_size(text_form form, const uint16_t *chars, int32_t length) {
    return is_wide(form) ? (size_t)length * sizeof *chars : exec_utf8_size(chars, length);
}

size_t text_room(text_form form, const uint16_t *chars, int32_t length) {
    size_t prefix = is_bstr(form) ? BSTR_PREFIX : 0;
    return prefix + text_size(form, chars, length) + sizeof *chars;
}

void *text_write(text_form form, void *block, const uint16_t *chars, int32_t length) {
    char *text = (char *)block + (is_bstr(form) ? BSTR_PREFIX : 0);
    size_t size = (size_t)length * sizeof *chars;
    if (is_wide(form))
        memcpy(text, chars, size);
    else
        size = exec_write_utf8(text, chars, length);
    memset(text + size, 0, is_wide(form) ? sizeof *chars : 1);
    if (is_bstr(form))
        ((uint32_t *)(void *)text)[-1] = (uint32_t)size;
    return text;
}

void *text_new(text_form form, native_owner owner, const uint16_t *chars, int32_t length) {
    void *block = native_alloc(text_room(form, chars, length), owner);
    return block ? text_write(form, block, chars, length) : NULL;
}

void text_free(text_form form, void *text) {
    if (text)
        native_free((char *)text - (is_bstr(form) ? BSTR_PREFIX : 0));
}

/* How many units of the text take at most size bytes; a pair of surrogates is not cut. */
static int32_t units_that_fit(text_form form, size_t size, const uint16_t *chars, int32_t length) {
    int32_t fitting = 0;
    if (is_wide(form))
        return (size_t)length * sizeof *chars <= size ? length : (int32_t)(size / sizeof *chars);
    while (fitting < length) {
        bool pair = (chars[fitting] & 0xFC00) == 0xD800 && fitting + 1 < length;
        size_t taken = exec_utf8_size(chars + fitting, pair ? 2 : 1);
        if (taken > size)
            break;
        size -= taken;
        fitting += pair ? 2 : 1;
    }
    return fitting;
}

void text_copy(text_form form, void *to, size_t size, const uint16_t *chars, int32_t length) {
    size_t nul = is_wide(form) ? sizeof *chars : 1;
    int32_t fitting = units_that_fit(form, size - nul, chars, length);
    size_t written = text_size(form, chars, fitting);
    if (is_wide(form))
        memcpy(to, chars, written);
    else
        exec_write_utf8(to, chars, fitting);
    memset((char *)to + written, 0, size - written);
}

static struct string *read_wide(struct thread *thread, const uint16_t *text, size_t length) {
    if (length > INT32_MAX / 2) {
        exec_throw_object(thread, thread->out_of_memory);
        return NULL;
    }
    struct string *string = exec_new_string(thread, (int32_t)length);
    if (string)
        memcpy(string->chars, text, length * sizeof *text);
    return string;
}

static size_t wide_length(const uint16_t *text, size_t limit) {
    size_t length = 0;
    while (length < limit / sizeof *text && text[length])
        length++;
    return length;
}

struct string *text_read(struct thread *thread, text_form form, const void *text, size_t limit) {
    if (!text)
        return NULL;
    switch (form) {
    case TEXT_UTF8: return exec_string_from_utf8(thread, text, strnlen(text, limit));
    case TEXT_UTF16: return read_wide(thread, text, wide_length(text, limit));
    case TEXT_BSTR: return read_wide(thread, text, ((const uint32_t *)text)[-1] / 2);
    case TEXT_ANSI_BSTR: return exec_string_from_utf8(thread, text, ((const uint32_t *)text)[-1]);
    }
    return NULL;
}
