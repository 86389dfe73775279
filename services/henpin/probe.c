/*
 * probe.c: `henpin probe`: asks a worker of the same machine how it is, as the health
 * check of an image does that has neither a shell nor curl. It reads the variable that the
 * worker listens by, so both need to be told only once.
 */
#include "common/base/clock.h"
#include "common/base/config.h"
#include "common/base/version.h"
#include "services/henpin/commands.h"

#include <curl/curl.h>
#include <stdio.h>
#include <string.h>

static const char program[] = "henpin probe";

struct probe_config {
    const char *listen;
    int64_t timeout_us;
    int what;
};

#define AT(member) offsetof(struct probe_config, member)

static const struct option probe_options[] = {
    {"listen", NULL, OPT_LISTEN, AT(listen), "", 0, 0, OPT_REQUIRED, NULL, "HOST:PORT",
     "where the worker serves /ready and /live"},
    {"what", "HENPIN_PROBE", OPT_CHOICE, AT(what), "ready", 0, 0, 0, "ready|live", NULL,
     "ready: it can work now; live: its loop turns"},
    {"timeout", "HENPIN_PROBE_TIMEOUT", OPT_DURATION, AT(timeout_us), "3s", 10000,
     US_PER_MIN, 0, NULL, NULL, "longest wait for the answer"},
    {0},
};

/* A worker that listens on every address is asked on this machine's own; one on IPv6
 * only is reached by its name, too. */
static void write_url(char *url, size_t size, const struct probe_config *c) {
    const char *port = strrchr(c->listen, ':');
    int host_len = (int)(port - c->listen);
    bool is_any = host_len == 0 || strncmp(c->listen, "0.0.0.0:", 8) == 0 ||
                  strncmp(c->listen, "[::]:", 5) == 0;
    snprintf(url, size, "http://%.*s%s/%s", is_any ? 9 : host_len,
             is_any ? "localhost" : c->listen, port, c->what == 0 ? "ready" : "live");
}

/* 0: it answers that it is well; 1: it answers otherwise, or not. What it says goes to
 * standard output, where `docker inspect` shows it. */
static int ask(const struct probe_config *c) {
    char url[320], why[CURL_ERROR_SIZE] = "";
    write_url(url, sizeof url, c);
    CURL *curl = curl_easy_init();
    if (!curl)
        return 1;
    long status = 0;
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_NOPROXY,
                     "*"); /* never by a proxy: it is this machine */
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)(c->timeout_us / US_PER_MS));
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, why);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, stdout);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "henpin/" HENPIN_VERSION);
    CURLcode code = curl_easy_perform(curl);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_cleanup(curl);
    if (code != CURLE_OK)
        fprintf(stderr, "%s: %s: %s\n", program, url,
                *why ? why : curl_easy_strerror(code));
    return code == CURLE_OK && status == 200 ? 0 : 1;
}

int probe_main(int argc, char **argv, char **envp) {
    struct probe_config config = {.listen = ""};
    const struct option_table tables[] = {{probe_options, &config}, {0}};
    const struct config_spec spec = {
        .program = program,
        .summary = "Asks a worker on this machine whether it is well; exit code 0: yes.",
        .tables = tables,
    };
    struct config_result parsed;
    int code;
    if (!config_main(&spec, argc, argv, envp, &parsed, &code))
        return code;
    const char *port = strrchr(config.listen, ':');
    if (port && strcmp(port, ":0") == 0) {
        fprintf(stderr,
                "%s: port 0 of \"%s\" is a free one, which only the worker knows\n",
                program, config.listen);
        return 2;
    }
    return ask(&config);
}
