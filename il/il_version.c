/* The tree of resources (see il_win32.c) leads to a tree of nodes:
 *
 *   node   length of all of it (2), of its value (2), whether that is text (2), key (UTF-16 with a
 *          terminator), the value on a boundary of 4, the children on boundaries of 4
 *
 * VS_VERSION_INFO has the numbers as its value and two children, StringFileInfo with a table of
 * strings per language, and VarFileInfo, whose Translation names the languages. */
#include "il_version.h"

#include "il_bytes.h"

enum {
    DIRECTORY_SIZE = 16,
    ENTRY_SIZE = 8,
    TYPE_VERSION = 16,
    ANY = -1,
    FIXED_SIZE = 52,
    NODE_HEADER = 6
};

static const uint32_t SUBDIRECTORY = 1u << 31, FIXED_SIGNATURE = 0xFEEF04BD;

/* ---- The resource ---- */

/* What the entry of a number leads to, the first of all for ANY; 0 when there is none. */
static uint32_t entry(il_blob tree, uint32_t at, int64_t number) {
    if (at > tree.size || tree.size - at < DIRECTORY_SIZE)
        return 0;
    const uint8_t *p = tree.data + at, *end = tree.data + tree.size;
    uint32_t count = (uint32_t)il_load16(p + 12) + il_load16(p + 14);
    for (p += DIRECTORY_SIZE; count > 0 && end - p >= ENTRY_SIZE; count--, p += ENTRY_SIZE) {
        if (number == ANY || il_load32(p) == number)
            return il_load32(p + 4);
    }
    return 0;
}

static il_blob find_resource(const il_module *module) {
    const il_blob none = {NULL, 0}, tree = il_module_headers(module)->win32_resources;
    uint32_t at = entry(tree, 0, TYPE_VERSION);
    for (int level = 1; level < 3; level++)
        at = at & SUBDIRECTORY ? entry(tree, at & ~SUBDIRECTORY, ANY) : 0;
    if (at == 0 || at > tree.size || tree.size - at < 8)
        return none;
    il_blob data = il_rva(module, il_load32(tree.data + at));
    uint32_t size = il_load32(tree.data + at + 4);
    return data.size < size ? none : (il_blob){data.data, size};
}

/* ---- Nodes ---- */

/* A node's parts; of a blob that is none they are empty. */
typedef struct node {
    il_blob key; /* UTF-16LE */
    il_blob value, children;
    size_t size; /* to the next node; 0 when there is none */
} node;

static size_t align4(size_t size) {
    return (size + 3) & ~(size_t)3;
}

static il_blob part(il_blob bytes, size_t from, size_t size) {
    if (from > bytes.size || bytes.size - from < size)
        return (il_blob){NULL, 0};
    return (il_blob){bytes.data + from, (uint32_t)size};
}

static node read_node(il_blob bytes) {
    node n = {.size = 0};
    if (bytes.size < NODE_HEADER || il_load16(bytes.data) < NODE_HEADER ||
        il_load16(bytes.data) > bytes.size)
        return n;
    bytes.size = il_load16(bytes.data);
    size_t value_size = il_load16(bytes.data + 2), at = NODE_HEADER;
    if (il_load16(bytes.data + 4) == 1)
        value_size *= 2;
    while (at + 2 <= bytes.size && il_load16(bytes.data + at) != 0)
        at += 2;
    n.key = part(bytes, NODE_HEADER, at - NODE_HEADER);
    at = align4(at + 2);
    n.value = part(bytes, at, value_size);
    at = align4(at + value_size);
    n.children = part(bytes, at, at < bytes.size ? bytes.size - at : 0);
    n.size = align4(bytes.size);
    return n;
}

static bool has_key(const node *n, const char *key) {
    uint32_t i = 0;
    for (; key[i] && 2 * i + 2 <= n->key.size; i++) {
        if (il_load16(n->key.data + 2 * (size_t)i) != (unsigned char)key[i])
            return false;
    }
    return !key[i] && 2 * i == n->key.size;
}

/* The node of that key among several that follow each other, the first one for NULL. */
static node find_node(il_blob nodes, const char *key) {
    for (;;) {
        node n = read_node(nodes);
        if (n.size == 0 || !key || has_key(&n, key))
            return n;
        nodes = part(nodes, n.size, n.size < nodes.size ? nodes.size - n.size : 0);
    }
}

/* ---- The version ---- */

static void read_fixed(const uint8_t *p, il_version *out) {
    for (size_t i = 0; i < 4; i++) {
        size_t at =
            8 + 4 * (i / 2) + (i % 2 ? 0 : 2); /* the high half of each number comes first */
        out->file[i] = il_load16(p + at);
        out->product[i] = il_load16(p + at + 8);
    }
    out->flags = il_load32(p + 24) & il_load32(p + 28); /* mask and flags */
}

bool il_version_of(const il_module *module, il_version *out) {
    node root = find_node(find_resource(module), "VS_VERSION_INFO");
    node languages = find_node(find_node(root.children, "VarFileInfo").children, "Translation");
    *out = (il_version){.flags = 0};
    if (root.value.size < FIXED_SIZE || il_load32(root.value.data) != FIXED_SIGNATURE)
        return false;
    read_fixed(root.value.data, out);
    if (languages.value.size >= 2)
        out->language = il_load16(languages.value.data);
    out->strings = find_node(find_node(root.children, "StringFileInfo").children, NULL).children;
    return true;
}

il_blob il_version_string(const il_version *version, const char *name) {
    il_blob text = find_node(version->strings, name).value;
    uint32_t size = 0;
    while (size + 2 <= text.size && il_load16(text.data + size) != 0)
        size += 2;
    text.size = size;
    return text;
}
