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

uint32_t call_site_first_shown(const symbol *symbols, uint32_t depth) {
    static const char *const INNER[] = {"spy_alloc", "spy_realloc",   "spy_free", "heap_event",
                                        "task_",     "gc_alloc_slow", NULL};
    static const char *const DOORS[] = {"CoTaskMem",  "imalloc_", "mem_alloc", "mem_calloc",
                                        "mem_resize", "mem_copy", "mem_free",  NULL};
    uint32_t shown = 0;
    for (uint32_t i = 0; i < depth; i++) {
        if (begins_with_any(symbols[i].function, INNER))
            shown = i + 1;
    }
    while (shown > 0 && shown < depth && begins_with_any(symbols[shown].function, DOORS))
        shown++;
    return shown;
}

void call_site_print(const call_site *site, symbol_files **files, FILE *out) {
    symbol symbols[CALL_STACK_DEPTH] = {0};
    uint32_t depth = site->depth < CALL_STACK_DEPTH ? site->depth : CALL_STACK_DEPTH;
    for (uint32_t i = 0; i < depth; i++)
        symbol_find(files, site->frames[i], &symbols[i]);
    for (uint32_t i = call_site_first_shown(symbols, depth); i < depth; i++) {
        const symbol *s = &symbols[i];
        const char *name = s->function[0] ? s->function : s->module[0] ? s->module : "?";
        fprintf(out, "    %s+0x%lx", name, (unsigned long)s->offset);
        if (name == s->function)
            fprintf(out, " (%s)", s->module);
        fputc('\n', out);
    }
}
