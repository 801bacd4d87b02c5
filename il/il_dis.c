/* The disassembler's public functions, its lines, errors and writer.
 *
 * Types are printed each inside the one that encloses it; the field data come last. */
#include "il_dis_state.h"

/* ---- Lines, errors, the writer ---- */

void il_dis_put_line(il_dis *dis, const char *line) {
    il_dis_line(dis);
    il_puts(dis->text, line);
    il_put(dis->text, '\n');
}

void il_dis_open(il_dis *dis) {
    il_dis_put_line(dis, "{");
    dis->indent += 2;
}

void il_dis_close(il_dis *dis, const char *comment) {
    dis->indent -= 2;
    il_dis_line(dis);
    il_put(dis->text, '}');
    il_puts(dis->text, comment);
    il_put(dis->text, '\n');
}

void il_dis_end_words(il_dis *dis) {
    if (!dis->text->out_of_memory)
        dis->text->data[dis->text->size - 1] = '\n';
}

void il_dis_note(il_dis *dis, const il_error *error) {
    if (dis->status == IL_OK) {
        dis->status = error->status;
        if (dis->err)
            *dis->err = *error;
    }
    il_puts(dis->text, "// ERROR: ");
    for (const char *c = error->text; *c; c++)
        il_put(dis->text, (unsigned char)*c < 0x20 ? ' ' : *c);
    il_put(dis->text, '\n');
}

static void write_out(il_dis *dis) {
    if (!dis->write_failed && !dis->write(dis->context, dis->text->data, dis->text->size))
        dis->write_failed = true;
    dis->text->size = 0;
}

void il_dis_flush(il_dis *dis) {
    enum { ENOUGH = 48 * 1024 };
    if (dis->write && dis->text->size >= ENOUGH)
        write_out(dis);
}

/* ---- Modules ---- */

static il_status out_of_memory(const il_module *module, il_error *err) {
    return il_fail(err, IL_OUT_OF_MEMORY, IL_NO_OFFSET, 0, "%s: out of memory",
                   il_module_path(module));
}

/* Chains the types nested in each type, in the order of their rows. */
static bool chain_nested_types(il_dis *dis) {
    const il_module *m = dis->module;
    uint32_t rows = il_rows(m, IL_TypeDef);
    dis->first_nested = mem_calloc((size_t)rows + 1, sizeof(uint32_t));
    dis->next_nested = mem_calloc((size_t)rows + 1, sizeof(uint32_t));
    if (!dis->first_nested || !dis->next_nested)
        return false;
    for (uint32_t row = rows; row >= 1; row--) {
        uint32_t outer = il_enclosing_type(m, row);
        if (outer && outer <= rows) {
            dis->next_nested[row] = dis->first_nested[outer];
            dis->first_nested[outer] = row;
        }
    }
    return true;
}

/* The tables whose rows instructions name. */
static const il_table NAMED_TABLES[] = {IL_TypeRef,   IL_TypeDef,       IL_Field,    IL_MethodDef,
                                        IL_MemberRef, IL_StandAloneSig, IL_TypeSpec, IL_MethodSpec};

enum { NAMED_TABLE_COUNT = sizeof NAMED_TABLES / sizeof *NAMED_TABLES };

static bool init_module(il_dis *dis) {
    for (int i = 0; i < NAMED_TABLE_COUNT; i++) {
        size_t rows = il_rows(dis->module, NAMED_TABLES[i]);
        dis->slices[NAMED_TABLES[i]] = mem_calloc(rows + 1, sizeof(il_dis_slice));
        if (!dis->slices[NAMED_TABLES[i]])
            return false;
    }
    return chain_nested_types(dis) && il_dis_find_data(dis);
}

static void fini_module(il_dis *dis) {
    for (int i = 0; i < NAMED_TABLE_COUNT; i++)
        mem_free(dis->slices[NAMED_TABLES[i]]);
    mem_free(dis->first_nested);
    mem_free(dis->next_nested);
    mem_free(dis->data);
    il_text_fini(&dis->names);
    il_text_fini(dis->text);
}

static void put_module(il_dis *dis) {
    il_dis_manifest(dis);
    for (uint32_t row = 1; row <= il_rows(dis->module, IL_TypeDef); row++) {
        if (!il_enclosing_type(dis->module, row))
            il_dis_type_def(dis, row);
    }
    il_dis_field_data(dis);
}

il_status il_dis_module(const il_module *module, il_dis_write write, void *context, il_error *err) {
    il_text text = {0};
    il_dis dis = {.module = module, .text = &text, .err = err, .write = write, .context = context};
    if (init_module(&dis))
        put_module(&dis);
    else
        text.out_of_memory = true;
    if (text.out_of_memory)
        dis.status = out_of_memory(module, err);
    else
        write_out(&dis);
    if (dis.write_failed)
        dis.status = il_fail(err, IL_FILE_ERROR, IL_NO_OFFSET, 0, "%s: the text cannot be written",
                             il_module_path(module));
    fini_module(&dis);
    return dis.status;
}

/* ---- Methods and instructions ---- */

static il_status finish(il_dis *dis, il_error *err) {
    return dis->text->out_of_memory ? out_of_memory(dis->module, err) : dis->status;
}

il_status il_dis_method(const il_module *module, uint32_t method_row, il_text *text,
                        il_error *err) {
    il_dis dis = {.module = module, .text = text, .err = err};
    il_dis_method_of_file(&dis, method_row);
    return finish(&dis, err);
}

il_status il_dis_method_with_body(const il_module *module, uint32_t method_row, const il_body *body,
                                  il_text *text, il_error *err) {
    il_dis dis = {.module = module, .text = text, .err = err};
    il_dis_method_def(&dis, method_row, body);
    return finish(&dis, err);
}

il_status il_dis_insn(const il_module *module, uint32_t method_row, const il_insn *insn,
                      il_text *text, il_error *err) {
    il_dis dis = {.module = module, .text = text, .err = err};
    il_dis_one_insn(&dis, method_row, insn);
    return finish(&dis, err);
}
