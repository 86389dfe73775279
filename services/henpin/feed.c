/*
 * feed.c: `henpin feed`, events from files into the topics. What the formats' columns
 * become: FEED.md.
 */
#include "services/henpin/feed.h"

#include "common/base/clock.h"
#include "common/base/stop.h"
#include "services/henpin/commands.h"
#include "services/henpin/table.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define AT(field) offsetof(struct feed_config, field)
static const struct option feed_options[] = {
    {"format", "HENPIN_FEED_FORMAT", OPT_CHOICE, AT(format), "events", 0, 0, 0,
     "events|retail|amazon-returns|order-change", NULL,
     "events: henpin's own as JSON lines; retail: UCI Online Retail (CSV); "
     "amazon-returns: Amazon's "
     "returns report (TSV); order-change: SP-API notifications (JSON lines)"},
    {"orders-topic", NULL, OPT_STRING, AT(orders_topic), "marketplace.orders", 0, 0,
     OPT_REQUIRED, NULL, "NAME", "topic for orders"},
    {"returns-topic", NULL, OPT_STRING, AT(returns_topic), "marketplace.returns", 0, 0,
     OPT_REQUIRED, NULL, "NAME", "topic for returns"},
    {"inquiries-topic", NULL, OPT_STRING, AT(inquiries_topic), "marketplace.inquiries", 0,
     0, OPT_REQUIRED, NULL, "NAME", "topic for inquiries"},
    {"framing", "HENPIN_FEED_FRAMING", OPT_CHOICE, AT(framing), "auto", 0, 0, 0,
     "auto|confluent|header|single-object|plain", NULL,
     "how a record names its schema; auto: confluent when there is a registry, "
     "single-object "
     "otherwise"},
    {"register-schemas", "HENPIN_FEED_REGISTER_SCHEMAS", OPT_BOOL, AT(may_register),
     "true", 0, 0, 0, NULL, NULL,
     "register schemas that the registry does not know; otherwise look them up only"},
    {"seller", "HENPIN_FEED_SELLER", OPT_STRING, AT(seller), "", 0, 0, 0, NULL, "ID",
     "seller id, for formats that do not name it"},
    {"marketplace", "HENPIN_FEED_MARKETPLACE", OPT_STRING, AT(marketplace), "", 0, 0, 0,
     NULL, "CODE", "store, for formats that do not name it"},
    {"ship-from", "HENPIN_FEED_SHIP_FROM", OPT_STRING, AT(ship_from), "", 0, 0, 0, NULL,
     "CC", "country the goods leave from, for formats that do not name it"},
    {"max-rejects", "HENPIN_FEED_MAX_REJECTS", OPT_I64, AT(max_rejects), "1000", 0,
     1000000000, 0, NULL, "N", "stop after more than so many rejected lines"},
    {"dry-run", "HENPIN_FEED_DRY_RUN", OPT_BOOL, AT(is_dry_run), "false", 0, 0, 0, NULL,
     NULL,
     "write what would be sent to standard output, as JSON lines that --format=events "
     "reads"},
    {"zoneinfo", "HENPIN_FEED_ZONEINFO", OPT_STRING, AT(zone_dir), "", 0, 0, 0, NULL,
     "DIR", "directory of time zones; empty: the system's"},
    {0},
};

/* In the order of the option's choices. */
static const struct {
    const char *name;
    feed_format *read;
} formats[] = {{"events", feed_events},
               {"retail", feed_retail},
               {"amazon-returns", feed_amazon_returns},
               {"order-change", feed_order_change}};

static enum status open_file(struct feed *f, const char *name, struct error *err) {
    bool is_stdin = strcmp(name, "-") == 0;
    f->file = is_stdin ? "standard input" : name;
    f->input = is_stdin ? stdin : fopen(name, "re");
    if (!f->input)
        return error_set(err, E_FILE, "cannot read \"%s\": %s", name, strerror(errno));
    struct stat info;
    f->line = 0;
    f->bytes_read = 0;
    f->bytes_total = fstat(fileno(f->input), &info) == 0 && S_ISREG(info.st_mode)
                         ? (int64_t)info.st_size
                         : 0;
    return ST_OK;
}

static enum status feed_file(struct feed *f, const char *name, struct error *err) {
    enum status st = open_file(f, name, err);
    if (st != ST_OK)
        return st;
    st = formats[f->config->format].read(f, err);
    if (f->misfit.text[0]) {
        *err = f->misfit;
        st = ST_FATAL;
    }
    if (st == ST_OK && ferror(f->input))
        st = error_set(err, E_FILE, "cannot read \"%s\": %s", name, strerror(errno));
    if (f->input != stdin)
        (void)fclose(f->input);
    return st;
}

/* All files, then waits for the broker: what was sent before a failure counts, too. */
static enum status feed_all(struct feed *f, const struct option_list *files,
                            struct error *err) {
    enum status st = ST_OK;
    for (size_t i = 0; st == ST_OK && !f->is_over && i < files->count; i++)
        st = feed_file(f, files->items[i], err);
    struct error late = {0};
    enum status flushed = feed_sink_flush(f->sink, &late);
    if (st == ST_OK && flushed != ST_OK) {
        *err = late;
        st = flushed;
    }
    return st;
}

/* A first line of another format says enough: there is nothing to sum up. */
static bool is_untouched(const struct feed *f) {
    int64_t n = f->counts.rejected;
    for (size_t k = 0; k < FEED_KIND_COUNT; k++)
        n += f->counts.events[k];
    return n == 0;
}

static int finish(struct feed *f, enum status st, const struct error *err) {
    if (st == ST_OK || !is_untouched(f))
        feed_summary(f);
    if (st != ST_OK) {
        fprintf(stderr, "henpin feed: %s\n", err->text);
        if (err->hint[0])
            fprintf(stderr, "%s\n", err->hint);
        return error_exit_code(err->code);
    }
    if (f->is_over)
        fprintf(stderr, "henpin feed: stopped, more than %s rejected (--max-rejects)\n",
                table_things(f->config->max_rejects, "line was", "lines were"));
    if (stop_requested())
        fprintf(stderr, "henpin feed: stopped by a signal before the end\n");
    return f->counts.rejected > 0 || stop_requested() ? 1 : 0;
}

/* All files that cannot be read are told before anything is sent. */
static bool can_read_all(const struct option_list *files) {
    bool can = true;
    for (size_t i = 0; i < files->count; i++) {
        const char *name = files->items[i];
        if (strcmp(name, "-") == 0 || access(name, R_OK) == 0)
            continue;
        fprintf(stderr, "henpin feed: cannot read \"%s\": %s\n", name, strerror(errno));
        for (size_t k = 0; k < COUNT_OF(formats); k++)
            if (strcmp(formats[k].name, name) == 0)
                fprintf(stderr, "it is the name of a format: --format=%s\n", name);
        can = false;
    }
    return can;
}

static int run(const struct feed_config *config, const struct option_list *files) {
    struct feed f = {.config = config,
                     .format = formats[config->format].name,
                     .arena = arena_new((size_t)32 << 20),
                     .messages = stderr,
                     .started_us = clock_monotonic_us(),
                     .is_terminal = isatty(STDERR_FILENO) == 1};
    struct error err = {0};
    enum status st = feed_sink_new(config, stdout, &f.sink, &err);
    if (st == ST_OK)
        st = feed_all(&f, files, &err);
    int code = finish(&f, st, &err);
    feed_sink_free(f.sink);
    free(f.buffer);
    arena_free(f.arena);
    return code;
}

int feed_main(int argc, char **argv, char **envp) {
    struct feed_config config = {0};
    const struct option_table tables[] = {{kafka_options, &config.kafka},
                                          {feed_options, &config},
                                          {schemas_options, &config.schemas},
                                          {0}};
    const struct config_spec spec = {
        .program = "henpin feed",
        .summary = "Publishes events from files (\"-\": standard input) to the topics. A "
                   "line that "
                   "cannot be used is told with file, line, column and reason, and does "
                   "not stop "
                   "the rest; exit code 1 then.",
        .operands = "FILE...",
        .tables = tables,
        .pass_prefix = KAFKA_PREFIX,
    };
    struct config_result parsed;
    int code;
    if (!config_main(&spec, argc, argv, envp, &parsed, &code))
        return code;
    if (parsed.operands.count == 0) {
        fprintf(stderr, "henpin feed: no file is given; \"-\" reads standard input\n");
        return 2;
    }
    if (!can_read_all(&parsed.operands))
        return 2;
    kafka_options_pass(&config.kafka, &parsed);
    stop_install();
    return run(&config, &parsed.operands);
}
