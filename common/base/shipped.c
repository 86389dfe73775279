#include "common/base/shipped.h"

#include "common/base/compiler.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

const char *shipped_path(const char *path) {
    char program[PATH_MAX], installed[PATH_MAX + 100];
    ssize_t n = readlink("/proc/self/exe", program, sizeof program - 1);
    for (int i = 0; i < 2 && n > 0; i++) { /* PREFIX/bin/henpin -> PREFIX */
        const char *slash = memrchr(program, '/', (size_t)n);
        n = slash ? slash - program : 0;
    }
    if (n <= 0)
        return path;
    int len = snprintf(installed, sizeof installed, "%.*s/share/henpin/%s", (int)n,
                       program, path);
    bool is_whole = len > 0 && (size_t)len < sizeof installed;
    return is_whole && access(installed, F_OK) == 0 ? xstrdup(installed) : path;
}
