/* schema.c: `henpin schema`: check and show; decode has a file of its own. */
#include "services/henpin/schema.h"

#include "services/henpin/actions.h"
#include "services/henpin/commands.h"

#include "common/base/arena.h"
#include "common/io/schema_dir.h"

#include <inttypes.h>
#include <jansson.h>
#include <string.h>

/* --- check --- */

struct versions {
    const char **files;
    struct avro_schema **schemas;
    size_t n;
};

static void print_obstacle(void *context, const char *path, const char *why) {
    (void)context;
    printf("  %s%s%s\n", path, path[0] ? ": " : "", why);
}

/* Whether `reader` reads what `writer` wrote; says so in one line, and the obstacles
 * below it. */
static bool check_pair(const struct versions *v, size_t writer, size_t reader) {
    size_t n = avro_schema_check(v->schemas[writer], v->schemas[reader], NULL, NULL);
    printf("%s reads what %s wrote: %s\n", v->files[reader], v->files[writer],
           n == 0 ? "yes" : "no");
    if (n > 0) {
        (void)avro_schema_check(v->schemas[writer], v->schemas[reader], print_obstacle,
                                NULL);
    }
    return n == 0;
}

/* Every version with every later one, in both directions. */
static int check_all(const struct versions *v) {
    size_t n_bad = 0;
    for (size_t newer = 1; newer < v->n; newer++) {
        for (size_t older = newer; older-- > 0;) {
            n_bad += !check_pair(v, older, newer);
            n_bad += !check_pair(v, newer, older);
        }
    }
    printf(n_bad == 0 ? "compatible\n" : "not compatible\n");
    return n_bad == 0 ? 0 : 1;
}

static int check(const struct schema_config *unused, const struct option_list *files) {
    (void)unused;
    int code = 0;
    struct versions v = {files->items, xcalloc(files->count, sizeof *v.schemas),
                         files->count};
    for (size_t i = 0; code == 0 && i < v.n; i++) {
        struct error err;
        if (schema_file_parse(v.files[i], &v.schemas[i], &err) != ST_OK) {
            fprintf(stderr, "henpin schema check: %s\n", err.text);
            code = 2;
        }
    }
    code = code == 0 ? check_all(&v) : code;
    for (size_t i = 0; i < v.n; i++)
        avro_schema_free(v.schemas[i]);
    free(v.schemas);
    return code;
}

/* --- show --- */

/* The 8 bytes that follow C3 01 in a record of this schema. */
static void print_fingerprint(uint64_t print) {
    printf("fingerprint  %016" PRIx64 " (in records, after C3 01:", print);
    for (int i = 0; i < 8; i++)
        printf(" %02X", (unsigned)(print >> (8 * i) & 0xff));
    printf(")\n");
}

/* "string", "[null, long timestamp-micros]", "array of ReturnLine". */
static void describe_type(const json_t *type, struct builder *b) {
    const char *name = json_string_value(json_object_get(type, "name"));
    const json_t *inner = json_object_get(type, "type");
    const char *word = json_string_value(json_is_string(type) ? type : inner);
    if (json_is_array(type)) {
        for (size_t i = 0; i < json_array_size(type); i++) {
            build_text(b, i ? " or " : "");
            describe_type(json_array_get(type, i), b);
        }
        return;
    }
    if (word && (strcmp(word, "array") == 0 || strcmp(word, "map") == 0)) {
        build_format(b, "%s of ", word);
        describe_type(json_object_get(type, word[0] == 'a' ? "items" : "values"), b);
        return;
    }
    const char *logical = json_string_value(json_object_get(type, "logicalType"));
    build_text(b, name ? name : word ? word : "");
    if (logical)
        build_format(b, " (%s)", logical);
    const json_t *symbols = json_object_get(type, "symbols");
    for (size_t i = 0; i < json_array_size(symbols); i++) {
        build_text(b, i ? ", " : ": ");
        build_text(b, json_string_value(json_array_get(symbols, i)));
    }
}

static void show_fields(const json_t *type, int depth);

/* The record inside an array, a union or a map, if there is one. */
static void show_inner(const json_t *type, int depth) {
    if (json_is_array(type)) {
        for (size_t i = 0; i < json_array_size(type); i++)
            show_inner(json_array_get(type, i), depth);
        return;
    }
    const json_t *item = json_object_get(type, "items");
    item = item ? item : json_object_get(type, "values");
    if (item)
        show_inner(item, depth);
    else
        show_fields(type, depth);
}

static void show_fields(const json_t *type, int depth) {
    const json_t *fields = json_object_get(type, "fields");
    for (size_t i = 0; i < json_array_size(fields); i++) {
        const json_t *f = json_array_get(fields, i);
        char text[600];
        struct builder b = builder_over(text, sizeof text);
        describe_type(json_object_get(f, "type"), &b);
        const char *doc = json_string_value(json_object_get(f, "doc"));
        char *fallback = json_dumps(json_object_get(f, "default"), JSON_ENCODE_ANY);
        printf("\n%*s%s  %.*s%s%s\n", 2 * depth, "",
               json_string_value(json_object_get(f, "name")), SPAN_ARGS(builder_span(&b)),
               fallback ? "; default " : "", fallback ? fallback : "");
        if (doc)
            printf("%*s%s\n", 2 * depth + 4, "", doc);
        free(fallback);
        show_inner(json_object_get(f, "type"), depth + 1);
    }
}

static int show(const struct schema_config *unused, const struct option_list *files) {
    (void)unused;
    struct avro_schema *schema;
    struct error err;
    if (schema_file_parse(files->items[0], &schema, &err) != ST_OK) {
        fprintf(stderr, "henpin schema show: %s\n", err.text);
        return 2;
    }
    printf("name         %s\n", avro_schema_full_name(schema));
    print_fingerprint(avro_schema_fingerprint(schema));
    printf("canonical    %.*s\n", SPAN_ARGS(avro_schema_canonical(schema)));
    json_t *document = json_load_file(files->items[0], JSON_DECODE_ANY, NULL);
    show_fields(document, 0);
    json_decref(document);
    avro_schema_free(schema);
    return 0;
}

/* --- the command --- */

static const struct action {
    struct action_head head;
    int (*run)(const struct schema_config *config, const struct option_list *operands);
    bool takes_schemas;
} actions[] = {
    {{"check", NULL, "OLD NEW [NEWER...]", 2, ACTION_ANY_NUMBER,
      "are these versions compatible, both ways and with each other",
      "Says whether versions of a schema read each other's records: each later one the "
      "earlier and each earlier one the later. Exit code 1 when one does not."},
     check,
     false},
    {{"show", NULL, "FILE", 1, 1, "fields, meaning and fingerprint of a schema file",
      "Shows a schema: full name, fingerprint, canonical form, and each field with its "
      "meaning."},
     show,
     false},
    {{"decode", schema_decode_options, "[FILE...]", 0, ACTION_ANY_NUMBER,
      "what henpin makes of a record's bytes",
      "Prints records as henpin reads them, one JSON line each, or why it does not. A "
      "FILE "
      "holds the bytes of one value; without one, each line of standard input is a value "
      "in hexadecimal, headers before it as NAME=HEX."},
     schema_decode,
     true},
};

static const struct action_list list = {"henpin schema", "[OPTION...] [FILE...]",
                                        ACTIONS(actions)};

int schema_main(int argc, char **argv, char **envp) {
    char program[ACTION_TITLE_SIZE];
    int code;
    const struct action *action = actions_choose(&list, argc, argv, program, &code);
    if (!action)
        return code;
    struct schema_config config = {0};
    const struct option_table tables[] = {
        {action->head.options, &config},
        {action->takes_schemas ? schemas_options : NULL, &config.schemas},
        {0},
    };
    struct config_result parsed;
    if (!actions_parse(&action->head, tables, NULL, argc, argv, envp, &parsed, &code))
        return code;
    return action->run(&config, &parsed.operands);
}
