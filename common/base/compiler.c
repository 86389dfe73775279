/*
 * compiler.c: how the process ends when it cannot go on: a broken promise of our own
 * code, or no memory. Both may come at any point, so nothing here allocates or uses
 * stdio's buffers.
 */
#include "common/base/compiler.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void write_line(char *line, size_t size, int len) {
    size_t n = len < 0 ? 0 : (size_t)len;
    if (n > size - 2)
        n = size - 2;
    line[n++] = '\n';
    /* There is nobody left to tell when this fails. */
    ssize_t written = write(STDERR_FILENO, line, n);
    (void)written;
}

void bug_at(const char *file, int line, const char *format, ...) {
    char text[512];
    int n = snprintf(text, sizeof text, "bug at %s:%d: ", file, line);
    if (n > 0 && (size_t)n < sizeof text) {
        va_list args;
        va_start(args, format);
        int more = vsnprintf(text + n, sizeof text - (size_t)n, format, args);
        va_end(args);
        n += more > 0 ? more : 0;
    }
    write_line(text, sizeof text, n);
    abort();
}

NORETURN static void out_of_memory(size_t size) {
    char text[96];
    int n =
        snprintf(text, sizeof text, "out of memory: could not allocate %zu bytes", size);
    write_line(text, sizeof text, n);
    _exit(EXIT_FAILURE);
}

void *xmalloc(size_t size) {
    void *ptr = malloc(size ? size : 1);
    if (UNLIKELY(!ptr))
        out_of_memory(size);
    return ptr;
}

void *xcalloc(size_t count, size_t size) {
    void *ptr = calloc(count ? count : 1, size ? size : 1);
    if (UNLIKELY(!ptr))
        out_of_memory(count && size > SIZE_MAX / count ? SIZE_MAX : count * size);
    return ptr;
}

void *xrealloc(void *ptr, size_t size) {
    void *moved = realloc(ptr, size ? size : 1);
    if (UNLIKELY(!moved))
        out_of_memory(size);
    return moved;
}

char *xstrdup(const char *text) {
    size_t size = strlen(text) + 1;
    return memcpy(xmalloc(size), text, size);
}
