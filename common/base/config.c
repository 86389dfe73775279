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

#include "common/base/version.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>

#define FILE_VALUE_MAX 65536

struct parser {
    const struct config_spec *spec;
    struct config_states states;
    struct config_result result;
    FILE *err_out;
    size_t n_mistakes;
    bool wants_values; /* --print-config */
};

PRINTF_LIKE(2, 3) static void mistake(struct parser *p, const char *format, ...) {
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
static void set_default(const struct option_state *o) {
    const struct option *row = o->row;
    void *target = (char *)o->config + row->offset;
    char why[CONFIG_TEXT_SIZE];
    switch (row->type) {
    case OPT_STRING:
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
    if (row->type == OPT_REPEAT ? !config_value_set_list(o, row->fallback, why)
                                : !config_value_set(o, row->fallback, why))
        BUG("the default of option \"%s\" %s", row->name, why);
}

static struct option_state *find_option(struct parser *p, struct span name) {
    for (size_t i = 0; i < p->states.n; i++)
        if (span_is(name, p->states.items[i].row->name))
            return &p->states.items[i];
    return NULL;
}

/* --- environment --- */

static const char *env_get(char **envp, const char *name) {
    size_t len = strlen(name);
    for (char **e = envp; *e; e++)
        if (strncmp(*e, name, len) == 0 && (*e)[len] == '=')
            return *e + len + 1;
    return NULL;
}

/* The content of a file without its trailing newline; NULL after telling the mistake. */
static const char *read_value_file(struct parser *p, const char *env, const char *path) {
    FILE *f = fopen(path, "re");
    if (!f) {
        mistake(p, "could not open \"%s\" (from %s_FILE): %s", path, env,
                strerror(errno));
        return NULL;
    }
    char *bytes = xmalloc(FILE_VALUE_MAX + 1);
    size_t n = fread(bytes, 1, FILE_VALUE_MAX + 1, f);
    const char *reason = ferror(f)            ? strerror(errno)
                         : n > FILE_VALUE_MAX ? "it is too long"
                                              : NULL;
    fclose(f);
    if (n > 0 && bytes[n - 1] == '\n')
        n--;
    if (n > 0 && bytes[n - 1] == '\r')
        n--;
    if (!reason && memchr(bytes, '\0', n))
        reason = "it holds a NUL byte";
    const char *value = NULL;
    if (reason)
        mistake(p, "could not read \"%s\" (from %s_FILE): %s", path, env, reason);
    else
        value = config_keep((struct span){bytes, n});
    free(bytes);
    return value;
}

/* The value that the environment gives to `env`, directly or by file; NULL when none. An
 * empty variable counts as not set, which is how compose files and shells write
 * "nothing". */
static const char *env_value(struct parser *p, char **envp, const char *env,
                             enum option_origin *origin) {
    char file_env[CONFIG_NAME_SIZE + 8];
    snprintf(file_env, sizeof file_env, "%s_FILE", env);
    const char *value = env_get(envp, env), *path = env_get(envp, file_env);
    bool has_value = value && *value, has_path = path && *path;
    if (has_value && has_path) {
        mistake(p, "both %s and %s are set: keep one of them", env, file_env);
        return NULL;
    }
    *origin = has_path ? ORIGIN_FILE : ORIGIN_ENVIRONMENT;
    if (has_path)
        return read_value_file(p, env, path);
    return has_value ? value : NULL;
}

static void set_option(struct parser *p, struct option_state *o, const char *text,
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
        mistake(p, "option \"%s\" %s", o->row->name, why);
    else
        mistake(p, "option \"%s\" %s (from %s%s)", o->row->name, why, o->env,
                origin == ORIGIN_FILE ? "_FILE" : "");
}

static void read_environment(struct parser *p, char **envp) {
    for (size_t i = 0; i < p->states.n; i++) {
        struct option_state *o = &p->states.items[i];
        enum option_origin origin;
        const char *value = env_value(p, envp, o->env, &origin);
        if (value)
            set_option(p, o, value, origin);
    }
}

/* --- properties that pass through --- */

/* A property that a row owns (KAFKA_BOOTSTRAP_SERVERS) is that row's value and not passed
 * twice. */
static struct option_state *owner_of_env(struct parser *p, const char *env) {
    for (size_t i = 0; i < p->states.n; i++)
        if (strcmp(p->states.items[i].env, env) == 0)
            return &p->states.items[i];
    return NULL;
}

static void pass(struct parser *p, const char *name, const char *value) {
    struct config_result *r = &p->result;
    for (size_t i = 0; i < r->pass_names.count; i++) {
        if (strcmp(r->pass_names.items[i], name) == 0) {
            r->pass_values.items[i] = value;
            return;
        }
    }
    config_list_add(&r->pass_names, name);
    config_list_add(&r->pass_values, value);
}

/* Kubernetes puts KAFKA_SERVICE_HOST, KAFKA_PORT_9092_TCP and the like into each
 * container beside a service called "kafka", and Kafka's own scripts use KAFKA_HEAP_OPTS
 * and KAFKA_HOME. None is a property. */
static bool is_no_property(struct span rest) {
    static const char *const starts[] = {"SERVICE_HOST", "SERVICE_PORT", "PORT_"};
    for (size_t i = 0; i < COUNT_OF(starts); i++)
        if (span_starts_with(rest, span_of(starts[i])))
            return true;
    bool is_options = rest.len > 5 && memcmp(rest.ptr + rest.len - 5, "_OPTS", 5) == 0;
    return is_options || span_is(rest, "PORT") || span_is(rest, "OPTS") ||
           span_is(rest, "HOME") || span_is(rest, "VERSION");
}

/* "FETCH_MAX_BYTES" -> "fetch.max.bytes" */
static const char *property_of_env(struct span rest) {
    char name[CONFIG_NAME_SIZE];
    struct builder b = builder_over(name, sizeof name);
    for (size_t i = 0; i < rest.len; i++) {
        char c = rest.ptr[i];
        build_char(&b, c == '_' ? '.' : c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c);
    }
    return config_keep(builder_span(&b));
}

static void pass_variable(struct parser *p, char **envp, struct span name,
                          struct span prefix) {
    char env[CONFIG_NAME_SIZE];
    const struct span file = SPAN("_FILE");
    bool is_file =
        name.len > prefix.len + file.len &&
        span_equal((struct span){name.ptr + name.len - file.len, file.len}, file);
    config_env_name(env, "",
                    (struct span){name.ptr, name.len - (is_file ? file.len : 0)});
    struct span rest = {env + prefix.len, strlen(env) - prefix.len};
    if (is_no_property(rest) || owner_of_env(p, env))
        return;
    if (is_file && env_get(envp, env) && *env_get(envp, env))
        return; /* told once, when the variable itself is met */
    enum option_origin origin;
    const char *value = env_value(p, envp, env, &origin);
    if (value)
        pass(p, property_of_env(rest), value);
}

static void pass_environment(struct parser *p, char **envp) {
    if (!p->spec->pass_prefix)
        return;
    char prefix[CONFIG_NAME_SIZE];
    config_env_name(prefix, "", span_of(p->spec->pass_prefix));
    for (char **e = envp; *e; e++) {
        struct span rest = span_of(*e), name;
        if (!span_cut(&rest, '=', &name) || !rest.ptr || name.len >= CONFIG_NAME_SIZE)
            continue;
        if (span_starts_with(name, span_of(prefix)) && name.len > strlen(prefix))
            pass_variable(p, envp, name, span_of(prefix));
    }
}

static void pass_flag(struct parser *p, struct span name, const char *value) {
    char env[CONFIG_NAME_SIZE];
    config_env_name(env, "", name);
    struct option_state *owner = owner_of_env(p, env);
    if (owner) {
        set_option(p, owner, value, ORIGIN_FLAG);
        return;
    }
    size_t skip = strlen(p->spec->pass_prefix);
    pass(p, config_keep((struct span){name.ptr + skip, name.len - skip}), value);
}

/* --- command line --- */

/* Edits (insert, delete, replace) from `a` to `b`; names are shorter than
 * CONFIG_NAME_SIZE. */
static size_t edit_distance(struct span a, struct span b) {
    size_t row[CONFIG_NAME_SIZE + 1];
    for (size_t j = 0; j <= b.len; j++)
        row[j] = j;
    for (size_t i = 1; i <= a.len; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b.len; j++) {
            size_t best = diagonal + (a.ptr[i - 1] != b.ptr[j - 1]);
            best = row[j] + 1 < best ? row[j] + 1 : best;
            best = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
            diagonal = row[j];
            row[j] = best;
        }
    }
    return row[b.len];
}

static void unknown_option(struct parser *p, struct span name) {
    const char *nearest = NULL;
    size_t least =
        name.len / 3 + 1; /* farther away it would be a guess, not a correction */
    if (name.len > CONFIG_NAME_SIZE)
        name.len = CONFIG_NAME_SIZE;
    for (size_t i = 0; i < p->states.n; i++) {
        struct span candidate = span_of(p->states.items[i].row->name);
        if (candidate.len > CONFIG_NAME_SIZE)
            continue;
        size_t distance = edit_distance(name, candidate);
        if (distance < least + (nearest == NULL)) {
            least = distance;
            nearest = p->states.items[i].row->name;
        }
    }
    if (nearest)
        mistake(p, "unknown option \"--%.*s\"; did you mean \"--%s\"?", SPAN_ARGS(name),
                nearest);
    else
        mistake(p, "unknown option \"--%.*s\"", SPAN_ARGS(name));
}

/* One "--name", "--name=value" or "--name value"; returns how many arguments it took. */
static int read_flag(struct parser *p, int n_left, char **args) {
    struct span rest = span_of(args[0] + 2), name;
    span_cut(&rest, '=', &name);
    const char *value = rest.ptr; /* NULL when there is no '=' */
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
        value = "true";
    } else if (!value) {
        if (n_left < 2 || strncmp(args[1], "--", 2) == 0) {
            mistake(p, "option \"%.*s\" needs a value: --%.*s=VALUE", SPAN_ARGS(name),
                    SPAN_ARGS(name));
            return 1;
        }
        value = args[1];
        n_taken = 2;
    }
    if (o)
        set_option(p, o, value, ORIGIN_FLAG);
    else
        pass_flag(p, name, value);
    return n_taken;
}

static void read_operand(struct parser *p, const char *text) {
    if (!p->spec->operands)
        mistake(p, "unexpected argument \"%s\": %s takes options only", text,
                p->spec->program);
    else
        config_list_add(&p->result.operands, text);
}

static void read_flags(struct parser *p, int argc, char **argv) {
    bool are_options_over = false;
    for (int i = 1; i < argc;) {
        if (are_options_over || argv[i][0] != '-' || argv[i][1] == '\0') {
            read_operand(p, argv[i++]);
        } else if (strcmp(argv[i], "--") == 0) {
            are_options_over = true;
            i++;
        } else if (argv[i][1] != '-') {
            mistake(p, "unknown option \"%s\": options begin with two dashes", argv[i++]);
        } else {
            i += read_flag(p, argc - i, argv + i);
        }
    }
}

static void check_required(struct parser *p) {
    for (size_t i = 0; i < p->states.n; i++) {
        const struct option_state *o = &p->states.items[i];
        if (config_value_is_missing(o))
            mistake(p, "option \"%s\" is required: --%s=VALUE, or %s in the environment",
                    o->row->name, o->row->name, o->env);
    }
}

/* Whether `flag` stands among the options (not as the operand after "--"). */
static bool has_flag(int argc, char **argv, const char *flag, const char *short_flag) {
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], flag) == 0 ||
            (short_flag && strcmp(argv[i], short_flag) == 0))
            return true;
    return false;
}

static void finish(struct parser *p, FILE *out) {
    if (p->n_mistakes > 0) {
        fprintf(p->err_out, "%s: %zu mistake%s; --help lists the options\n",
                p->spec->program, p->n_mistakes, p->n_mistakes == 1 ? "" : "s");
        p->result.outcome = CONFIG_WRONG;
    } else if (p->wants_values) {
        config_print_values(&p->states, &p->result, p->spec->pass_prefix, out);
        p->result.outcome = CONFIG_SHOWN;
    } else {
        p->result.outcome = CONFIG_RUN;
    }
}

struct config_result config_parse(const struct config_spec *spec, int argc, char **argv,
                                  char **envp, FILE *out, FILE *err_out) {
    struct parser p = {.spec = spec, .err_out = err_out};
    p.states = config_states_new(spec);
    for (size_t i = 0; i < p.states.n; i++)
        set_default(&p.states.items[i]);
    if (has_flag(argc, argv, "--help", "-h")) {
        config_print_help(spec, &p.states, out);
        p.result.outcome = CONFIG_SHOWN;
    } else if (has_flag(argc, argv, "--version", NULL)) {
        fprintf(out, "%s %s\n", spec->program, HENPIN_VERSION);
        p.result.outcome = CONFIG_SHOWN;
    } else {
        read_environment(&p, envp);
        pass_environment(&p, envp);
        read_flags(&p, argc, argv);
        check_required(&p);
        finish(&p, out);
    }
    config_states_free(&p.states);
    return p.result;
}
