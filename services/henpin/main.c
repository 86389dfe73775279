/* main.c: `henpin COMMAND ...`, the operator's and policy owner's command line. */
#include "services/henpin/commands.h"

#include "common/base/process.h"

int main(int argc, char **argv, char **envp) {
    process_conceal();
    return commands_run(argc, argv, envp);
}
