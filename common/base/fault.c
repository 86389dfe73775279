/* fault.c: what the environment asks for, looked up at each passage: a release never
 * passes here. */
#include "common/base/fault.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The variable says NAME or NAME:PASSAGE, and this is that passage. */
static bool is_reached(const char *variable, const char *name, long *passages) {
    const char *wanted = getenv(variable);
    size_t len = strlen(name);
    if (!wanted || strncmp(wanted, name, len) != 0 || (wanted[len] && wanted[len] != ':'))
        return false;
    return ++*passages == (wanted[len] ? strtol(wanted + len + 1, NULL, 10) : 1);
}

void fault_crash_point(const char *name) {
    static long crash_passages, stop_passages;
    if (is_reached("HENPIN_CRASH_AT", name, &crash_passages))
        kill(getpid(), SIGKILL);
    if (is_reached("HENPIN_STOP_AT", name, &stop_passages))
        kill(getpid(), SIGSTOP);
}

bool fault_is_mutant(const char *name) {
    size_t len = strlen(name);
    for (const char *at = getenv("HENPIN_MUTANT"); at; at = strchr(at, ',')) {
        at += *at == ',';
        if (strncmp(at, name, len) == 0 && (!at[len] || at[len] == ','))
            return true;
    }
    return false;
}
