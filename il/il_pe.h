/* Constants of the PE format that Claret writes (II.25.2, II.25.3). Offsets are from the start of
 * the structure that the name begins with. */
#ifndef CLARET_IL_PE_H
#define CLARET_IL_PE_H

enum {
    PE_SIGNATURE_OFFSET = 0x80, /* behind the DOS header and its stub */
    PE_COFF_SIZE = 20,
    PE_OPTIONAL_SIZE_32 = 224,
    PE_OPTIONAL_SIZE_64 = 240,
    PE_SECTION_HEADER_SIZE = 40,

    /* Where the data directories begin in the optional header, and which ones are used. */
    PE_DIRECTORIES_32 = 96,
    PE_DIRECTORIES_64 = 112,
    PE_DIRECTORY_COUNT = 16,
    PE_DIRECTORY_IMPORT = 1,
    PE_DIRECTORY_WIN32 = 2,
    PE_DIRECTORY_RELOCATION = 5,
    PE_DIRECTORY_IAT = 12,
    PE_DIRECTORY_CLI = 14,

    PE_CODE_SECTION = 0x60000020,      /* code, executable, readable */
    PE_DATA_SECTION = (int)0xC0000040, /* initialized data, readable, writable */
    PE_RSRC_SECTION = 0x40000040,      /* initialized data, readable */
    PE_RELOC_SECTION = 0x42000040,     /* initialized data, discardable, readable */

    PE_EXECUTABLE_IMAGE = 0x0002,
    PE_LARGE_ADDRESS_AWARE = 0x0020,
    PE_32BIT_MACHINE = 0x0100,
    PE_DLL = 0x2000,

    CLI_HEADER_SIZE = 72
};

#endif
