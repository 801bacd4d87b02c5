/* spy_objects.h */
#include "runtime/memory/spy_objects.h"

#include <string.h>

enum {
    SITE_BITS = 23,
    STACK_FRAMES = 4,
    MOST_SITES_SHOWN = 10,
    NAME_SIZE = 512,
};

static const char UNKNOWN[] = "?";

static char *copy_text(spy_objects *objects, const char *text) {
    size_t length = strlen(text);
    char *copy = os_pool_alloc(&objects->texts, length + 1);
    if (copy)
        memcpy(copy, text, length);
    return copy;
}

/* ---- Names ---- */

const char *spy_objects_type(spy_objects *objects, const spy_object *object) {
    char text[NAME_SIZE] = "";
    const addr_entry *entry = addr_map_find(&objects->type_names, object->type);
    if (entry)
        return (const char *)entry->value;
    if (!object->type || !object->naming->type_name || !addr_map_reserve(&objects->type_names))
        return UNKNOWN;
    object->naming->type_name(object->naming->self, object->type, text, sizeof text);
    const char *name = copy_text(objects, text);
    if (!name)
        return UNKNOWN;
    addr_map_put(&objects->type_names, object->type, (size_t)name);
    return name;
}

void spy_objects_forget_types(spy_objects *objects) {
    addr_map_fini(&objects->type_names);
}

/* A line for each frame. */
static void keep_stack_text(spy_objects *objects, const spy_object *object, const call_site *site) {
    char text[STACK_FRAMES * NAME_SIZE];
    size_t used = 0;
    if (!addr_map_reserve(&objects->stack_texts))
        return;
    text[0] = '\0';
    for (uint32_t i = 1; i + SPY_FRAME_WORDS <= site->depth; i += SPY_FRAME_WORDS) {
        char name[NAME_SIZE - 8] = "";
        object->naming->frame_name(object->naming->self, &site->frames[i], name, sizeof name);
        used += (size_t)snprintf(text + used, sizeof text - used, "    %s\n", name);
    }
    const char *copy = copy_text(objects, text);
    if (copy)
        addr_map_put(&objects->stack_texts, site, (size_t)copy);
}

static uint32_t find_site(spy_objects *objects, const spy_object *object, bool with_stack) {
    uintptr_t frames[1 + STACK_FRAMES * SPY_FRAME_WORDS];
    const spy_naming *naming = object->naming;
    uint32_t depth = 0, known = objects->sites.count;
    frames[0] = (uintptr_t)spy_objects_type(objects, object);
    if (with_stack && naming->take_stack)
        depth = naming->take_stack(naming->self, object->thread, frames + 1, STACK_FRAMES);
    uint32_t number =
        call_sites_intern(&objects->sites, frames, 1 + depth * (uint32_t)SPY_FRAME_WORDS);
    if (depth && objects->sites.count > known)
        keep_stack_text(objects, object, call_sites_get(&objects->sites, number));
    return number;
}

/* ---- Objects ---- */

bool spy_objects_add(spy_objects *objects, const spy_object *object, const void *address,
                     size_t size, bool with_stack) {
    uint32_t number = find_site(objects, object, with_stack);
    call_site *site = call_sites_get(&objects->sites, number);
    if (!site || !addr_map_reserve(&objects->live))
        return false;
    addr_map_put(&objects->live, address, size << SITE_BITS | number);
    site->allocations++;
    site->bytes += size;
    site->live++;
    site->live_bytes += size;
    return true;
}

bool spy_objects_remove(spy_objects *objects, const void *address, bool heap_ends, size_t *size,
                        const char **type_name) {
    size_t packed;
    *type_name = UNKNOWN;
    if (!addr_map_remove(&objects->live, address, &packed))
        return false;
    *size = packed >> SITE_BITS;
    call_site *site = call_sites_get(&objects->sites, packed & ((1u << SITE_BITS) - 1));
    if (site->depth)
        *type_name = (const char *)site->frames[0];
    if (!heap_ends) {
        site->live--;
        site->live_bytes -= *size;
    }
    return true;
}

/* ---- The report ---- */

static void print_site(const spy_objects *objects, const call_site *site, FILE *out) {
    const addr_entry *text = addr_map_find(&objects->stack_texts, site);
    fprintf(out, "  %llu live of %llu %s, %llu bytes%s\n", (unsigned long long)site->live,
            (unsigned long long)site->allocations,
            site->depth ? (const char *)site->frames[0] : UNKNOWN,
            (unsigned long long)site->live_bytes, text ? ", allocated by" : "");
    if (text)
        fputs((const char *)text->value, out);
}

void spy_objects_report(const spy_objects *objects, FILE *out) {
    os_pool pool = {0};
    size_t count;
    uint64_t number = 0, bytes = 0;
    call_site **live = call_sites_live(&objects->sites, &pool, &count);
    for (size_t i = 0; i < count; i++) {
        number += live[i]->live;
        bytes += live[i]->live_bytes;
    }
    fprintf(out, "%llu (%llu bytes) live at the end\n", (unsigned long long)number,
            (unsigned long long)bytes);
    for (size_t i = 0; i < count && i < MOST_SITES_SHOWN; i++)
        print_site(objects, live[i], out);
    if (count > MOST_SITES_SHOWN)
        fprintf(out, "  and %zu more types and call stacks\n", count - MOST_SITES_SHOWN);
    os_pool_fini(&pool);
}

void spy_objects_fini(spy_objects *objects) {
    addr_map_fini(&objects->live);
    addr_map_fini(&objects->type_names);
    addr_map_fini(&objects->stack_texts);
    call_sites_fini(&objects->sites);
    os_pool_fini(&objects->texts);
}
