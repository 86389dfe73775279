/*
 * shipped.h: where the rules, schemas and SQL files are that come with the programs.
 */
#ifndef COMMON_BASE_SHIPPED_H
#define COMMON_BASE_SHIPPED_H

/* "deploy/policy" of an installed program is PREFIX/share/henpin/deploy/policy, where
 * PREFIX/bin is the directory that it runs from, wherever that was moved. Of a program that
 * was not installed it is `path` itself, below the working directory. The text lives as
 * long as the process. */
const char *shipped_path(const char *path);

#endif
