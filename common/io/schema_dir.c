/* schema_dir.c: a few dozen files, read at start; looked up by walking the list. */
#include "common/io/schema_dir.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILES_MAX = 1000 };

struct schema_dir {
    struct {
        char *file;
        struct avro_schema *schema;
    } entries[FILES_MAX];
    size_t n;
};

/* The whole file as text of at most AVRO_SCHEMA_MAX_BYTES; the caller frees. */
static enum status read_file(const char *path, char **out, size_t *len,
                             struct error *err) {
    FILE *f = fopen(path, "rb");
    if (!f) {
        return error_set(err, E_FILE, "cannot open \"%.150s\": %s", path,
                         strerror(errno));
    }
    char *text = xmalloc(AVRO_SCHEMA_MAX_BYTES + 1);
    *len = fread(text, 1, AVRO_SCHEMA_MAX_BYTES + 1, f);
    int why = ferror(f) ? errno : 0;
    fclose(f);
    if (why != 0) {
        free(text);
        return error_set(err, E_FILE, "cannot read \"%.150s\": %s", path, strerror(why));
    }
    *out = text;
    return ST_OK;
}

enum status schema_file_parse(const char *path, struct avro_schema **out,
                              struct error *err) {
    char *text = NULL;
    size_t len = 0;
    enum status st = read_file(path, &text, &len, err);
    if (st != ST_OK)
        return st;
    st = avro_schema_parse((struct span){text, len}, out, err);
    free(text);
    if (st != ST_OK)
        error_prefix(err, "\"%.100s\"", path);
    return st;
}

static enum status add(struct schema_dir *d, const char *dir, const char *file,
                       struct error *err) {
    char path[1024];
    if (d->n == FILES_MAX) {
        return error_set(err, E_CONFIG, "more than %d schemas in \"%.150s\"", FILES_MAX,
                         dir);
    }
    int len = snprintf(path, sizeof path, "%s/%s", dir, file);
    if (len < 0 || (size_t)len >= sizeof path)
        return error_set(err, E_CONFIG, "the path of \"%.100s\" is too long", file);
    enum status st = schema_file_parse(path, &d->entries[d->n].schema, err);
    if (st != ST_OK) {
        err->code = E_CONFIG; /* our own file: a mistake of the installation */
        return error_status(err->code);
    }
    d->entries[d->n++].file = xstrdup(file);
    return ST_OK;
}

static bool is_schema_file(const char *name) {
    return name[0] != '.' && span_ends_with(span_of(name), SPAN(".avsc"));
}

enum status schema_dir_open(const char *path, struct schema_dir **out,
                            struct error *err) {
    DIR *handle = opendir(path);
    if (!handle) {
        return error_set(err, E_CONFIG, "cannot open the schema directory \"%.150s\": %s",
                         path, strerror(errno));
    }
    struct schema_dir *d = xcalloc(1, sizeof *d);
    enum status st = ST_OK;
    for (struct dirent *e; st == ST_OK && (e = readdir(handle));)
        if (is_schema_file(e->d_name))
            st = add(d, path, e->d_name, err);
    closedir(handle);
    if (st == ST_OK && d->n == 0) {
        st = error_set(err, E_CONFIG, "no .avsc file in the schema directory \"%.150s\"",
                       path);
    }
    if (st != ST_OK) {
        schema_dir_close(d);
        return st;
    }
    *out = d;
    return ST_OK;
}

void schema_dir_close(struct schema_dir *d) {
    if (!d)
        return;
    for (size_t i = 0; i < d->n; i++) {
        free(d->entries[i].file);
        avro_schema_free(d->entries[i].schema);
    }
    free(d);
}

const struct avro_schema *schema_dir_by_fingerprint(const struct schema_dir *d,
                                                    uint64_t print) {
    for (size_t i = 0; i < d->n; i++)
        if (avro_schema_fingerprint(d->entries[i].schema) == print)
            return d->entries[i].schema;
    return NULL;
}

const struct avro_schema *schema_dir_by_file(const struct schema_dir *d,
                                             const char *file) {
    for (size_t i = 0; i < d->n; i++)
        if (strcmp(d->entries[i].file, file) == 0)
            return d->entries[i].schema;
    return NULL;
}
