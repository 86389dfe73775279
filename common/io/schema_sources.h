/*
 * schema_sources.h: which schema wrote a record, by what its framing says.
 *
 * The schema directory holds every version ever released and answers fingerprints and, if
 * a file is named for them, records without framing; no network is needed. The registry
 * answers ids. Nothing is remembered here: schemas.h does.
 */
#ifndef COMMON_IO_SCHEMA_SOURCES_H
#define COMMON_IO_SCHEMA_SOURCES_H

#include "common/base/config.h"
#include "common/io/registry.h"
#include "common/io/schema_dir.h"

struct schemas_config {
    struct registry_config registry; /* an empty URL: none */
    const char *schema_dir;   /* directory of .avsc files, all versions; required */
    const char *plain_schema; /* file name in schema_dir for unframed records; empty:
                                 refuse them */
};
extern const struct option schemas_options[]; /* rows over struct schemas_config */

struct schema_sources {
    struct schema_dir *dir;
    const struct avro_schema *plain; /* NULL: records without framing are refused */
    struct registry *registry;       /* NULL: none configured */
};

/* E_CONFIG: the directory, a file in it or the URL is not usable, and why. The registry is
 * not asked yet. `config`'s strings are borrowed until _close, which must follow even
 * after a failure; `out` must be all zero before. */
MUST_USE enum status schema_sources_open(const struct schemas_config *config,
                                         struct schema_sources *out, struct error *err);
void schema_sources_close(struct schema_sources *s);

/* Whether the directory answers, and nobody is asked over the network. */
static inline bool frame_is_local(const struct frame *f) {
    return f->kind == FRAME_PLAIN || f->kind == FRAME_FINGERPRINT;
}

/* `*out` is borrowed from `s`, or from `*owned`, which the caller frees; NULL otherwise.
 * ST_REJECT: E_FRAME_UNKNOWN, E_SCHEMA_UNKNOWN, E_SCHEMA_INVALID. ST_RETRY: the registry
 * cannot be asked now. Blocks at most for the registry's timeout. */
MUST_USE enum status schema_sources_find(struct schema_sources *s, const struct frame *f,
                                         const struct avro_schema **out,
                                         struct avro_schema **owned, struct error *err);

#endif
