/* Types, members and names as ilasm spells them (II.5.3, II.7, II.15.3).
 *
 *   class [mscorlib]System.Collections.Generic.Dictionary`2<int32,string>
 *   instance void [mscorlib]System.Foo::Bar<int32>(string, !0)
 *
 * Everything is appended to an il_text, whose out_of_memory the caller asks at the end. A function
 * that must parse a signature for it returns a status; when that is an error, what was appended is
 * incomplete. The tables are only read: any thread, one il_text per thread. */
#ifndef CLARET_IL_PRINT_H
#define CLARET_IL_PRINT_H

#include "il.h"
#include "il_text.h"

/* ---- Names ---- */

/* One identifier, 'quoted' unless it is a plain ID and no keyword of ilasm. A dot needs quotes. */
void il_print_id(il_text *text, const char *name);

/* A name that may have dots, as ilasm's DottedName: each part as an identifier (A.'class'.B). The
 * whole is quoted when a part is empty. */
void il_print_dotted(il_text *text, const char *name);

/* The name of a method, field, property or event: .ctor and .cctor as they are; dots need no
 * quotes, but when any part needs them they go round the whole name. */
void il_print_member_name(il_text *text, const char *name);

/* Whether ilasm reserves the word: keywords, directives' names and opcodes. */
bool il_is_keyword(const char *word, size_t length);

/* ---- Types ---- */

/* A type as a signature writes it, with "class" or "valuetype", modifiers and "pinned". Tokens are
 * module's. */
il_status il_print_type(il_text *text, const il_module *module, const il_type *type, il_error *err);

/* What token names: TypeDef and TypeRef as [scope]Namespace.Outer/Inner, without "class"; TypeSpec
 * as il_print_type. This is the form of instruction operands, extends, catch and so on. */
il_status il_print_type_token(il_text *text, const il_module *module, uint32_t token,
                              il_error *err);

/* ---- Signatures and members ---- */

/* "instance ", "vararg ", "unmanaged cdecl " ... for the first byte of a method signature; "" for a
 * plain static method. */
void il_print_convention(il_text *text, uint8_t convention);

/* "(int32, string, ..., object)" */
il_status il_print_params(il_text *text, const il_module *module, const il_method_sig *sig,
                          il_error *err);

/* MethodDef, MemberRef or MethodSpec in full: convention, return type,
 * owner::name<arguments>(types). A generic method without arguments prints <[arity]>. */
il_status il_print_method(il_text *text, const il_module *module, uint32_t token, il_error *err);

/* Field or MemberRef: type owner::name. */
il_status il_print_field(il_text *text, const il_module *module, uint32_t token, il_error *err);

/* StandAloneSig of a method, the operand of calli: convention, return type, types. */
il_status il_print_call_sig(il_text *text, const il_module *module, uint32_t token, il_error *err);

/* The operand of ldtoken: a type token, or "method " and "field " before the member. */
il_status il_print_token(il_text *text, const il_module *module, uint32_t token, il_error *err);

/* Whether a MemberRef is a field (its signature begins with 06). */
bool il_member_ref_is_field(const il_module *module, uint32_t row);

#endif
