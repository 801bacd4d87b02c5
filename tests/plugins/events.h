/* A plug-in under test tells the test program what happens to it. The test program exports
 * plugin_event; loaded by anybody else the plug-in says nothing. */
#ifndef TESTS_PLUGIN_EVENTS_H
#define TESTS_PLUGIN_EVENTS_H

__attribute__((weak)) void plugin_event(const char *name);

static inline void say(const char *name) {
    if (plugin_event)
        plugin_event(name);
}

#endif
