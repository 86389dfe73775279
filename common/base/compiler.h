/* compiler.h: the few attributes and checks that every file may lean on. */
#ifndef COMMON_BASE_COMPILER_H
#define COMMON_BASE_COMPILER_H

#include <stddef.h>

#define MUST_USE __attribute__((warn_unused_result))
#define PRINTF_LIKE(nth, first) __attribute__((format(printf, nth, first)))
#define NORETURN __attribute__((noreturn))
#define UNUSED __attribute__((unused))
#define LIKELY(x) __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)

/* The number of elements of an array; a pointer is refused by the compiler. */
#define COUNT_OF(array)                                                                  \
    (sizeof(array) / sizeof((array)[0]) +                                                \
     0 * sizeof(struct {                                                                 \
         int is_array                                                                    \
             : (__builtin_types_compatible_p(__typeof__(array), __typeof__(&(array)[0])) \
                    ? -1                                                                 \
                    : 1);                                                                \
     }))

/* The structure that embeds `member` at `ptr`. */
#define CONTAINER_OF(ptr, type, member) ((type *)((char *)(ptr)-offsetof(type, member)))

/* A broken promise of our own code: says what and where, dumps core. Never for input. */
#define BUG(...) bug_at(__FILE__, __LINE__, __VA_ARGS__)
NORETURN void bug_at(const char *file, int line, const char *format, ...)
    PRINTF_LIKE(3, 4);

/* Heap allocation for long-lived things. Never returns NULL: out of memory ends the
 * process. */
MUST_USE void *xmalloc(size_t size);
MUST_USE void *xcalloc(size_t count, size_t size);
MUST_USE void *xrealloc(void *ptr, size_t size);
MUST_USE char *xstrdup(const char *text);

#endif
