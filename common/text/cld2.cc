// cld2.cc: see cld2.h. The only C++ of the tree, and as little of it as can be.
#include "common/text/cld2.h"

#include <cstdio> // which CLD2's header forgets

#include <cld2/public/compact_lang_det.h>
#include <cld2/public/encodings.h>

namespace {
// From compact_lang_det_impl.h, which is not for users: an answer for short texts, too.
const int kBestEffort = 0x4000;
} // namespace

extern "C" struct cld2_answer cld2_detect(const char *text, size_t len) {
    const CLD2::CLDHints no_hints = {NULL, NULL, CLD2::UNKNOWN_ENCODING,
                                     CLD2::UNKNOWN_LANGUAGE};
    CLD2::Language languages[3];
    int percents[3], text_bytes = 0, valid_bytes = 0;
    double scores[3];
    bool is_reliable = false;
    CLD2::Language best = CLD2::ExtDetectLanguageSummaryCheckUTF8(
        text, static_cast<int>(len), true, &no_hints, kBestEffort, languages, percents,
        scores, NULL, &text_bytes, &is_reliable, &valid_bytes);
    struct cld2_answer answer = {"un", 0, 0};
    for (int i = 0; i < 3; i++) {
        if (best != CLD2::UNKNOWN_LANGUAGE && languages[i] == best) {
            answer.tag = CLD2::LanguageCode(best);
            answer.percent = percents[i];
            answer.score = static_cast<int>(scores[i]);
            break;
        }
    }
    return answer;
}
