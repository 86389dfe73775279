/* version.h: the version of the product, in one place; shown by --version and
 * henpin_build_info. */
#ifndef COMMON_BASE_VERSION_H
#define COMMON_BASE_VERSION_H

#define HENPIN_VERSION "0.1.0"

#endif
