/* Memory that crosses to native code.
 *
 * Programs get theirs (Marshal.AllocHGlobal, AllocCoTaskMem, StringTo...) from the task allocator,
 * so that a spy sees it. What the marshaller hands over for native code to free comes from malloc,
 * because on Unix native code frees with free and not with CoTaskMemFree. native_free takes both,
 * and so what native code has got from malloc or strdup. Any thread. */
#ifndef CLARET_NATIVE_MEMORY_H
#define CLARET_NATIVE_MEMORY_H

#include "runtime/exec/exec.h"

typedef enum native_owner {
    OWNER_PROGRAM, /* the managed program, or the marshaller itself */
    OWNER_NATIVE   /* native code */
} native_owner;

/* size bytes, contents undefined; NULL when memory is short. */
void *native_alloc(size_t size, native_owner owner);
/* Keeps what fits; NULL, and block as it was, when memory is short. block may be NULL. */
void *native_realloc(void *block, size_t size);
void native_free(void *block);

/* The forms of text in native memory. */
typedef enum text_form {
    TEXT_UTF8,     /* char *: what "Ansi" means on Unix */
    TEXT_UTF16,    /* char16_t * */
    TEXT_BSTR,     /* char16_t * behind its length in bytes (uint32), NULs allowed inside */
    TEXT_ANSI_BSTR /* the same with UTF-8 */
} text_form;

/* Text with a NUL behind it. text_write makes it in a block of at least text_room bytes and returns
 * where it starts; text_new allocates the block, NULL when memory is short. text_free frees such a
 * block. */
size_t text_room(text_form form, const uint16_t *chars, int32_t length);
void *text_write(text_form form, void *block, const uint16_t *chars, int32_t length);
void *text_new(text_form form, native_owner owner, const uint16_t *chars, int32_t length);
void text_free(text_form form, void *text);

/* Text in the size bytes at to, cut so that a NUL fits in; the rest is zeros. Only TEXT_UTF8 and
 * TEXT_UTF16; size is at least that of a unit. */
void text_copy(text_form form, void *to, size_t size, const uint16_t *chars, int32_t length);

/* A managed string; NULL for NULL, or with an exception pending. limit: bytes that may be read
 * (a NUL ends it before), SIZE_MAX for as many as there are. */
struct string *text_read(struct thread *thread, text_form form, const void *text, size_t limit);

#endif
