/* System.ConsoleDriver: the terminal. Without one (output or input redirected) the managed side
 * does without this file. The terminal is the process's, so what it was set to before is kept once
 * per process and put back when the process ends. */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "runtime/bcl/bcl.h"

static struct {
    pthread_mutex_t lock;
    bool set_up;
    struct termios before;
    char farewell[128]; /* what the terminal is sent at the end */
} tty = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void restore(void) {
    if (!tty.set_up)
        return;
    (void)!write(STDOUT_FILENO, tty.farewell, strlen(tty.farewell));
    tcsetattr(STDIN_FILENO, TCSANOW, &tty.before);
}

/* Keys come one by one, not by lines; they are echoed as before. */
static bool set_up(const char *greeting, const char *farewell) {
    struct termios attributes;
    bool ok = true;
    pthread_mutex_lock(&tty.lock);
    if (!tty.set_up) {
        ok = tcgetattr(STDIN_FILENO, &tty.before) == 0;
        attributes = tty.before;
        attributes.c_lflag &= ~(tcflag_t)ICANON;
        attributes.c_iflag &= ~(tcflag_t)(IXON | IXOFF);
        attributes.c_cc[VMIN] = 1;
        attributes.c_cc[VTIME] = 0;
        ok = ok && tcsetattr(STDIN_FILENO, TCSANOW, &attributes) == 0;
        if (ok && strlen(farewell) < sizeof tty.farewell)
            strcpy(tty.farewell, farewell);
        tty.set_up = ok && atexit(restore) == 0;
    }
    if (ok)
        (void)!write(STDOUT_FILENO, greeting, strlen(greeting));
    pthread_mutex_unlock(&tty.lock);
    return ok;
}

/* System.ControlCharacters: where the managed side looks for each of them. */
static const uint8_t CONTROLS[] = {VINTR,    VQUIT,    VERASE,  VKILL,  VEOF,  VTIME,
                                   VMIN,     VSWTC,    VSTART,  VSTOP,  VSUSP, VEOL,
                                   VREPRINT, VDISCARD, VWERASE, VLNEXT, VEOL2};

/* The window's columns in the upper half and its rows in the lower one; -1 when unknown. */
static int32_t window_size(void) {
    struct winsize size;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
        return -1;
    return (int32_t)((uint32_t)size.ws_col << 16 | size.ws_row);
}

/* TtySetup(greeting, farewell, out control characters, out size): size points to the window's. */
void bcl_console_set_up(struct thread *thread, union slot *slots) {
    struct array **controls = slots[2].p;
    int32_t **size = slots[3].p;
    struct type *byte = bcl_class(thread, "System", "Byte");
    struct array *array = byte ? bcl_new_vector(thread, byte, sizeof CONTROLS) : NULL;
    int32_t *place = array ? bcl_native_alloc(thread->rt, sizeof *place) : NULL;
    char *greeting = place && slots[0].p ? exec_string_to_utf8(slots[0].p) : NULL;
    char *farewell = place && slots[1].p ? exec_string_to_utf8(slots[1].p) : NULL;
    if (array && !place)
        exec_throw_object(thread, thread->out_of_memory);
    bool ok = place && set_up(greeting ? greeting : "", farewell ? farewell : "");
    for (size_t i = 0; ok && i < sizeof CONTROLS; i++)
        array->data[i] = tty.before.c_cc[CONTROLS[i]];
    if (ok) {
        *controls = array;
        *size = place;
        *place = window_size();
    }
    slots[0].i4 = ok;
    mem_free(greeting);
    mem_free(farewell);
}

/* SetEcho(bool), SetBreak(bool): whether keys are echoed, and Ctrl+C interrupts. */
static bool change(tcflag_t flag, bool on) {
    struct termios attributes;
    if (tcgetattr(STDIN_FILENO, &attributes) != 0)
        return false;
    attributes.c_lflag = on ? attributes.c_lflag | flag : attributes.c_lflag & ~flag;
    return tcsetattr(STDIN_FILENO, TCSANOW, &attributes) == 0;
}

void bcl_console_set_echo(struct thread *thread, union slot *slots) {
    (void)thread;
    slots[0].i4 = change(ECHO, slots[0].i4 != 0);
}

void bcl_console_set_break(struct thread *thread, union slot *slots) {
    (void)thread;
    slots[0].i4 = change(ISIG, slots[0].i4 != 0);
}

void bcl_console_is_tty(struct thread *thread, union slot *slots) {
    (void)thread;
    slots[0].i4 = isatty((int)slots[0].i8);
}

/* InternalKeyAvailable(milliseconds): the bytes that can be read, after a wait at most as long. */
void bcl_console_key_available(struct thread *thread, union slot *slots) {
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    int timeout = slots[0].i4, ready, count = 0;
    exec_enter_safe(thread);
    do
        ready = poll(&input, 1, timeout);
    while (ready < 0 && errno == EINTR);
    if (ready > 0 && ioctl(STDIN_FILENO, FIONREAD, &count) != 0)
        count = 0;
    exec_leave_safe(thread);
    slots[0].i4 = count;
}
