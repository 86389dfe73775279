/*
 * config_help.c: what the rows say to a person: --help, --print-config and the table of
 * the manual.
 */
#include "common/base/config_private.h"

#include <stdlib.h>

#define WIDTH 79       /* of a terminal with 80 columns, without the last one */
#define HELP_COLUMN 30 /* where the explanations begin */

static const char *argument_of(const struct option *row) {
    if (row->argument)
        return row->argument;
    switch (row->type) {
    case OPT_STRING:
        return "TEXT";
    case OPT_LISTEN:
        return "HOST:PORT";
    case OPT_I64:
        return "N";
    case OPT_BOOL:
        return NULL;
    case OPT_DURATION:
        return "TIME";
    case OPT_SIZE:
        return "SIZE";
    case OPT_CHOICE:
        return "WORD";
    case OPT_REPEAT:
        return "TEXT";
    }
    BUG("option \"%s\" of type %d", row->name, (int)row->type);
}

/* Words of `text` from `column` on, wrapped at WIDTH and indented by `indent`; ends the
 * line. */
static void print_wrapped(FILE *out, size_t column, size_t indent, struct span text) {
    struct span rest = text, word;
    bool is_line_empty = true;
    while (span_cut(&rest, ' ', &word)) {
        if (!is_line_empty && column + 1 + word.len > WIDTH) {
            fprintf(out, "\n%*s", (int)indent, "");
            column = indent;
            is_line_empty = true;
        }
        fprintf(out, "%s%.*s", is_line_empty ? "" : " ", SPAN_ARGS(word));
        column += word.len + !is_line_empty;
        is_line_empty = false;
    }
    fputc('\n', out);
}

/* "most messages in one transaction; 1..10000, default 500 [HENPIN_BATCH_MAX]" */
static void explain(const struct option_state *o, struct builder *b) {
    const struct option *row = o->row;
    char range[CONFIG_TEXT_SIZE];
    config_value_range(row, range);
    build_text(b, row->help);
    const char *separator = "; ";
    if ((row->flags & OPT_REQUIRED) && !(row->fallback && *row->fallback)) {
        build_format(b, "%srequired", separator);
        separator = ", ";
    }
    if (range[0]) {
        build_format(b, "%s%s%s", separator, row->type == OPT_CHOICE ? "one of " : "",
                     range);
        separator = ", ";
    }
    /* A switch is off unless it says otherwise. */
    bool is_off =
        row->type == OPT_BOOL && row->fallback && strcmp(row->fallback, "false") == 0;
    if (row->fallback && *row->fallback && !is_off)
        build_format(b, "%sdefault %s", separator,
                     row->flags & OPT_MASKED ? "********" : row->fallback);
    build_format(b, " [%s]", o->env);
}

static void print_entry(FILE *out, const char *flag, struct span text) {
    int n = fprintf(out, "  %s", flag);
    size_t column = n > 0 ? (size_t)n : 0;
    if (column + 2 > HELP_COLUMN) {
        fputc('\n', out);
        column = 0;
    }
    fprintf(out, "%*s", (int)(HELP_COLUMN - column), "");
    print_wrapped(out, HELP_COLUMN, HELP_COLUMN, text);
}

static void print_option(const struct option_state *o, FILE *out) {
    char flag[CONFIG_NAME_SIZE * 2], text[1024];
    const char *argument = argument_of(o->row);
    snprintf(flag, sizeof flag, "--%s%s%s", o->row->name, argument ? "=" : "",
             argument ? argument : "");
    struct builder b = builder_over(text, sizeof text);
    explain(o, &b);
    print_entry(out, flag, builder_span(&b));
}

void config_print_help(const struct config_spec *spec, const struct config_states *states,
                       FILE *out) {
    fprintf(out, "%s: ", spec->program);
    struct span lines = span_of(spec->summary), line;
    for (size_t column = strlen(spec->program) + 2; span_cut(&lines, '\n', &line);
         column = 0)
        print_wrapped(out, column, 0, line);
    fprintf(out, "\nUsage: %s [OPTION...]%s%s\n\n", spec->program,
            spec->operands ? " " : "", spec->operands ? spec->operands : "");
    fputs("Options, and in brackets the environment variable of each:\n", out);
    for (size_t i = 0; i < states->n; i++)
        print_option(&states->items[i], out);
    print_entry(out, "--print-config",
                SPAN("show each value and where it came from, and exit"));
    print_entry(out, "--version", SPAN("show the version, and exit"));
    print_entry(out, "--help", SPAN("show this, and exit"));
    if (spec->pass_prefix) {
        char flag[CONFIG_NAME_SIZE * 2], env[CONFIG_NAME_SIZE], text[512];
        snprintf(flag, sizeof flag, "--%sNAME=VALUE", spec->pass_prefix);
        config_env_name(env, "", span_of(spec->pass_prefix));
        struct builder b = builder_over(text, sizeof text);
        build_format(&b,
                     "set the library's property NAME, as does %sNAME: %sFETCH_MAX_BYTES "
                     "sets fetch.max.bytes",
                     env, env);
        print_entry(out, flag, builder_span(&b));
    }
    fputc('\n', out);
    print_wrapped(
        out, 0, 0,
        SPAN("A flag wins over the environment. A variable with _FILE at its end names a "
             "file "
             "that holds the value, for secrets. Times are written 250ms, 5s, 2m, 1h, "
             "3d; sizes 512, 64KiB, 8MiB, 1GiB."));
}

bool config_property_is_secret(const char *property) {
    static const char *const parts[] = {"password", "passphrase",         "secret",
                                        "jaas",     "oauthbearer.config", ".pem"};
    for (size_t i = 0; i < COUNT_OF(parts); i++)
        if (strstr(property, parts[i]))
            return true;
    return false;
}

/* The password inside "postgres://user:password@host" is a secret even when the row is
 * not. Up to the last '@', because people forget to escape the others. */
static void print_value(FILE *out, const char *value) {
    const char *scheme = strstr(value, "://");
    const char *colon = scheme ? strpbrk(scheme + 3, ":@/") : NULL;
    const char *at = colon && *colon == ':' ? strrchr(colon, '@') : NULL;
    if (at)
        fprintf(out, "%.*s:********%s\n", (int)(colon - value), value, at);
    else
        fprintf(out, "%s\n", *value ? value : "(empty)");
}

static void print_list(FILE *out, const struct option_list *list) {
    for (size_t i = 0; i < list->count; i++)
        fprintf(out, "%s%s", i ? "," : "", list->items[i]);
    fputs(list->count ? "\n" : "(empty)\n", out);
}

static const char *origin_name(enum option_origin origin) {
    switch (origin) {
    case ORIGIN_DEFAULT:
        return "default";
    case ORIGIN_ENVIRONMENT:
        return "environment";
    case ORIGIN_FILE:
        return "file";
    case ORIGIN_FLAG:
        return "flag";
    }
    BUG("option origin %d", (int)origin);
}

static void print_start(FILE *out, size_t width, const char *name, const char *origin) {
    fprintf(out, "%-*s  %-11s  ", (int)width, name, origin);
}

static void print_state(FILE *out, size_t width, const struct option_state *o) {
    const struct option *row = o->row;
    const char *value = o->text ? o->text : row->fallback ? row->fallback : "";
    print_start(out, width, row->name, origin_name(o->origin));
    if (row->flags & OPT_MASKED)
        fputs(*value ? "********\n" : "(empty)\n", out);
    else if (row->type == OPT_REPEAT)
        print_list(out, (const void *)((const char *)o->config + row->offset));
    else
        print_value(out, value);
}

static void print_passed(FILE *out, size_t width, const struct config_parser *p,
                         size_t i) {
    const char *name = p->result.pass_names.items[i];
    char full[CONFIG_NAME_SIZE * 2];
    snprintf(full, sizeof full, "%s%s", p->spec->pass_prefix, name);
    print_start(out, width, full, origin_name(p->pass_origins[i]));
    if (config_property_is_secret(name))
        fputs("********\n", out);
    else
        print_value(out, p->result.pass_values.items[i]);
}

static size_t longest_name(const struct config_parser *p) {
    size_t width = strlen("option");
    for (size_t i = 0; i < p->states.n; i++) {
        size_t n = strlen(p->states.items[i].row->name);
        width = n > width ? n : width;
    }
    for (size_t i = 0; i < p->result.pass_names.count; i++) {
        size_t n = strlen(p->spec->pass_prefix) + strlen(p->result.pass_names.items[i]);
        width = n > width ? n : width;
    }
    return width;
}

void config_print_values(const struct config_parser *p, FILE *out) {
    size_t width = longest_name(p);
    print_start(out, width, "option", "from");
    fputs("value\n", out);
    for (size_t i = 0; i < p->states.n; i++)
        print_state(out, width, &p->states.items[i]);
    for (size_t i = 0; i < p->result.pass_names.count; i++)
        print_passed(out, width, p, i);
}

/* A '|' would end the cell. */
static void print_cell(FILE *out, const char *text) {
    for (; *text; text++) {
        if (*text == '|')
            fputc('\\', out);
        fputc(*text, out);
    }
}

void config_document(const struct config_spec *spec, FILE *out) {
    struct config_states states = config_states_new(spec);
    fputs("| flag | environment | type | default | |\n|---|---|---|---|---|\n", out);
    for (size_t i = 0; i < states.n; i++) {
        const struct option_state *o = &states.items[i];
        char range[CONFIG_TEXT_SIZE];
        config_value_range(o->row, range);
        fprintf(out, "| `--%s` | `%s` | %s%s%s | ", o->row->name, o->env,
                config_type_name(o->row->type), range[0] ? ": " : "", range);
        bool has_default = o->row->fallback && *o->row->fallback;
        if (has_default)
            fprintf(out, "`%s`", o->row->fallback);
        else if (o->row->flags & OPT_REQUIRED)
            fputs("required", out);
        fputs(" | ", out);
        print_cell(out, o->row->help);
        fputs(" |\n", out);
    }
    config_states_free(&states);
}
