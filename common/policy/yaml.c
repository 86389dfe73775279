/* yaml.c: libyaml's events become nodes; what we do not take is refused here, so that
 * nothing behind needs to ask. */
#include "common/policy/yaml.h"

#include <stdio.h>
#include <yaml.h>

struct reader {
    struct arena *a;
    const struct source *source;
    struct findings *fs;
    int n_nodes;
    bool is_refused; /* nothing will come of this file */
    bool is_broken;  /* and what follows cannot be read */
};

static void refuse(struct reader *r, const yaml_mark_t *mark, const char *what) {
    r->is_refused = r->is_broken = true;
    finding_at(r->fs, "syntax", r->source, (int)mark->line + 1, (int)mark->column + 1,
               "%s", what);
}

/* The first byte that no policy file may hold; libyaml would take some of them. */
static bool check_bytes(struct reader *r) {
    struct span t = r->source->text;
    int line = 1, column = 1;
    bool ok = true;
    for (size_t i = 0; i < t.len; i++, column++) {
        unsigned char c = (unsigned char)t.ptr[i];
        if (c == '\n') {
            line++;
            column = 0;
        } else if (c == '\t') {
            finding_at(
                r->fs, "tab", r->source, line, column,
                "a tab character: use blanks, their number is what counts in YAML");
            ok = false;
        } else if ((c < 0x20 && c != '\r') || c == 0x7f) {
            finding_at(r->fs, "encoding", r->source, line, column,
                       "a control character (0x%02x): remove it", c);
            return false;
        }
    }
    if (!span_is_text(t)) {
        finding_at(r->fs, "encoding", r->source, 1, 1,
                   "the file is not valid UTF-8: save it as UTF-8");
        return false;
    }
    return ok;
}

static struct node *node_new(struct reader *r, enum node_kind kind,
                             const yaml_mark_t *mark) {
    if (++r->n_nodes > YAML_MAX_NODES) {
        if (!r->is_broken)
            refuse(r, mark, "the file holds too many values: split it");
        return NULL;
    }
    struct node *n = arena_zalloc(r->a, sizeof *n);
    n->kind = kind;
    n->source = r->source;
    n->line = (int)mark->line + 1;
    n->column = (int)mark->column + 1;
    return n;
}

static bool check_properties(struct reader *r, const yaml_event_t *e,
                             const yaml_char_t *anchor, const yaml_char_t *tag) {
    if (anchor) {
        refuse(r, &e->start_mark, "anchors (&name) are not taken: write the value out");
        return false;
    }
    if (tag) {
        refuse(r, &e->start_mark,
               "tags (!name) are not taken: each value is text until a field gives it a "
               "type");
        return false;
    }
    return true;
}

static struct node *take_scalar(struct reader *r, const yaml_event_t *e) {
    if (!check_properties(r, e, e->data.scalar.anchor, e->data.scalar.tag))
        return NULL;
    size_t len = e->data.scalar.length;
    if (len > YAML_MAX_SCALAR) {
        refuse(r, &e->start_mark, "a value longer than 4096 bytes");
        return NULL;
    }
    struct node *n = node_new(r, NODE_SCALAR, &e->start_mark);
    if (n) {
        n->text = (struct span){(const char *)e->data.scalar.value, len};
        n->text.ptr = span_cstr(r->a, n->text);
    }
    return n;
}

static bool next_event(struct reader *r, yaml_parser_t *parser, yaml_event_t *e) {
    if (yaml_parser_parse(parser, e))
        return true;
    char text[256];
    snprintf(text, sizeof text, "cannot be read as YAML: %s%s%s",
             parser->problem ? parser->problem : "unknown reason",
             parser->context ? ", " : "", parser->context ? parser->context : "");
    refuse(r, &parser->problem_mark, text);
    return false;
}

static struct node *take_node(struct reader *r, yaml_parser_t *parser, yaml_event_t *e,
                              int depth);

static bool check_key(struct reader *r, const struct node *map, const struct node *key) {
    const char *why = NULL;
    char text[320];
    if (map->count >= YAML_MAX_KEYS) {
        why = "a mapping with more than 1000 keys: split it";
        r->is_broken = true; /* each key is compared with all before it */
    } else if (key->kind != NODE_SCALAR) {
        why = "a key must be a single value";
    } else if (span_is(key->text, "<<")) {
        why = "merge keys (<<) are not taken: write the values out";
    } else {
        NODE_EACH(child, map) {
            if (span_equal(child->key->text, key->text)) {
                snprintf(text, sizeof text,
                         "the key \"%.*s\" stands twice in one mapping, first in line %d",
                         SPAN_ARGS(key->text), child->key->line);
                why = text;
                break;
            }
        }
    }
    if (why) {
        finding_tell(r->fs, POLICY_ERROR, "duplicate-key", key, NULL, "%s", why);
        r->is_refused = true;
    }
    return why == NULL;
}

/* Children up to the closing event. In a map each child carries its key. */
static void take_children(struct reader *r, yaml_parser_t *parser, struct node *parent,
                          int depth) {
    struct node **tail = &parent->first;
    for (;;) {
        yaml_event_t e;
        if (!next_event(r, parser, &e))
            return;
        if (e.type == YAML_SEQUENCE_END_EVENT || e.type == YAML_MAPPING_END_EVENT) {
            yaml_event_delete(&e);
            return;
        }
        struct node *key = NULL, *child = take_node(r, parser, &e, depth);
        yaml_event_delete(&e);
        if (!child || r->is_broken)
            return;
        if (parent->kind == NODE_MAP) {
            key = child;
            bool is_good = check_key(r, parent, key);
            if (!next_event(r, parser, &e))
                return;
            child = take_node(r, parser, &e, depth);
            yaml_event_delete(&e);
            if (!child || r->is_broken)
                return;
            if (!is_good)
                continue;
        }
        child->key = key;
        *tail = child;
        tail = &child->next;
        parent->count++;
    }
}

static struct node *take_node(struct reader *r, yaml_parser_t *parser, yaml_event_t *e,
                              int depth) {
    switch (e->type) {
    case YAML_SCALAR_EVENT:
        return take_scalar(r, e);
    case YAML_ALIAS_EVENT:
        refuse(r, &e->start_mark, "aliases (*name) are not taken: write the value out");
        return NULL;
    case YAML_SEQUENCE_START_EVENT:
    case YAML_MAPPING_START_EVENT:
        break;
    default:
        refuse(r, &e->start_mark, "unexpected end of the document");
        return NULL;
    }
    bool is_map = e->type == YAML_MAPPING_START_EVENT;
    if (!check_properties(
            r, e, is_map ? e->data.mapping_start.anchor : e->data.sequence_start.anchor,
            is_map ? e->data.mapping_start.tag : e->data.sequence_start.tag))
        return NULL;
    if (depth >= YAML_MAX_DEPTH) {
        refuse(r, &e->start_mark, "nested deeper than 24 levels");
        return NULL;
    }
    struct node *n = node_new(r, is_map ? NODE_MAP : NODE_LIST, &e->start_mark);
    if (n)
        take_children(r, parser, n, depth + 1);
    return n;
}

static struct node *take_document(struct reader *r, yaml_parser_t *parser) {
    struct node *root = NULL;
    bool is_over = false;
    int n_documents = 0;
    while (!is_over && !r->is_broken) {
        yaml_event_t e;
        if (!next_event(r, parser, &e))
            break;
        if (e.type == YAML_STREAM_END_EVENT) {
            is_over = true;
        } else if (e.type == YAML_DOCUMENT_START_EVENT) {
            if (++n_documents > 1) {
                refuse(r, &e.start_mark,
                       "a second document in one file: use a second file");
            }
        } else if (e.type != YAML_STREAM_START_EVENT &&
                   e.type != YAML_DOCUMENT_END_EVENT) {
            root = take_node(r, parser, &e, 0);
        }
        yaml_event_delete(&e);
    }
    return root;
}

struct node *yaml_read(struct arena *a, const struct source *source,
                       struct findings *fs) {
    struct reader r = {.a = a, .source = source, .fs = fs};
    if (source->text.len > YAML_MAX_FILE) {
        finding_at(fs, "syntax", source, 1, 1, "the file is larger than 8 MiB: split it");
        return NULL;
    }
    if (!check_bytes(&r))
        return NULL;
    yaml_parser_t parser;
    if (!yaml_parser_initialize(&parser))
        BUG("out of memory for a YAML parser");
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, (const unsigned char *)source->text.ptr,
                                 source->text.len);
    struct node *root = take_document(&r, &parser);
    yaml_parser_delete(&parser);
    if (r.is_refused)
        return NULL;
    if (!root)
        finding_at(fs, "syntax", source, 1, 1, "the file is empty");
    return root;
}
