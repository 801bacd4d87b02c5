/* Method bodies as they lie in a file or an arena: header, code and exception clauses. Reading
 * checks shape and bounds; what the code means is the verifier's concern. */
#include "il_body.h"

#include "il_bytes.h"
#include "il_live_state.h"

static il_status read_tiny(const uint8_t *bytes, size_t available, il_body *out, il_error *err) {
    out->code_size = bytes[0] >> 2;
    out->code = bytes + 1;
    out->size = 1 + out->code_size;
    out->max_stack = 8;
    if (out->size > available)
        return il_fail(err, IL_BAD_BODY, 0, 0, "tiny body of %u bytes, %zu left", out->size,
                       available);
    return IL_OK;
}

/* Reads the clauses of the section at *at and moves *at behind them. */
static il_status read_section(const uint8_t *bytes, size_t available, size_t *at, il_body *out,
                              il_error *err) {
    const uint8_t *section = bytes + *at;
    bool fat = section[0] & IL_SECTION_FAT;
    uint32_t size = fat ? il_load32(section) >> 8 : section[1];
    uint32_t clause_size = fat ? IL_FAT_CLAUSE_SIZE : IL_SMALL_CLAUSE_SIZE;
    size_t left = available - *at;
    if ((section[0] & IL_SECTION_KIND_MASK) != IL_SECTION_EXCEPTIONS) {
        if (size < IL_SECTION_HEADER_SIZE || size > left)
            return il_fail(err, IL_BAD_BODY, *at, 0, "section of %u bytes, %zu left", size, left);
        *at += size;
        return IL_OK;
    }
    /* Some writers leave the section's own header out of its size: the division hides that. */
    uint32_t count = size / clause_size;
    size_t used = IL_SECTION_HEADER_SIZE + (size_t)count * clause_size;
    if (used > left)
        return il_fail(err, IL_BAD_BODY, *at, 0, "%u exception clauses, %zu bytes left", count,
                       left);
    if (out->clause_count)
        return il_fail(err, IL_BAD_BODY, *at, 0, "a second section of exception clauses");
    out->clauses = section + IL_SECTION_HEADER_SIZE;
    out->clause_count = count;
    out->fat_clauses = fat;
    *at += used;
    return IL_OK;
}

static il_status check_clause(const il_body *body, uint32_t index, il_error *err) {
    const uint8_t *p = body->clauses + (size_t)index * (body->fat_clauses ? IL_FAT_CLAUSE_SIZE
                                                                          : IL_SMALL_CLAUSE_SIZE);
    il_clause clause;
    il_body_clause(body, index, &clause);
    uint32_t size = body->code_size, kind = (uint32_t)clause.kind;
    size_t at = (size_t)(p - body->start);
    if (kind > IL_CLAUSE_FAULT || kind == 3)
        return il_fail(err, IL_BAD_BODY, at, 0, "exception clause %u has kind %u", index, kind);
    if (clause.try_offset > clause.try_end || clause.try_end > size)
        return il_fail(err, IL_BAD_BODY, at, 0,
                       "exception clause %u protects IL_%04x to IL_%04x, the code ends at IL_%04x",
                       index, clause.try_offset, clause.try_end, size);
    if (clause.handler_offset > clause.handler_end || clause.handler_end > size)
        return il_fail(
            err, IL_BAD_BODY, at, 0,
            "exception clause %u has its handler at IL_%04x to IL_%04x, the code ends at "
            "IL_%04x",
            index, clause.handler_offset, clause.handler_end, size);
    if (kind == IL_CLAUSE_FILTER && clause.token_or_filter >= size)
        return il_fail(err, IL_BAD_BODY, at, 0,
                       "exception clause %u has its filter at IL_%04x, the code ends at IL_%04x",
                       index, clause.token_or_filter, size);
    return IL_OK;
}

static il_status read_sections(const uint8_t *bytes, size_t available, il_body *out,
                               il_error *err) {
    il_status status;
    bool more = true;
    for (size_t at = out->size; more; out->size = (uint32_t)at) {
        at = (at + 3) & ~(size_t)3;
        if (at > available || available - at < IL_SECTION_HEADER_SIZE)
            return il_fail(err, IL_BAD_BODY, out->size, 0,
                           "the sections after the code are missing");
        more = bytes[at] & IL_SECTION_MORE;
        if ((status = read_section(bytes, available, &at, out, err)) != IL_OK)
            return status;
    }
    for (uint32_t i = 0; i < out->clause_count; i++) {
        if ((status = check_clause(out, i, err)) != IL_OK)
            return status;
    }
    return IL_OK;
}

static il_status read_fat(const uint8_t *bytes, size_t available, il_body *out, il_error *err) {
    if (available < IL_FAT_HEADER_SIZE)
        return il_fail(err, IL_BAD_BODY, 0, 0, "fat header of 12 bytes, %zu left", available);
    uint32_t flags = il_load16(bytes);
    if (flags >> 12 != IL_FAT_HEADER_WORDS)
        return il_fail(err, IL_BAD_BODY, 0, 0, "fat header of %u words instead of 3", flags >> 12);
    out->fat = true;
    out->init_locals = flags & IL_FAT_INIT_LOCALS;
    out->max_stack = il_load16(bytes + 2);
    out->code_size = il_load32(bytes + 4);
    out->locals_token = il_load32(bytes + 8);
    out->code = bytes + IL_FAT_HEADER_SIZE;
    if (out->code_size > available - IL_FAT_HEADER_SIZE || out->code_size > INT32_MAX)
        return il_fail(err, IL_BAD_BODY, 4, 0, "code of %u bytes, %zu left", out->code_size,
                       available - IL_FAT_HEADER_SIZE);
    out->size = IL_FAT_HEADER_SIZE + out->code_size;
    return flags & IL_FAT_MORE_SECTIONS ? read_sections(bytes, available, out, err) : IL_OK;
}

il_status il_body_read(const uint8_t *bytes, size_t available, il_body *out, il_error *err) {
    *out = (il_body){.start = bytes};
    if (available == 0)
        return il_fail(err, IL_BAD_BODY, 0, 0, "no bytes left for a method body");
    switch (bytes[0] & 3) {
    case IL_BODY_TINY: return read_tiny(bytes, available, out, err);
    case IL_BODY_FAT: return read_fat(bytes, available, out, err);
    default:
        return il_fail(err, IL_BAD_BODY, 0, 0, "%02x begins neither a tiny nor a fat header",
                       bytes[0]);
    }
}

/* Adds what il_body_read cannot know. */
static il_status name_method(const il_module *module, uint32_t row, il_error *err) {
    if (err) {
        il_error inner = *err;
        return il_fail(err, inner.status, inner.offset, IL_TOKEN(IL_MethodDef, row),
                       "%s: body of %s: %s", il_module_path(module),
                       il_name(module, IL_MethodDef_Name, row), inner.text);
    }
    return IL_BAD_BODY;
}

il_status il_method_body(const il_module *module, uint32_t method_row, il_body *out,
                         il_error *err) {
    enum { CODE_TYPE_MASK = 3 }; /* MethodImplAttributes: 0 is IL (II.23.1.11) */
    uint32_t rva = il_cell(module, IL_MethodDef_RVA, method_row);
    *out = (il_body){0};
    il_blob bytes = module->live ? il_live_body(module, method_row)
                    : rva        ? il_rva(module, rva)
                                 : (il_blob){NULL, 0};
    if ((rva == 0 && !bytes.data) ||
        il_cell(module, IL_MethodDef_ImplFlags, method_row) & CODE_TYPE_MASK)
        return il_fail(err, IL_NO_BODY, IL_NO_OFFSET, IL_TOKEN(IL_MethodDef, method_row),
                       "%s: %s has no IL body", il_module_path(module),
                       il_name(module, IL_MethodDef_Name, method_row));
    il_status status = il_body_read(bytes.data, bytes.size, out, err);
    return status == IL_OK ? IL_OK : name_method(module, method_row, err);
}

static void read_fat_clause(const uint8_t *p, il_clause *out) {
    out->kind = (il_clause_kind)il_load32(p);
    out->try_offset = il_load32(p + 4);
    out->try_end = out->try_offset + il_load32(p + 8);
    out->handler_offset = il_load32(p + 12);
    out->handler_end = out->handler_offset + il_load32(p + 16);
    out->token_or_filter = il_load32(p + 20);
}

static void read_small_clause(const uint8_t *p, il_clause *out) {
    out->kind = (il_clause_kind)il_load16(p);
    out->try_offset = il_load16(p + 2);
    out->try_end = out->try_offset + p[4];
    out->handler_offset = il_load16(p + 5);
    out->handler_end = out->handler_offset + p[7];
    out->token_or_filter = il_load32(p + 8);
}

void il_body_clause(const il_body *body, uint32_t index, il_clause *out) {
    if (body->fat_clauses)
        read_fat_clause(body->clauses + (size_t)index * IL_FAT_CLAUSE_SIZE, out);
    else
        read_small_clause(body->clauses + (size_t)index * IL_SMALL_CLAUSE_SIZE, out);
}
