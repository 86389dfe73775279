/*
 * yaml.h: a YAML file as a node tree, or the reasons why not.
 *
 * Only the plain part of YAML is taken: maps, lists and text. Refused, each in words:
 * tabs, control characters and anything that is not UTF-8; duplicate keys; anchors,
 * aliases, tags and merge keys; more than one document; files, scalars and trees beyond
 * the caps below. An alias can therefore never blow a small file up or make it cyclic.
 */
#ifndef COMMON_POLICY_YAML_H
#define COMMON_POLICY_YAML_H

#include "common/base/arena.h"
#include "common/policy/findings.h"

enum {
    YAML_MAX_FILE = 8 << 20, /* bytes */
    YAML_MAX_DEPTH = 24,
    YAML_MAX_NODES = 2000000,
    YAML_MAX_KEYS = 1000,   /* of one mapping */
    YAML_MAX_SCALAR = 4096, /* bytes */
};

/* Reads `source->text`. NULL when the file is refused or empty: then a finding was told.
 * The tree and its texts live in `a`; `source` must live as long. */
struct node *yaml_read(struct arena *a, const struct source *source, struct findings *fs);

#endif
