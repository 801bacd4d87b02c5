/* The metadata interfaces over tests/data/metadata.cs, as a plug-in calls them: through the tables
 * of functions. Expected values are those of the source. */
#include "profiler/prof_host.h"
#include "runtime/memory/mem.h"
#include <CUnit/CUnit.h>
#include <string.h>

#define METADATA "build/tests/metadata.exe"

static prof_module module;
static IMetaDataImport2 *import;
static const IMetaDataImport2Vtbl *call;

static void open_module(void) {
    il_error err;
    memset(&module, 0, sizeof module);
    CU_ASSERT_EQUAL_FATAL(il_module_open(METADATA, &module.il, &err), IL_OK);
    module.import.lpVtbl = &prof_import_vtbl;
    module.emit.lpVtbl = &prof_emit_vtbl;
    module.assembly_import.lpVtbl = &prof_assembly_import_vtbl;
    module.assembly_emit.lpVtbl = &prof_assembly_emit_vtbl;
    import = &module.import;
    call = import->lpVtbl;
}

static void close_module(void) {
    il_module_close(module.il);
}

static bool same(const WCHAR *text, const char *expected) {
    size_t i = 0;
    while (expected[i] && text[i] == (WCHAR)expected[i])
        i++;
    return text[i] == 0 && expected[i] == 0;
}

static mdTypeDef type_named(const WCHAR *name, mdTypeDef enclosing) {
    mdTypeDef type = mdTypeDefNil;
    CU_ASSERT_EQUAL(call->FindTypeDefByName(import, name, enclosing, &type), S_OK);
    return type;
}

static mdMethodDef method_named(const WCHAR *type, const WCHAR *name) {
    mdMethodDef method = mdMethodDefNil;
    CU_ASSERT_EQUAL(call->FindMethod(import, type_named(type, mdTokenNil), name, NULL, 0, &method),
                    S_OK);
    return method;
}

static ULONG count_of(HCORENUM *list, HRESULT result, ULONG given) {
    ULONG count = 0;
    CU_ASSERT_EQUAL(result, given ? S_OK : S_FALSE);
    call->CountEnum(import, *list, &count);
    call->CloseEnum(import, *list);
    *list = NULL;
    return count;
}

static void interfaces_lead_to_each_other(void) {
    open_module();
    static const IID *const KNOWN[] = {&IID_IUnknown,
                                       &IID_IMetaDataImport,
                                       &IID_IMetaDataImport2,
                                       &IID_IMetaDataEmit,
                                       &IID_IMetaDataEmit2,
                                       &IID_IMetaDataAssemblyImport,
                                       &IID_IMetaDataAssemblyEmit};
    for (size_t i = 0; i < sizeof KNOWN / sizeof *KNOWN; i++) {
        IUnknown *there = NULL, *back = NULL;
        CU_ASSERT_EQUAL_FATAL(call->QueryInterface(import, KNOWN[i], (void **)&there), S_OK);
        CU_ASSERT_EQUAL(there->lpVtbl->QueryInterface(there, &IID_IMetaDataImport2, (void **)&back),
                        S_OK);
        CU_ASSERT_PTR_EQUAL(back, import);
        CU_ASSERT(there->lpVtbl->Release(there) >= 1);
    }
    void *out = import;
    CU_ASSERT_EQUAL(call->QueryInterface(import, &IID_IMetaDataDispenser, &out), E_NOINTERFACE);
    CU_ASSERT_PTR_NULL(out);
    CU_ASSERT_EQUAL(call->QueryInterface(import, &IID_IUnknown, NULL), E_POINTER);
    close_module();
}

static void what_is_not_there_says_so(void) {
    open_module();
    IMetaDataEmit2 *emit = &module.emit;
    CU_ASSERT_EQUAL(emit->lpVtbl->SetModuleProps(emit, NULL), E_NOTIMPL);
    CU_ASSERT_EQUAL(call->EnumUserStrings(import, NULL, NULL, 0, NULL), E_NOTIMPL);
    for (size_t i = 0; i < sizeof(IMetaDataImport2Vtbl) / sizeof(void *); i++)
        CU_ASSERT_PTR_NOT_NULL(((void *const *)call)[i]);
    for (size_t i = 0; i < sizeof(IMetaDataEmit2Vtbl) / sizeof(void *); i++)
        CU_ASSERT_PTR_NOT_NULL(((void *const *)emit->lpVtbl)[i]);
    close_module();
}

static void types_have_names_flags_and_parents(void) {
    open_module();
    WCHAR text[64];
    ULONG length;
    DWORD flags;
    mdToken extends, outer = type_named(u"Space.Outer`1", mdTokenNil), enclosing;
    CU_ASSERT_EQUAL(call->GetTypeDefProps(import, outer, text, 64, &length, &flags, &extends),
                    S_OK);
    CU_ASSERT(same(text, "Space.Outer`1"));
    CU_ASSERT_EQUAL(length, 14);
    CU_ASSERT_EQUAL(flags & tdVisibilityMask, tdPublic);
    CU_ASSERT_EQUAL(TypeFromToken(extends), mdtTypeRef);

    mdToken scope;
    CU_ASSERT_EQUAL(call->GetTypeRefProps(import, extends, &scope, text, 64, &length), S_OK);
    CU_ASSERT(same(text, "System.Object"));
    CU_ASSERT_EQUAL(TypeFromToken(scope), mdtAssemblyRef);
    mdTypeRef found;
    CU_ASSERT_EQUAL(call->FindTypeRef(import, scope, u"System.Object", &found), S_OK);
    CU_ASSERT_EQUAL(found, extends);

    mdTypeDef inner = type_named(u"Inner", outer);
    CU_ASSERT_EQUAL(call->GetNestedClassProps(import, inner, &enclosing), S_OK);
    CU_ASSERT_EQUAL(enclosing, outer);
    CU_ASSERT_EQUAL(call->GetNestedClassProps(import, outer, &enclosing), CLDB_E_RECORD_NOTFOUND);
    CU_ASSERT_EQUAL(call->FindTypeDefByName(import, u"Inner", mdTokenNil, &inner),
                    CLDB_E_RECORD_NOTFOUND);
    CU_ASSERT_EQUAL(call->GetTypeDefProps(import, 0x02FFFFFF, NULL, 0, NULL, NULL, NULL),
                    CLDB_E_INDEX_NOTFOUND);
    close_module();
}

static void texts_are_cut_to_the_buffer(void) {
    open_module();
    mdTypeDef outer = type_named(u"Space.Outer`1", mdTokenNil);
    WCHAR text[8] = {0};
    text[6] = 'x';
    ULONG length = 0;
    CU_ASSERT_EQUAL(call->GetTypeDefProps(import, outer, text, 6, &length, NULL, NULL),
                    CLDB_S_TRUNCATION);
    CU_ASSERT(same(text, "Space"));
    CU_ASSERT_EQUAL(text[6], 'x');
    CU_ASSERT_EQUAL(length, 14);
    CU_ASSERT_EQUAL(call->GetTypeDefProps(import, outer, NULL, 0, &length, NULL, NULL), S_OK);
    CU_ASSERT_EQUAL(length, 14);
    close_module();
}

static void methods_have_signatures_and_bodies(void) {
    open_module();
    static const COR_SIGNATURE SAME[] = {0x00, 0x02, ELEMENT_TYPE_I4, ELEMENT_TYPE_I4,
                                         ELEMENT_TYPE_STRING};
    mdTypeDef program = type_named(u"Space.Program", mdTokenNil), type;
    mdMethodDef method;
    WCHAR text[16];
    ULONG size, rva, length;
    PCCOR_SIGNATURE sig;
    DWORD flags, impl;
    CU_ASSERT_EQUAL(call->FindMethod(import, program, u"Same", SAME, sizeof SAME, &method), S_OK);
    CU_ASSERT_EQUAL(call->GetMethodProps(import, method, &type, text, 16, &length, &flags, &sig,
                                         &size, &rva, &impl),
                    S_OK);
    CU_ASSERT_EQUAL(type, program);
    CU_ASSERT(same(text, "Same"));
    CU_ASSERT(flags & mdStatic);
    CU_ASSERT_EQUAL(size, sizeof SAME);
    CU_ASSERT_EQUAL(memcmp(sig, SAME, sizeof SAME), 0);
    CU_ASSERT_NOT_EQUAL(rva, 0);
    CU_ASSERT_EQUAL(impl, miIL);
    CU_ASSERT_EQUAL(call->FindMethod(import, program, u"Sam", NULL, 0, &method),
                    CLDB_E_RECORD_NOTFOUND);

    HCORENUM list = NULL;
    mdMethodDef methods[8];
    ULONG given;
    HRESULT result = call->EnumMethods(import, &list, program, methods, 3, &given);
    CU_ASSERT_EQUAL(given, 3);
    CU_ASSERT_EQUAL(call->EnumMethods(import, &list, program, methods, 3, &given), S_OK);
    CU_ASSERT_EQUAL(given, 1);
    CU_ASSERT_EQUAL(call->EnumMethods(import, &list, program, methods, 3, &given), S_FALSE);
    CU_ASSERT_EQUAL(count_of(&list, result, 3), 4);
    result = call->EnumMethodsWithName(import, &list, program, u"Same", methods, 8, &given);
    CU_ASSERT_EQUAL(count_of(&list, result, given), 2);

    WCHAR import_name[16];
    mdModuleRef library;
    CU_ASSERT_EQUAL(call->GetPinvokeMap(import, method_named(u"Space.Program", u"Pid"), NULL,
                                        import_name, 16, NULL, &library),
                    S_OK);
    CU_ASSERT(same(import_name, "getpid"));
    CU_ASSERT_EQUAL(call->GetModuleRefProps(import, library, text, 16, NULL), S_OK);
    CU_ASSERT(same(text, "libc"));
    close_module();
}

static void parameters_belong_to_their_method(void) {
    open_module();
    static const COR_SIGNATURE SAME[] = {0x00, 0x02, ELEMENT_TYPE_I4, ELEMENT_TYPE_I4,
                                         ELEMENT_TYPE_STRING};
    mdMethodDef method, owner;
    mdParamDef params[4], second;
    ULONG given, sequence;
    HCORENUM list = NULL;
    WCHAR text[16];
    call->FindMethod(import, type_named(u"Space.Program", mdTokenNil), u"Same", SAME, sizeof SAME,
                     &method);
    HRESULT result = call->EnumParams(import, &list, method, params, 4, &given);
    CU_ASSERT_EQUAL(count_of(&list, result, given), 2);
    CU_ASSERT_EQUAL(call->GetParamForMethodIndex(import, method, 2, &second), S_OK);
    CU_ASSERT_EQUAL(second, params[1]);
    CU_ASSERT_EQUAL(call->GetParamProps(import, second, &owner, &sequence, text, 16, NULL, NULL,
                                        NULL, NULL, NULL),
                    S_OK);
    CU_ASSERT_EQUAL(owner, method);
    CU_ASSERT_EQUAL(sequence, 2);
    CU_ASSERT(same(text, "second"));

    /* every parameter, also of methods that are followed by ones without any */
    mdMethodDef methods[16];
    ULONG method_count = 0, checked = 0;
    call->EnumMethods(import, &list, type_named(u"Space.Outer`1", mdTokenNil), methods, 16,
                      &method_count);
    call->CloseEnum(import, list);
    for (ULONG i = 0; i < method_count; i++) {
        list = NULL;
        call->EnumParams(import, &list, methods[i], params, 4, &given);
        call->CloseEnum(import, list);
        for (ULONG k = 0; k < given; k++, checked++) {
            call->GetParamProps(import, params[k], &owner, NULL, NULL, 0, NULL, NULL, NULL, NULL,
                                NULL);
            CU_ASSERT_EQUAL(owner, methods[i]);
        }
    }
    CU_ASSERT_EQUAL(checked, 4); /* add_Changed, remove_Changed, set_Size, Raise */
    close_module();
}

static void fields_have_constants(void) {
    open_module();
    mdTypeDef inner = type_named(u"Inner", type_named(u"Space.Outer`1", mdTokenNil));
    mdFieldDef field;
    DWORD type;
    UVCP_CONSTANT value;
    ULONG length;
    int32_t answer = 0;
    CU_ASSERT_EQUAL(call->FindField(import, inner, u"Answer", NULL, 0, &field), S_OK);
    CU_ASSERT_EQUAL(call->GetFieldProps(import, field, NULL, NULL, 0, NULL, NULL, NULL, NULL, &type,
                                        &value, &length),
                    S_OK);
    CU_ASSERT_EQUAL(type, ELEMENT_TYPE_I4);
    memcpy(&answer, value, sizeof answer);
    CU_ASSERT_EQUAL(answer, 42);
    CU_ASSERT_EQUAL(length, 0);
    CU_ASSERT_EQUAL(call->FindMember(import, inner, u"Text", NULL, 0, &field), S_OK);
    CU_ASSERT_EQUAL(call->GetMemberProps(import, field, NULL, NULL, 0, NULL, NULL, NULL, NULL, NULL,
                                         NULL, &type, &value, &length),
                    S_OK);
    CU_ASSERT_EQUAL(type, ELEMENT_TYPE_STRING);
    CU_ASSERT_EQUAL(length, 2);
    CU_ASSERT_EQUAL(memcmp(value, u"x\u00e9", 4), 0);
    close_module();
}

static void members_and_strings_of_a_body_are_readable(void) {
    open_module();
    mdTypeRef console;
    mdMemberRef write_line;
    mdToken parent;
    WCHAR text[16];
    const char *name;
    mdToken scope = IL_TOKEN(IL_AssemblyRef, 1);
    CU_ASSERT_EQUAL(call->FindTypeRef(import, scope, u"System.Console", &console), S_OK);
    CU_ASSERT_EQUAL(call->FindMemberRef(import, console, u"WriteLine", NULL, 0, &write_line), S_OK);
    CU_ASSERT_EQUAL(
        call->GetMemberRefProps(import, write_line, &parent, text, 16, NULL, NULL, NULL), S_OK);
    CU_ASSERT_EQUAL(parent, console);
    CU_ASSERT(same(text, "WriteLine"));
    CU_ASSERT_EQUAL(call->GetNameFromToken(import, console, &name), S_OK);
    CU_ASSERT_STRING_EQUAL(name, "Console");
    CU_ASSERT_TRUE(call->IsValidToken(import, write_line));
    CU_ASSERT_FALSE(call->IsValidToken(import, 0x0AFFFFFF));
    CU_ASSERT_FALSE(call->IsValidToken(import, 0xEE000001));

    ULONG length;
    CU_ASSERT_EQUAL(call->GetUserString(import, 0x70000001, text, 16, &length), S_OK);
    CU_ASSERT_EQUAL(length, 2); /* one character outside the basic plane, and no closing 0 */
    CU_ASSERT_EQUAL(memcmp(text, u"\U0001F600", 4), 0);
    CU_ASSERT_EQUAL(call->GetUserString(import, 0x70FFFFFF, text, 16, &length),
                    CLDB_E_INDEX_NOTFOUND);
    close_module();
}

static void custom_attributes_are_found_by_name(void) {
    open_module();
    mdTypeDef outer = type_named(u"Space.Outer`1", mdTokenNil);
    const void *blob = NULL;
    ULONG size = 0, given;
    CU_ASSERT_EQUAL(
        call->GetCustomAttributeByName(import, outer, u"System.ObsoleteAttribute", &blob, &size),
        S_OK);
    CU_ASSERT_EQUAL_FATAL(size, 8); /* prolog 1, "old", no named arguments (II.23.3) */
    CU_ASSERT_EQUAL(memcmp(blob, "\1\0\3old\0\0", 8), 0);
    CU_ASSERT_EQUAL(call->GetCustomAttributeByName(import, outer, u"Obsolete", &blob, &size),
                    S_FALSE);
    HCORENUM list = NULL;
    mdCustomAttribute attributes[4];
    HRESULT result = call->EnumCustomAttributes(import, &list, outer, 0, attributes, 4, &given);
    CU_ASSERT_EQUAL(count_of(&list, result, given), 1);
    result = call->EnumCustomAttributes(import, &list, outer, 0x06000001, attributes, 4, &given);
    CU_ASSERT_EQUAL(result, S_FALSE); /* that is no attribute's constructor */
    close_module();
}

static void generics_have_parameters_and_constraints(void) {
    open_module();
    HCORENUM list = NULL;
    mdTypeDef outer = type_named(u"Space.Outer`1", mdTokenNil);
    mdGenericParam param;
    mdGenericParamConstraint constraint;
    mdToken owner, type;
    ULONG given, number;
    WCHAR text[4];
    HRESULT result = call->EnumGenericParams(import, &list, outer, &param, 1, &given);
    CU_ASSERT_EQUAL(count_of(&list, result, given), 1);
    CU_ASSERT_EQUAL(
        call->GetGenericParamProps(import, param, &number, NULL, &owner, NULL, text, 4, NULL),
        S_OK);
    CU_ASSERT_EQUAL(owner, outer);
    CU_ASSERT(same(text, "T"));
    result = call->EnumGenericParamConstraints(import, &list, param, &constraint, 1, &given);
    CU_ASSERT_EQUAL(count_of(&list, result, given), 1);
    CU_ASSERT_EQUAL(call->GetGenericParamConstraintProps(import, constraint, NULL, &type), S_OK);
    const char *name;
    CU_ASSERT_EQUAL(call->GetNameFromToken(import, type, &name), S_OK);
    CU_ASSERT_STRING_EQUAL(name, "IDisposable");

    mdMethodSpec spec;
    PCCOR_SIGNATURE sig;
    result = call->EnumMethodSpecs(import, &list, 0, &spec, 1, &given);
    CU_ASSERT_NOT_EQUAL(count_of(&list, result, given), 0);
    CU_ASSERT_EQUAL(call->GetMethodSpecProps(import, spec, NULL, &sig, &given), S_OK);
    CU_ASSERT_EQUAL(sig[0], IMAGE_CEE_CS_CALLCONV_GENERICINST);
    close_module();
}

static void properties_and_events_hang_on_their_type(void) {
    open_module();
    HCORENUM list = NULL;
    mdToken token;
    ULONG given;
    const char *name;
    mdTypeDef outer = type_named(u"Space.Outer`1", mdTokenNil);
    HRESULT result = call->EnumProperties(import, &list, outer, &token, 1, &given);
    CU_ASSERT_EQUAL(count_of(&list, result, given), 1);
    CU_ASSERT_EQUAL(call->GetNameFromToken(import, token, &name), S_OK);
    CU_ASSERT_STRING_EQUAL(name, "Size");
    result = call->EnumEvents(import, &list, outer, &token, 1, &given);
    CU_ASSERT_EQUAL(count_of(&list, result, given), 1);
    CU_ASSERT_EQUAL(call->GetNameFromToken(import, token, &name), S_OK);
    CU_ASSERT_STRING_EQUAL(name, "Changed");
    result =
        call->EnumProperties(import, &list, type_named(u"Space.Program", 0), &token, 1, &given);
    CU_ASSERT_EQUAL(given, 0);
    CU_ASSERT_EQUAL(result, S_FALSE);
    CU_ASSERT_PTR_NULL(list);
    close_module();
}

static void properties_and_events_have_accessors(void) {
    open_module();
    mdTypeDef outer = type_named(u"Space.Outer`1", mdTokenNil), type;
    mdMethodDef getter, setter, add, remove, fire, expected;
    HCORENUM list = NULL;
    mdProperty property;
    mdEvent event;
    WCHAR text[16];
    ULONG others = 9;
    DWORD semantics;
    call->EnumProperties(import, &list, outer, &property, 1, NULL);
    call->CloseEnum(import, list);
    list = NULL;
    CU_ASSERT_EQUAL(call->GetPropertyProps(import, property, &type, text, 16, NULL, NULL, NULL,
                                           NULL, NULL, NULL, NULL, &setter, &getter, NULL, 0,
                                           &others),
                    S_OK);
    CU_ASSERT_EQUAL(type, outer);
    CU_ASSERT(same(text, "Size"));
    CU_ASSERT_EQUAL(others, 0);
    call->FindMethod(import, outer, u"get_Size", NULL, 0, &expected);
    CU_ASSERT_EQUAL(getter, expected);
    call->FindMethod(import, outer, u"set_Size", NULL, 0, &expected);
    CU_ASSERT_EQUAL(setter, expected);
    CU_ASSERT_EQUAL(call->GetMethodSemantics(import, setter, property, &semantics), S_OK);
    CU_ASSERT_EQUAL(semantics, 1);
    CU_ASSERT_EQUAL(call->GetMethodSemantics(import, 0x06FFFFFF, property, &semantics),
                    CLDB_E_RECORD_NOTFOUND);

    call->EnumEvents(import, &list, outer, &event, 1, NULL);
    call->CloseEnum(import, list);
    CU_ASSERT_EQUAL(call->GetEventProps(import, event, &type, text, 16, NULL, NULL, NULL, &add,
                                        &remove, &fire, NULL, 0, NULL),
                    S_OK);
    CU_ASSERT_EQUAL(type, outer);
    CU_ASSERT(same(text, "Changed"));
    call->FindMethod(import, outer, u"add_Changed", NULL, 0, &expected);
    CU_ASSERT_EQUAL(add, expected);
    call->FindMethod(import, outer, u"remove_Changed", NULL, 0, &expected);
    CU_ASSERT_EQUAL(remove, expected);
    CU_ASSERT_EQUAL(fire, mdMethodDefNil);
    close_module();
}

static void layouts_and_method_implementations(void) {
    open_module();
    DWORD pack;
    ULONG size, count, given;
    COR_FIELD_OFFSET offsets[2];
    CU_ASSERT_EQUAL(call->GetClassLayout(import, type_named(u"Space.Overlap", mdTokenNil), &pack,
                                         offsets, 2, &count, &size),
                    S_OK);
    CU_ASSERT_EQUAL(pack, 4);
    CU_ASSERT_EQUAL(size, 16);
    CU_ASSERT_EQUAL(count, 2);
    CU_ASSERT_EQUAL(offsets[1].ulOffset, 8);
    CU_ASSERT_EQUAL(call->GetClassLayout(import, type_named(u"Space.Closer", mdTokenNil), NULL,
                                         NULL, 0, NULL, NULL),
                    CLDB_E_RECORD_NOTFOUND);

    HCORENUM list = NULL;
    mdToken body, declaration, parent;
    HRESULT result = call->EnumMethodImpls(import, &list, type_named(u"Space.Closer", mdTokenNil),
                                           &body, &declaration, 1, &given);
    CU_ASSERT_EQUAL(count_of(&list, result, given), 1);
    CU_ASSERT_EQUAL(body, method_named(u"Space.Closer", u"System.IDisposable.Dispose"));
    CU_ASSERT_EQUAL(
        call->GetMemberRefProps(import, declaration, &parent, NULL, 0, NULL, NULL, NULL), S_OK);
    const char *name;
    CU_ASSERT_EQUAL(call->GetNameFromToken(import, parent, &name), S_OK);
    CU_ASSERT_STRING_EQUAL(name, "IDisposable");
    close_module();
}

static void the_assembly_and_its_references(void) {
    open_module();
    IMetaDataAssemblyImport *assembly = &module.assembly_import;
    mdAssembly self;
    mdAssemblyRef reference;
    WCHAR text[32];
    ULONG given;
    ASSEMBLYMETADATA version = {0};
    CU_ASSERT_EQUAL(assembly->lpVtbl->GetAssemblyFromScope(assembly, &self), S_OK);
    CU_ASSERT_EQUAL(assembly->lpVtbl->GetAssemblyProps(assembly, self, NULL, NULL, NULL, text, 32,
                                                       NULL, &version, NULL),
                    S_OK);
    CU_ASSERT(same(text, "metadata"));
    CU_ASSERT_EQUAL(version.usMajorVersion, 1);
    CU_ASSERT_EQUAL(version.usRevisionNumber, 4);
    CU_ASSERT_EQUAL(version.cbLocale, 0);

    HCORENUM list = NULL;
    HRESULT result = assembly->lpVtbl->EnumAssemblyRefs(assembly, &list, &reference, 1, &given);
    CU_ASSERT_EQUAL(count_of(&list, result, given), 1);
    const void *key;
    ULONG key_size;
    CU_ASSERT_EQUAL(assembly->lpVtbl->GetAssemblyRefProps(assembly, reference, &key, &key_size,
                                                          text, 32, NULL, NULL, NULL, NULL, NULL),
                    S_OK);
    CU_ASSERT(same(text, "mscorlib"));
    CU_ASSERT_EQUAL_FATAL(key_size, 8); /* mscorlib's public key token */
    CU_ASSERT_EQUAL(memcmp(key, "\xb7\x7a\x5c\x56\x19\x34\xe0\x89", 8), 0);
    CU_ASSERT_EQUAL(call->GetScopeProps(import, text, 32, NULL, NULL), S_OK);
    CU_ASSERT(same(text, "metadata.exe"));
    close_module();
}

CU_TestInfo prof_metadata_tests[] = {
    {"the interfaces of a module lead to each other", interfaces_lead_to_each_other},
    {"what is not implemented says so", what_is_not_there_says_so},
    {"types have names, flags and parents", types_have_names_flags_and_parents},
    {"texts are cut to the buffer", texts_are_cut_to_the_buffer},
    {"methods have signatures and bodies", methods_have_signatures_and_bodies},
    {"parameters belong to their method", parameters_belong_to_their_method},
    {"fields have constants", fields_have_constants},
    {"members and strings of a body are readable", members_and_strings_of_a_body_are_readable},
    {"custom attributes are found by name", custom_attributes_are_found_by_name},
    {"generics have parameters and constraints", generics_have_parameters_and_constraints},
    {"properties and events hang on their type", properties_and_events_hang_on_their_type},
    {"properties and events have accessors", properties_and_events_have_accessors},
    {"layouts and method implementations", layouts_and_method_implementations},
    {"the assembly and its references", the_assembly_and_its_references},
    CU_TEST_INFO_NULL,
};
