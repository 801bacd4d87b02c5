/* heap_decode.h */
#include "runtime/memory/heap_decode.h"

#include "runtime/memory/space.h"

void heap_decode_init(heap_decoder *decoder, uint64_t ticks, const uint8_t *units, size_t size) {
    *decoder = (heap_decoder){.units = units,
                              .size = size,
                              .chunk_ticks = ticks,
                              .ticks = ticks,
                              .heap = HEAP_CHUNK_HEAPS,
                              .source = MEM_SOURCE_LOOKASIDE};
}

static heap_decoded bad(heap_decoder *d, const char *error) {
    d->error = error;
    return HEAP_DECODED_BAD;
}

/* The next units as one number, the first lowest; they are then behind d->at. False: not there. */
static bool read_units(heap_decoder *d, unsigned units, uint64_t *out) {
    *out = 0;
    if (d->size - d->at < 2 * units)
        return false;
    for (unsigned i = 0; i < units; i++) {
        uint16_t unit;
        memcpy(&unit, d->units + d->at, sizeof unit);
        *out |= (uint64_t)unit << 16 * i;
        d->at += sizeof unit;
    }
    return true;
}

static uint64_t bits(uint64_t word, unsigned from, unsigned count) {
    return word >> from & ((UINT64_C(1) << count) - 1);
}

/* ---- ALLOC and FREE ---- */

static heap_decoded set_alloc(heap_decoder *d, uint64_t size, heap_trace_event *event) {
    uint64_t address = d->heaps[d->heap].last;
    d->heaps[d->heap].size = size;
    event->kind = HEAP_EVENT_ALLOC;
    event->source = (uint8_t)d->source;
    event->count = 4;
    event->fields[0] = d->heaps[d->heap].heap;
    event->fields[1] = size;
    event->fields[2] = address;
    event->fields[3] = d->stack;
    d->source = MEM_SOURCE_LOOKASIDE;
    return address ? HEAP_DECODED_EVENT : bad(d, "a block at address 0");
}

static heap_decoded set_free(const heap_decoder *d, heap_trace_event *event) {
    event->kind = HEAP_EVENT_FREE;
    event->source = 0;
    event->count = 2;
    event->fields[0] = d->heaps[d->heap].heap;
    event->fields[1] = d->heaps[d->heap].last;
    return HEAP_DECODED_EVENT;
}

static heap_decoded read_near(heap_decoder *d, uint64_t unit, heap_trace_event *event) {
    if (d->heap == HEAP_CHUNK_HEAPS)
        return bad(d, "an event before the first heap");
    d->heaps[d->heap].last += (bits(unit, HEAP_KIND_BITS, 16 - HEAP_KIND_BITS) - HEAP_NEAR_BIAS)
                              << HEAP_GRAIN_SHIFT;
    return bits(unit, 0, HEAP_KIND_BITS) == HEAP_NEAR_ALLOC
               ? set_alloc(d, d->heaps[d->heap].size, event)
               : set_free(d, event);
}

static heap_decoded read_far(heap_decoder *d, uint64_t unit, heap_trace_event *event) {
    uint64_t rest;
    bool is_free = unit & HEAP_FAR_FREE;
    if (!read_units(d, is_free ? 1 : 2, &rest))
        return HEAP_DECODED_CUT;
    if (d->heap == HEAP_CHUNK_HEAPS)
        return bad(d, "an event before the first heap");
    uint64_t word = unit | rest << 16;
    d->heaps[d->heap].last =
        d->heaps[d->heap].base + (bits(word, HEAP_FAR_SHIFT, HEAP_FAR_BITS) << HEAP_GRAIN_SHIFT);
    return is_free ? set_free(d, event)
                   : set_alloc(d, bits(word, HEAP_FAR_SIZE_SHIFT, HEAP_FAR_SIZE_BITS), event);
}

/* ---- The others ---- */

static heap_decoded define_heap(heap_decoder *d, unsigned number) {
    uint64_t heap, base;
    if (!read_units(d, 4, &heap) || !read_units(d, 4, &base))
        return HEAP_DECODED_CUT;
    if (number >= HEAP_CHUNK_HEAPS)
        return bad(d, "a heap's number is too large");
    d->heaps[number].heap = heap;
    d->heaps[number].base = d->heaps[number].last = base;
    d->heaps[number].size = 0;
    d->defined[number] = true;
    d->heap = number;
    return HEAP_DECODED_END;
}

static heap_decoded read_sweep(heap_decoder *d, heap_sweep *sweep) {
    uint64_t address, cells;
    if (!read_units(d, 4, &address) || !read_units(d, 4, &cells))
        return HEAP_DECODED_CUT;
    if (d->heap == HEAP_CHUNK_HEAPS)
        return bad(d, "an event before the first heap");
    *sweep =
        (heap_sweep){d->heaps[d->heap].heap, address, (uint32_t)cells, (uint32_t)(cells >> 32)};
    if (sweep->left > HEAP_SWEEP_MOST)
        return bad(d, "a sweep of too many cells");
    return HEAP_DECODED_SWEEP;
}

static heap_decoded read_full(heap_decoder *d, unsigned kind, heap_trace_event *event) {
    uint64_t head;
    if (!read_units(d, 1, &head))
        return HEAP_DECODED_CUT;
    unsigned count = (unsigned)bits(head, 8, 8), least = heap_event_fields(kind);
    bool open_end = kind == HEAP_EVENT_STACK || kind == HEAP_EVENT_MODULE;
    if (least == 0)
        return bad(d, "an event of no known kind");
    if (count < least || count > HEAP_EVENT_FIELDS || (count > least && !open_end))
        return bad(d, "an event with a wrong number of fields");
    event->kind = kind;
    event->source = (uint8_t)bits(head, 0, 8);
    event->count = count;
    if (event->source > MEM_SOURCE_INVALID)
        return bad(d, "a source out of range");
    for (unsigned i = 0; i < count; i++) {
        if (!read_units(d, 4, &event->fields[i]))
            return HEAP_DECODED_CUT;
    }
    if (kind == HEAP_EVENT_ALLOC) {
        d->source = MEM_SOURCE_LOOKASIDE;
        if (event->fields[2] == 0)
            return bad(d, "a block at address 0");
    }
    return HEAP_DECODED_EVENT;
}

/* HEAP_DECODED_END: it only says something of what comes behind. */
static heap_decoded read_other(heap_decoder *d, uint64_t unit, heap_trace_event *event,
                               heap_sweep *sweep) {
    unsigned argument = (unsigned)bits(unit, HEAP_ARGUMENT_SHIFT, HEAP_ARGUMENT_BITS);
    uint64_t more;
    switch (bits(unit, HEAP_OP_SHIFT, HEAP_OP_BITS)) {
    case HEAP_OP_TIME:
        if (!read_units(d, 3, &more))
            return HEAP_DECODED_CUT;
        d->ticks = d->chunk_ticks + more;
        return HEAP_DECODED_END;
    case HEAP_OP_HEAP:
        if (argument >= HEAP_CHUNK_HEAPS || !d->defined[argument])
            return bad(d, "a heap that is not defined");
        d->heap = argument;
        return HEAP_DECODED_END;
    case HEAP_OP_DEFINE: return define_heap(d, argument);
    case HEAP_OP_SOURCE:
        d->source = argument;
        return argument >= MEM_SOURCE_LOOKASIDE && argument <= MEM_SOURCE_INVALID
                   ? HEAP_DECODED_END
                   : bad(d, "a source out of range");
    case HEAP_OP_STACK:
        if (!read_units(d, 1, &more))
            return HEAP_DECODED_CUT;
        d->stack = argument | (uint32_t)more << HEAP_ARGUMENT_BITS;
        return HEAP_DECODED_END;
    case HEAP_OP_SWEEP: return read_sweep(d, sweep);
    case HEAP_OP_FULL: return read_full(d, argument, event);
    default: return bad(d, "an unknown operation");
    }
}

heap_decoded heap_decode_next(heap_decoder *d, heap_trace_event *event, heap_sweep *sweep) {
    heap_decoded found = HEAP_DECODED_END;
    while (found == HEAP_DECODED_END && d->at < d->size) {
        uint64_t unit;
        d->start = d->at;
        if (!read_units(d, 1, &unit))
            return HEAP_DECODED_CUT;
        switch (bits(unit, 0, HEAP_KIND_BITS)) {
        case HEAP_NEAR_ALLOC:
        case HEAP_NEAR_FREE: found = read_near(d, unit, event); break;
        case HEAP_FAR: found = read_far(d, unit, event); break;
        default: found = read_other(d, unit, event, sweep);
        }
    }
    event->ticks = d->ticks;
    return found;
}

uint32_t heap_decode_count(const uint8_t *units, size_t size) {
    heap_decoder d;
    heap_trace_event event;
    heap_sweep sweep;
    uint32_t count = 0;
    heap_decode_init(&d, 0, units, size);
    for (;; count++) {
        heap_decoded found = heap_decode_next(&d, &event, &sweep);
        if (found != HEAP_DECODED_EVENT && found != HEAP_DECODED_SWEEP)
            return count;
    }
}
