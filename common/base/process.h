/*
 * process.h: what a process that holds secrets asks of the kernel.
 */
#ifndef COMMON_BASE_PROCESS_H
#define COMMON_BASE_PROCESS_H

/* From here on a crash leaves no core file, and neither debuggers nor the environment in
 * /proc are open to others of the same user (root still sees all).
 *
 * All of the process and not some pages: libpq, librdkafka, curl and OpenSSL keep copies
 * of passwords and keys where we cannot mark them, and records are their buyers'. Does
 * nothing under a sanitizer, which looks into itself with ptrace. Programs that are
 * executed from here begin anew. */
void process_conceal(void);

#endif
