/*
 * schema_dir.h: schemas from files: the directory of released ones, read once, which finds
 * by fingerprint and by file name; and a single file.
 */
#ifndef COMMON_IO_SCHEMA_DIR_H
#define COMMON_IO_SCHEMA_DIR_H

#include "common/io/avro_schema.h"

struct schema_dir;

/* Reads every *.avsc of `path`. E_CONFIG: no such directory, no file, or one that is no
 * schema. */
MUST_USE enum status schema_dir_open(const char *path, struct schema_dir **out,
                                     struct error *err);
void schema_dir_close(struct schema_dir *d); /* NULL is allowed */

/* Borrowed until the directory is closed; NULL when there is none. */
const struct avro_schema *schema_dir_by_fingerprint(const struct schema_dir *d,
                                                    uint64_t print);
const struct avro_schema *schema_dir_by_file(const struct schema_dir *d,
                                             const char *file);

/* Reads and parses one file; the caller frees. E_FILE or E_SCHEMA_INVALID, with the path
 * in the text. */
MUST_USE enum status schema_file_parse(const char *path, struct avro_schema **out,
                                       struct error *err);

#endif
