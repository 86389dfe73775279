/*
 * registry.c: three kinds of GET, and what their answers mean.
 *
 * The art is in the failures. A proxy's 404 page, a login form with 200, a balancer's 502
 * or half an answer must pause the worker, not kill records; the registry's own "40403
 * schema not found" must not pause it for ever. So every answer must be JSON of the
 * expected form, and anything else is an outage.
 */
#include "common/io/registry.h"

#include "common/base/metrics.h"
#include "common/base/version.h"

#include <curl/curl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ANSWER_MAX_BYTES = 2 * 1024 * 1024 };

struct registry {
    CURL *curl;
    struct curl_slist *headers;
    char *url; /* without trailing slashes */
    char why[CURL_ERROR_SIZE];
    char *body; /* of the last answer, NUL-terminated */
    size_t len, cap;
    long http;
};

/* --- asking --- */

static size_t receive(char *bytes, size_t size, size_t count, void *context) {
    struct registry *r = context;
    size_t n = size * count;
    if (n > ANSWER_MAX_BYTES - r->len)
        return 0; /* curl gives up with CURLE_WRITE_ERROR */
    if (r->len + n + 1 > r->cap) {
        r->cap = 2 * (r->len + n + 1);
        r->body = xrealloc(r->body, r->cap);
    }
    memcpy(r->body + r->len, bytes, n);
    r->len += n;
    r->body[r->len] = '\0';
    return n;
}

static void set_options(struct registry *r, const struct registry_config *c) {
    long timeout_ms = (long)(c->timeout_us / 1000);
    curl_easy_setopt(r->curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(r->curl, CURLOPT_TIMEOUT_MS, timeout_ms > 0 ? timeout_ms : 1L);
    curl_easy_setopt(r->curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(r->curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(r->curl, CURLOPT_USERAGENT, "henpin/" HENPIN_VERSION);
    curl_easy_setopt(r->curl, CURLOPT_HTTPHEADER, r->headers);
    curl_easy_setopt(r->curl, CURLOPT_ERRORBUFFER, r->why);
    curl_easy_setopt(r->curl, CURLOPT_WRITEFUNCTION, receive);
    curl_easy_setopt(r->curl, CURLOPT_WRITEDATA, r);
    if (c->user && c->user[0]) {
        curl_easy_setopt(r->curl, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
        curl_easy_setopt(r->curl, CURLOPT_USERNAME, c->user);
        curl_easy_setopt(r->curl, CURLOPT_PASSWORD, c->password ? c->password : "");
    }
    if (c->ca && c->ca[0])
        curl_easy_setopt(r->curl, CURLOPT_CAINFO, c->ca);
}

/* One GET; the answer is in r->body and r->http. */
static enum status ask(struct registry *r, const char *url, struct error *err) {
    r->len = 0;
    r->http = 0;
    r->why[0] = '\0';
    r->cap = r->cap ? r->cap : 4096;
    r->body = xrealloc(r->body, r->cap);
    r->body[0] = '\0';
    metrics_add(M_REGISTRY_REQUESTS, 1);
    curl_easy_setopt(r->curl, CURLOPT_URL, url);
    CURLcode rc = curl_easy_perform(r->curl);
    if (rc == CURLE_WRITE_ERROR) {
        return error_set(err, E_REGISTRY_ANSWER,
                         "the schema registry answers with more than %d bytes",
                         ANSWER_MAX_BYTES);
    }
    if (rc != CURLE_OK) {
        error_set(err, E_REGISTRY_DOWN, "could not ask the schema registry: %.160s",
                  r->why[0] ? r->why : curl_easy_strerror(rc));
        return error_hint(err, "is SCHEMA_REGISTRY_URL right, and does it answer?");
    }
    curl_easy_getinfo(r->curl, CURLINFO_RESPONSE_CODE, &r->http);
    return ST_OK;
}

/* --- understanding --- */

/* The registry's own "no such schema": 404 and its error code 404xx, or Apicurio's 404.
 */
static bool says_unknown(const json_t *answer) {
    json_int_t code = json_integer_value(json_object_get(answer, "error_code"));
    return code == 404 || (code >= 40400 && code <= 40499);
}

static enum status judge_failure(struct registry *r, const struct frame *frame,
                                 const json_t *answer, struct error *err) {
    char what[80];
    frame_describe(frame, what, sizeof what);
    if (r->http == 404 && says_unknown(answer))
        return error_set(err, E_SCHEMA_UNKNOWN, "the schema registry has no %s", what);
    if (r->http == 404 && frame->kind == FRAME_GUID) {
        error_set(err, E_SCHEMA_UNKNOWN, "this schema registry cannot look up %s", what);
        return error_hint(
            err, "let the producer write ids into the value, or use a registry that "
                 "knows /schemas/guids");
    }
    if (r->http == 429 || r->http >= 500) {
        return error_set(err, E_REGISTRY_DOWN, "the schema registry answers %ld for %s",
                         r->http, what);
    }
    error_set(err, E_REGISTRY_ANSWER, "the schema registry answers %ld for %s", r->http,
              what);
    if (r->http == 401 || r->http == 403)
        return error_hint(err, "check SCHEMA_REGISTRY_USER and SCHEMA_REGISTRY_PASSWORD");
    return error_hint(
        err, "check the path of SCHEMA_REGISTRY_URL, and what stands in between");
}

/* {"schema": "...", "schemaType": "AVRO", "references": []} */
static enum status take_schema(const json_t *answer, char **out, struct error *err) {
    const char *text = json_string_value(json_object_get(answer, "schema"));
    const char *type = json_string_value(json_object_get(answer, "schemaType"));
    if (!text) {
        return error_set(err, E_REGISTRY_ANSWER,
                         "the schema registry answers 200 without a schema");
    }
    if (type && strcmp(type, "AVRO") != 0) {
        return error_set(err, E_SCHEMA_INVALID,
                         "the schema is of type \"%.20s\", not Avro", type);
    }
    if (json_array_size(json_object_get(answer, "references")) > 0) {
        error_set(err, E_SCHEMA_INVALID, "the schema refers to other schemas");
        return error_hint(err, "register it in one piece");
    }
    *out = xstrdup(text);
    return ST_OK;
}

static enum status judge(struct registry *r, const struct frame *frame, char **out,
                         struct error *err) {
    json_error_t why;
    json_t *answer = json_loadb(r->body, r->len, JSON_DECODE_ANY, &why);
    enum status st;
    if (r->http != 200) {
        st = judge_failure(r, frame, answer, err);
    } else if (!answer) {
        st = error_set(err, E_REGISTRY_ANSWER, "the schema registry's answer is no JSON");
    } else if (frame->kind == FRAME_GLOBAL_ID) { /* the bare schema */
        *out = xstrdup(r->body);
        st = ST_OK;
    } else {
        st = take_schema(answer, out, err);
    }
    json_decref(answer);
    if (st == ST_RETRY)
        metrics_add(M_REGISTRY_FAILURES, 1);
    return st;
}

/* --- the three questions --- */

static enum status build_url(const struct registry *r, const struct frame *f,
                             struct builder *b, struct error *err) {
    const char *compat = strstr(r->url, "/apis/ccompat/");
    char guid[UUID_TEXT_SIZE];
    switch (f->kind) {
    case FRAME_ID:
        build_format(b, "%s/schemas/ids/%llu", r->url, (unsigned long long)f->number);
        break;
    case FRAME_GUID:
        uuid_text(f->guid, guid);
        build_format(b, "%s/schemas/guids/%s", r->url, guid);
        break;
    case FRAME_GLOBAL_ID: /* known to Apicurio's own interface only, which stands beside
                           */
        if (!compat) {
            error_set(
                err, E_FRAME_APICURIO,
                "global id %llu of Apicurio's serde, and the registry is not Apicurio",
                (unsigned long long)f->number);
            return error_hint(err, "let the producer use Confluent's format, or point "
                                   "SCHEMA_REGISTRY_URL at .../apis/ccompat/v7");
        }
        build_bytes(b, r->url, (size_t)(compat - r->url));
        build_format(b, "/apis/registry/v2/ids/globalIds/%llu",
                     (unsigned long long)f->number);
        break;
    case FRAME_PLAIN:
    case FRAME_FINGERPRINT:
        BUG("a registry knows nothing of frames of kind %d", (int)f->kind);
    }
    build_char(b, '\0');
    return ST_OK;
}

enum status registry_fetch(struct registry *r, const struct frame *frame, char **out,
                           struct error *err) {
    char url[1024];
    struct builder b = builder_over(url, sizeof url);
    enum status st = build_url(r, frame, &b, err);
    if (st != ST_OK)
        return st;
    st = ask(r, url, err);
    if (st != ST_OK) {
        metrics_add(M_REGISTRY_FAILURES, 1);
        return st;
    }
    return judge(r, frame, out, err);
}

enum status registry_new(const struct registry_config *config, struct registry **out,
                         struct error *err) {
    struct span url = span_of(config->url);
    bool is_http =
        span_starts_with(url, SPAN("http://")) || span_starts_with(url, SPAN("https://"));
    if (!is_http || url.len > 800) {
        return error_set(err, E_CONFIG,
                         "the schema registry's URL must begin with http:// or https://");
    }
    if (memchr(url.ptr, '@', url.len) || memchr(url.ptr, '?', url.len)) {
        error_set(err, E_CONFIG,
                  "the schema registry's URL must have no user and no query");
        return error_hint(err, "set SCHEMA_REGISTRY_USER and SCHEMA_REGISTRY_PASSWORD");
    }
    curl_global_init(CURL_GLOBAL_DEFAULT);
    struct registry *r = xcalloc(1, sizeof *r);
    r->curl = curl_easy_init();
    if (!r->curl)
        BUG("curl cannot be started");
    r->headers = curl_slist_append(
        NULL, "Accept: application/vnd.schemaregistry.v1+json, application/json");
    r->url = xstrdup(config->url);
    while (url.len > 0 && r->url[url.len - 1] == '/')
        r->url[--url.len] = '\0';
    set_options(r, config);
    *out = r;
    return ST_OK;
}

void registry_free(struct registry *r) {
    if (!r)
        return;
    curl_easy_cleanup(r->curl);
    curl_slist_free_all(r->headers);
    free(r->body);
    free(r->url);
    free(r);
}
