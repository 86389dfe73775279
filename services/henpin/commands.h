/* commands.h: the sub-commands of `henpin`. Each gets its own argv (argv[0] is "henpin
 * NAME") and returns an exit code: 0 done, 1 failed or something was found, 2 wrong
 * usage. One row in commands.c each. */
#ifndef SERVICES_HENPIN_COMMANDS_H
#define SERVICES_HENPIN_COMMANDS_H

/* Finds the sub-command argv[1] and runs it; its exit code. */
int commands_run(int argc, char **argv, char **envp);

int broker_main(int argc, char **argv, char **envp);  /* embedded broker */
int feed_main(int argc, char **argv, char **envp);    /* publish events from files */
int migrate_main(int argc, char **argv, char **envp); /* bring the database up to date */
int dead_letters_main(int argc, char **argv,
                      char **envp);                     /* list, show, retry, discard */
int ledger_main(int argc, char **argv, char **envp);    /* positions; accept a loss */
int policy_main(int argc, char **argv, char **envp);    /* check, test, explain, show */
int schema_main(int argc, char **argv, char **envp);    /* check, show, decode */
int seller_main(int argc, char **argv, char **envp);    /* the seller directory */
int story_main(int argc, char **argv, char **envp);     /* run stories */
int board_main(int argc, char **argv, char **envp);     /* open escalations, ranked */
int scorecard_main(int argc, char **argv, char **envp); /* how sellers answer */
int case_main(int argc, char **argv, char **envp);      /* the story of a case */
int probe_main(int argc, char **argv, char **envp);     /* is a worker well? */
int task_main(int argc, char **argv, char **envp);      /* steps of disposals */
int report_main(int argc, char **argv, char **envp);    /* for authorities */

int drain_main(int argc, char **argv, char **envp);  /* until all is applied */
int replay_main(int argc, char **argv, char **envp); /* the log into other tables */

int reference_main(int argc, char **argv,
                   char **envp); /* options, metrics, error codes */

#endif
