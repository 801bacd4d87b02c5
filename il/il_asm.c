/* The assembler's public function; mistakes and recovery; lexemes for the other files. */
#include "il_asm_state.h"

#include <stdarg.h>
#include <stdio.h>

enum { MOST_MISTAKES = 100, MOST_TEXT = 1 << 30, DEEPEST = 64 };

/* ---- Lists and indexes ---- */

bool il_asm_no_memory(il_asm *as) {
    as->out_of_memory = as->gave_up = as->panic = true;
    as->t.kind = IL_LEX_BAD;
    return false;
}

void *il_asm_list_add(il_asm *as, il_asm_list *list, size_t item_size) {
    enum { FIRST = 16 };
    if (list->count == list->room) {
        uint32_t room = list->room ? list->room * 2 : FIRST;
        void *items = room > list->room ? mem_resize(list->items, room, item_size) : NULL;
        if (!items) {
            il_asm_no_memory(as);
            return NULL;
        }
        list->items = items;
        list->room = room;
    }
    void *item = (char *)list->items + (size_t)list->count++ * item_size;
    memset(item, 0, item_size);
    return item;
}

static uint64_t load_word(const char *p) {
    uint64_t word;
    memcpy(&word, p, sizeof word);
    return word;
}

uint32_t il_asm_hash(uint32_t seed, const void *bytes, size_t size) {
    const char *p = bytes;
    uint64_t hash = (seed ^ size) * 0x9E3779B97F4A7C15u;
    for (; size >= 8; size -= 8, p += 8) {
        hash = (hash ^ load_word(p)) * 0xD6E8FEB86659FD93u;
        hash ^= hash >> 32;
    }
    uint64_t rest = 0;
    if (size)
        memcpy(&rest, p, size);
    hash = (hash ^ rest) * 0xD6E8FEB86659FD93u;
    return (uint32_t)(hash ^ hash >> 32);
}

bool il_asm_index_find(const il_asm_index *index, uint32_t hash, uint32_t *slot, uint32_t *entry) {
    if (!index->slots)
        return false;
    for (uint32_t at; (at = index->slots[*slot & index->mask]) != 0;) {
        ++*slot;
        if (index->hashes[at - 1] == hash) {
            *entry = at - 1;
            return true;
        }
    }
    return false;
}

static void put_slot(il_asm_index *index, uint32_t hash, uint32_t entry) {
    uint32_t slot = hash;
    while (index->slots[slot & index->mask])
        slot++;
    index->slots[slot & index->mask] = entry + 1;
}

static bool grow_index(il_asm *as, il_asm_index *index) {
    enum { FIRST = 256 };
    uint32_t size = index->slots ? (index->mask + 1) * 2 : FIRST;
    uint32_t *hashes = size ? mem_resize(index->hashes, size / 2, sizeof *hashes) : NULL;
    if (!hashes)
        return il_asm_no_memory(as);
    index->hashes = hashes;
    uint32_t *slots = mem_calloc(size, sizeof *slots);
    if (!slots)
        return il_asm_no_memory(as);
    mem_free(index->slots);
    index->slots = slots;
    index->mask = size - 1;
    index->room = size / 2;
    for (uint32_t i = 0; i < index->count; i++)
        put_slot(index, index->hashes[i], i);
    return true;
}

bool il_asm_index_add(il_asm *as, il_asm_index *index, uint32_t hash) {
    if (index->count == index->room && !grow_index(as, index))
        return false;
    index->hashes[index->count] = hash;
    put_slot(index, hash, index->count++);
    return true;
}

static void free_index(il_asm_index *index) {
    mem_free(index->slots);
    mem_free(index->hashes);
}

/* ---- Mistakes ---- */

static void locate(il_asm_place place, il_asm_error *out) {
    const char *text = place.source->text, *line = text, *end = text + place.source->size;
    out->source = place.source->name;
    out->line = 1;
    for (const char *next; (next = memchr(line, '\n', (size_t)(place.at - line))); line = next + 1)
        out->line++;
    const char *newline = memchr(line, '\n', (size_t)(end - line));
    out->column = (uint32_t)(place.at - line) + 1;
    out->line_text = line;
    out->line_size = (size_t)((newline ? newline : end) - line);
    if (out->line_size && line[out->line_size - 1] == '\r')
        out->line_size--;
}

/* Whether memory ran out where it could not be said. */
static bool ran_out(const il_asm *as) {
    return as->out_of_memory || as->scratch.out_of_memory || as->string.out_of_memory ||
           as->code.out_of_memory || il_build_status(as->build) == IL_OUT_OF_MEMORY;
}

static void count_mistake(il_asm *as, il_asm_place place, const il_asm_error *mistake) {
    if (as->mistakes++ == 0)
        il_fail(as->err, IL_BAD_SOURCE, (uint64_t)(place.at - place.source->text), 0,
                "%s:%u:%u: %s", mistake->source, mistake->line, mistake->column, mistake->message);
    if (as->mistakes == MOST_MISTAKES)
        as->gave_up = true;
}

static void report(il_asm *as, il_asm_place place, bool warning, const char *format, va_list args) {
    char message[512];
    il_asm_error mistake = {.warning = warning, .message = message};
    if (ran_out(as)) /* which this follows from */
        il_asm_no_memory(as);
    if (as->silent || as->gave_up || place.at == as->reported)
        return;
    vsnprintf(message, sizeof message, format, args);
    as->reported = place.at;
    locate(place, &mistake);
    if (as->options->report)
        as->options->report(as->options->context, &mistake);
    if (!warning)
        count_mistake(as, place, &mistake);
}

void il_asm_fail_at(il_asm *as, il_asm_place place, const char *format, ...) {
    va_list args;
    va_start(args, format);
    report(as, place, false, format, args);
    va_end(args);
}

void il_asm_warn_at(il_asm *as, il_asm_place place, const char *format, ...) {
    va_list args;
    va_start(args, format);
    report(as, place, true, format, args);
    va_end(args);
}

/* The first mistake of a declaration: what follows from it is not reported. */
static void panic(il_asm *as, il_asm_place place, const char *format, ...) {
    va_list args;
    if (as->panic)
        return;
    va_start(args, format);
    report(as, place, false, format, args);
    va_end(args);
    as->panic = true;
    as->t.kind = IL_LEX_BAD;
}

void il_asm_fail(il_asm *as, const char *format, ...) {
    char message[512];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    panic(as, il_asm_here(as), "%s", message);
}

/* Whether a line ends between the lexeme before and the current one. */
static bool begins_line(const il_asm *as) {
    return as->last < as->t.start &&
           memchr(as->last, '\n', (size_t)(as->t.start - as->last)) != NULL;
}

void il_asm_expected(il_asm *as, const char *what) {
    enum { SHOWN = 60 };
    int size = as->t.size < SHOWN ? (int)as->t.size : SHOWN;
    if (il_asm_at(as, IL_LEX_END))
        il_asm_fail(as, "expected %s, found the end of the file", what);
    else if (begins_line(as) && as->t.start != as->statement)
        panic(as, (il_asm_place){as->source, as->last}, "expected %s, found the end of the line",
              what);
    else
        il_asm_fail(as, "expected %s, found %.*s", what, size, as->t.start);
}

il_asm_place il_asm_here(const il_asm *as) {
    return (il_asm_place){as->source, as->t.start};
}

void il_asm_print_error(il_text *text, const il_asm_error *error) {
    il_putf(text, "%s:%u:%u: %s%s\n", error->source, error->line, error->column,
            error->warning ? "warning: " : "", error->message);
    for (size_t i = 0; i < error->line_size; i++)
        il_put(text, error->line_text[i] ? error->line_text[i] : ' ');
    il_put(text, '\n');
    for (size_t i = 0; i + 1 < error->column; i++) {
        char c = i < error->line_size ? error->line_text[i] : ' ';
        if (c == '\t')
            il_put(text, '\t');
        else if (((unsigned char)c & 0xC0) != 0x80) /* one column for each character of UTF-8 */
            il_put(text, ' ');
    }
    il_puts(text, "^\n");
}

/* ---- Lexemes ---- */

void il_asm_next(il_asm *as) {
    if (as->panic)
        return;
    as->last = as->lex.next;
    il_lex_next(&as->lex, &as->t);
    if (as->t.kind == IL_LEX_BAD)
        il_asm_fail(as, "%s", as->lex.problem);
    else if (as->t.kind == IL_LEX_INT && as->t.cut)
        il_asm_warn_at(as, il_asm_here(as), "the low 64 bits of the number are taken");
}

bool il_asm_take(il_asm *as, int kind) {
    if (!il_asm_at(as, kind))
        return false;
    il_asm_next(as);
    return true;
}

bool il_asm_take_text(il_asm *as, const char *word) {
    if (!il_asm_at_text(as, word))
        return false;
    il_asm_next(as);
    return true;
}

void il_asm_expect(il_asm *as, int kind) {
    char what[4] = {(char)kind, 0};
    if (!il_asm_take(as, kind))
        il_asm_expected(as, kind == IL_LEX_SCOPE ? "::" : what);
}

void il_asm_expect_text(il_asm *as, const char *word) {
    if (!il_asm_take_text(as, word))
        il_asm_expected(as, word);
}

bool il_asm_enter(il_asm *as) {
    if (as->depth < DEEPEST) {
        as->depth++;
        return true;
    }
    il_asm_fail(as, "nested more than %d deep", DEEPEST);
    return false;
}

void il_asm_leave(il_asm *as) {
    as->depth--;
}

/* ---- Recovery ---- */

/* Past a brace and what it closes. */
static void skip_block(il_asm *as) {
    for (uint32_t depth = 1; depth && as->t.kind != IL_LEX_END;) {
        il_lex_next(&as->lex, &as->t);
        depth += il_asm_at(as, '{') - (unsigned)il_asm_at(as, '}');
    }
}

static void skip_lexeme(il_asm *as) {
    if (il_asm_at(as, '{'))
        skip_block(as);
    as->last = as->lex.next;
    if (as->t.kind != IL_LEX_END)
        il_lex_next(&as->lex, &as->t);
}

void il_asm_recover(il_asm *as, bool lines) {
    if (!as->panic || as->gave_up)
        return;
    /* Back to the lexeme that was wrong: it may be where we can go on, unless the statement begins
     * with it. */
    as->lex.next = as->t.start;
    il_lex_next(&as->lex, &as->t);
    while (!il_asm_at(as, '}') && as->t.kind != IL_LEX_END) {
        if ((lines || il_asm_at(as, IL_LEX_DIRECTIVE)) && begins_line(as) &&
            as->t.start != as->statement)
            break;
        skip_lexeme(as);
    }
    as->panic = false;
    if (as->t.kind == IL_LEX_BAD)
        il_asm_fail(as, "%s", as->lex.problem);
}

void il_asm_declarations(il_asm *as, void (*declaration)(il_asm *as)) {
    while (!il_asm_at(as, '}') && as->t.kind != IL_LEX_END && !as->gave_up) {
        as->statement = as->t.start;
        declaration(as);
        il_asm_recover(as, false);
    }
}

/* ---- The whole ---- */

static void open_source(il_asm *as, const il_asm_source *source) {
    as->source = source;
    as->panic = false;
    as->type = IL_TOKEN(IL_TypeDef, 1);
    as->name_space = (il_asm_name){0};
    as->custom_owner = IL_TOKEN(IL_Module, 1);
    il_lex_init(&as->lex, source->text, source->size);
    as->last = as->lex.next;
}

static void top_declaration(il_asm *as) {
    if (il_asm_take_text(as, ".class"))
        il_asm_class(as);
    else if (il_asm_take_text(as, ".method"))
        il_asm_method(as);
    else if (il_asm_take_text(as, ".field"))
        il_asm_field(as);
    else if (!il_asm_manifest(as) && !il_asm_common(as))
        il_asm_expected(as, "a declaration");
}

static void read_namespace(il_asm *as);

static void declaration(il_asm *as) {
    if (il_asm_take_text(as, ".namespace"))
        read_namespace(as);
    else
        top_declaration(as);
}

static void read_namespace(il_asm *as) {
    il_asm_name outer = as->name_space, name = il_asm_dotted(as);
    il_asm_expect(as, '{');
    if (!as->panic && il_asm_enter(as)) {
        as->name_space = il_asm_qualify(as, name);
        il_asm_declarations(as, declaration);
        as->name_space = outer;
        il_asm_leave(as);
    }
    il_asm_expect(as, '}');
}

static void read_source(il_asm *as, const il_asm_source *source) {
    open_source(as, source);
    il_asm_next(as);
    do {
        il_asm_declarations(as, declaration);
        if (il_asm_at(as, '}') && !as->gave_up) {
            il_asm_fail(as, "this brace closes nothing");
            il_asm_recover(as, false);
            il_asm_take(as, '}');
        }
    } while (as->t.kind != IL_LEX_END && !as->gave_up);
}

static void outline_source(il_asm *as, const il_asm_source *source) {
    open_source(as, source);
    as->silent = true;
    il_asm_outline(as);
    as->silent = false;
}

/* <Module>, which every build begins with. */
static void add_module_type(il_asm *as) {
    static const char MODULE[] = "<Module>";
    enum { SIZE = sizeof MODULE - 1 };
    il_asm_name name = {MODULE, SIZE, SIZE};
    il_asm_type *type = IL_ASM_ADD(as, &as->types, il_asm_type);
    if (!type || !il_asm_index_add(as, &as->type_index, il_asm_hash(0, MODULE, SIZE)))
        return;
    *type = (il_asm_type){.name = name, .declared = true};
}

static void assemble(il_asm *as, const il_asm_source *sources, size_t count) {
    add_module_type(as);
    if (!il_asm_init_opcodes(as))
        return;
    for (size_t i = 0; i < count && !as->gave_up; i++)
        outline_source(as, &sources[i]);
    for (size_t i = 0; i < count && !as->gave_up; i++)
        read_source(as, &sources[i]);
    if (as->gave_up)
        return;
    il_asm_data_resolve(as);
    if (as->mistakes == 0) {
        il_asm_resolve(as);
        il_asm_bodies_finish(as);
    }
}

static void free_all(il_asm *as) {
    il_asm_list *const lists[] = {
        &as->types, &as->refs,    &as->memos,   &as->assemblies,  &as->cells,        &as->bodies,
        &as->data,  &as->at_data, &as->patches, &as->type_params, &as->method_params};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        mem_free(lists[i]->items);
    free_index(&as->type_index);
    free_index(&as->ref_index);
    free_index(&as->memo_index);
    free_index(&as->data_index);
    il_asm_method_free(as);
    il_text_fini(&as->code);
    il_text_fini(&as->scratch);
    il_text_fini(&as->string);
    mem_pool_fini(&as->pool);
}

/* Frees everything but the build, which becomes *out when all went well. */
static il_status finish(il_asm *as, il_status status, const char *name, il_build **out) {
    if (status == IL_OK && as->mistakes)
        status = IL_BAD_SOURCE;
    else if (status == IL_OK && ran_out(as))
        status = il_fail(as->err, IL_OUT_OF_MEMORY, IL_NO_OFFSET, 0, "%s: out of memory", name);
    if (status == IL_OK)
        *out = as->build;
    else
        il_build_free(as->build);
    free_all(as);
    return status;
}

static il_status check_size(const il_asm_source *source, il_error *err) {
    if (source->size <= MOST_TEXT)
        return IL_OK;
    return il_fail(err, IL_BAD_SOURCE, IL_NO_OFFSET, 0, "%s: more than 1 GiB of text",
                   source->name);
}

il_status il_assemble(const il_asm_source *sources, size_t count, const il_asm_options *options,
                      il_build **out, il_error *err) {
    const char *name = options->module_name ? options->module_name : "module";
    il_asm as = {.options = options, .err = err};
    *out = NULL;
    il_status status = il_build_new(name, &as.build, err);
    if (status != IL_OK)
        return status;
    for (size_t i = 0; i < count && status == IL_OK; i++)
        status = check_size(&sources[i], err);
    if (status == IL_OK)
        assemble(&as, sources, count);
    return finish(&as, status, name, out);
}

static uint32_t read_method_ref(il_asm *as, const il_asm_source *source, const char *assembly) {
    add_module_type(as);
    open_source(as, source);
    if (assembly) {
        uint32_t size = (uint32_t)strlen(assembly);
        il_asm_name name = {assembly, size, size};
        as->home = il_asm_add_assembly(as, &name, &name);
    }
    il_asm_next(as);
    uint32_t ref = il_asm_method_ref(as);
    if (!il_asm_at(as, IL_LEX_END))
        il_asm_expected(as, "nothing more");
    if (as->mistakes || ran_out(as))
        return 0;
    il_asm_resolve(as);
    return IL_ASM_ITEM(&as->refs, il_asm_ref, ref & 0xFFFFFF)->token;
}

il_status il_assemble_method_ref(const il_asm_source *source, const char *assembly, il_build **out,
                                 uint32_t *token, il_error *err) {
    static const il_asm_options NONE = {0};
    il_asm as = {.options = &NONE, .err = err, .only_refers = true};
    *out = NULL;
    il_status status = il_build_new(source->name, &as.build, err);
    if (status != IL_OK)
        return status;
    status = check_size(source, err);
    if (status == IL_OK)
        *token = read_method_ref(&as, source, assembly);
    return finish(&as, status, source->name, out);
}
