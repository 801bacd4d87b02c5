/* Knows one class only: {0B0E4A44-0C93-4FD5-96BC-6BD5BB6DBC6A}. */
#define DllGetClassObject any_class_object
#include "corprof_plugin.h"
CORPROF_PLUGIN()
#undef DllGetClassObject

DEFINE_CONST_GUID(CLSID_Known, 0x0B0E4A44, 0x0C93, 0x4FD5, 0x96, 0xBC, 0x6B, 0xD5, 0xBB, 0x6D, 0xBC,
                  0x6A);

HRESULT DllGetClassObject(REFCLSID clsid, REFIID riid, void **out);

HRESULT DllGetClassObject(REFCLSID clsid, REFIID riid, void **out) {
    return IsEqualGUID(clsid, &CLSID_Known) ? any_class_object(clsid, riid, out)
                                            : CLASS_E_CLASSNOTAVAILABLE;
}
