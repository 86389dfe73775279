/* playbook.c: see playbook.h. Playbooks are typed when first wanted, so that one may play
 * another that stands below it or in another file. */
#include "common/policy/playbook.h"

#include "common/base/suggest.h"
#include "common/policy/outcome.h"
#include "common/policy/schema.h"

void playbooks_collect(struct loader *l, const struct node *node) {
    struct policy *p = l->p;
    if (node->kind != NODE_MAP) {
        finding_error(l->fs, "schema", node, "\"playbooks\" must be a mapping of names");
        return;
    }
    if (!schema_room(l, node, p->n_playbooks, node->count, POLICY_MAX_PLAYBOOKS,
                     "playbooks"))
        return;
    struct playbook *all =
        schema_extend(l, p->playbooks, p->n_playbooks, node->count, sizeof *all);
    p->playbooks = all;
    NODE_EACH(n, node) {
        for (int i = 0; i < p->n_playbooks; i++) {
            if (span_is(n->key->text, all[i].name)) {
                finding_error(l->fs, "duplicate-name", n->key,
                              "the playbook \"%s\" stands twice", all[i].name);
            }
        }
        all[p->n_playbooks++] =
            (struct playbook){.name = span_cstr(l->a, n->key->text), .at = n};
    }
}

static void read_playbook(struct loader *l, struct playbook *b) {
    static const char *const keys[] = {"title", "source", "confidence", "steps", NULL};
    struct outcome steps = {0};
    b->state = PLAYBOOK_BEING_READ;
    if (schema_map(l, b->at, "a playbook", keys)) {
        const struct node *list = node_get(b->at, "steps");
        b->title = schema_text(l, b->at, "title", true);
        b->source = schema_text(l, b->at, "source", false);
        b->confidence = schema_text(l, b->at, "confidence", false);
        if (list)
            steps_read(l, list, &steps);
        else
            finding_error(l->fs, "schema", b->at, "a playbook needs \"steps\"");
    }
    b->steps = steps.steps;
    b->n_steps = steps.n_steps;
    b->state = PLAYBOOK_READ;
}

void playbooks_read(struct loader *l) {
    for (int i = 0; i < l->p->n_playbooks; i++)
        if (l->p->playbooks[i].state == PLAYBOOK_UNREAD)
            read_playbook(l, &l->p->playbooks[i]);
}

void playbooks_check(struct loader *l) {
    for (int i = 0; i < l->p->n_playbooks; i++) {
        const struct playbook *b = &l->p->playbooks[i];
        if (!b->is_played)
            finding_warning(l->fs, "no-effect", b->at, "no rule plays \"%s\"", b->name);
    }
}

struct playbook *playbook_find(struct loader *l, const struct node *name) {
    struct suggestion s = suggest_for(name->kind == NODE_SCALAR ? name->text : SPAN(""));
    for (int i = 0; i < l->p->n_playbooks; i++) {
        struct playbook *b = &l->p->playbooks[i];
        if (!node_is(name, b->name)) {
            suggest_consider(&s, b->name);
            continue;
        }
        if (b->state == PLAYBOOK_BEING_READ) {
            finding_error(l->fs, "cycle", name, "the playbook \"%s\" plays itself",
                          b->name);
            return NULL;
        }
        if (b->state == PLAYBOOK_UNREAD)
            read_playbook(l, b);
        b->is_played = true;
        return b;
    }
    finding_error(l->fs, "unknown-value", name, "there is no playbook of that name%s",
                  suggest_text(&s));
    return NULL;
}
