/*
 * config_variables.c: HENPIN_* variables that no program knows, told with the nearest
 * that one does. A misspelt HENPIN_BACTH_MAX would otherwise do nothing, and say nothing.
 *
 * One environment often serves all programs (a compose file, an operator's shell), so a
 * name is unknown only when it belongs to none of them: each program knows its own rows,
 * and config_elsewhere.h lists those of all, taken from every --help by `make docs`.
 */
#include "common/base/config_elsewhere.h"
#include "common/base/config_private.h"
#include "common/base/suggest.h"

/* Of the tests: crash points, switched-off mechanisms, where the programs are. */
static const char *const of_tests[] = {
    "HENPIN_BENCH_INSIDE", "HENPIN_BIN",     "HENPIN_CRASH_AT",
    "HENPIN_MUTANT",       "HENPIN_STOP_AT",
};

static bool is_listed(struct span name, const char *const *list, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (span_is(name, list[i]))
            return true;
    return false;
}

/* Kubernetes gives each container HENPIN_RETURNS_SERVICE_HOST, HENPIN_RETURNS_PORT_9100_TCP
 * and the like for a service called "henpin-returns". */
static bool is_of_kubernetes(struct span name) {
    return memmem(name.ptr, name.len, "_SERVICE_HOST", 13) ||
           memmem(name.ptr, name.len, "_SERVICE_PORT", 13) ||
           memmem(name.ptr, name.len, "_PORT_", 6) || span_ends_with(name, SPAN("_PORT"));
}

static bool is_known(struct config_parser *p, struct span name) {
    char env[CONFIG_NAME_SIZE];
    config_env_name(env, "", name);
    return config_owner_of_env(p, env) ||
           is_listed(name, elsewhere, COUNT_OF(elsewhere)) ||
           is_listed(name, of_tests, COUNT_OF(of_tests));
}

static void unknown_variable(struct config_parser *p, struct span name) {
    struct suggestion near = suggest_for(name);
    for (size_t i = 0; i < p->states.n; i++)
        suggest_consider(&near, p->states.items[i].env);
    for (size_t i = 0; i < COUNT_OF(elsewhere); i++)
        suggest_consider(&near, elsewhere[i]);
    const char *known = suggest_known(&near);
    if (known)
        config_mistake(p, "unknown variable %.*s in the environment; did you mean %s?",
                       SPAN_ARGS(name), known);
    else
        config_mistake(p, "unknown variable %.*s in the environment", SPAN_ARGS(name));
}

void config_check_variables(struct config_parser *p, char **envp) {
    const struct span prefix = SPAN("HENPIN_"), file = SPAN("_FILE");
    for (char **e = envp; *e; e++) {
        struct span rest = span_of(*e), name;
        if (!span_cut(&rest, '=', &name) || rest.len == 0 ||
            name.len >= CONFIG_NAME_SIZE || !span_starts_with(name, prefix))
            continue;
        struct span base = name;
        if (span_ends_with(name, file))
            base.len -= file.len;
        if (!is_known(p, name) && !is_known(p, base) && !is_of_kubernetes(name))
            unknown_variable(p, name);
    }
}
