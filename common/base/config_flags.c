/*
 * config_flags.c: what the command line says; an unknown option is answered with the
 * nearest known one.
 */
#include "common/base/config_private.h"
#include "common/base/suggest.h"

#include <stdlib.h>

static struct option_state *find_option(struct config_parser *p, struct span name) {
    for (size_t i = 0; i < p->states.n; i++)
        if (span_is(name, p->states.items[i].row->name))
            return &p->states.items[i];
    return NULL;
}

static void refuse_secret(struct config_parser *p, struct span name, const char *env) {
    config_mistake(p,
                   "option \"%.*s\" is a secret, which ps would show: name a file that "
                   "holds it in %s_FILE, or set %s",
                   SPAN_ARGS(name), env, env);
}

/* The value where it can stay, and nothing of it where ps looks. */
static const char *hide(char *value) {
    const char *kept = config_keep(span_of(value));
    memset(value, '*', strlen(value));
    return kept;
}

static void pass_flag(struct config_parser *p, struct span name, const char *value) {
    char env[CONFIG_NAME_SIZE];
    config_env_name(env, "", name);
    struct option_state *owner = config_owner_of_env(p, env);
    if (owner) {
        config_set_option(p, owner, value, ORIGIN_FLAG);
        return;
    }
    size_t skip = strlen(p->spec->pass_prefix);
    const char *property = config_keep((struct span){name.ptr + skip, name.len - skip});
    if (config_property_is_secret(property))
        refuse_secret(p, name, env);
    else
        config_pass(p, property, value, ORIGIN_FLAG);
}

static void unknown_option(struct config_parser *p, struct span name) {
    struct suggestion near = suggest_for(name);
    for (size_t i = 0; i < p->states.n; i++)
        suggest_consider(&near, p->states.items[i].row->name);
    suggest_consider(&near, "print-config");
    suggest_consider(&near, "version");
    suggest_consider(&near, "help");
    struct span shown = {name.ptr,
                         name.len < CONFIG_NAME_SIZE ? name.len : CONFIG_NAME_SIZE};
    const char *known = suggest_known(&near);
    if (known)
        config_mistake(p, "unknown option \"--%.*s\"; did you mean \"--%s\"?",
                       SPAN_ARGS(shown), known);
    else
        config_mistake(p, "unknown option \"--%.*s\"", SPAN_ARGS(shown));
}

/* One "--name", "--name=value" or "--name value"; returns how many arguments it took. */
static int read_flag(struct config_parser *p, int n_left, char **args) {
    struct span rest = span_of(args[0] + 2), name;
    span_cut(&rest, '=', &name);
    /* NULL when there is no '=' */
    char *value = rest.ptr ? args[0] + (rest.ptr - args[0]) : NULL;
    if (span_is(name, "print-config")) {
        p->wants_values = true;
        return 1;
    }
    const char *prefix = p->spec->pass_prefix;
    bool is_passed =
        prefix && name.len > strlen(prefix) && span_starts_with(name, span_of(prefix));
    struct option_state *o = find_option(p, name);
    if (!o && !is_passed) {
        unknown_option(p, name);
        return 1;
    }
    int n_taken = 1;
    if (!value && o && o->row->type == OPT_BOOL) {
        config_set_option(p, o, "true", ORIGIN_FLAG);
        return 1;
    }
    if (!value) {
        if (n_left < 2 || strncmp(args[1], "--", 2) == 0) {
            config_mistake(p, "option \"%.*s\" needs a value: --%.*s=VALUE",
                           SPAN_ARGS(name), SPAN_ARGS(name));
            return 1;
        }
        value = args[1];
        n_taken = 2;
    }
    if (!o)
        pass_flag(p, name, value);
    else if ((o->row->flags & OPT_SECRET) != OPT_SECRET)
        config_set_option(p, o, o->row->flags & OPT_MASKED ? hide(value) : value,
                          ORIGIN_FLAG);
    else
        refuse_secret(p, name, o->env);
    return n_taken;
}

static void read_operand(struct config_parser *p, const char *text) {
    if (!p->spec->operands)
        config_mistake(p, "unexpected argument \"%s\": %s takes options only", text,
                       p->spec->program);
    else
        config_list_add(&p->result.operands, text);
}

void config_read_flags(struct config_parser *p, int argc, char **argv) {
    bool are_options_over = false;
    for (int i = 1; i < argc;) {
        if (are_options_over || argv[i][0] != '-' || argv[i][1] == '\0') {
            read_operand(p, argv[i++]);
        } else if (strcmp(argv[i], "--") == 0) {
            are_options_over = true;
            i++;
        } else if (argv[i][1] != '-') {
            config_mistake(p, "unknown option \"%s\": options begin with two dashes",
                           argv[i++]);
        } else {
            i += read_flag(p, argc - i, argv + i);
        }
    }
}

/* Whether `flag` stands among the options (not as the operand after "--"). */
bool config_has_flag(int argc, char **argv, const char *flag, const char *short_flag) {
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], flag) == 0 ||
            (short_flag && strcmp(argv[i], short_flag) == 0))
            return true;
    return false;
}
