/*
 * log_options.h: the options about logging and core files that every worker has.
 *
 * Append a row of the option table: {log_options, &config.log}.
 */
#ifndef COMMON_BASE_LOG_OPTIONS_H
#define COMMON_BASE_LOG_OPTIONS_H

#include "common/base/config.h"

struct log_config {
    int level;  /* enum log_level */
    int format; /* enum log_format */
    bool core_dumps;
};

extern const struct option log_options[]; /* rows over struct log_config */

/* From here on lines are written so, each with the program's name (borrowed for ever), and
 * nobody looks into the process unless core_dumps is set. */
void log_configure(const struct log_config *config, const char *program);

#endif
