/* The disassembler: ilasm text of a module, a method, a body or an instruction, in the form of
 * ildasm and complete enough to be assembled again.
 *
 * Text is UTF-8. What cannot be printed (a token that names nothing, a signature that does not
 * parse) is left out with a comment "// ERROR: reason" in its place, and printing goes on; the
 * function then returns the first such error. Modules are only read: any thread. */
#ifndef CLARET_IL_DIS_H
#define CLARET_IL_DIS_H

#include "il.h"
#include "il_text.h"

/* Takes size bytes of text. Returns false to stop. */
typedef bool (*il_dis_write)(void *context, const char *text, size_t size);

/* The whole module, written in pieces of some ten kilobytes.
 * Errors: IL_OUT_OF_MEMORY; IL_FILE_ERROR when write returned false; IL_BAD_METADATA,
 * IL_BAD_SIGNATURE or IL_BAD_BODY as above. */
il_status il_dis_module(const il_module *module, il_dis_write write, void *context, il_error *err);

/* Appends one method, header and body; the same errors. */
il_status il_dis_method(const il_module *module, uint32_t method_row, il_text *text, il_error *err);

/* The same with body, as il_body_read gives it and with tokens of module, in place of the one in
 * the file: for a body that is in memory only. body NULL: none. */
il_status il_dis_method_with_body(const il_module *module, uint32_t method_row, const il_body *body,
                                  il_text *text, il_error *err);

/* Appends one instruction, "ldstr      "hello"", without label and newline. method_row, 0 when not
 * known, gives arguments their names. */
il_status il_dis_insn(const il_module *module, uint32_t method_row, const il_insn *insn,
                      il_text *text, il_error *err);

#endif
