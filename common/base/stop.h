/*
 * stop.h: SIGTERM and SIGINT ask to stop; a second one, half a second later or more, leaves
 * at once, which is safe.
 * SIGHUP asks to load the policy again, SIGUSR1 toggles debug logs, SIGPIPE is ignored.
 */
#ifndef COMMON_BASE_STOP_H
#define COMMON_BASE_STOP_H

#include <stdbool.h>

void stop_install(void);  /* the handlers; once, before any of the others */
int stop_fd(void);        /* becomes readable when a signal has come, to wake a poll() */
void stop_drain_fd(void); /* makes stop_fd() unreadable again */
bool stop_requested(void);
bool stop_take_reload(void); /* true once for each SIGHUP since the last call */

#endif
