/*
 * reference.c: the operator's tables, printed from the tables in the sources: options,
 * metrics, error codes. deploy/README.md holds a copy between its marks; `make docs`
 * renews it and a test compares.
 */
#include "common/base/error.h"
#include "common/base/metrics.h"
#include "common/base/series.h"
#include "common/flow/worker_config.h"
#include "services/henpin/commands.h"

#include <stdio.h>
#include <string.h>

static const char *const reactions[] = {
    [ST_OK] = "",
    [ST_RETRY] = "rolled back, taken again",
    [ST_REJECT] = "dead letter",
    [ST_FATAL] = "the process ends",
};

static void print_options(void) {
    static struct worker_config config;
    const struct config_spec spec = worker_config_spec("henpin-returns", "", &config);
    puts("### Options of the workers that read a topic\n");
    config_document(&spec, stdout);
}

/* The kinds as Prometheus calls them. */
#define TYPE_COUNTER "counter"
#define TYPE_GAUGE "gauge"
#define TYPE_GAUGE_US "gauge"
#define TYPE_GAUGE_INSTANT "gauge"
#define TYPE_HISTOGRAM "histogram"
#define TYPE_HISTOGRAM_US "histogram"

static void print_metrics(void) {
    puts("\n### Metrics\n");
    puts("| name | type | |");
    puts("|---|---|---|");
#define X(id, kind, name, help) printf("| `%s` | %s | %s |\n", name, TYPE_##kind, help);
    METRICS(X)
#undef X
    puts("| `henpin_errors_total{code}` | counter | Errors by code, see below |");
#define X(id, name, labels, help)                                                        \
    printf("| `%s{%s}` | gauge | %s |\n", name, labels, help);
    SERIES(X)
#undef X
    puts("\nOf those with labels, workers tell the errors and the first four series, "
         "these "
         "of their own partitions; henpin-lag tells all.");
}

static void print_errors(void) {
    puts("\n### Error codes\n");
    puts("| code | what happens |");
    puts("|---|---|");
    for (int code = 0; code < ERROR_CODE_COUNT; code++)
        if (error_status((enum error_code)code) == ST_FATAL)
            printf("| `%s` | %s, exit code %d |\n", error_token((enum error_code)code),
                   reactions[ST_FATAL], error_exit_code((enum error_code)code));
        else
            printf("| `%s` | %s |\n", error_token((enum error_code)code),
                   reactions[error_status((enum error_code)code)]);
}

int reference_main(int argc, char **argv, char **envp) {
    (void)envp;
    if (argc > 1) {
        puts("usage: henpin reference\n\nPrints the options, metrics and error codes as "
             "Markdown.");
        return strcmp(argv[1], "--help") == 0 ? 0 : 2;
    }
    print_options();
    print_metrics();
    print_errors();
    return 0;
}
