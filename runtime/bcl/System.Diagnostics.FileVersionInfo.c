/* System.Diagnostics.FileVersionInfo: the version of an assembly among its resources for Windows.
 * Other files have none. */
#include <stdio.h>
#include <string.h>

#include "il_version.h"
#include "runtime/bcl/bcl.h"

/* The strings of the version, and the fields that they go to. */
static const struct {
    const char *name, *field;
} STRINGS[] = {
    {"Comments", "comments"},
    {"CompanyName", "companyname"},
    {"FileDescription", "filedescription"},
    {"FileVersion", "fileversion"},
    {"InternalName", "internalname"},
    {"LegalCopyright", "legalcopyright"},
    {"LegalTrademarks", "legaltrademarks"},
    {"OriginalFilename", "originalfilename"},
    {"PrivateBuild", "privatebuild"},
    {"ProductName", "productname"},
    {"ProductVersion", "productversion"},
    {"SpecialBuild", "specialbuild"},
};

static const struct {
    il_version_flags flag;
    const char *field;
} FLAGS[] = {
    {IL_VERSION_DEBUG, "isdebug"},           {IL_VERSION_PATCHED, "ispatched"},
    {IL_VERSION_PRERELEASE, "isprerelease"}, {IL_VERSION_PRIVATE, "isprivatebuild"},
    {IL_VERSION_SPECIAL, "isspecialbuild"},
};

static struct string *from_utf16(struct thread *thread, const void *text, uint32_t length) {
    struct string *string = exec_new_string(thread, (int32_t)length);
    if (string && length)
        memcpy(string->chars, text, length * sizeof *string->chars);
    return string;
}

static void set_numbers(struct object *info, const char *of, const uint16_t numbers[4]) {
    static const char *const PARTS[] = {"major", "minor", "build", "private"};
    for (size_t i = 0; i < 4; i++) {
        char field[32];
        snprintf(field, sizeof field, "%s%spart", of, PARTS[i]);
        int32_t *place = bcl_field(info, field);
        if (place)
            *place = numbers[i];
    }
}

static void fill(struct thread *thread, struct object *info, const il_version *version) {
    const char *language = bcl_culture_english(version->language);
    set_numbers(info, "file", version->file);
    set_numbers(info, "product", version->product);
    for (size_t i = 0; i < sizeof FLAGS / sizeof *FLAGS; i++) {
        uint8_t *place = bcl_field(info, FLAGS[i].field);
        if (place)
            *place = (version->flags & (uint32_t)FLAGS[i].flag) != 0;
    }
    for (size_t i = 0; i < sizeof STRINGS / sizeof *STRINGS && !thread->exception; i++) {
        il_blob text = il_version_string(version, STRINGS[i].name);
        bcl_set_field(info, STRINGS[i].field, from_utf16(thread, text.data, text.size / 2));
    }
    bcl_set_field(info, "language", bcl_string(thread, language ? language : ""));
}

/* GetVersionInfo_icall(file, length): fills this. */
void bcl_file_version(struct thread *thread, union slot *slots) {
    struct object *info = slots[0].o;
    struct string *name = from_utf16(thread, slots[1].p, slots[2].u4);
    char *path = name ? bcl_text(thread, name) : NULL;
    il_module *module = NULL;
    il_version version;
    il_error err;
    if (!path)
        return;
    bcl_set_field(info, "filename", name);
    if (il_module_open(path, &module, &err) == IL_OK && il_version_of(module, &version))
        fill(thread, info, &version);
    il_module_close(module);
    mem_free(path);
}
