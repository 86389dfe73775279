/* schema.c: `henpin schema`: check and show; decode has a file of its own. */
#include "services/henpin/schema.h"

#include "services/henpin/commands.h"

#include "common/base/arena.h"
#include "common/base/config.h"
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

int schema_check(int argc, char **argv, char **envp) {
    static const struct option_table none[] = {{NULL, NULL}};
    const struct config_spec spec = {
        .program = "henpin schema check",
        .summary =
            "Says whether versions of a schema read each other's records: each later one "
            "the "
            "earlier and each earlier one the later. Exit code 1 when one does not.",
        .operands = "OLD NEW [NEWER...]",
        .tables = none,
    };
    struct config_result c;
    int code;
    if (!config_main(&spec, argc, argv, envp, &c, &code))
        return code;
    if (c.operands.count < 2) {
        fprintf(stderr, "henpin schema check: needs two files or more, oldest first\n");
        return 2;
    }
    struct versions v = {c.operands.items, xcalloc(c.operands.count, sizeof *v.schemas),
                         c.operands.count};
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

int schema_show(int argc, char **argv, char **envp) {
    static const struct option_table none[] = {{NULL, NULL}};
    const struct config_spec spec = {
        .program = "henpin schema show",
        .summary = "Shows a schema: full name, fingerprint, canonical form, and each "
                   "field with its "
                   "meaning.",
        .operands = "FILE",
        .tables = none,
    };
    struct config_result c;
    int code;
    if (!config_main(&spec, argc, argv, envp, &c, &code))
        return code;
    if (c.operands.count != 1) {
        fprintf(stderr, "henpin schema show: needs one file\n");
        return 2;
    }
    struct avro_schema *schema;
    struct error err;
    if (schema_file_parse(c.operands.items[0], &schema, &err) != ST_OK) {
        fprintf(stderr, "henpin schema show: %s\n", err.text);
        return 2;
    }
    printf("name         %s\n", avro_schema_full_name(schema));
    print_fingerprint(avro_schema_fingerprint(schema));
    printf("canonical    %.*s\n", SPAN_ARGS(avro_schema_canonical(schema)));
    json_t *document = json_load_file(c.operands.items[0], JSON_DECODE_ANY, NULL);
    show_fields(document, 0);
    json_decref(document);
    avro_schema_free(schema);
    return 0;
}

/* --- the command --- */

int schema_main(int argc, char **argv, char **envp) {
    static const struct {
        const char *name;
        int (*run)(int argc, char **argv, char **envp);
        const char *help;
    } verbs[] = {
        {"check", schema_check,
         "are these versions compatible, both ways and with each other"},
        {"show", schema_show, "fields, meaning and fingerprint of a schema file"},
        {"decode", schema_decode, "what henpin makes of a record's bytes"},
    };
    const char *verb = argc > 1 ? argv[1] : "";
    for (size_t i = 0; i < COUNT_OF(verbs); i++)
        if (strcmp(verb, verbs[i].name) == 0)
            return verbs[i].run(argc - 1, argv + 1, envp);
    bool is_asked = strcmp(verb, "--help") == 0 || strcmp(verb, "help") == 0;
    FILE *out = is_asked ? stdout : stderr;
    fprintf(out, "usage: henpin schema VERB ...\n\n");
    for (size_t i = 0; i < COUNT_OF(verbs); i++)
        fprintf(out, "  %-8s %s\n", verbs[i].name, verbs[i].help);
    return is_asked ? 0 : 2;
}
