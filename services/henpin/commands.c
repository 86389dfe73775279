/*
 * commands.c: the table of sub-commands. A new one is a file of its own with its
 * NAME_main, and a row here.
 */
#include "services/henpin/commands.h"

#include "common/base/compiler.h"
#include "common/base/version.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static const struct command {
    const char *name;
    int (*run)(int argc, char **argv, char **envp);
    const char *help;
} commands[] = {
    {"broker", broker_main, "run the embedded Kafka broker, for trials"},
    {"migrate", migrate_main, "bring the database up to date"},
    {"feed", feed_main, "publish events from files"},
    {"board", board_main, "what is open and wants a person, ranked"},
    {"dead-letters", dead_letters_main,
     "records that could not be applied: list, show, retry"},
    {"ledger", ledger_main, "how far each partition is applied; accept a loss"},
    {"policy", policy_main, "check, test, explain and show the rules"},
    {"schema", schema_main, "check, show and decode schemas and records"},
    {"story", story_main, "play dated events and compare the rows with what is expected"},
    {"reference", reference_main, "options, metrics and error codes as Markdown"},
};

static void show_usage(FILE *out) {
    fprintf(out, "henpin %s: returned goods and their deadlines\n\n", HENPIN_VERSION);
    fprintf(out, "usage: henpin COMMAND [OPTION...]\n\n");
    for (size_t i = 0; i < COUNT_OF(commands); i++)
        fprintf(out, "  %-14s %s\n", commands[i].name, commands[i].help);
    fprintf(out, "\n`henpin COMMAND --help` tells its options.\n");
}

static const struct command *find(const char *name) {
    for (size_t i = 0; i < COUNT_OF(commands); i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return NULL;
}

#define NAME_MAX_LEN 24

/* How many letters must be inserted, deleted or replaced to turn `a` into `b`. */
static size_t distance(const char *a, const char *b) {
    size_t n = strlen(b);
    size_t row[NAME_MAX_LEN + 1];
    for (size_t j = 0; j <= n; j++)
        row[j] = j;
    for (size_t i = 1; a[i - 1]; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= n; j++) {
            size_t best = diagonal + (a[i - 1] != b[j - 1]);
            diagonal = row[j];
            if (row[j] + 1 < best)
                best = row[j] + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            row[j] = best;
        }
    }
    return row[n];
}

static const char *nearest(const char *name) {
    const char *best = NULL;
    size_t best_distance = strlen(name) / 2 + 1; /* farther is no help */
    for (size_t i = 0; i < COUNT_OF(commands); i++) {
        bool is_prefix = strncmp(commands[i].name, name, strlen(name)) == 0;
        size_t d = is_prefix ? 0 : distance(name, commands[i].name);
        if (d < best_distance) {
            best_distance = d;
            best = commands[i].name;
        }
    }
    return best;
}

static int unknown(const char *name) {
    fprintf(stderr, "henpin: there is no command \"%s\"", name);
    const char *close = *name ? nearest(name) : NULL;
    if (close)
        fprintf(stderr, "; did you mean \"%s\"?", close);
    fprintf(stderr, "\n`henpin help` lists them.\n");
    return 2;
}

/* "henpin help feed" is "henpin feed --help". */
static int help(int argc, char **argv, char **envp) {
    if (argc < 3) {
        show_usage(stdout);
        return 0;
    }
    const struct command *c = find(argv[2]);
    if (!c)
        return unknown(argv[2]);
    char title[NAME_MAX_LEN + 8], flag[] = "--help";
    snprintf(title, sizeof title, "henpin %s", c->name);
    char *args[] = {title, flag, NULL};
    return c->run(2, args, envp);
}

int commands_run(int argc, char **argv, char **envp) {
    if (argc < 2) {
        show_usage(stderr);
        return 2;
    }
    const char *name = argv[1];
    if (strcmp(name, "--version") == 0 || strcmp(name, "version") == 0) {
        printf("henpin %s\n", HENPIN_VERSION);
        return 0;
    }
    if (strcmp(name, "help") == 0 || strcmp(name, "--help") == 0 ||
        strcmp(name, "-h") == 0)
        return help(argc, argv, envp);
    const struct command *c = find(name);
    if (!c)
        return unknown(name);
    char title[NAME_MAX_LEN + 8];
    snprintf(title, sizeof title, "henpin %s", c->name);
    argv[1] = title;
    return c->run(argc - 1, argv + 1, envp);
}
