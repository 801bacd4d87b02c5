/* Building a module: from nothing, or from a loaded one that is changed and written back.
 *
 *   il_build *b;
 *   il_build_new("hello.exe", &b);
 *   uint32_t corlib = il_build_assembly_ref(b, "mscorlib", (uint16_t[4]){4, 0, 0, 0}, key_token);
 *   uint32_t object = il_build_type_ref(b, corlib, "System", "Object");
 *   uint32_t program = il_build_type(b, "", "Program", 0x100001, object);
 *   uint32_t main = il_build_method(b, program, "Main", 0x96, 0, signature);
 *   il_build_body(b, main, bytes, size);
 *   il_build_output(b)->entry_point = main;
 *   status = il_build_write(b, "hello.exe", &err);
 *
 * A build holds each table as rows of cells and each heap as bytes. Every il_build_ function that
 * adds something returns its token (or heap offset) and cannot fail where it stands: when memory
 * runs short it returns 0, and il_build_write says IL_OUT_OF_MEMORY. Cells are written as il_cell
 * reads them: numbers, heap offsets, tokens. Strings and blobs are copied. Not thread-safe.
 *
 * Order does not matter: fields, methods, params, properties and events may be added to any owner
 * at any time, and the tables that the format wants sorted (II.22) are sorted by il_build_write.
 * That moves rows, so the tokens in the file may differ from those handed out; references are
 * mapped, in tables, entry point and method bodies alike, and il_build_final_token tells the new
 * one. TypeDef and the tables of references are never moved. The enclosing type must be added
 * before the nested. */
#ifndef CLARET_IL_BUILD_H
#define CLARET_IL_BUILD_H

#include "il.h"
#include "il_edit.h"
#include "il_text.h"

typedef struct il_build il_build;

/* ---- Life ---- */

/* An empty module with its Module row and the type <Module> (row 1). IL_OUT_OF_MEMORY. */
il_status il_build_new(const char *module_name, il_build **out, il_error *err);

/* A copy of module: all tables and heaps with the tokens they have there; bodies, resources and
 * field data are read from module when the build is written, so it must stay open until then. Rows
 * of portable PDB tables are left out. IL_BAD_METADATA; IL_NOT_CLI for an image with native code.
 */
il_status il_build_load(const il_module *module, il_build **out, il_error *err);

void il_build_free(il_build *build); /* NULL allowed */

/* The first failure of what was added so far, which writing will return; IL_OK when there is none. */
il_status il_build_status(const il_build *build);

/* ---- Headers ---- */

/* What the PE, CLI and metadata headers say (II.25.2, II.25.3.3, II.24.2.1). Filled with the
 * defaults given here (after il_build_load: as loaded); change them at will before writing. */
typedef struct il_output {
    bool dll;                      /* false */
    bool pe32_plus;                /* false */
    uint16_t machine;              /* 0x14C */
    uint16_t subsystem;            /* 3, console */
    uint16_t dll_characteristics;  /* 0x8540: dynamic base, NX, no SEH, terminal server aware */
    uint32_t timestamp;            /* 0: equal input gives equal files */
    uint64_t image_base;           /* 0x400000 */
    uint64_t stack_reserve;        /* 0x100000 */
    uint32_t section_alignment;    /* 0x2000 */
    uint32_t file_alignment;       /* 0x200 */
    uint16_t cli_major, cli_minor; /* 2.5 */
    uint32_t cli_flags;            /* 1, IL only */
    uint32_t entry_point;          /* MethodDef or File token, 0 none */
    uint32_t strong_name_size;     /* 0: zeroed bytes that a strong name's signature will fill */
    char version[64];              /* "v4.0.30319" */
} il_output;

il_output *il_build_output(il_build *build);

/* ---- Heaps: equal entries are stored once ---- */

uint32_t il_build_string(il_build *build, const char *string);
uint32_t il_build_blob(il_build *build, il_blob blob);
uint32_t il_build_guid(il_build *build, const uint8_t guid[16]);
/* count UTF-16 code units; returns the token for ldstr (0x70......). */
uint32_t il_build_user_string(il_build *build, const uint16_t *units, size_t count);

/* What stands in the heaps; valid until the next addition. */
const char *il_build_get_string(const il_build *build, uint32_t index);
il_blob il_build_get_blob(const il_build *build, uint32_t index);

/* ---- Rows and cells ---- */

uint32_t il_build_rows(const il_build *build, il_table table);

/* Adds a row of zeros and returns its token. owner is the token of the type, method, PropertyMap or
 * EventMap that a Field, MethodDef, Param, Property or Event belongs to, 0 for the other tables.
 * List columns (FieldList ...) are computed when writing; leave them alone. */
uint32_t il_build_add(il_build *build, il_table table, uint32_t owner);

/* One cell; a token of 0 or a row out of range does nothing and reads as 0. The row may be given as
 * a row number or as a token. */
void il_build_set(il_build *build, il_column column, uint32_t row, uint32_t value);
uint32_t il_build_get(const il_build *build, il_column column, uint32_t row);

/* Removes the rows for which drop returns true from a table that nothing refers to
 * (CustomAttribute, Constant, InterfaceImpl, MethodImpl, MethodSemantics, NestedClass ...). */
void il_build_remove(il_build *build, il_table table,
                     bool (*drop)(const il_build *build, uint32_t row, void *user), void *user);

/* The token that a Field, MethodDef, Param, Property, Event, GenericParam ... has in the file.
 * Valid after il_build_write. */
uint32_t il_build_final_token(const il_build *build, uint32_t token);

/* ---- References (an equal row is reused, also one that was loaded) ---- */

uint32_t il_build_assembly_ref(il_build *build, const char *name, const uint16_t version[4],
                               il_blob public_key_token);
uint32_t il_build_module_ref(il_build *build, const char *name);
/* scope: AssemblyRef, ModuleRef, Module or, for a nested type, TypeRef token. */
uint32_t il_build_type_ref(il_build *build, uint32_t scope, const char *name_space,
                           const char *name);
uint32_t il_build_type_spec(il_build *build, il_blob signature);
/* parent: TypeDef, TypeRef, TypeSpec, ModuleRef or MethodDef token. */
uint32_t il_build_member_ref(il_build *build, uint32_t parent, const char *name, il_blob signature);
uint32_t il_build_method_spec(il_build *build, uint32_t method, il_blob instantiation);
uint32_t il_build_standalone_sig(il_build *build, il_blob signature);

/* ---- Definitions ---- */

/* The assembly row (at most one). Culture, flags and key by il_build_set. */
uint32_t il_build_assembly(il_build *build, const char *name, const uint16_t version[4]);

/* extends: TypeDef, TypeRef or TypeSpec token, 0 for none. */
uint32_t il_build_type(il_build *build, const char *name_space, const char *name, uint32_t flags,
                       uint32_t extends);
uint32_t il_build_nested_type(il_build *build, uint32_t enclosing, const char *name, uint32_t flags,
                              uint32_t extends);
uint32_t il_build_field(il_build *build, uint32_t type, const char *name, uint16_t flags,
                        il_blob signature);
uint32_t il_build_method(il_build *build, uint32_t type, const char *name, uint16_t flags,
                         uint16_t impl_flags, il_blob signature);
/* sequence 0 is the return value, 1 the first parameter. */
uint32_t il_build_param(il_build *build, uint32_t method, uint16_t sequence, const char *name,
                        uint16_t flags);
uint32_t il_build_property(il_build *build, uint32_t type, const char *name, uint16_t flags,
                           il_blob signature);
uint32_t il_build_event(il_build *build, uint32_t type, const char *name, uint16_t flags,
                        uint32_t event_type);
/* semantics: 1 setter, 2 getter, 4 other, 8 add, 0x10 remove, 0x20 fire (II.23.1.12). */
void il_build_semantics(il_build *build, uint32_t property_or_event, uint16_t semantics,
                        uint32_t method);
void il_build_interface_impl(il_build *build, uint32_t type, uint32_t interface_type);
void il_build_method_impl(il_build *build, uint32_t type, uint32_t body, uint32_t declaration);
uint32_t il_build_generic_param(il_build *build, uint32_t owner, uint16_t number, uint16_t flags,
                                const char *name);
void il_build_constraint(il_build *build, uint32_t generic_param, uint32_t type);
/* value: the little-endian bytes of a Constant of kind element (II.22.9). */
void il_build_constant(il_build *build, uint32_t parent, il_element element, il_blob value);
void il_build_custom_attribute(il_build *build, uint32_t parent, uint32_t constructor,
                               il_blob value);
void il_build_class_layout(il_build *build, uint32_t type, uint16_t packing, uint32_t size);
void il_build_field_layout(il_build *build, uint32_t field, uint32_t offset);
void il_build_field_marshal(il_build *build, uint32_t field_or_param, il_blob descriptor);
void il_build_decl_security(il_build *build, uint32_t parent, uint16_t action, il_blob set);
void il_build_impl_map(il_build *build, uint32_t method, uint16_t flags, const char *import_name,
                       uint32_t module_ref);

/* ---- Bodies, data, resources ---- */

/* Sets (or replaces) a method's body: header, code and sections as they shall stand in the file.
 * The bytes are copied. size 0 takes the body away. */
void il_build_body(il_build *build, uint32_t method, const void *bytes, size_t size);

/* The same from the editor, encoded with flags (IL_ENCODE_...). A changed local signature gets its
 * StandAloneSig here. Errors: those of il_edit_layout. */
il_status il_build_edit(il_build *build, uint32_t method, il_edit *edit, unsigned flags,
                        il_error *err);

/* The body that the file will have, in the encoded form; data NULL when there is none. */
il_blob il_build_get_body(const il_build *build, uint32_t method);

/* Field data (.data): copies size bytes (NULL bytes: zeros) at the alignment (a power of two, at
 * most 16) and returns a place, to be given to il_build_field_rva, which may add an offset to it.
 */
uint32_t il_build_data(il_build *build, const void *bytes, size_t size, uint32_t alignment);
void il_build_field_rva(il_build *build, uint32_t field, uint32_t place);

/* An embedded resource (flags: 1 public, 2 private). For one in another file add a row instead. */
uint32_t il_build_resource(il_build *build, const char *name, uint32_t flags, const void *bytes,
                           size_t size);

/* ---- Writing ---- */

/* The complete PE file, in memory or at path, which must not be the file that an open module was
 * read from. May be called again after further changes. Errors: IL_OUT_OF_MEMORY, IL_FILE_ERROR,
 * IL_BAD_BODY (a body whose tokens must be mapped cannot be read), IL_BAD_METADATA (a member
 * without an owner, a heap over its limits). */
il_status il_build_image(il_build *build, il_text *out, il_error *err);
il_status il_build_write(il_build *build, const char *path, il_error *err);

#endif
