/* Reading marshalling descriptors. */
#include "runtime/interop/descriptor.h"

#include "il/il_native.h"

static bool at_end(const il_reader *reader) {
    return reader->next == reader->end;
}

/* Element type, parameter, number of elements and flags; the later ones may be missing. A parameter
 * in front of a number counts only when a flag says so. */
static void read_array(il_reader *reader, struct descriptor *out) {
    if (at_end(reader))
        return;
    out->element = il_read_u8(reader);
    if (at_end(reader))
        return;
    out->count_param = (int32_t)il_read_compressed(reader);
    if (at_end(reader))
        return;
    out->count = il_read_compressed(reader);
    if (at_end(reader) || !(il_read_compressed(reader) & 1))
        out->count_param = -1;
}

static il_blob read_text(il_reader *reader) {
    il_blob text = {0};
    uint32_t size = il_read_compressed(reader);
    if (size > (size_t)(reader->end - reader->next))
        reader->bad = true;
    if (reader->bad)
        return text;
    text = (il_blob){reader->next, size};
    reader->next += size;
    return text;
}

static void read_operands(il_reader *reader, struct descriptor *out) {
    switch (out->kind) {
    case NATIVE_FIXED_STRING: out->count = il_read_compressed(reader); return;
    case NATIVE_FIXED_ARRAY:
        out->count = il_read_compressed(reader);
        if (!at_end(reader))
            out->element = il_read_u8(reader);
        return;
    case NATIVE_ARRAY: read_array(reader, out); return;
    case NATIVE_CUSTOM:
        read_text(reader); /* a GUID and a native type, which nobody uses */
        read_text(reader);
        out->custom = read_text(reader);
        out->cookie = read_text(reader);
        return;
    default: return;
    }
}

il_status descriptor_read(const il_module *module, uint32_t token, struct descriptor *out,
                          il_error *err) {
    *out = (struct descriptor){.element = NATIVE_NONE, .count_param = -1};
    if (IL_TOKEN_ROW(token) == 0)
        return IL_OK;
    uint32_t row = il_find_next(module, IL_FieldMarshal_Parent, token, 1);
    if (row == 0)
        return IL_OK;
    il_reader reader = il_reader_of(il_blob_cell(module, IL_FieldMarshal_NativeType, row));
    out->kind = il_read_u8(&reader);
    read_operands(&reader, out);
    if (reader.bad || out->kind == 0)
        return il_fail(err, IL_BAD_SIGNATURE, IL_NO_OFFSET, token,
                       "%s: the marshalling descriptor of row %u of FieldMarshal is no such thing",
                       il_module_path(module), row);
    return IL_OK;
}
