/* fold.c: see fold.h. ASCII, kana, Hangul and Han take a short way; all else asks utf8proc.
 */
#include "common/text/fold.h"

#include <utf8proc.h>

struct folding {
    char *out;
    size_t len, cap;
    enum letter last;  /* LETTER_NONE: a clause begins */
    int32_t last_char; /* of `last` */
    bool has_blank;    /* since then */
};

static enum letter letter_of(int32_t c) {
    if (c < 0x1100)
        return LETTER_SPACED;
    if ((c >= 0x3041 && c <= 0x30ff) || (c >= 0x31f0 && c <= 0x31ff))
        return LETTER_KANA;
    if ((c >= 0xac00 && c <= 0xd7a3) || c <= 0x11ff || (c >= 0x3130 && c <= 0x318f))
        return LETTER_HANGUL;
    bool is_han = (c >= 0x3400 && c <= 0x9fff) || (c >= 0xf900 && c <= 0xfaff) ||
                  (c >= 0x20000 && c <= 0x323af) || c == 0x3005;
    return is_han ? LETTER_HAN : LETTER_SPACED;
}

enum letter fold_letter(const char *at, size_t *len) {
    unsigned char b = (unsigned char)*at;
    if (b < 0x80) {
        *len = 1;
        return b == ' ' || b == '.' ? LETTER_NONE : LETTER_SPACED;
    }
    utf8proc_int32_t c = 0;
    *len = b >= 0xf0 ? 4 : b >= 0xe0 ? 3 : 2;
    (void)utf8proc_iterate((const utf8proc_uint8_t *)at, (utf8proc_ssize_t)*len, &c);
    return letter_of(c);
}

/* ---- what is written ---- */

static void put_clause_end(struct folding *f) {
    if (f->out[f->len - 1] != '.' && f->len < f->cap)
        f->out[f->len++] = '.';
    f->last = LETTER_NONE;
    f->has_blank = false;
}

static void put_letter(struct folding *f, int32_t c) {
    enum letter letter = letter_of(c);
    if (f->len + 5 > f->cap)
        return;
    if (f->has_blank && f->last == LETTER_SPACED && letter == LETTER_SPACED)
        f->out[f->len++] = ' ';
    f->len += (size_t)utf8proc_encode_char(c, (utf8proc_uint8_t *)f->out + f->len);
    f->last = letter;
    f->last_char = c;
    f->has_blank = false;
}

/* Hiragana that has a voiced twin; of the row of は a second one, too. */
static bool is_voiceable(int32_t c) {
    bool is_k_to_ti = c >= 0x304b && c <= 0x3061 && c % 2 == 1;
    bool is_tu_te_to = c >= 0x3064 && c <= 0x3068 && c % 2 == 0;
    return is_k_to_ti || is_tu_te_to || (c >= 0x306f && c <= 0x307b && c % 3 == 0);
}

/* The voicing mark of half-width kana goes to the kana before it. */
static void voice(struct folding *f, int32_t mark) {
    if (f->last != LETTER_KANA || f->has_blank || !is_voiceable(f->last_char))
        return;
    if (mark == 0x309a && f->last_char < 0x306f)
        return;
    f->len -= 3;
    put_letter(f, f->last_char + (mark == 0x3099 ? 1 : 2));
}

static bool ends_clause(int32_t c) {
    static const char marks[] = ".,;:!?()[]{}\n";
    return c < 0x80 ? c != 0 && strchr(marks, c) != NULL
                    : c == 0x3001 || c == 0x3002 || c == 0x2026 || c == 0x00bf ||
                          c == 0x00a1 || (c >= 0x300c && c <= 0x3011);
}

static bool is_kept(int32_t c) {
    if (c < 0x80)
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    utf8proc_category_t category = utf8proc_category(c);
    return (category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO) ||
           (category >= UTF8PROC_CATEGORY_ND && category <= UTF8PROC_CATEGORY_NO);
}

/* One character of a decomposed and case-folded text. */
static void put(struct folding *f, int32_t c) {
    if (c >= 0x30a1 && c <= 0x30f6)
        c -= 0x60;
    if (c == 0x3099 || c == 0x309a)
        voice(f, c);
    else if (is_kept(c))
        put_letter(f, c);
    else if (ends_clause(c))
        put_clause_end(f);
    else if (utf8proc_category(c) != UTF8PROC_CATEGORY_MN)
        f->has_blank = true;
}

static void put_any(struct folding *f, int32_t c) {
    enum { LONGEST = 24 }; /* U+FDFA makes 18 */
    utf8proc_int32_t parts[LONGEST];
    int last_class = 0;
    utf8proc_ssize_t n = utf8proc_decompose_char(c, parts, LONGEST,
                                                 UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT |
                                                     UTF8PROC_CASEFOLD | UTF8PROC_IGNORE,
                                                 &last_class);
    for (utf8proc_ssize_t i = 0; i < n && i < LONGEST; i++)
        put(f, parts[i]);
}

static void fold_char(struct folding *f, int32_t c) {
    if (c < 0x80)
        put(f, c >= 'A' && c <= 'Z' ? c + 32 : c);
    else if ((c >= 0xac00 && c <= 0xd7a3) || (c >= 0x4e00 && c <= 0x9fff) ||
             (c >= 0x3041 && c <= 0x3096))
        put_letter(f, c);
    else if (c >= 0x30a1 && c <= 0x30f6)
        put_letter(f, c - 0x60);
    else
        put_any(f, c);
}

struct span text_fold(struct arena *a, struct span text) {
    if (text.len > FOLD_MAX_BYTES)
        text.len = FOLD_MAX_BYTES;
    /* Twice the length holds all that anybody writes; a text made of the few characters
     * that unfold to more than that is read as far as it fits. */
    struct folding f = {.cap = 2 * text.len + 16, .len = 1};
    f.out = arena_alloc(a, f.cap + 1);
    f.out[0] = '.';
    for (size_t i = 0; i < text.len;) {
        utf8proc_int32_t c = -1;
        utf8proc_ssize_t n = utf8proc_iterate((const utf8proc_uint8_t *)text.ptr + i,
                                              (utf8proc_ssize_t)(text.len - i), &c);
        if (n > 0)
            fold_char(&f, c);
        else
            f.has_blank = true;
        i += n > 0 ? (size_t)n : 1;
    }
    if (f.out[f.len - 1] != '.')
        f.out[f.len++] = '.'; /* there is room: cap + 1 */
    return (struct span){f.out, f.len};
}
