/* log_options.c: --log-level, --log-format, --core-dumps. */
#include "common/base/log_options.h"

#include "common/base/log.h"
#include "common/base/process.h"

const struct option log_options[] = {
    {.name = "log-level",
     .type = OPT_CHOICE,
     .offset = offsetof(struct log_config, level),
     .fallback = "info",
     .choices = "debug|info|warn|error",
     .help = "least grave log lines to write"},
    {.name = "log-format",
     .type = OPT_CHOICE,
     .offset = offsetof(struct log_config, format),
     .fallback = "auto",
     .choices = "auto|logfmt|json",
     .help = "auto: logfmt on a terminal, JSON otherwise"},
    {.name = "core-dumps",
     .type = OPT_BOOL,
     .offset = offsetof(struct log_config, core_dumps),
     .fallback = "false",
     .help = "let a crash leave a core file, and debuggers of the same user look in: it "
             "holds passwords and records"},
    {0},
};

void log_configure(const struct log_config *config, const char *program) {
    log_set_service(program);
    log_set_level((enum log_level)config->level);
    log_set_format((enum log_format)config->format);
    if (!config->core_dumps)
        process_conceal();
}
