#include "common/io/probes.h"

#include "common/base/metrics.h"

#include <string.h>

void probes_answer(void *context, const char *path, struct http_answer *answer) {
    const struct probes *p = context;
    answer->content_type = "text/plain; charset=utf-8";
    answer->status = 200;
    if (strcmp(path, "/metrics") == 0) {
        answer->content_type = "text/plain; version=0.0.4; charset=utf-8";
        if (p->refresh)
            p->refresh(p->context);
        metrics_expose(answer->body);
    } else if (strcmp(path, "/live") == 0) {
        build_text(answer->body, "live\n");
    } else if (strcmp(path, "/ready") == 0) {
        answer->status = p->is_ready(p->context, answer->body) ? 200 : 503;
        build_char(answer->body, '\n');
    } else {
        answer->status = 404;
        build_text(answer->body, "/metrics, /live, /ready\n");
    }
}
