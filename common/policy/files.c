/* files.c: reading a pack's directory. */
#include "common/policy/files.h"

#include "common/policy/yaml.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

struct source *file_read(struct arena *a, const char *path, const char *shown) {
    FILE *f = fopen(path, "rb");
    if (!f)
        return NULL;
    size_t cap = 64 << 10, len = 0;
    char *buffer = xmalloc(cap);
    size_t got;
    while ((got = fread(buffer + len, 1, cap - len, f)) > 0) {
        len += got;
        if (len == cap && cap <= YAML_MAX_FILE) {
            cap *= 2;
            buffer = xrealloc(buffer, cap);
        }
    }
    bool is_good = !ferror(f) && len <= YAML_MAX_FILE;
    int why = ferror(f) ? errno : EFBIG;
    fclose(f);
    struct source *s = NULL;
    if (is_good) {
        s = arena_zalloc(a, sizeof *s);
        s->name = span_cstr(a, span_of(shown));
        s->text = (struct span){span_cstr(a, (struct span){buffer, len}), len};
    }
    free(buffer);
    if (!is_good)
        errno = why;
    return s;
}

static int compare_names(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

enum status files_list(struct arena *a, const char *dir, const char ***out, int *n,
                       struct error *err) {
    enum { FILES_MAX = 1024 };
    DIR *d = opendir(dir);
    if (!d) {
        (void)error_set(err, E_FILE, "could not read the policy directory \"%s\": %s",
                        dir, strerror(errno));
        return error_hint(err, "start in the root of the sources, or name it by --policy "
                               "or HENPIN_POLICY_DIR");
    }
    *out = arena_array(a, FILES_MAX, sizeof **out);
    *n = 0;
    struct dirent *e;
    while ((e = readdir(d)) && *n < FILES_MAX) {
        size_t len = strlen(e->d_name);
        if (len > 5 && e->d_name[0] != '.' && strcmp(e->d_name + len - 5, ".yaml") == 0)
            (*out)[(*n)++] = span_cstr(a, (struct span){e->d_name, len});
    }
    closedir(d);
    qsort(*out, (size_t)*n, sizeof **out, compare_names);
    return ST_OK;
}
