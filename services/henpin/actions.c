#include "services/henpin/actions.h"

#include <string.h>

static const struct action_head *row(const struct action_list *list, size_t i) {
    return (const void *)((const char *)list->first + i * list->stride);
}

void actions_show(const struct action_list *list, FILE *out) {
    int longest = 0;
    for (size_t i = 0; i < list->n; i++) {
        int len = (int)strlen(row(list, i)->name);
        longest = len > longest ? len : longest;
    }
    fprintf(out, "usage: %s ACTION %s\n\n", list->command, list->operands);
    for (size_t i = 0; i < list->n; i++)
        fprintf(out, "  %-*s  %s\n", longest, row(list, i)->name, row(list, i)->help);
    fprintf(out, "\n`%s ACTION --help` tells its options.\n", list->command);
}

static const void *find(const struct action_list *list, const char *name) {
    for (size_t i = 0; i < list->n; i++)
        if (strcmp(row(list, i)->name, name) == 0)
            return row(list, i);
    return NULL;
}

const void *actions_choose(const struct action_list *list, int argc, char **argv,
                           char title[ACTION_TITLE_SIZE], int *code) {
    const char *name = argc > 1 ? argv[1] : NULL;
    bool is_asked = name && strcmp(name, "--help") == 0;
    const struct action_head *found = name ? find(list, name) : NULL;
    if (!found) {
        if (name && !is_asked)
            fprintf(stderr, "%s: there is no action \"%s\"\n", list->command, name);
        actions_show(list, is_asked ? stdout : stderr);
        *code = is_asked ? 0 : 2;
        return NULL;
    }
    snprintf(title, ACTION_TITLE_SIZE, "%s %s", list->command, name);
    argv[1] = title;
    return found;
}

bool actions_parse(const struct action_head *action, const struct option_table *tables,
                   const char *pass_prefix, int argc, char **argv, char **envp,
                   struct config_result *out, int *code) {
    const struct config_spec spec = {
        .program = argv[1],
        .summary = action->summary,
        .operands = action->operands,
        .tables = tables,
        .pass_prefix = pass_prefix,
    };
    if (!config_main(&spec, argc - 1, argv + 1, envp, out, code))
        return false;
    if (out->operands.count >= action->n_min && out->operands.count <= action->n_max)
        return true;
    if (out->operands.count > action->n_max)
        fprintf(stderr, "%s: \"%s\" is one operand too many\n", argv[1],
                out->operands.items[action->n_max]);
    else
        fprintf(stderr, "%s: an operand is missing\n", argv[1]);
    fprintf(stderr, "usage: %s [OPTION...] %s\n", argv[1], action->operands);
    *code = 2;
    return false;
}
