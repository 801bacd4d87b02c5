/* The heaps of a build (II.24.2.3 to II.24.2.5). Each is the bytes it will be in the file; an index
 * over its entries, made at the first addition, keeps entries unique, also those that were loaded.
 */
#include "il_build_state.h"

#include "il_encode.h"

/* ---- Indexes ---- */

uint32_t il_build_hash(const void *bytes, size_t size) {
    const uint8_t *p = bytes;
    uint64_t hash = 0x9E3779B97F4A7C15u ^ size;
    for (; size >= 4; size -= 4, p += 4)
        hash = (hash ^ il_load32(p)) * 0xD6E8FEB86659FD93u;
    for (; size > 0; size--, p++)
        hash = (hash ^ *p) * 0xD6E8FEB86659FD93u;
    return (uint32_t)(hash ^ hash >> 32);
}

void il_build_index_free(il_build_index *index) {
    mem_free(index->slots);
    *index = (il_build_index){0};
}

bool il_build_index_grow(il_build_index *index, const void *of,
                         uint32_t (*hash_of)(const void *of, uint32_t entry)) {
    enum { FIRST = 64 };
    if (index->slots && index->count < index->mask / 2)
        return true;
    uint32_t size = index->slots ? (index->mask + 1) * 2 : FIRST;
    uint32_t *slots = mem_calloc(size, sizeof *slots);
    if (!slots)
        return false;
    for (uint32_t i = 0; index->slots && i <= index->mask; i++) {
        uint32_t entry = index->slots[i];
        if (entry == 0)
            continue;
        uint32_t slot = hash_of(of, entry - 1);
        while (slots[slot & (size - 1)])
            slot++;
        slots[slot & (size - 1)] = entry;
    }
    mem_free(index->slots);
    index->slots = slots;
    index->mask = size - 1;
    return true;
}

/* ---- Entries ---- */

/* Strings end with a NUL, the others begin with their size. The end of the heap bounds both. */
static il_blob entry_at(const il_text *heap, il_heap kind, uint32_t offset) {
    il_blob rest = {(const uint8_t *)heap->data + offset, heap->size - offset};
    if (kind == IL_HEAP_STRINGS)
        return (il_blob){rest.data, strnlen((const char *)rest.data, rest.size)};
    il_reader in = il_reader_of(rest);
    uint32_t size = il_read_compressed(&in);
    if (in.bad || size > (size_t)(in.end - in.next))
        return (il_blob){rest.data, 0};
    return (il_blob){in.next, size};
}

static uint32_t hash_string(const void *of, uint32_t offset) {
    il_blob entry = entry_at(of, IL_HEAP_STRINGS, offset);
    return il_build_hash(entry.data, entry.size);
}

static uint32_t hash_blob(const void *of, uint32_t offset) {
    il_blob entry = entry_at(of, IL_HEAP_BLOB, offset);
    return il_build_hash(entry.data, entry.size);
}

typedef struct heap {
    il_build *build;
    il_heap kind;
    il_text *bytes;
    il_build_index *index;
    uint32_t (*hash_of)(const void *of, uint32_t offset);
} heap;

static heap heap_of(il_build *build, il_heap kind) {
    return (heap){build, kind, &build->heaps[kind], &build->heap_index[kind],
                  kind == IL_HEAP_STRINGS ? hash_string : hash_blob};
}

static bool same(il_blob a, il_blob b) {
    return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

/* The slot of an equal entry, or the free one where it belongs. */
static uint32_t *find_slot(const heap *h, il_blob entry) {
    for (uint32_t slot = il_build_hash(entry.data, entry.size);; slot++) {
        uint32_t *at = &h->index->slots[slot & h->index->mask];
        if (*at == 0 || same(entry_at(h->bytes, h->kind, *at - 1), entry))
            return at;
    }
}

static bool index_entry(heap *h, uint32_t offset) {
    if (!il_build_index_grow(h->index, h->bytes, h->hash_of))
        return il_build_fail(h->build, IL_OUT_OF_MEMORY, "out of memory");
    uint32_t *slot = find_slot(h, entry_at(h->bytes, h->kind, offset));
    if (*slot == 0) {
        *slot = offset + 1;
        h->index->count++;
    }
    return true;
}

/* Walks what is in the heap already. */
static bool index_all(heap *h) {
    size_t offset = 0;
    while (offset < h->bytes->size) {
        il_blob entry = entry_at(h->bytes, h->kind, (uint32_t)offset);
        if (!index_entry(h, (uint32_t)offset))
            return false;
        offset =
            (size_t)(entry.data - (const uint8_t *)h->bytes->data) + entry.size +
            (h->kind == IL_HEAP_STRINGS || entry.data == (const uint8_t *)h->bytes->data + offset);
    }
    return true;
}

static uint32_t add_entry(il_build *build, il_heap kind, il_blob entry) {
    enum { MAX_HEAP = 0x1FFFFFFF };
    heap h = heap_of(build, kind);
    if (build->status != IL_OK || (!h.index->slots && !index_all(&h)))
        return 0;
    if (!il_build_index_grow(h.index, h.bytes, h.hash_of)) {
        il_build_fail(build, IL_OUT_OF_MEMORY, "out of memory");
        return 0;
    }
    uint32_t *slot = find_slot(&h, entry);
    if (*slot)
        return *slot - 1;
    size_t offset = h.bytes->size;
    if (entry.size > MAX_HEAP || offset > MAX_HEAP) {
        il_build_fail(build, IL_BAD_METADATA, "a heap of more than 512 MiB");
        return 0;
    }
    if (kind != IL_HEAP_STRINGS)
        il_put_compressed(h.bytes, (uint32_t)entry.size);
    il_put_bytes(h.bytes, entry.data, entry.size);
    if (kind == IL_HEAP_STRINGS)
        il_put(h.bytes, 0);
    if (h.bytes->out_of_memory) {
        il_build_fail(build, IL_OUT_OF_MEMORY, "out of memory");
        return 0;
    }
    *slot = (uint32_t)offset + 1;
    h.index->count++;
    return (uint32_t)offset;
}

uint32_t il_build_string(il_build *build, const char *string) {
    return *string ? add_entry(build, IL_HEAP_STRINGS,
                               (il_blob){(const uint8_t *)string, strlen(string)})
                   : 0;
}

uint32_t il_build_blob(il_build *build, il_blob blob) {
    return blob.size ? add_entry(build, IL_HEAP_BLOB, blob) : 0;
}

uint32_t il_build_guid(il_build *build, const uint8_t guid[16]) {
    il_text *guids = &build->heaps[IL_HEAP_GUID];
    for (size_t i = 0; i + 16 <= guids->size; i += 16) {
        if (memcmp(guids->data + i, guid, 16) == 0)
            return (uint32_t)(i / 16 + 1);
    }
    il_put_bytes(guids, guid, 16);
    if (guids->out_of_memory)
        il_build_fail(build, IL_OUT_OF_MEMORY, "out of memory");
    return (uint32_t)(guids->size / 16);
}

uint32_t il_build_user_string(il_build *build, const uint16_t *units, size_t count) {
    il_text text = {0};
    il_put_user_string(&text, units, count);
    uint32_t offset = 0;
    if (text.out_of_memory)
        il_build_fail(build, IL_OUT_OF_MEMORY, "out of memory");
    else
        offset = add_entry(build, IL_HEAP_USER_STRINGS, il_text_blob(&text));
    il_text_fini(&text);
    if (offset > 0xFFFFFF)
        il_build_fail(build, IL_BAD_METADATA, "user strings of more than 16 MiB");
    return offset ? IL_TOKEN(IL_USER_STRING_TOKEN, offset) : 0;
}

const char *il_build_get_string(const il_build *build, uint32_t index) {
    const il_text *strings = &build->heaps[IL_HEAP_STRINGS];
    return index < strings->size ? strings->data + index : "";
}

il_blob il_build_get_blob(const il_build *build, uint32_t index) {
    const il_text *blobs = &build->heaps[IL_HEAP_BLOB];
    return index && index < blobs->size ? entry_at(blobs, IL_HEAP_BLOB, index) : (il_blob){NULL, 0};
}
