/* Printing a call stack for people: names instead of addresses, without the frames of the allocator
 * and the spy that every stack begins with. */
#include "runtime/memory/call_stack.h"
#include "runtime/memory/symbols.h"

#include <string.h>

static bool begins_with_any(const char *text, const char *const *prefixes) {
    for (; *prefixes; prefixes++) {
        if (strncmp(text, *prefixes, strlen(*prefixes)) == 0)
            return true;
    }
    return false;
}

/* The first frame worth showing: behind the spy's own and behind the function it was entered by. */
static uint32_t first_shown(const symbol *symbols, uint32_t depth) {
    static const char *const SPY[] = {"spy_alloc", "spy_realloc", "spy_free", NULL};
    static const char *const DOORS[] = {"CoTaskMem",  "imalloc_", "mem_alloc", "mem_calloc",
                                        "mem_resize", "mem_copy", "mem_free",  NULL};
    uint32_t i = 0;
    while (i < depth && !begins_with_any(symbols[i].function, SPY))
        i++;
    if (i == depth)
        return 0;
    do
        i++;
    while (i < depth && begins_with_any(symbols[i].function, DOORS));
    return i;
}

void call_site_print(const call_site *site, symbol_files **files, FILE *out) {
    symbol symbols[CALL_STACK_DEPTH];
    uint32_t depth = site->depth < CALL_STACK_DEPTH ? site->depth : CALL_STACK_DEPTH;
    for (uint32_t i = 0; i < depth; i++)
        symbol_find(files, site->frames[i], &symbols[i]);
    for (uint32_t i = first_shown(symbols, depth); i < depth; i++) {
        const symbol *s = &symbols[i];
        const char *name = s->function[0] ? s->function : s->module[0] ? s->module : "?";
        fprintf(out, "    %s+0x%lx", name, (unsigned long)s->offset);
        if (name == s->function)
            fprintf(out, " (%s)", s->module);
        fputc('\n', out);
    }
}
