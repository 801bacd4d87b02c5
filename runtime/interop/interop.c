/* The bridge's state. */
#include "runtime/interop/interop.h"

#include "runtime/interop/callback.h"
#include "runtime/interop/library.h"

struct interop_state *interop_state(struct runtime *rt) {
    if (!rt->interop)
        rt->interop = mem_calloc(1, sizeof *rt->interop);
    return rt->interop;
}

void interop_stop(struct runtime *rt) {
    if (!rt->interop)
        return;
    callback_free_all(rt);
    library_close_all(rt);
    mem_free(rt->interop);
    rt->interop = NULL;
}
