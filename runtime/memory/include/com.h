/* The COM ground types that the public headers share: HRESULT, GUID, IUnknown.
 *
 * Widths are those of the Windows SDK on every platform: LONG, ULONG, DWORD, BOOL and HRESULT have
 * 32 bits, SIZE_T and the IDs are pointer-wide, WCHAR is one UTF-16 code unit.
 *
 * An interface is a pointer to a structure whose first member, lpVtbl, points to a table of
 * functions; slots 0 to 2 are QueryInterface, AddRef and Release. In C a method is called as
 * p->lpVtbl->Method(p, ...). The layout equals that of a C++ class with virtual methods and no
 * virtual destructor under the Itanium C++ ABI. */
#ifndef CLARET_COM_H
#define CLARET_COM_H

#include <stddef.h>
#include <stdint.h>

typedef int32_t HRESULT;
typedef int32_t LONG;
typedef uint32_t ULONG;
typedef uint32_t DWORD;
typedef int32_t BOOL;
typedef uint16_t USHORT;
typedef uint8_t BYTE;
typedef size_t SIZE_T;
#ifdef __cplusplus
typedef char16_t WCHAR;
#else
typedef uint16_t WCHAR;
#endif

#ifndef TRUE
#define TRUE  1
#define FALSE 0
#endif

typedef struct GUID {
    uint32_t Data1;
    uint16_t Data2;
    uint16_t Data3;
    uint8_t Data4[8];
} GUID;

typedef GUID IID;
typedef GUID CLSID;
#ifdef __cplusplus
typedef const GUID &REFGUID;
typedef const IID &REFIID;
typedef const CLSID &REFCLSID;
#else
typedef const GUID *REFGUID;
typedef const IID *REFIID;
typedef const CLSID *REFCLSID;
#endif

#define S_OK           ((HRESULT)0)
#define S_FALSE        ((HRESULT)1)
#define E_NOTIMPL      ((HRESULT)0x80004001)
#define E_NOINTERFACE  ((HRESULT)0x80004002)
#define E_POINTER      ((HRESULT)0x80004003)
#define E_FAIL         ((HRESULT)0x80004005)
#define E_UNEXPECTED   ((HRESULT)0x8000FFFF)
#define E_ACCESSDENIED ((HRESULT)0x80070005)
#define E_OUTOFMEMORY  ((HRESULT)0x8007000E)
#define E_INVALIDARG   ((HRESULT)0x80070057)

#define CO_E_OBJNOTREG ((HRESULT)0x800401FB)
#define CO_E_OBJISREG  ((HRESULT)0x800401FC)

#define CLASS_E_NOAGGREGATION     ((HRESULT)0x80040110)
#define CLASS_E_CLASSNOTAVAILABLE ((HRESULT)0x80040111)

#define SUCCEEDED(hr) ((HRESULT)(hr) >= 0)
#define FAILED(hr)    ((HRESULT)(hr) < 0)

/* Defines a constant GUID with internal linkage: DEFINE_CONST_GUID(IID_IUnknown, 0x00000000, ...).
 */
#define DEFINE_CONST_GUID(name, d1, d2, d3, b0, b1, b2, b3, b4, b5, b6, b7)                        \
    static const GUID name __attribute__((unused)) = {d1, d2, d3, {b0, b1, b2, b3, b4, b5, b6, b7}}

static inline int IsEqualGUID(const GUID *a, const GUID *b) {
    return __builtin_memcmp(a, b, sizeof(GUID)) == 0;
}

/* ---- Interfaces ----
 *
 * The methods of an interface are listed once, in slot order, by a macro NAME_METHODS(M) of entries
 * M(result, method, (THIS_ parameters)), or (THIS) when there are none. NAME_ALL(M) puts those of
 * its bases in front. Between "#define INTERFACE NAME" and "#undef INTERFACE", COM_INTERFACE(NAME,
 * BASE, the IID's parts) declares NAME and IID_NAME: in C the structure NAMEVtbl of function
 * pointers and NAME that holds one, in C++ a class that derives from BASE. */
#ifdef __cplusplus
#define THIS_
#define THIS                                 void
#define COM_METHOD(result, name, parameters) virtual result name parameters = 0;
#define COM_INTERFACE(name, base, ...)                                                             \
    struct name : public base {                                                                    \
        name##_METHODS(COM_METHOD)                                                                 \
    };                                                                                             \
    DEFINE_CONST_GUID(IID_##name, __VA_ARGS__);

static inline bool operator==(const GUID &a, const GUID &b) {
    return IsEqualGUID(&a, &b);
}

static inline bool operator!=(const GUID &a, const GUID &b) {
    return !IsEqualGUID(&a, &b);
}
#else
#define THIS_                                INTERFACE *self,
#define THIS                                 INTERFACE *self
#define COM_METHOD(result, name, parameters) result(*name) parameters;
#define COM_INTERFACE(name, base, ...)                                                             \
    typedef struct name name;                                                                      \
    typedef struct name##Vtbl {                                                                    \
        name##_ALL(COM_METHOD)                                                                     \
    } name##Vtbl;                                                                                  \
    struct name {                                                                                  \
        const name##Vtbl *lpVtbl;                                                                  \
    };                                                                                             \
    DEFINE_CONST_GUID(IID_##name, __VA_ARGS__);
#endif

#define IUnknown_METHODS(M)                                                                        \
    M(HRESULT, QueryInterface, (THIS_ REFIID riid, void **out))                                    \
    M(ULONG, AddRef, (THIS))                                                                       \
    M(ULONG, Release, (THIS))
#define IUnknown_ALL(M) IUnknown_METHODS(M)

#define INTERFACE IUnknown
#ifdef __cplusplus
struct IUnknown {
    IUnknown_METHODS(COM_METHOD)
};
DEFINE_CONST_GUID(IID_IUnknown, 0x00000000, 0x0000, 0x0000, 0xC0, 0, 0, 0, 0, 0, 0, 0x46);
#else
COM_INTERFACE(IUnknown, , 0x00000000, 0x0000, 0x0000, 0xC0, 0, 0, 0, 0, 0, 0, 0x46)
#endif
#undef INTERFACE

#define IClassFactory_METHODS(M)                                                                   \
    M(HRESULT, CreateInstance, (THIS_ IUnknown * outer, REFIID riid, void **out))                  \
    M(HRESULT, LockServer, (THIS_ BOOL lock))
#define IClassFactory_ALL(M) IUnknown_ALL(M) IClassFactory_METHODS(M)

#define INTERFACE IClassFactory
COM_INTERFACE(IClassFactory, IUnknown, 0x00000001, 0x0000, 0x0000, 0xC0, 0, 0, 0, 0, 0, 0, 0x46)
#undef INTERFACE

#endif
