/* language.c: see language.h. */
#include "common/text/language.h"

#include "common/text/cld2.h"

#include <utf8proc.h>

/* How much of each script: letters, nothing else. */
struct scripts {
    size_t kana, hangul, han, other;
};

static bool is_in(utf8proc_int32_t c, utf8proc_int32_t first, utf8proc_int32_t last) {
    return c >= first && c <= last;
}

static bool is_letter(utf8proc_int32_t c) {
    utf8proc_category_t category = utf8proc_category(c);
    return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO;
}

static void count_letter(struct scripts *s, utf8proc_int32_t c) {
    if (is_in(c, 0x3041, 0x30ff) || is_in(c, 0x31f0, 0x31ff) || is_in(c, 0xff66, 0xff9f))
        s->kana++;
    else if (is_in(c, 0x1100, 0x11ff) || is_in(c, 0x3130, 0x318f) ||
             is_in(c, 0xac00, 0xd7a3))
        s->hangul++;
    else if (is_in(c, 0x3400, 0x9fff) || is_in(c, 0xf900, 0xfaff) ||
             is_in(c, 0x20000, 0x323af))
        s->han++;
    else if (is_letter(c))
        s->other++;
}

static struct scripts scripts_of(struct span text) {
    struct scripts s = {0};
    for (size_t i = 0; i < text.len;) {
        utf8proc_int32_t c = -1;
        utf8proc_ssize_t n = utf8proc_iterate((const utf8proc_uint8_t *)text.ptr + i,
                                              (utf8proc_ssize_t)(text.len - i), &c);
        if (n > 0)
            count_letter(&s, c);
        i += n > 0 ? (size_t)n : 1;
    }
    return s;
}

/* A syllable or a character says as much as three letters, so that "Fire TV Stick"
 * makes no English of a Japanese question. Kana: a lone one ("の") is an ornament of
 * Chinese brand names, Japanese has one at every turn. */
static const char *plain_script(const struct scripts *s) {
    size_t east = s->kana + s->hangul + s->han;
    if (3 * east < s->other)
        return NULL;
    if (s->hangul > 0 && s->hangul >= s->kana + s->han)
        return "ko";
    if (s->kana > 0 && s->kana * 8 >= s->kana + s->han)
        return "ja";
    return NULL;
}

/* "zh-Hant" reads "zh". */
static const char *known_tag(struct span tag) {
    static const char *const tags[] = {
#define X(tag) tag,
        LANGUAGE_TAGS(X)
#undef X
    };
    struct span first = tag;
    (void)span_cut(&tag, '-', &first);
    for (size_t i = 0; i < COUNT_OF(tags); i++)
        if (span_is(first, tags[i]))
            return tags[i];
    return NULL;
}

static bool is_han(const char *tag) {
    return strcmp(tag, "zh") == 0 || strcmp(tag, "ja") == 0;
}

/* What only one of the languages writes, as UTF-8. */
static const struct {
    const char *letter, *tag;
} telling[] = {
    {"¿", "es"}, {"¡", "es"}, {"ñ", "es"}, {"ß", "de"}, {"ã", "pt"}, {"õ", "pt"},
};

/* NULL when there is none, or they contradict each other. */
static const char *told_by_letters(struct span text) {
    const char *tag = NULL;
    for (size_t i = 0; i < COUNT_OF(telling); i++) {
        const char *letter = telling[i].letter;
        if (!memmem(text.ptr, text.len, letter, strlen(letter)))
            continue;
        if (tag && strcmp(tag, telling[i].tag) != 0)
            return NULL;
        tag = telling[i].tag;
    }
    return tag;
}

static struct language_guess guess(struct span text, const struct scripts *s) {
    const struct cld2_answer answer = cld2_detect(text.ptr, text.len);
    const char *tag = known_tag(span_of(answer.tag));
    int confidence = answer.score / 10;
    if (confidence > LANGUAGE_MAX_CONFIDENCE)
        confidence = LANGUAGE_MAX_CONFIDENCE;
    if (tag && is_han(tag) != (3 * s->han > s->other))
        tag = NULL;
    if (confidence >= LANGUAGE_MIN_CONFIDENCE)
        return (struct language_guess){tag, confidence};
    tag = told_by_letters(text);
    return (struct language_guess){tag, tag ? LANGUAGE_MIN_CONFIDENCE : confidence};
}

struct language_guess language_detect(struct span text) {
    if (text.len > LANGUAGE_MAX_BYTES)
        text.len = LANGUAGE_MAX_BYTES;
    const struct scripts s = scripts_of(text);
    const char *plain = plain_script(&s);
    if (plain)
        return (struct language_guess){plain, LANGUAGE_MAX_CONFIDENCE};
    if (s.kana + s.hangul + s.han + s.other == 0)
        return (struct language_guess){NULL, 0};
    return guess(text, &s);
}
