/*
 * traceparent.h: the W3C trace context of a record: who traces an event from connector to
 * desk finds its id in the rows and in the log lines of that record.
 *
 * Kept as it came, and only when it is of the standard's form (version, trace, span, flags
 * in lower-case hexadecimal digits): so no text of a buyer or a producer's mistake gets
 * into logs and rows that way. `tracestate` is the tracing systems' own and not kept.
 */
#ifndef COMMON_IO_TRACEPARENT_H
#define COMMON_IO_TRACEPARENT_H

#include "common/io/framing.h"

#define TRACEPARENT_SIZE 55 /* "00-<32 digits>-<16 digits>-<2 digits>" */

/* Absent (ptr NULL) when no header holds one. Borrows from the header. */
struct span traceparent_of(const struct record_header *headers, size_t n);

#endif
