/* markup.h: text from outside, inside HTML, SVG or an attribute. */
#ifndef SERVICES_HENPIN_MARKUP_H
#define SERVICES_HENPIN_MARKUP_H

#include "common/base/span.h"

#include <stdio.h>

/* Writes text so that it is only text: & < > " ' are escaped, control characters and what
 * is not UTF-8 become U+FFFD. */
void markup_text(FILE *out, struct span text);

#endif
