/* Recompiling methods with other bodies while they may run (ICorProfilerInfo4::RequestReJIT).
 *
 * A request puts a piece of code of one instruction, CODE_rejit, in place of the method's code; so
 * whoever calls next comes here, asks the consumer for the new body, lowers it, and goes on in the
 * result. Frames that run keep the code they have. Each request has an id; 0 is the original, to
 * which a method is reverted in the same way. What is asked for one MethodDef holds for all its
 * instantiations. */
#ifndef CLARET_REJIT_H
#define CLARET_REJIT_H

#include "runtime/exec/code.h"

/* Of one MethodDef. Fields under the world's lock unless said otherwise. */
struct rejit {
    struct rejit *next; /* in the module's list; constant */
    uint32_t row;       /* constant */
    enum { REJIT_REQUESTED, REJIT_ASKING, REJIT_READY } state;
    uintptr_t id;                     /* of the version that calls get */
    const struct body_override *body; /* its body; NULL: the original one */
};

/* The next call gets a new version, of which the consumer is asked then. IL_OUT_OF_MEMORY. */
il_status exec_request_rejit(struct module *module, uint32_t row, il_error *err);
/* The next call gets the original again. */
il_status exec_revert(struct module *module, uint32_t row, il_error *err);
/* From within rejit_parameters: the body, copied. */
il_status exec_set_rejit_body(struct module *module, uint32_t row, const uint8_t *start,
                              size_t size, il_error *err);

/* What CODE_rejit does: makes the method's code that of the version in force. False with an
 * exception pending. */
bool exec_rejit(struct thread *thread, struct method *method);

/* Whether the method's first code is to be a version of the consumer's: exec_remake makes it. */
bool exec_rejit_is_wanted(const struct method *method);
/* Asks for the version in force, lowers it with these hooks, and makes it the method's code. By who
 * prepares the method. Errors: those of code_lower. */
il_status exec_remake(struct thread *thread, struct method *method, const rt_hook *hooks,
                      il_error *err);

#endif
