/*
 * config.c: from environment and command line to filled structures, all mistakes at once.
 *
 * 1. Each row gets its default.
 * 2. The environment: NAME, or the content of the file that NAME_FILE names.
 * 3. The flags, which win.
 * 4. What a whole configuration must fulfil (required options).
 * Each step goes on after a mistake. --help and --version answer before any mistake is
 * told, because who asks for help has often just made one.
 */
#include "common/base/config_private.h"

#include "common/base/shipped.h"
#include "common/base/version.h"

#include <stdarg.h>
#include <stdlib.h>

void config_mistake(struct config_parser *p, const char *format, ...) {
    va_list args;
    va_start(args, format);
    fprintf(p->err_out, "%s: ", p->spec->program);
    vfprintf(p->err_out, format, args);
    fputc('\n', p->err_out);
    va_end(args);
    p->n_mistakes++;
}

void config_env_name(char out[CONFIG_NAME_SIZE], const char *prefix, struct span name) {
    struct builder b = builder_over(out, CONFIG_NAME_SIZE - 1);
    build_text(&b, prefix);
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        bool is_letter = c >= 'a' && c <= 'z';
        build_char(&b, is_letter              ? (char)(c - 'a' + 'A')
                       : c == '-' || c == '.' ? '_'
                                              : c);
    }
    out[b.len] = '\0';
}

static void check_row(const struct option *row) {
    bool is_number =
        row->type == OPT_I64 || row->type == OPT_DURATION || row->type == OPT_SIZE;
    if (!row->help || !*row->help)
        BUG("option \"%s\" has no help", row->name);
    if (row->type == OPT_CHOICE && !row->choices)
        BUG("option \"%s\" has no choices", row->name);
    if (!is_number && (row->min != 0 || row->max != 0))
        BUG("option \"%s\" cannot have a range", row->name);
}

struct config_states config_states_new(const struct config_spec *spec) {
    struct config_states s = {NULL, 0};
    for (const struct option_table *t = spec->tables; t->rows; t++) {
        for (const struct option *row = t->rows; row->name; row++) {
            check_row(row);
            s.items = xrealloc(s.items, (s.n + 1) * sizeof *s.items);
            struct option_state *o = &s.items[s.n++];
            *o = (struct option_state){.row = row, .config = t->config};
            if (row->env)
                config_env_name(o->env, "", span_of(row->env));
            else
                config_env_name(o->env, "HENPIN_", span_of(row->name));
        }
    }
    return s;
}

void config_states_free(struct config_states *states) {
    free(states->items);
    *states = (struct config_states){NULL, 0};
}

/* Without a default a number is 0 and a choice its first word, whatever the range says:
 * with OPT_REQUIRED it must be given anyhow. */
static void set_default(struct option_state *o) {
    const struct option *row = o->row;
    void *target = (char *)o->config + row->offset;
    char why[CONFIG_TEXT_SIZE];
    switch (row->type) {
    case OPT_STRING:
    case OPT_LISTEN:
        *(const char **)target = "";
        break;
    case OPT_I64:
    case OPT_DURATION:
    case OPT_SIZE:
        *(int64_t *)target = 0;
        break;
    case OPT_BOOL:
        *(bool *)target = false;
        break;
    case OPT_CHOICE:
        *(int *)target = 0;
        break;
    case OPT_REPEAT:
        *(struct option_list *)target = (struct option_list){NULL, 0};
        break;
    }
    if (!row->fallback)
        return;
    if (row->flags & OPT_SHIPPED) {
        o->text = *(const char **)target = shipped_path(row->fallback);
        return;
    }
    if (row->type == OPT_REPEAT ? !config_value_set_list(o, row->fallback, why)
                                : !config_value_set(o, row->fallback, why))
        BUG("the default of option \"%s\" %s", row->name, why);
}

void config_set_option(struct config_parser *p, struct option_state *o, const char *text,
                       enum option_origin origin) {
    char why[CONFIG_TEXT_SIZE];
    bool is_list = o->row->type == OPT_REPEAT && origin != ORIGIN_FLAG;
    if (o->row->type == OPT_REPEAT && origin == ORIGIN_FLAG && o->origin != ORIGIN_FLAG)
        config_value_clear_list(
            o); /* the first flag replaces what the environment said */
    o->origin = origin;
    o->text = text;
    if (is_list ? config_value_set_list(o, text, why) : config_value_set(o, text, why))
        return;
    if (origin == ORIGIN_FLAG)
        config_mistake(p, "option \"%s\" %s", o->row->name, why);
    else
        config_mistake(p, "option \"%s\" %s (from %s%s)", o->row->name, why, o->env,
                       origin == ORIGIN_FILE ? "_FILE" : "");
}

/* A property that a row owns (KAFKA_BOOTSTRAP_SERVERS) is that row's value and not passed
 * twice. */
struct option_state *config_owner_of_env(struct config_parser *p, const char *env) {
    for (size_t i = 0; i < p->states.n; i++)
        if (strcmp(p->states.items[i].env, env) == 0)
            return &p->states.items[i];
    return NULL;
}

void config_pass(struct config_parser *p, const char *name, const char *value,
                 enum option_origin origin) {
    struct config_result *r = &p->result;
    size_t i = 0;
    while (i < r->pass_names.count && strcmp(r->pass_names.items[i], name) != 0)
        i++;
    if (i == r->pass_names.count) {
        config_list_add(&r->pass_names, name);
        config_list_add(&r->pass_values, value);
        p->pass_origins = xrealloc(p->pass_origins, (i + 1) * sizeof *p->pass_origins);
    }
    r->pass_values.items[i] = value;
    p->pass_origins[i] = origin;
}

static void check_required(struct config_parser *p) {
    for (size_t i = 0; i < p->states.n; i++) {
        const struct option_state *o = &p->states.items[i];
        if (config_value_is_missing(o))
            config_mistake(
                p, "option \"%s\" is required: --%s=VALUE, or %s in the environment",
                o->row->name, o->row->name, o->env);
    }
}

static void finish(struct config_parser *p, FILE *out) {
    if (p->n_mistakes > 0) {
        fprintf(p->err_out, "%s: %zu mistake%s; --help lists the options\n",
                p->spec->program, p->n_mistakes, p->n_mistakes == 1 ? "" : "s");
        p->result.outcome = CONFIG_WRONG;
    } else if (p->wants_values) {
        config_print_values(p, out);
        p->result.outcome = CONFIG_SHOWN;
    } else {
        p->result.outcome = CONFIG_RUN;
    }
}

struct config_result config_parse(const struct config_spec *spec, int argc, char **argv,
                                  char **envp, FILE *out, FILE *err_out) {
    struct config_parser p = {.spec = spec, .err_out = err_out};
    p.states = config_states_new(spec);
    for (size_t i = 0; i < p.states.n; i++)
        set_default(&p.states.items[i]);
    if (config_has_flag(argc, argv, "--help", "-h")) {
        config_print_help(spec, &p.states, out);
        p.result.outcome = CONFIG_SHOWN;
    } else if (config_has_flag(argc, argv, "--help-markdown", NULL)) {
        config_document(spec, out);
        p.result.outcome = CONFIG_SHOWN;
    } else if (config_has_flag(argc, argv, "--version", NULL)) {
        fprintf(out, "%s %s\n", spec->program, HENPIN_VERSION);
        p.result.outcome = CONFIG_SHOWN;
    } else {
        config_read_environment(&p, envp);
        config_read_flags(&p, argc, argv);
        check_required(&p);
        finish(&p, out);
    }
    config_states_free(&p.states);
    free(p.pass_origins);
    return p.result;
}

bool config_main(const struct config_spec *spec, int argc, char **argv, char **envp,
                 struct config_result *out, int *code) {
    *out = config_parse(spec, argc, argv, envp, stdout, stderr);
    *code = out->outcome == CONFIG_WRONG ? 2 : 0;
    return out->outcome == CONFIG_RUN;
}
