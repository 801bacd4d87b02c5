/* Mono.Net.Security: TLS, and with it X.509 certificates, are a native library that comes with the
 * class library. */
#include "runtime/bcl/bcl.h"
#include "runtime/interop/library.h"

/* MonoTlsProviderFactory.IsBtlsSupported(). */
void bcl_tls_supported(struct thread *thread, union slot *slots) {
    struct module *module = thread->native_method->owner->module;
    slots[0].i4 = library_open(module, "libmono-btls-shared") != NULL;
}
