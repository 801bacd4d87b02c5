/* The byte layout of method bodies (II.25.4), for the reader and the encoder.
 *
 *   tiny     code size << 2 | 2 in one byte, then the code
 *   fat      flags and header size (2 bytes), max stack (2), code size (4), locals token (4), then
 *            the code; with IL_FAT_MORE_SECTIONS, sections follow from the next multiple of 4 bytes
 *            after the header's start
 *   section  kind (1 byte), data size with these 4 bytes (1 byte and 2 unused; fat: 3), clauses:
 *
 *              small  kind 2, try offset 2 and length 1, handler offset 2 and length 1, token 4
 *              fat    the same six, 4 bytes each
 */
#ifndef CLARET_IL_BODY_H
#define CLARET_IL_BODY_H

enum {
    IL_BODY_TINY = 0x2,
    IL_BODY_FAT = 0x3,
    IL_FAT_MORE_SECTIONS = 0x8,
    IL_FAT_INIT_LOCALS = 0x10,
    IL_FAT_HEADER_WORDS = 3, /* in the top four bits of the flags */
    IL_FAT_HEADER_SIZE = 12,

    IL_SECTION_EXCEPTIONS = 0x1,
    IL_SECTION_KIND_MASK = 0x3F,
    IL_SECTION_FAT = 0x40,
    IL_SECTION_MORE = 0x80,
    IL_SECTION_HEADER_SIZE = 4,
    IL_SMALL_CLAUSE_SIZE = 12,
    IL_FAT_CLAUSE_SIZE = 24
};

#endif
