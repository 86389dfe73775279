/*
 * commands.c: the table of sub-commands. A new one is a file of its own with its
 * NAME_main, and a row here.
 */
#include "services/henpin/commands.h"

#include "common/base/compiler.h"
#include "common/base/suggest.h"
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
    {"scorecard", scorecard_main, "how sellers answer, by the marketplaces' measures"},
    {"case", case_main, "the whole story of a case, by any of its ids"},
    {"task", task_main, "steps of disposals and repairs: show, done, fail, reopen"},
    {"report", report_main, "what an authority wants to know: the year's manifests"},
    {"dead-letters", dead_letters_main,
     "records that could not be applied: list, show, retry, discard"},
    {"ledger", ledger_main, "how far each partition is applied; accept a loss"},
    {"drain", drain_main, "wait until what is in Kafka now is applied"},
    {"replay", replay_main, "apply the log to another database and compare the tables"},
    {"policy", policy_main, "check, test, explain, show and compare the rules"},
    {"seller", seller_main,
     "what is known of sellers: set, show, import facts, licences, marketplaces"},
    {"schema", schema_main, "check, show and decode schemas and records"},
    {"story", story_main, "play dated events and compare the rows with what is expected"},
    {"probe", probe_main, "ask a worker on this machine whether it is well"},
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

/* A beginning counts as the whole word. */
static const char *nearest(const char *name) {
    struct suggestion near = suggest_for(span_of(name));
    for (size_t i = 0; i < COUNT_OF(commands); i++) {
        if (strncmp(commands[i].name, name, strlen(name)) == 0)
            return commands[i].name;
        suggest_consider(&near, commands[i].name);
    }
    return suggest_known(&near);
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
