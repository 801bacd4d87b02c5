/* The spies that ship with Claret, several at a time behind the one registered spy.
 *
 *     mem_spies *spies;
 *     char error[200];
 *     const char *specs[] = {"leaks", "fail=12+"};
 *     if (FAILED(mem_spies_start(specs, 2, &spies, error, sizeof error))) ...error says why...
 *     ...
 *     mem_spies_report(spies, stderr);
 *     mem_spies_stop(spies);
 *
 * Specs (numbers in decimal; sizes may end in K, M or G):
 *     leaks               report the blocks still live, grouped by the call stack that made them,
 *                         and apart from them the managed objects, by type and managed stack
 *     guard               guard bytes around each block, freed memory filled and kept back; reports
 *                         overrun, underrun, write after free, double free and foreign free
 *     fail=N  fail=N+     the Nth request (from 1), or the Nth and every later one, fails
 *     fail-rate=P,seed=S  each request fails with probability P (0 to 1); same S, same failures
 *     fail-size>=K        requests for K bytes or more fail
 *     quota=BYTES         requests that would take the live bytes, managed objects included, beyond
 *                         BYTES fail
 *     log=FILE            a line per operation
 *
 * A request is an allocation or a reallocation, also the allocation of a managed object. Only what
 * is requested after the start counts. The spies' own memory comes from the operating system, so it
 * is neither counted nor made to fail. */
#ifndef CLARET_SPIES_H
#define CLARET_SPIES_H

#include "runtime/memory/include/com.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

typedef struct mem_spies mem_spies;

typedef struct mem_counters {
    uint64_t requests;    /* all, those for managed objects included */
    uint64_t failures;    /* requests that failed, whoever made them */
    uint64_t allocations; /* requests for blocks that succeeded */
    uint64_t bytes;       /* requested in all by those that succeeded */
    uint64_t live, live_bytes;
    uint64_t peak_bytes;            /* largest live_bytes so far */
    uint64_t objects, object_bytes; /* managed ones, allocated so far */
    uint64_t live_objects, live_object_bytes;
    uint64_t errors; /* misuse that guard found */
} mem_counters;

/* Parses the specs and registers the spy in front of them. Errors, with a text without a newline in
 * error: E_INVALIDARG (bad spec), E_FAIL (log file cannot be written), CO_E_OBJISREG (a spy is
 * registered already), E_OUTOFMEMORY. count 0 counts without doing anything else. */
HRESULT mem_spies_start(const char *const *specs, size_t count, mem_spies **out, char *error,
                        size_t error_size);

/* ---- For managed heaps; any thread ---- */

/* Whether a collection could keep the running spies from refusing an object of size bytes. */
bool mem_spies_want_collection(size_t size);

/* A heap has ended; its types may be gone. */
void mem_spies_heap_ended(void);

/* ---- Results ---- */

/* The counters as they are now. Any thread. */
mem_counters mem_spies_counters(mem_spies *spies);

/* Writes what each spy has to say, one paragraph each. leaks always has a line with the number of
 * blocks still live. Any thread, any number of times. */
void mem_spies_report(mem_spies *spies, FILE *out);

/* Takes the spies away. When blocks that they have seen are still live, they stay until those are
 * freed (fact R7 of docs/MEMORY.md); spies must not be used any more in either case. Returns
 * S_OK, or E_ACCESSDENIED in that second case. */
HRESULT mem_spies_stop(mem_spies *spies);

#endif
