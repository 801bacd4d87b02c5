/* Names for code addresses, static functions included: from the symbol tables of the ELF files that
 * the process consists of. For reports: slow the first time a file is asked about. */
#ifndef CLARET_SYMBOLS_H
#define CLARET_SYMBOLS_H

#include <stddef.h>
#include <stdint.h>

typedef struct symbol_files symbol_files;

/* Files already looked at; NULL is a valid empty set (*files is updated). Not thread-safe. */
void symbol_files_free(symbol_files *files);

/* What is known of one address; all strings are empty when unknown, and cut to fit. */
typedef struct symbol {
    char function[160];
    char module[64];  /* file name without folders */
    uintptr_t offset; /* from the function's start; from the module's when function is empty */
} symbol;

/* Fills *out for a return address in this process (it lies behind the call that it belongs to). */
void symbol_find(symbol_files **files, uintptr_t return_address, symbol *out);

/* The same for an address of any process: bias is what the file's addresses were raised by when it
 * was loaded there. */
void symbol_find_in_file(symbol_files **files, const char *path, uintptr_t bias,
                         uintptr_t return_address, symbol *out);

#endif
