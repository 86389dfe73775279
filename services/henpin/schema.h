/*
 * schema.h: `henpin schema check|show|decode`, between its files.
 * For connector engineers: is my new schema safe to release, what does it look like from
 * here, and what does henpin make of my bytes.
 */
#ifndef SERVICES_HENPIN_SCHEMA_H
#define SERVICES_HENPIN_SCHEMA_H

/* Exit codes as in commands.h. argv[0] is the name for messages ("henpin schema check").
 */
int schema_main(int argc, char **argv, char **envp);
int schema_check(int argc, char **argv, char **envp);
int schema_show(int argc, char **argv, char **envp);
int schema_decode(int argc, char **argv, char **envp);

#endif
