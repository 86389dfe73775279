/* severity.h: how grave a matter is: a number in the rows, a word in the packs and for
 * people. */
#ifndef COMMON_POLICY_SEVERITY_H
#define COMMON_POLICY_SEVERITY_H

enum { SEVERITY_MAX = 4 };
/* note 0, low 1, normal 2, high 3, grave 4. */
const char *severity_name(int severity);

#endif
