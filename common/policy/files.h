/* files.h: the only reader of files in common/policy (next to the zone files). */
#ifndef COMMON_POLICY_FILES_H
#define COMMON_POLICY_FILES_H

#include "common/base/arena.h"
#include "common/base/error.h"
#include "common/policy/node.h"

/* The whole file, named `shown` in findings; NULL when it cannot be read or is larger
 * than 8 MiB; errno says why. */
struct source *file_read(struct arena *a, const char *path, const char *shown);
/* Names of the *.yaml files of a directory, sorted by byte order. E_FILE when it cannot
 * be read. */
MUST_USE enum status files_list(struct arena *a, const char *dir, const char ***out,
                                int *n, struct error *err);

#endif
