/* analyse.c: overlaps, gaps, dead and duplicate rules, over boxes of atoms. */
#include "common/policy/analyse.h"

void analyse(struct loader *l) {
    (void)l;
}
