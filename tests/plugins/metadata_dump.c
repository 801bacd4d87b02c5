/* Prints all that the metadata interfaces say about the program's own module, results included. The
 * same plug-in runs in Claret and in CoreCLR (tests/compare_coreclr.sh), over the same file. */
#include "corprof_plugin.h"
#include <stdio.h>

#define TEXT 128

static ICorProfilerInfo *info;
static IMetaDataImport2 *import;
#define CALL(method, ...) import->lpVtbl->method(import, __VA_ARGS__)

static void put_text(const WCHAR *text, ULONG length) {
    printf(" '");
    for (ULONG i = 0; i < length && i < TEXT && text[i]; i++)
        printf(text[i] < 127 ? "%c" : "\\u%04X", text[i]);
    printf("' %u", length);
}

static void put_bytes(const void *data, ULONG size) {
    for (ULONG i = 0; data && i < size; i++)
        printf("%s%02X", i ? "" : " ", ((const BYTE *)data)[i]);
}

/* Calls describer for every token; the last arguments are those between the enumeration and the
 * array, each with a comma behind it. */
#define ENUMERATE(method, describer, ...)                                                          \
    do {                                                                                           \
        HCORENUM list = NULL;                                                                      \
        mdToken tokens[3];                                                                         \
        ULONG count = 0;                                                                           \
        HRESULT result;                                                                            \
        while ((result = CALL(method, &list, __VA_ARGS__ tokens, 3, &count)) == S_OK) {            \
            for (ULONG i = 0; i < count; i++)                                                      \
                describer(tokens[i]);                                                              \
        }                                                                                          \
        printf(#method " %08X %u\n", (unsigned)result, count);                                     \
        CALL(CloseEnum, list);                                                                     \
    } while (0)

static WCHAR text[TEXT];
static ULONG length, size, rva, number;
static DWORD flags, more_flags;
static mdToken one, two, three, four;
static PCCOR_SIGNATURE signature;
static UVCP_CONSTANT constant;
static const void *blob;

static void type_ref(mdToken token) {
    HRESULT result = CALL(GetTypeRefProps, token, &one, text, TEXT, &length);
    printf("typeref %08X %08X %08X", token, (unsigned)result, one);
    put_text(text, length);
    printf("\n");
}

static void member_ref(mdToken token) {
    HRESULT result = CALL(GetMemberRefProps, token, &one, text, TEXT, &length, &signature, &size);
    printf("memberref %08X %08X %08X", token, (unsigned)result, one);
    put_text(text, length);
    put_bytes(signature, size);
    printf("\n");
}

static void type_spec(mdToken token) {
    HRESULT result = CALL(GetTypeSpecFromToken, token, &signature, &size);
    printf("typespec %08X %08X", token, (unsigned)result);
    put_bytes(signature, size);
    printf("\n");
}

static void stand_alone(mdToken token) {
    HRESULT result = CALL(GetSigFromToken, token, &signature, &size);
    printf("signature %08X %08X", token, (unsigned)result);
    put_bytes(signature, size);
    printf("\n");
}

static void module_ref(mdToken token) {
    HRESULT result = CALL(GetModuleRefProps, token, text, TEXT, &length);
    printf("moduleref %08X %08X", token, (unsigned)result);
    put_text(text, length);
    printf("\n");
}

static void method_spec(mdToken token) {
    HRESULT result = CALL(GetMethodSpecProps, token, &one, &signature, &size);
    printf("methodspec %08X %08X %08X", token, (unsigned)result, one);
    put_bytes(signature, size);
    printf("\n");
}

static void attribute(mdToken token) {
    HRESULT result = CALL(GetCustomAttributeProps, token, &one, &two, &blob, &size);
    printf("attribute %08X %08X %08X %08X", token, (unsigned)result, one, two);
    put_bytes(blob, size);
    printf("\n");
}

static void constraint(mdToken token) {
    HRESULT result = CALL(GetGenericParamConstraintProps, token, &one, &two);
    printf("constraint %08X %08X %08X %08X\n", token, (unsigned)result, one, two);
}

static void generic_param(mdToken token) {
    HRESULT result =
        CALL(GetGenericParamProps, token, &number, &flags, &one, NULL, text, TEXT, &length);
    printf("param of generic %08X %08X %u %X %08X", token, (unsigned)result, number, flags, one);
    put_text(text, length);
    printf("\n");
    ENUMERATE(EnumGenericParamConstraints, constraint, token, );
}

static void put_constant(DWORD type) {
    printf(" constant %X %u", type, number);
    if (type == ELEMENT_TYPE_STRING)
        put_bytes(constant, 2 * number);
    else if (type == ELEMENT_TYPE_I4)
        put_bytes(constant, 4);
}

static void param(mdToken token) {
    HRESULT result = CALL(GetParamProps, token, &one, &size, text, TEXT, &length, &flags,
                          &more_flags, &constant, &number);
    printf("param %08X %08X %08X %u %X", token, (unsigned)result, one, size, flags);
    put_text(text, length);
    put_constant(more_flags);
    printf("\n");
}

static void method(mdToken token) {
    HRESULT result = CALL(GetMethodProps, token, &one, text, TEXT, &length, &flags, &signature,
                          &size, &rva, &more_flags);
    printf("method %08X %08X %08X %X %X %X", token, (unsigned)result, one, flags, rva, more_flags);
    put_text(text, length);
    put_bytes(signature, size);
    mdMethodDef found = 0;
    result = CALL(FindMethod, one, text, signature, size, &found);
    printf(" found %08X %d\n", (unsigned)result, found == token);
    ENUMERATE(EnumParams, param, token, );
    ENUMERATE(EnumGenericParams, generic_param, token, );
    ENUMERATE(EnumCustomAttributes, attribute, token, 0, );
    result = CALL(GetParamForMethodIndex, token, 1, &one);
    printf("first %08X %08X\n", (unsigned)result, FAILED(result) ? 0 : one);
    result = CALL(GetPinvokeMap, token, &flags, text, TEXT, &length, &one);
    printf("pinvoke %08X", (unsigned)result);
    if (SUCCEEDED(result)) {
        printf(" %X %08X", flags, one);
        put_text(text, length);
    }
    printf("\n");
}

static void field(mdToken token) {
    HRESULT result = CALL(GetFieldProps, token, &one, text, TEXT, &length, &flags, &signature,
                          &size, &more_flags, &constant, &number);
    printf("field %08X %08X %08X %X", token, (unsigned)result, one, flags);
    put_text(text, length);
    put_bytes(signature, size);
    put_constant(more_flags);
    printf("\n");
}

static void property(mdToken token) {
    HRESULT result = CALL(GetPropertyProps, token, &one, text, TEXT, &length, &flags, &signature,
                          &size, &more_flags, &constant, &number, &two, &three, NULL, 0, &rva);
    printf("property %08X %08X %08X %X %08X %08X %u", token, (unsigned)result, one, flags, two,
           three, rva);
    put_text(text, length);
    put_bytes(signature, size);
    put_constant(more_flags);
    printf("\n");
}

static void event(mdToken token) {
    HRESULT result = CALL(GetEventProps, token, &one, text, TEXT, &length, &flags, &two, &three,
                          &four, &more_flags, NULL, 0, &rva);
    printf("event %08X %08X %08X %X %08X %08X %08X %08X %u", token, (unsigned)result, one, flags,
           two, three, four, more_flags, rva);
    put_text(text, length);
    printf("\n");
}

static void implementation(mdToken token) {
    HRESULT result = CALL(GetInterfaceImplProps, token, &one, &two);
    printf("interface %08X %08X %08X %08X\n", token, (unsigned)result, one, two);
}

static void member(mdToken token) {
    printf("member %08X\n", token);
}

static void layout(mdTypeDef type) {
    COR_FIELD_OFFSET offsets[8];
    HRESULT result = CALL(GetClassLayout, type, &flags, offsets, 8, &number, &size);
    printf("layout %08X", (unsigned)result);
    if (SUCCEEDED(result)) {
        printf(" %u %u %u", flags, size, number);
        for (ULONG i = 0; i < number; i++)
            printf(" %08X:%u", offsets[i].ridOfField, offsets[i].ulOffset);
    }
    printf("\n");
}

static void method_impls(mdTypeDef type) {
    HCORENUM list = NULL;
    mdToken bodies[4], declarations[4];
    HRESULT result = CALL(EnumMethodImpls, &list, type, bodies, declarations, 4, &number);
    printf("implements %08X", (unsigned)result);
    for (ULONG i = 0; i < number; i++)
        printf(" %08X=%08X", bodies[i], declarations[i]);
    printf("\n");
    CALL(CloseEnum, list);
}

static void type(mdToken token) {
    HRESULT result = CALL(GetTypeDefProps, token, text, TEXT, &length, &flags, &one);
    mdToken found = 0, enclosing = 0;
    printf("type %08X %08X %X %08X", token, (unsigned)result, flags, one);
    put_text(text, length);
    result = CALL(GetNestedClassProps, token, &enclosing);
    printf(" in %08X %08X", (unsigned)result, enclosing);
    result = CALL(FindTypeDefByName, text, enclosing, &found);
    printf(" found %08X %d\n", (unsigned)result, found == token);
    ENUMERATE(EnumMethods, method, token, );
    ENUMERATE(EnumFields, field, token, );
    ENUMERATE(EnumMembers, member, token, );
    ENUMERATE(EnumProperties, property, token, );
    ENUMERATE(EnumEvents, event, token, );
    ENUMERATE(EnumInterfaceImpls, implementation, token, );
    ENUMERATE(EnumGenericParams, generic_param, token, );
    ENUMERATE(EnumCustomAttributes, attribute, token, 0, );
    result = CALL(GetCustomAttributeByName, token, u"System.ObsoleteAttribute", &blob, &size);
    printf("obsolete %08X", (unsigned)result);
    put_bytes(blob, result == S_OK ? size : 0);
    printf("\n");
    layout(token);
    method_impls(token);
}

/* Texts that do not fit, tokens that are not there. */
static void limits(void) {
    HRESULT result = CALL(GetTypeDefProps, 0x02000002, text, 4, &length, NULL, NULL);
    printf("cut %08X", (unsigned)result);
    put_text(text, length);
    result = CALL(GetTypeDefProps, 0x02000002, NULL, 0, &length, NULL, NULL);
    printf("\nlength only %08X %u\n", (unsigned)result, length);
    result = CALL(GetUserString, 0x70000001, text, TEXT, &length);
    printf("user string %08X %u", (unsigned)result, length);
    put_bytes(text, SUCCEEDED(result) ? 2 * length : 0);
    result = CALL(GetUserString, 0x70000001, text, 1, &length);
    printf("\nuser string cut %08X %u %X\n", (unsigned)result, length, text[0]);
    result = CALL(FindTypeDefByName, u"No.Such", mdTokenNil, &one);
    printf("no type %08X\n", (unsigned)result);
    result = CALL(FindMethod, 0x02000002, u"NoSuch", NULL, 0, &one);
    printf("no method %08X\n", (unsigned)result);
    result = CALL(FindField, 0x02000002, u"NoSuch", NULL, 0, &one);
    printf("no field %08X\n", (unsigned)result);
    result = CALL(GetMethodProps, 0x0600FFFF, NULL, NULL, 0, NULL, NULL, NULL, NULL, NULL, NULL);
    printf("no such method %08X\n", (unsigned)result);
    result = CALL(GetTypeDefProps, 0x0200FFFF, NULL, 0, NULL, NULL, NULL);
    printf("no such type %08X\n", (unsigned)result);
    result = CALL(GetMemberRefProps, 0x0A00FFFF, NULL, NULL, 0, NULL, NULL, NULL);
    printf("no such member %08X\n", (unsigned)result);
    printf("valid %d %d %d %d\n", CALL(IsValidToken, 0x06000001), CALL(IsValidToken, 0x0600FFFF),
           CALL(IsValidToken, 0x02000001), CALL(IsValidToken, 0x70000001));
}

static void assembly(void) {
    IMetaDataAssemblyImport *self;
    ASSEMBLYMETADATA version = {0};
    mdAssembly token;
    HCORENUM list = NULL;
    if (FAILED(CALL(QueryInterface, &IID_IMetaDataAssemblyImport, (void **)&self)))
        return;
    HRESULT result = self->lpVtbl->GetAssemblyFromScope(self, &token);
    printf("assembly %08X %08X", (unsigned)result, token);
    result = self->lpVtbl->GetAssemblyProps(self, token, &blob, &size, &number, text, TEXT, &length,
                                            &version, &flags);
    printf(" %08X %u %X %X %u.%u.%u.%u %u", (unsigned)result, size, number, flags,
           version.usMajorVersion, version.usMinorVersion, version.usBuildNumber,
           version.usRevisionNumber, version.cbLocale);
    put_text(text, length);
    printf("\n");
    while (self->lpVtbl->EnumAssemblyRefs(self, &list, &token, 1, &number) == S_OK) {
        result = self->lpVtbl->GetAssemblyRefProps(self, token, &blob, &size, text, TEXT, &length,
                                                   &version, &constant, &number, &flags);
        printf("assemblyref %08X %08X %u %X %u.%u %u", token, (unsigned)result, number, flags,
               version.usMajorVersion, version.usMinorVersion, version.cbLocale);
        put_text(text, length);
        put_bytes(blob, size);
        printf("\n");
    }
    self->lpVtbl->CloseEnum(self, list);
    self->lpVtbl->Release(self);
}

static void dump(void) {
    GUID mvid;
    HRESULT result = CALL(GetScopeProps, text, TEXT, &length, &mvid);
    printf("module %08X %08X", (unsigned)result, mvid.Data1);
    put_text(text, length);
    result = CALL(GetModuleFromScope, &one);
    printf(" %08X %08X\n", (unsigned)result, one);
    assembly();
    ENUMERATE(EnumTypeDefs, type, );
    ENUMERATE(EnumMethods, method, mdTypeDefNil, );
    ENUMERATE(EnumTypeRefs, type_ref, );
    ENUMERATE(EnumMemberRefs, member_ref, 0x01000001, );
    ENUMERATE(EnumTypeSpecs, type_spec, );
    ENUMERATE(EnumSignatures, stand_alone, );
    ENUMERATE(EnumModuleRefs, module_ref, );
    ENUMERATE(EnumMethodSpecs, method_spec, 0, );
    ENUMERATE(EnumCustomAttributes, attribute, 0x20000001, 0, );
    limits();
}

static HRESULT on_loaded(ICorProfilerCallback11 *self, ModuleID module, HRESULT status) {
    mdTypeDef program;
    if (FAILED(info->lpVtbl->GetModuleMetaData(info, module, ofRead, &IID_IMetaDataImport2,
                                               (IUnknown **)&import)))
        return S_OK;
    if (CALL(FindTypeDefByName, u"Space.Program", mdTokenNil, &program) == S_OK)
        dump();
    import->lpVtbl->Release(import);
    return S_OK;
}

static HRESULT on_initialize(ICorProfilerCallback11 *self, IUnknown *runtime) {
    HRESULT result =
        runtime->lpVtbl->QueryInterface(runtime, &IID_ICorProfilerInfo, (void **)&info);
    if (FAILED(result))
        return result;
    return info->lpVtbl->SetEventMask(info, COR_PRF_MONITOR_MODULE_LOADS);
}

CORPROF_PLUGIN(.Initialize = on_initialize, .ModuleLoadFinished = on_loaded)
