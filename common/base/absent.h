/* absent.h: the number that stands for "not there" in events, rows and parameters. */
#ifndef COMMON_BASE_ABSENT_H
#define COMMON_BASE_ABSENT_H

#include <stdint.h>

#define EVENT_ABSENT INT64_MIN

#endif
