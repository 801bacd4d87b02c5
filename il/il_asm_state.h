/* What the files of the assembler share.
 *
 *   il_lex.c           characters to lexemes
 *   il_asm.c           the public function, mistakes and recovery, lexemes for the others
 *   il_asm_outline.c   the first pass: types and the assemblies and modules that are referred to
 *   il_asm_name.c      names, strings, bytes, flags
 *   il_asm_type.c      types and signatures, written straight into blobs
 *   il_asm_ref.c       references to methods and fields, and the places that wait for their tokens
 *   il_asm_class.c     types with their fields, properties and events
 *   il_asm_method.c    methods up to the brace
 *   il_asm_body.c      and behind it: locals, labels, instructions, exception clauses
 *   il_asm_value.c     constants, custom attributes, permission sets, marshalling
 *   il_asm_data.c      data that fields name
 *   il_asm_manifest.c  assembly, references, resources, headers of the file
 *
 * A source is read twice. The first pass only finds the types, so that from then on every name of a
 * type has its token. The second does everything else. Methods and fields that it meets in
 * references become entries of one table, as do those that it declares; a reference is a number
 * (IL_ASM_REF) until the end, when each entry is a definition or gets its MemberRef, and the
 * numbers in code and cells are replaced.
 *
 * Mistakes: the first one in a declaration is reported, and from then on until il_asm_recover the
 * current lexeme is IL_LEX_BAD and stays so. So a function that meets one goes on, finds nothing
 * that it is looking for, and ends; only loops must end at IL_LEX_BAD and IL_LEX_END. */
#ifndef CLARET_IL_ASM_STATE_H
#define CLARET_IL_ASM_STATE_H

#include "il_asm.h"
#include "il_bytes.h"
#include "il_encode.h"
#include "il_lex.h"
#include "runtime/memory/mem.h"

/* A place in a source. */
typedef struct il_asm_place {
    const il_asm_source *source;
    const char *at;
} il_asm_place;

/* A name with its quotes and escapes resolved, in the source or in the pool. dot is the last dot
 * that separates namespace and name, size when there is none. */
typedef struct il_asm_name {
    const char *start;
    uint32_t size, dot;
} il_asm_name;

/* Open addressing; a slot holds 1 + the number of an entry, 0 when free. All zero is empty. */
typedef struct il_asm_index {
    uint32_t *slots, *hashes; /* hashes: by entry */
    uint32_t mask, count, room;
} il_asm_index;

typedef struct il_asm_type {
    uint32_t enclosing; /* token or 0 */
    il_asm_name name;
    bool declared;   /* the second pass has seen it */
    uint32_t layout; /* ClassLayout row or 0 */
} il_asm_type;

typedef struct il_asm_generic {
    il_asm_name name;
    uint32_t token;
} il_asm_generic;

typedef enum il_asm_ref_kind { IL_ASM_METHOD, IL_ASM_FIELD, IL_ASM_METHOD_SPEC } il_asm_ref_kind;

/* A method or field by parent, name and signature; or a method instantiation, whose parent is the
 * number of the method's entry. */
typedef struct il_asm_ref {
    il_asm_ref_kind kind;
    uint32_t parent, token; /* token: 0 until it is declared or resolved */
    const char *name;       /* NUL-terminated, in the pool */
    uint32_t name_size;
    il_blob signature; /* in the pool */
} il_asm_ref;

/* The number that stands for an entry until its token is known. No table has this number. */
#define IL_ASM_REF_TABLE     0x7Eu
#define IL_ASM_REF(index)    (IL_ASM_REF_TABLE << 24 | (index))
#define IL_ASM_IS_REF(token) ((token) >> 24 == IL_ASM_REF_TABLE)

/* A cell that waits for the token of a reference. */
typedef struct il_asm_cell {
    il_column column;
    uint32_t row, ref;
    bool wants_def; /* only a method of this module will do */
    il_asm_place place;
} il_asm_cell;

/* Operands in the text of a line, and what they were: most are written many times. */
typedef struct il_asm_memo {
    const char *start;
    uint32_t size, value;
    uint8_t kind; /* il_operand */
} il_asm_memo;

/* A finished body in il_asm.code. */
typedef struct il_asm_body {
    uint32_t method;
    uint32_t offset;          /* of a fat header; a tiny one lies in its last byte */
    uint32_t code_size, size; /* size: with header and sections */
    bool may_be_tiny, compute_stack;
    il_asm_place place;
} il_asm_body;

/* A data label (II.16.3), and a field that waits for one. */
typedef struct il_asm_datum {
    il_asm_name name;
    uint32_t place;
} il_asm_datum;

typedef struct il_asm_at_data {
    il_asm_name name;
    uint32_t field;
    il_asm_place where;
} il_asm_at_data;

/* A growing array in memory of its own; entries are of one size. */
typedef struct il_asm_list {
    void *items;
    uint32_t count, room;
} il_asm_list;

/* A parameter of the method being read. */
typedef struct il_asm_param {
    il_asm_name name;
    uint32_t row; /* Param token or 0 */
} il_asm_param;

/* A method and what is known of its body. The lists keep their memory from one to the next. */
typedef struct il_asm_method_state {
    uint32_t token;
    il_asm_name name;
    uint8_t convention;
    il_text signature;
    il_asm_list params;      /* il_asm_param by sequence, 0 the return value */
    il_asm_list local_names; /* il_asm_local */
    il_asm_list local_types; /* il_blob by number, in the pool */
    il_asm_list labels;      /* il_asm_label */
    il_asm_list uses;        /* il_asm_use */
    il_asm_list clauses;     /* il_asm_clause */
    il_asm_index label_index;
    uint32_t start; /* of the code in il_asm.code */
    uint32_t max_stack;
    bool has_max_stack, init_locals, has_locals;
} il_asm_method_state;

typedef struct il_asm {
    /* What was asked for. */
    const il_asm_options *options;
    il_build *build;
    il_error *err;

    /* Reading. */
    const il_asm_source *source;
    il_lex lex;
    il_lexeme t;      /* the current lexeme */
    const char *last; /* end of the one before */
    bool silent;      /* the outline does not report */
    bool panic;       /* between a mistake and recovery */
    bool gave_up;     /* too many, or no memory */
    uint32_t mistakes;
    const char *reported;  /* where the last one was; what is read twice is reported once */
    unsigned depth;        /* of types, blocks and classes */
    const char *statement; /* start of the one being read */

    /* Memory. */
    mem_pool pool;
    bool out_of_memory;
    il_text scratch; /* of whoever needs it until its next call */
    il_text string;  /* NUL-terminated copy of a name */

    /* What is known. */
    uint16_t opcodes[1024]; /* open addressing by il_asm_hash: 1 + il_opcode */
    il_asm_index type_index, ref_index, memo_index, data_index;
    il_asm_list types;      /* il_asm_type, by TypeDef row - 1 */
    il_asm_list refs;       /* il_asm_ref */
    il_asm_list memos;      /* il_asm_memo */
    il_asm_list assemblies; /* il_asm_name by AssemblyRef row - 1: the name or its alias */
    il_asm_list cells;      /* il_asm_cell */
    il_asm_list bodies;     /* il_asm_body */
    il_asm_list data;       /* il_asm_datum */
    il_asm_list at_data;    /* il_asm_at_data */
    il_text code;           /* all bodies, each at a multiple of 4 */
    il_asm_list patches;    /* uint32_t: offsets in code of references */

    /* Where we are. */
    il_asm_name name_space;
    uint32_t type;         /* TypeDef token; that of <Module> outside types */
    uint32_t custom_owner; /* what .custom belongs to */
    uint32_t assembly;     /* Assembly token or 0 */
    bool module_named;
    il_asm_list type_params;   /* il_asm_generic, of the type we are in */
    il_asm_list method_params; /* those of the method */
    bool named_variable;       /* a type parameter or .this was named: means nothing elsewhere */
    bool foresee;              /* whose names are not known yet */
    bool only_refers;          /* to other assemblies, which need no declaration */
    uint32_t home;             /* AssemblyRef: where types without a scope are then; or 0 */
    bool in_method;
    il_asm_method_state method; /* the one being read; its lists keep their memory */
} il_asm;

/* ---- il_asm.c: lexemes and mistakes ---- */

void il_asm_next(il_asm *as);

static inline bool il_asm_at(const il_asm *as, int kind) {
    return (int)as->t.kind == kind;
}
static inline bool il_asm_at_text(const il_asm *as, const char *word) {
    return (as->t.kind == IL_LEX_WORD || as->t.kind == IL_LEX_DIRECTIVE) && il_lex_is(&as->t, word);
}
/* Whether a list that ends with close is at its end, or cannot go on. */
static inline bool il_asm_ends(const il_asm *as, int close) {
    return il_asm_at(as, close) || as->t.kind == IL_LEX_BAD || as->t.kind == IL_LEX_END;
}
bool il_asm_take(il_asm *as, int kind);
bool il_asm_take_text(il_asm *as, const char *word); /* a word or directive */
void il_asm_expect(il_asm *as, int kind);
void il_asm_expect_text(il_asm *as, const char *word);

/* Reports a mistake at the current lexeme and begins to panic. "expected" says what, and adds what
 * was found. */
void il_asm_fail(il_asm *as, const char *format, ...) __attribute__((format(printf, 2, 3)));
void il_asm_expected(il_asm *as, const char *what);
/* At another place, without panic. */
void il_asm_fail_at(il_asm *as, il_asm_place place, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void il_asm_warn_at(il_asm *as, il_asm_place place, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
il_asm_place il_asm_here(const il_asm *as);

/* Goes on after a mistake: at the next directive that begins a line, or the brace that ends what we
 * are in; with lines true at the next line. Nothing to do without a mistake. */
void il_asm_recover(il_asm *as, bool lines);

/* A place to come back to. */
typedef struct il_asm_mark {
    il_lex lex;
    il_lexeme t;
    const char *last;
} il_asm_mark;

static inline il_asm_mark il_asm_mark_here(const il_asm *as) {
    return (il_asm_mark){as->lex, as->t, as->last};
}
static inline void il_asm_return_to(il_asm *as, const il_asm_mark *mark) {
    if (as->panic)
        return;
    as->lex = mark->lex;
    as->t = mark->t;
    as->last = mark->last;
}

/* Out of memory: remembered, and the end of reading. Returns false. */
bool il_asm_no_memory(il_asm *as);

/* One level deeper; false, with a mistake, when that is too deep. */
bool il_asm_enter(il_asm *as);
void il_asm_leave(il_asm *as);

/* A new item at the end, all zero; NULL when memory is short. */
void *il_asm_list_add(il_asm *as, il_asm_list *list, size_t item_size);
#define IL_ASM_ADD(as, list, type) ((type *)il_asm_list_add(as, list, sizeof(type)))
#define IL_ASM_ITEM(list, type, i) (&((type *)(list)->items)[i])

uint32_t il_asm_hash(uint32_t seed, const void *bytes, size_t size);

/* Visits the entries with this hash: start with *slot = hash. False at the end. */
bool il_asm_index_find(const il_asm_index *index, uint32_t hash, uint32_t *slot, uint32_t *entry);
/* Adds entry number index->count; false when memory is short. */
bool il_asm_index_add(il_asm *as, il_asm_index *index, uint32_t hash);

/* Reads declarations until the closing brace of a scope, or the end of a source. */
void il_asm_declarations(il_asm *as, void (*declaration)(il_asm *as));

/* Sets bits in a cell of flags. */
static inline void il_asm_set_flag(il_asm *as, il_column column, uint32_t row, uint32_t flag) {
    il_build_set(as->build, column, row, il_build_get(as->build, column, row) | flag);
}

/* ---- il_asm_outline.c ---- */

void il_asm_outline(il_asm *as);
/* The token of a type of this module; 0 when there is none. */
uint32_t il_asm_find_type(const il_asm *as, uint32_t enclosing, const il_asm_name *name);
/* The same, added when there is none. flags are those of its row. */
uint32_t il_asm_add_type(il_asm *as, uint32_t enclosing, const il_asm_name *name);
static inline il_asm_type *il_asm_type_at(const il_asm *as, uint32_t token) {
    return IL_ASM_ITEM(&as->types, il_asm_type, IL_TOKEN_ROW(token) - 1);
}
/* The name within the current .namespace. */
il_asm_name il_asm_qualify(il_asm *as, il_asm_name name);
/* The AssemblyRef with this name or alias; 0 when there is none. */
uint32_t il_asm_find_assembly(const il_asm *as, const il_asm_name *name);
uint32_t il_asm_add_assembly(il_asm *as, const il_asm_name *name, const il_asm_name *alias);

/* ---- il_asm_name.c ---- */

il_asm_name il_asm_dotted(il_asm *as); /* a name with dots */
il_asm_name il_asm_id(il_asm *as);     /* one part of it */
il_asm_name il_asm_member(il_asm *as); /* the name of a member, also .ctor and .cctor */
bool il_asm_at_id(const il_asm *as);
/* Equal as types' names, or only in their characters. */
bool il_asm_same_name(const il_asm_name *a, const il_asm_name *b);
bool il_asm_same_text(const il_asm_name *a, const il_asm_name *b);
/* The name, or a part of it, with a NUL behind it; until the next call. */
const char *il_asm_string(il_asm *as, const char *start, size_t size);
static inline const char *il_asm_c_string(il_asm *as, il_asm_name name) {
    return il_asm_string(as, name.start, name.size);
}
/* A copy with a NUL behind it that lives as long as the assembler; empty when memory is short. */
il_blob il_asm_keep(il_asm *as, const void *bytes, size_t size);
const char *il_asm_keep_string(il_asm *as, const char *start, size_t size);

int64_t il_asm_int(il_asm *as);
/* The low size bytes of value, little-endian. */
void il_asm_put_int(il_text *out, uint64_t value, unsigned size);
int64_t il_asm_int_in(il_asm *as, int64_t low, int64_t high);
/* "a" + "b": appends UTF-8, without the quotes. */
void il_asm_quoted(il_asm *as, il_text *out);
/* The same as UTF-16LE. */
void il_asm_utf16(il_asm *as, il_text *out);
/* "( 01 02 )": appends the bytes. */
void il_asm_bytes(il_asm *as, il_text *out);
/* A floating point number: decimal, an integer's bits in parentheses, raw bytes, nan, inf. */
uint64_t il_asm_float_bits(il_asm *as, bool single);

/* Sets of il_flags.def. */
typedef enum il_asm_flag_set {
    IL_ASM_SET_TYPE,
    IL_ASM_SET_EXPORTED,
    IL_ASM_SET_FIELD,
    IL_ASM_SET_METHOD,
    IL_ASM_SET_IMPL,
    IL_ASM_SET_PARAM,
    IL_ASM_SET_MEMBER,
    IL_ASM_SET_PINVOKE,
    IL_ASM_SET_GENERIC,
    IL_ASM_SET_ASSEMBLY,
    IL_ASM_SET_FILE,
    IL_ASM_SET_RESOURCE
} il_asm_flag_set;

/* Takes one word of the set, and changes *flags by it; false when it is none. */
bool il_asm_flag(il_asm *as, il_asm_flag_set set, uint32_t *flags);
uint32_t il_asm_flags(il_asm *as, il_asm_flag_set set); /* as many as there are */
/* Takes the lexemes that together spell text ("unsigned int8", "bestfit:on"), or none. */
bool il_asm_take_spelled(il_asm *as, const char *text);

/* ---- il_asm_type.c ---- */

bool il_asm_at_type(const il_asm *as); /* a type as signatures have it, not a bare name */
void il_asm_type_sig(il_asm *as, il_text *out);
/* A type as instructions name it; returns its token. */
uint32_t il_asm_type_token(il_asm *as);
/* The name of a class, without "class"; also a scope alone ([.module x]) before ::. */
uint32_t il_asm_class_name(il_asm *as);
/* The AssemblyRef of mscorlib, added when the sources do not have it. */
uint32_t il_asm_standard_library(il_asm *as);
/* Whether name is this assembly's own. */
bool il_asm_is_own_assembly(il_asm *as, const il_asm_name *name);
/* "instance", "vararg" ... */
uint8_t il_asm_convention(il_asm *as);
/* A list of types in parentheses; returns how many. *sentinel: the place of "..." or UINT32_MAX. */
uint32_t il_asm_types(il_asm *as, il_text *out, int close, uint32_t *sentinel);
/* The type arguments behind <, with their count before them. */
void il_asm_type_args(il_asm *as, il_text *out);

/* ---- il_asm_ref.c ---- */

/* What a piece of text meant when it was read before as an operand of this kind. */
bool il_asm_memo_find(const il_asm *as, uint8_t kind, const char *start, uint32_t size,
                      uint32_t *value);
void il_asm_memo_add(il_asm *as, uint8_t kind, const char *start, uint32_t size, uint32_t value);

uint32_t il_asm_ref_of(il_asm *as, il_asm_ref_kind kind, uint32_t parent, il_asm_name name,
                       il_blob signature);
/* Says what token an entry is; false when it had one. */
bool il_asm_define(il_asm *as, il_asm_ref_kind kind, uint32_t parent, il_asm_name name,
                   il_blob signature, uint32_t token);
uint32_t il_asm_method_ref(il_asm *as); /* a number, IL_ASM_REF */
uint32_t il_asm_field_ref(il_asm *as);
uint32_t il_asm_token_ref(il_asm *as); /* as ldtoken has it: also "field", "method" or a type */
uint32_t il_asm_call_sig(il_asm *as);  /* a StandAloneSig token */
/* Stores token, or the token of the reference it is, in a cell. */
void il_asm_set_cell(il_asm *as, il_column column, uint32_t row, uint32_t token, bool wants_def,
                     il_asm_place place);
/* Gives every entry its token, and cells and code theirs. */
void il_asm_resolve(il_asm *as);

/* ---- il_asm_class.c ---- */

void il_asm_class(il_asm *as); /* behind .class */
void il_asm_field(il_asm *as); /* behind .field */
/* "<class .ctor (constraints) T, +U>" behind <: fills params, and adds rows unless owner is 0. */
void il_asm_generics(il_asm *as, il_asm_list *params, uint32_t owner);
void il_asm_list_generics(il_asm *as, il_asm_list *params); /* only their names; stays there */
/* Behind .param type or .param constraint: what follows belongs to it. */
void il_asm_generic_param(il_asm *as, const il_asm_list *params);
/* A row of build whose two cells have these values, looked for from the end; 0 when there is none.
 */
uint32_t il_asm_find_row(const il_asm *as, il_table table, il_column a, uint32_t value_a,
                         il_column b, uint32_t value_b);

/* ---- il_asm_method.c ---- */

void il_asm_method(il_asm *as); /* behind .method */
void il_asm_method_free(il_asm *as);
/* The Param of a sequence number, added when there is none. */
uint32_t il_asm_param_row(il_asm *as, uint32_t sequence);

/* ---- il_asm_body.c ---- */

void il_asm_body_read(il_asm *as); /* behind the brace, up to the closing one */
void il_asm_bodies_finish(il_asm *as);
bool il_asm_init_opcodes(il_asm *as);

/* ---- il_asm_value.c ---- */

/* Behind =: a constant of parent. Returns whether it is one. */
void il_asm_constant(il_asm *as, uint32_t parent);
void il_asm_custom(il_asm *as);                          /* behind .custom */
void il_asm_permission_set(il_asm *as, uint32_t parent); /* behind .permissionset */
void il_asm_permission(il_asm *as, uint32_t parent);     /* behind .permission */
void il_asm_marshal(il_asm *as, il_text *out);           /* behind marshal: "( ... )" */

/* ---- il_asm_data.c ---- */

void il_asm_data(il_asm *as); /* behind .data */
void il_asm_data_resolve(il_asm *as);

/* ---- il_asm_manifest.c ---- */

/* A declaration that is about assembly, module or file; false when it is none. */
bool il_asm_manifest(il_asm *as);
void il_asm_class_extern(il_asm *as); /* behind .class extern */
/* A declaration that may stand anywhere: .custom, .line and such; false when it is none. */
bool il_asm_common(il_asm *as);

#endif
