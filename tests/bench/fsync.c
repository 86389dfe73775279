/*
 * fsync: how long the disk takes to make a commit durable, which no design of ours can
 * undercut.
 *
 *   fsync FILE N     appends 8 KiB and calls fdatasync, N times, 5 ms apart; prints p50,
 *                    p99 and p99.9 in milliseconds; removes FILE
 */
#include "common/base/clock.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static int by_size(const void *a, const void *b) {
    const int64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static void print(const char *name, const int64_t *sorted, int n, double share) {
    int i = (int)(share * n);
    printf("%s %.1f\n", name, (double)sorted[i < n ? i : n - 1] / 1000);
}

int main(int argc, char **argv) {
    static const char page[8192];
    int n = argc == 3 ? atoi(argv[2]) : 0;
    if (n <= 0) {
        fprintf(stderr, "usage: fsync FILE N\n");
        return 2;
    }
    int fd = open(argv[1], O_CREAT | O_TRUNC | O_WRONLY, 0600);
    int64_t *took = calloc((size_t)n, sizeof *took);
    for (int i = 0; i < n; i++) {
        int64_t began = clock_monotonic_us();
        if (fd < 0 || write(fd, page, sizeof page) != (ssize_t)sizeof page ||
            fdatasync(fd) != 0) {
            perror(argv[1]);
            return 1;
        }
        took[i] = clock_monotonic_us() - began;
        usleep(5000);
    }
    close(fd);
    unlink(argv[1]);
    qsort(took, (size_t)n, sizeof *took, by_size);
    print("p50", took, n, 0.5);
    print("p99", took, n, 0.99);
    print("p99.9", took, n, 0.999);
    free(took);
}
