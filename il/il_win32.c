/* Moving the resources of Windows to another RVA.
 *
 *   directory  12 bytes, number of named and of numbered entries (2 each), then the entries
 *   entry      name or number (4), offset (4): of a directory when the high bit is set, else of a
 *              leaf
 *   leaf       RVA of the data (4), size, code page, reserved
 *
 * Offsets count from the start of the tree and need no change; the RVAs in the leaves move along.
 * Each is computed from the original, so a leaf that several entries lead to is right too. */
#include "il_win32.h"

#include "il_bytes.h"

enum { DIRECTORY_SIZE = 16, ENTRY_SIZE = 8, LEVELS = 3 };

static const uint32_t SUBDIRECTORY = 1u << 31;

typedef struct mover {
    il_blob tree;
    uint32_t from, to;
    uint8_t *copy;
    size_t
        left; /* entries that a tree of this size can have: what ends a tree that contains itself */
} mover;

static void move_leaf(mover *m, uint32_t at) {
    if (at > m->tree.size || m->tree.size - at < 4)
        return;
    uint32_t offset = il_load32(m->tree.data + at) - m->from;
    if (offset < m->tree.size)
        il_store32(m->copy + at, offset + m->to);
}

static void move_directory(mover *m, uint32_t at, int level) {
    if (level == LEVELS || at > m->tree.size || m->tree.size - at < DIRECTORY_SIZE)
        return;
    const uint8_t *p = m->tree.data + at, *end = m->tree.data + m->tree.size;
    uint32_t count = (uint32_t)il_load16(p + 12) + il_load16(p + 14);
    for (p += DIRECTORY_SIZE; count > 0 && end - p >= ENTRY_SIZE && m->left > 0; count--) {
        uint32_t offset = il_load32(p + 4);
        m->left--;
        p += ENTRY_SIZE;
        if (offset & SUBDIRECTORY)
            move_directory(m, offset & ~SUBDIRECTORY, level + 1);
        else
            move_leaf(m, offset);
    }
}

void il_win32_move(il_blob tree, uint32_t from, uint32_t to, uint8_t *copy) {
    mover m = {.tree = tree, .from = from, .to = to, .copy = copy, .left = tree.size / ENTRY_SIZE};
    memcpy(copy, tree.data, tree.size);
    move_directory(&m, 0, 0);
}
