/* main.c: `henpin COMMAND ...`, the operator's and policy owner's command line. */
#include "services/henpin/commands.h"

int main(int argc, char **argv, char **envp) {
    return commands_run(argc, argv, envp);
}
