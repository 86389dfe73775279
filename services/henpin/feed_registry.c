/*
 * feed_registry.c: the id of a schema at a Confluent-compatible registry, under the
 * subject "<topic>-value".
 *
 * POST .../versions registers, or answers the id when the registry knows the schema
 * already; POST to the subject alone only looks it up.
 */
#include "services/henpin/feed.h"

#include "common/base/version.h"

#include <curl/curl.h>
#include <stdlib.h>

#define ANSWER_MAX 65536

struct answer {
    char text[ANSWER_MAX];
    size_t len;
    long http;
};

static size_t receive(char *bytes, size_t size, size_t count, void *context) {
    struct answer *a = context;
    size_t n = size * count;
    if (n >= ANSWER_MAX - a->len)
        return 0;
    memcpy(a->text + a->len, bytes, n);
    a->len += n;
    a->text[a->len] = '\0';
    return n;
}

static CURLcode post(const struct schemas_config *c, const char *url, const char *body,
                     struct answer *answer) {
    CURL *curl = curl_easy_init();
    if (!curl)
        BUG("libcurl gives no handle");
    struct curl_slist *headers =
        curl_slist_append(NULL, "Content-Type: application/vnd.schemaregistry.v1+json");
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)(c->registry.timeout_us / 1000));
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "henpin/" HENPIN_VERSION);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, receive);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, answer);
    if (c->registry.user && *c->registry.user) {
        curl_easy_setopt(curl, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
        curl_easy_setopt(curl, CURLOPT_USERNAME, c->registry.user);
        curl_easy_setopt(curl, CURLOPT_PASSWORD, c->registry.password);
    }
    if (c->registry.ca && *c->registry.ca)
        curl_easy_setopt(curl, CURLOPT_CAINFO, c->registry.ca);
    CURLcode code = curl_easy_perform(curl);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer->http);
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
    return code;
}

/* {"id": 7} is the answer; {"error_code": 40403, "message": "..."} the refusal. */
static enum status read_answer(const struct answer *answer, int64_t *id,
                               struct error *err) {
    json_t *json = json_loadb(answer->text, answer->len, 0, NULL);
    const json_t *number = json_object_get(json, "id");
    const char *message = json_string_value(json_object_get(json, "message"));
    enum status st = ST_OK;
    if (answer->http == 200 && json_is_integer(number) &&
        json_integer_value(number) > 0 && json_integer_value(number) <= UINT32_MAX)
        *id = json_integer_value(number);
    else if (message)
        st =
            error_set(err, E_REGISTRY_ANSWER, "the schema registry refuses (%ld): %.120s",
                      answer->http, message);
    else
        st = error_set(err, E_REGISTRY_ANSWER,
                       "the schema registry's answer (%ld) has no id", answer->http);
    json_decref(json);
    return st;
}

enum status feed_registry_id(const struct schemas_config *config, const char *topic,
                             struct span schema, bool may_register, int64_t *id,
                             struct error *err) {
    size_t url_len = strlen(config->registry.url);
    while (url_len > 0 && config->registry.url[url_len - 1] == '/')
        url_len--;
    char url[2048];
    snprintf(url, sizeof url, "%.*s/subjects/%s-value%s", (int)url_len,
             config->registry.url, topic, may_register ? "/versions" : "");
    json_t *request = json_pack("{s:s%}", "schema", schema.ptr, schema.len);
    char *body = request ? json_dumps(request, JSON_COMPACT) : NULL;
    json_decref(request);
    if (!body)
        return error_set(err, E_SCHEMA_INVALID, "the schema is not UTF-8");
    struct answer *answer = xcalloc(1, sizeof *answer);
    CURLcode code = post(config, url, body, answer);
    enum status st = code == CURLE_OK ? read_answer(answer, id, err)
                                      : error_set(err, E_REGISTRY_DOWN,
                                                  "could not ask the schema registry: %s",
                                                  curl_easy_strerror(code));
    free(answer);
    free(body);
    return st;
}
