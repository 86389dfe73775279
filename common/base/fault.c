#include "common/base/fault.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void fault_crash_point(const char *name) {
    static long passages;
    const char *wanted = getenv("HENPIN_CRASH_AT");
    size_t len = strlen(name);
    if (!wanted || strncmp(wanted, name, len) != 0 || (wanted[len] && wanted[len] != ':'))
        return;
    long at = wanted[len] ? strtol(wanted + len + 1, NULL, 10) : 1;
    if (++passages == at)
        kill(getpid(), SIGKILL);
}

bool fault_is_mutant(const char *name) {
    const char *mutant = getenv("HENPIN_MUTANT");
    return mutant && strcmp(mutant, name) == 0;
}
