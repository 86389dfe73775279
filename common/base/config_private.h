/*
 * config_private.h: what config*.c share. Not for others.
 */
#ifndef COMMON_BASE_CONFIG_PRIVATE_H
#define COMMON_BASE_CONFIG_PRIVATE_H

#include "common/base/config.h"

#define CONFIG_NAME_SIZE 128 /* for the names of options and environment variables */
#define CONFIG_TEXT_SIZE 256 /* for one value or range as text */

enum option_origin { ORIGIN_DEFAULT, ORIGIN_ENVIRONMENT, ORIGIN_FILE, ORIGIN_FLAG };

/* One option while it is being read: its row, its structure, and where its value came
 * from. */
struct option_state {
    const struct option *row;
    void *config;
    char env[CONFIG_NAME_SIZE];
    enum option_origin origin;
    const char
        *text; /* the value as it was written, for --print-config; NULL for the default */
};

struct config_states {
    struct option_state *items;
    size_t n;
};

/* What is known while a configuration is being read. */
struct config_parser {
    const struct config_spec *spec;
    struct config_states states;
    struct config_result result;
    enum option_origin *pass_origins; /* as long as result.pass_names */
    FILE *err_out;
    size_t n_mistakes;
    bool wants_values; /* --print-config */
};

/* Tells one mistake and counts it. */
void config_mistake(struct config_parser *p, const char *format, ...) PRINTF_LIKE(2, 3);
/* Gives the option a value; a wrong one is a mistake. */
void config_set_option(struct config_parser *p, struct option_state *o, const char *text,
                       enum option_origin origin);
/* The option whose environment variable is `env`; NULL when none. */
struct option_state *config_owner_of_env(struct config_parser *p, const char *env);
/* A property for the library; a later value replaces an earlier one. */
void config_pass(struct config_parser *p, const char *name, const char *value,
                 enum option_origin origin);

/* The rows of all tables in order; BUG when a row is not well formed. */
struct config_states config_states_new(const struct config_spec *spec);
void config_states_free(struct config_states *states);

/* "kafka.fetch.max.bytes" and "batch-max" in the form of the environment: upper case,
 * '_'. */
void config_env_name(char out[CONFIG_NAME_SIZE], const char *prefix, struct span name);
/* --- config_environment.c --- */

/* The rows' variables, and those that pass through. */
void config_read_environment(struct config_parser *p, char **envp);

/* --- config_variables.c --- */

/* A mistake for each HENPIN_* variable that is no option of any program. */
void config_check_variables(struct config_parser *p, char **envp);

/* --- config_flags.c --- */

void config_read_flags(struct config_parser *p, int argc, char **argv);
/* Whether the flag stands among the options, before a "--"; `short_flag` may be NULL. */
bool config_has_flag(int argc, char **argv, const char *flag, const char *short_flag);

/* --- config_value.c --- */

/* Reads `text` into the structure. False with what is wrong in `why`, which follows the
 * option's name in a sentence: `must be in range 1..10000, got "0"`. A secret is not
 * repeated there. With OPT_REPEAT `text` is one more item. */
MUST_USE bool config_value_set(const struct option_state *o, const char *text,
                               char why[CONFIG_TEXT_SIZE]);
/* With OPT_REPEAT: the list as one text, items separated by commas. */
MUST_USE bool config_value_set_list(const struct option_state *o, const char *text,
                                    char why[CONFIG_TEXT_SIZE]);
void config_value_clear_list(const struct option_state *o);
/* Whether OPT_REQUIRED is not met. */
bool config_value_is_missing(const struct option_state *o);
/* "1..10000", "at least 1s", "range, cooperative-sticky"; empty when everything goes. */
void config_value_range(const struct option *row, char out[CONFIG_TEXT_SIZE]);
/* "integer", "duration", ... */
const char *config_type_name(enum option_type type);

/* Text that lives as long as the process. */
const char *config_keep(struct span text);
void config_list_add(struct option_list *list, const char *item);

/* --- config_help.c --- */

void config_print_help(const struct config_spec *spec, const struct config_states *states,
                       FILE *out);
void config_print_values(const struct config_parser *p, FILE *out);

#endif
