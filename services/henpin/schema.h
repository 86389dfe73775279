/*
 * schema.h: `henpin schema check|show|decode`, between its files.
 * For connector engineers: is my new schema safe to release, what does it look like from
 * here, and what does henpin make of my bytes.
 */
#ifndef SERVICES_HENPIN_SCHEMA_H
#define SERVICES_HENPIN_SCHEMA_H

#include "common/io/schema_sources.h"

struct schema_config {
    /* decode */
    struct schemas_config schemas;
    const char *topic_schema;
    bool shows_text;
};

extern const struct option schema_decode_options[]; /* rows over struct schema_config */

/* Exit code as in commands.h. */
int schema_decode(const struct schema_config *config, const struct option_list *files);

#endif
