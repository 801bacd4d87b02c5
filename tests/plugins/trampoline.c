/* A plug-in whose class is in the program that loads it: the test program exports
 * test_class_object. */
#include "corprof.h"

HRESULT test_class_object(REFCLSID clsid, REFIID riid, void **out);

HRESULT DllGetClassObject(REFCLSID clsid, REFIID riid, void **out) {
    return test_class_object(clsid, riid, out);
}
