/*
 * config_environment.c: what the environment says: the rows' variables, files named by
 * NAME_FILE, and properties that pass through.
 */
#include "common/base/config_private.h"

#include <errno.h>
#include <stdlib.h>

#define FILE_VALUE_MAX 65536

static const char *env_get(char **envp, const char *name) {
    size_t len = strlen(name);
    for (char **e = envp; *e; e++)
        if (strncmp(*e, name, len) == 0 && (*e)[len] == '=')
            return *e + len + 1;
    return NULL;
}

/* The content of a file without its trailing newline; NULL after telling the mistake. */
static const char *read_value_file(struct config_parser *p, const char *env,
                                   const char *path) {
    FILE *f = fopen(path, "re");
    if (!f) {
        config_mistake(p, "could not open \"%s\" (from %s_FILE): %s", path, env,
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
        config_mistake(p, "could not read \"%s\" (from %s_FILE): %s", path, env, reason);
    else
        value = config_keep((struct span){bytes, n});
    free(bytes);
    return value;
}

/* The value that the environment gives to `env`, directly or by file; NULL when none. An
 * empty variable counts as not set, which is how compose files and shells write
 * "nothing". */
static const char *env_value(struct config_parser *p, char **envp, const char *env,
                             enum option_origin *origin) {
    char file_env[CONFIG_NAME_SIZE + 8];
    snprintf(file_env, sizeof file_env, "%s_FILE", env);
    const char *value = env_get(envp, env), *path = env_get(envp, file_env);
    bool has_value = value && *value, has_path = path && *path;
    if (has_value && has_path) {
        config_mistake(p, "both %s and %s are set: keep one of them", env, file_env);
        return NULL;
    }
    *origin = has_path ? ORIGIN_FILE : ORIGIN_ENVIRONMENT;
    if (has_path)
        return read_value_file(p, env, path);
    return has_value ? value : NULL;
}

static void read_rows(struct config_parser *p, char **envp) {
    for (size_t i = 0; i < p->states.n; i++) {
        struct option_state *o = &p->states.items[i];
        enum option_origin origin;
        const char *value = env_value(p, envp, o->env, &origin);
        if (value)
            config_set_option(p, o, value, origin);
    }
}

/* Kubernetes puts KAFKA_SERVICE_HOST, KAFKA_PORT_9092_TCP and the like into each
 * container beside a service called "kafka", and Kafka's own scripts use KAFKA_HEAP_OPTS
 * and KAFKA_HOME. None is a property. */
static bool is_no_property(struct span rest) {
    static const char *const starts[] = {"SERVICE_HOST", "SERVICE_PORT", "PORT_"};
    for (size_t i = 0; i < COUNT_OF(starts); i++)
        if (span_starts_with(rest, span_of(starts[i])))
            return true;
    return span_ends_with(rest, SPAN("_OPTS")) || span_is(rest, "PORT") ||
           span_is(rest, "OPTS") || span_is(rest, "HOME") || span_is(rest, "VERSION");
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

static void pass_variable(struct config_parser *p, char **envp, struct span name,
                          struct span prefix) {
    char env[CONFIG_NAME_SIZE];
    const struct span file = SPAN("_FILE");
    bool is_file =
        name.len > prefix.len + file.len &&
        span_equal((struct span){name.ptr + name.len - file.len, file.len}, file);
    config_env_name(env, "",
                    (struct span){name.ptr, name.len - (is_file ? file.len : 0)});
    struct span rest = {env + prefix.len, strlen(env) - prefix.len};
    if (is_no_property(rest) || config_owner_of_env(p, env))
        return;
    if (is_file && env_get(envp, env) && *env_get(envp, env))
        return; /* told once, when the variable itself is met */
    enum option_origin origin;
    const char *value = env_value(p, envp, env, &origin);
    if (value)
        config_pass(p, property_of_env(rest), value, origin);
}

static void pass_environment(struct config_parser *p, char **envp) {
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

void config_read_environment(struct config_parser *p, char **envp) {
    read_rows(p, envp);
    pass_environment(p, envp);
    config_check_variables(p, envp);
}
