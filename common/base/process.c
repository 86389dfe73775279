#include "common/base/process.h"

#include <sys/prctl.h>

void process_conceal(void) {
#if !defined __SANITIZE_ADDRESS__ && !defined __SANITIZE_THREAD__
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
}
