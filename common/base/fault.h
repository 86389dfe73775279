/*
 * fault.h: where tests may kill the process, and which mechanisms they may switch off.
 *
 * Only builds with -DFAULTS know them (flavours asan, debug and chaos); in a release they
 * are nothing.
 *
 * - HENPIN_CRASH_AT=after-commit:3 is kill -9 at the third passage of that point;
 * - HENPIN_STOP_AT=before-commit is SIGSTOP at its first: a zombie, until SIGCONT comes;
 * - HENPIN_MUTANT=ledger-chain,triage: these mechanisms are off (make test-mutants
 *   demands a red test for each).
 */
#ifndef COMMON_BASE_FAULT_H
#define COMMON_BASE_FAULT_H

#include <stdbool.h>

#ifdef FAULTS
#define CRASH_POINT(name) fault_crash_point(name)
#define MECHANISM(name) (!fault_is_mutant(name))
#else
#define CRASH_POINT(name) ((void)0)
#define MECHANISM(name) true
#endif

void fault_crash_point(const char *name);
bool fault_is_mutant(const char *name);

#endif
