/* analyse.h: overlaps, gaps, dead and duplicate rules, over boxes of atoms. */
#ifndef COMMON_POLICY_ANALYSE_H
#define COMMON_POLICY_ANALYSE_H

#include "common/policy/model.h"

void analyse(struct loader *l);

#endif
