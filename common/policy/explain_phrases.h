/*
 * explain_phrases.h: everything that an explanation says by itself, in both languages.
 * One row a phrase: identifier, English, Japanese. {0}, {1}, {2} are values.
 *
 * The Japanese is the plain business register of the marketplaces' own seller pages:
 * 返品リクエスト, 出品者, 期限, 担当. Full-width brackets, except around a weekday.
 */
#ifndef COMMON_POLICY_EXPLAIN_PHRASES_H
#define COMMON_POLICY_EXPLAIN_PHRASES_H

/* clang-format off */
#define EXPLAIN_PHRASES(X) \
    /* the head */ \
    X(PH_OUTCOME, "Outcome: {0}", "判定結果：{0}") \
    X(PH_DECIDED, "decided", "判定済み") \
    X(PH_NOT_OURS, "not ours", "当社の対応範囲外") \
    X(PH_NOT_EVALUATED, "not evaluated, because {0}", "判定不可（{0}）") \
    X(PH_POLICY, "Policy: {0}, revision {1}", "ルールセット：{0}（リビジョン {1}）") \
    X(PH_ENGINE, "Zone data: {0}; henpin {1}", "タイムゾーンデータ：{0}、henpin {1}") \
    X(PH_FACT_MISSING, "{0} is missing", "「{0}」が示されていません") \
    X(PH_FACT_OUTSIDE, "{0} is outside the domain", "「{0}」が登録済みの値に当てはまりません") \
    /* a recorded decision */ \
    X(PH_ORIGIN, "Recorded decision: {0}", "記録済みの判定：{0}") \
    X(PH_ORIGIN_EVENT, "  event {0}, read from {1}", "  イベント {0}（読み取り元：{1}）") \
    X(PH_ORIGIN_AT, "  recorded {0} with the outcome \"{1}\"{2}", "  {0} に記録、結果は「{1}」{2}") \
    X(PH_ORIGIN_RULES, "  rules then: {0}", "  当時適用されたルール：{0}") \
    X(PH_ORIGIN_REVISION, "  policy then: {0}, revision {1}", "  当時のルールセット：{0}（リビジョン {1}）") \
    X(PH_ORIGIN_UNKNOWN_REVISION, "  policy then: that revision is not recorded", "  当時のルールセット：保存された記録にありません") \
    X(PH_ORIGIN_SAME, "  the policy loaded now is that one", "  現在読み込まれているルールセットと同一です") \
    X(PH_ORIGIN_OTHER, "  the policy loaded now is another one: what follows is what it would decide", "  現在読み込まれているルールセットとは異なります。以下は現在のルールセットによる判定です") \
    X(PH_ORIGIN_AGREES, "  decided again: the same rules", "  再判定の結果：適用ルールは記録と一致") \
    X(PH_ORIGIN_DIFFERS, "  decided again: other rules; no longer: {0}; new: {1}", "  再判定の結果：適用ルールが記録と異なります（適用されなくなったもの：{0}、新たに適用されたもの：{1}）") \
    X(PH_ORIGIN_LOST, "What is not recorded", "保存データからは分からないこと") \
    /* inputs */ \
    X(PH_READ, "What was read", "判定に使った情報") \
    X(PH_MISSING, "missing", "記載なし") \
    X(PH_OUTSIDE, "outside the domain", "登録外の値") \
    X(PH_NONE, "none", "なし") \
    X(PH_CONTRADICTIONS, "What cannot all be true: a person is told", "同時には成り立たない情報（担当者に知らせる）") \
    X(PH_CONTRADICTION, "{0} and {1}: {2}", "「{0}」と「{1}」：{2}") \
    X(PH_FACT_IS, "{0} {1}", "{0}＝{1}") \
    /* rules */ \
    X(PH_HITS, "Rules that apply", "適用されるルール") \
    X(PH_SHADOW, "[shadow: watched only]", "【試行中：記録のみで実行はしない】") \
    X(PH_SLOT_HANDLE, "who answers", "対応者") \
    X(PH_SLOT_DUTY, "a duty", "対応義務") \
    X(PH_SLOT_BLOCKER, "what the seller must have", "出品者の要件") \
    X(PH_SLOT_CHAIN, "the desks", "担当窓口") \
    X(PH_SLOT_CODE, "what becomes of the goods", "商品の扱い") \
    X(PH_SLOT_REMEDY, "what to offer the buyer", "購入者への提案") \
    X(PH_SLOT_DESTINATION, "where the buyer sends it", "返送先") \
    X(PH_GIVES, "gives: {0}", "決めること：{0}") \
    X(PH_OUTRANKED, "but {1}, which has priority, sets {0}", "ただし「{0}」は優先順位の高い {1} が決定") \
    X(PH_OUTRANKED_HERE, "but another rule sets {0}", "ただし「{0}」は別のルールがすでに決定") \
    X(PH_SOURCE, "source: {0} ({1}); {2}", "根拠：{0}（{1}）、{2}") \
    X(PH_LINE, "{0} line {1}", "{0} {1}行目") \
    X(PH_NOT_GIVEN, "not given", "記載なし") \
    X(PH_WHY_RULE, "why: {0}", "理由：{0}") \
    X(PH_NEARS, "Rules that failed on exactly one condition", "条件が一つだけ合わず適用されなかったルール") \
    X(PH_NEAR_FACT, "{0} is {1}; these rules want something else:", "「{0}」が {1} のため対象外（以下は各ルールの対象）：") \
    X(PH_NEAR_MISSING, "{0} is missing; these rules want it:", "「{0}」の記載がないため対象外（以下は各ルールの対象）：") \
    X(PH_NEAR_STORES, "made for another marketplace: {0}", "ほかの販売先向け：{0}") \
    X(PH_NEAR_TIME, "{0} is {1}, outside its validity: {2}", "{0}が {1} で、適用期間（{2}）の外") \
    X(PH_WHY_NOT, "Why does {0} apply, or not", "ルール {0} が適用される・されない理由") \
    X(PH_APPLIES, "it applies", "適用されます") \
    X(PH_DOES_NOT_APPLY, "it does not apply: {0} of {1} conditions fail", "適用されません（{1}件の条件のうち{0}件が不成立）") \
    X(PH_CHECK_OK, "ok  ", "○") \
    X(PH_CHECK_FAILS, "NO  ", "×") \
    X(PH_CHECK, "{0} {1} (the event: {2})", "「{0}」は {1}（今回：{2}）") \
    X(PH_CHECK_OF_TABLE, "{0} {1} (the event: {2}), asked by its table", "「{0}」は {1}（今回：{2}）［表全体の条件］") \
    X(PH_CHECK_SLOT, "{0} must be {1} (it is: {2}), asked by its table", "「{0}」は {1}（今回：{2}）［表全体の条件］") \
    /* time */ \
    X(PH_OPEN_END, "open", "未定") \
    X(PH_DUTIES, "Duties", "対応義務と期限") \
    X(PH_NO_DUTY, "No duty", "対応義務はありません") \
    X(PH_DUTY, "{0} (rule {1})", "{0}（ルール {1}）") \
    X(PH_WAITS, "waits for {0}; then {1}", "{0} を待って開始、その後 {1}") \
    X(PH_RUNS_FROM, "runs from {0}", "起算：{0}") \
    X(PH_FOR, "for       {0}", "期間：{0}") \
    X(PH_CLOCK_THEIRS, "on the marketplace's clock, which never pauses", "モール側の期限のため中断しません") \
    X(PH_CLOCK_OWN, "on our own clock", "社内の期限") \
    X(PH_DUE, "due       {0}", "期限：{0}") \
    X(PH_WALL_MOVED, "that wall time does not exist or exists twice, because the clocks change: the earlier instant is meant", "時計の切り替えでその時刻が存在しないか二度あるため、早いほうとしました") \
    X(PH_AIM, "aim       {0}", "目標：{0}") \
    X(PH_LATEST, "act before {0}, to keep {1} for the hand-over", "引き継ぎの余裕（{1}）を見込み、{0} まで") \
    X(PH_STOPS, "fulfilled by {0}", "完了とみなすイベント：{0}") \
    X(PH_IF_NOT, "if not: {0}", "守れない場合：{0}") \
    X(PH_NOTHING_FURTHER, "nothing further", "特になし") \
    X(PH_WARN, "warns at {0}", "事前通知：{0}") \
    X(PH_SPAN, "{0} to {1}", "{0} ～ {1}") \
    X(PH_COUNTED, "counted: {0}", "算入：{0}") \
    X(PH_SKIPPED, "skipped: {0}", "除外：{0}") \
    X(PH_MORE_SEGMENTS, "... {0} more lines ...", "（中略 {0}行）") \
    X(PH_NTH_DAY, "day {0}", "{0}日目") \
    X(PH_RUNS, "every hour runs", "昼夜・休日を問わず進行") \
    X(PH_OPEN, "open hours", "営業時間") \
    X(PH_FIRST_DAY, "the day of the start is day 1", "初日を1日目として算入") \
    X(PH_REST_OF_DAY, "to the end of the day", "その日の終わりまで") \
    X(PH_START_DAY, "the day of the start is not counted", "初日は算入しない") \
    X(PH_WEEKEND, "weekend", "土日") \
    X(PH_DAY_OFF, "weekly closing day", "定休日") \
    X(PH_HOLIDAY, "holiday, {0}", "祝日（{0}）") \
    X(PH_CLOSURE, "closed on these days", "休業日") \
    X(PH_NIGHT, "closed for the night", "営業時間外") \
    X(PH_BREAK, "closed for a break", "休憩時間") \
    X(PH_RESERVE, "hand-over margin", "引き継ぎの余裕") \
    X(PH_DAYS, "{0} d", "{0}日") \
    X(PH_HOURS, "{0} h", "{0}時間") \
    X(PH_MINUTES, "{0} min", "{0}分") \
    X(PH_SECONDS, "{0} s", "{0}秒") \
    X(PH_CALENDAR_DAYS, "{0} calendar days ({1})", "{0}暦日（土日祝日を含む、{1}）") \
    X(PH_BUSINESS_DAYS, "{0} business days ({1})", "{0}営業日（{1}）") \
    X(PH_BUSINESS_HOURS, "{0} business hours ({1})", "営業時間で{0}時間（{1}）") \
    X(PH_WITH_FIRST_DAY, "first day counted", "初日算入") \
    X(PH_WITH_END_OF_DAY, "to the end of the day", "最終日の終わりまで") \
    X(PH_WITH_ROLL, "rolling to open in {0}", "最終日が休業日なら翌営業日まで（{0}）") \
    /* desks */ \
    X(PH_WHO, "Who gets it", "担当") \
    X(PH_TAKES, "{0} must act by {1}", "担当：{0}、{1} までに対応") \
    X(PH_TAKES_NOW, "{0} gets it", "担当：{0}") \
    X(PH_TAKES_OPENS, "{0} gets it; it opens {1}", "担当：{0}（{1} に営業開始）") \
    X(PH_LAST, "{0} must act by {1}, because no other desk can", "担当：{0}、{1} までに対応（ほかに対応できる窓口なし）") \
    X(PH_LAST_NOW, "{0} gets it, because no other desk can", "担当：{0}（ほかに対応できる窓口なし）") \
    X(PH_NEXT, "then, unanswered, {0} from {1} on, who must act by {2}", "未対応なら {1} から{0}が担当、{2} までに対応") \
    X(PH_SPARE, "{0} could too, and is not needed", "{0}：対応可能だが、先の窓口が担当するため不要") \
    X(PH_PASSED, "{0} is passed over: {1}", "{0}：見送り（{1}）") \
    X(PH_BY_LANGUAGE, "it does not speak the language ({0})", "{0}に対応していない") \
    X(PH_BY_UNLICENSED, "it does not hold the licence {0}", "許可・資格「{0}」がない") \
    X(PH_BY_LICENCE_LATER, "its licence {0} begins only on {1}", "許可・資格「{0}」の開始が {1}") \
    X(PH_BY_LICENCE_ENDED, "its licence {0} ended on {1}", "許可・資格「{0}」が {1} に満了") \
    X(PH_BY_SHUT, "it is closed from the start to the latest moment, and opens {0}", "開始から期限前まで営業時間がない（次の営業開始 {0}）") \
    X(PH_BY_AWAY, "it is closed for as long as it would be waited for", "待機時間を通して営業時間外") \
    X(PH_BY_CLOSED, "it is closed at that moment, and opens {0}", "受付時点で営業時間外（次の営業開始 {0}）") \
    X(PH_BY_BEYOND, "its calendar does not reach so far", "カレンダーの登録範囲外") \
    X(PH_UNTIL_LICENCE, "sooner, since its licence {0} ends on {1}", "許可・資格「{0}」が {1} に満了するため、それまでに対応") \
    X(PH_BEFORE_DUE, "from then until {0} it is closed:", "{0} までの間は営業していません：") \
    X(PH_ROUTE, "Without a deadline it goes to", "期限のない連絡の担当") \
    /* the rest */ \
    X(PH_BLOCKERS, "What the seller must have first", "出品者が先に整えること") \
    X(PH_BLOCKER, "{0} ({1}, rule {2})", "{0}（{1}、ルール {2}）") \
    X(PH_REMEDY, "Offer the buyer: {0} (rule {1})", "購入者への提案：{0}（ルール {1}）") \
    X(PH_DESTINATION, "Where the buyer sends it: {0} (rule {1})", "返送先：{0}（ルール {1}）") \
    X(PH_GOODS, "The goods: {0} (rule {1})", "返品された商品の扱い：{0}（ルール {1}）") \
    X(PH_MONEY, "What each way costs (-) or brings; the rules chose the marked one (>), and no figure changes that", "方法ごとの見込み額（－は支出）。ルールが選んだのは「>」の方法で、金額は判定に影響しない") \
    X(PH_MONEY_OPEN, "What each way costs (-) or brings; no way is chosen yet, and no figure changes which", "方法ごとの見込み額（－は支出）。方法はまだ決まっておらず、金額は判定に影響しない") \
    X(PH_MONEY_WAY, "{0}: {1}", "{0}：{1}") \
    X(PH_MONEY_WAY_UNKNOWN, "{0}: no sum", "{0}：合計なし") \
    X(PH_MONEY_LACKS, "; no figure for {0}", "、金額不明：{0}") \
    X(PH_MONEY_SHARE, "{0}% of value", "金額の{0}%") \
    X(PH_MONEY_PART, "{0} {1}: {2}", "{0} {1}：{2}") \
    X(PH_MONEY_SOURCE, "({0}; {1})", "（{0}、{1}）") \
    X(PH_MONEY_TO, " to ", " ～ ") \
    X(PH_STEPS, "Steps", "手順") \
    X(PH_STEP_TO, "to {0}", "担当：{0}") \
    X(PH_STEP_LICENCE, "licence {0}", "必要な許可：{0}") \
    X(PH_STEP_EVIDENCE, "evidence: {0}", "証跡：{0}") \
    X(PH_STEP_AFTER, "after step {0}", "手順{0}の後") \
    X(PH_STEP_BY, "by {0}", "{0} まで") \
    X(PH_STEP_WITHIN, "within {0} of it", "その後{0}以内") \
    X(PH_STEP_LOT, "of {0}", "対象：{0}") \
    X(PH_STEP_PLACE, "at {0}", "場所：{0}") \
    X(PH_STEP_WASTE, "waste: {0}", "廃棄物の種類：{0}") \
    X(PH_STEP_UNIT, "states the amount in {0}", "数量を記入（単位：{0}）") \
    X(PH_STEP_KEEP, "kept {0} years", "{0}年間保存") \
    X(PH_STEP_UNLOCKS, "then allowed: {0}", "完了後に可能：{0}") \
    X(PH_STEP_OVERDUE, "if late: {0}", "遅れた場合：{0}") \
    X(PH_R_PAUSE, "{0}: pauses at", "{0}：中断") \
    X(PH_STEP_DUE, "within {0}", "{0}以内") \
    /* a rule as rows */ \
    X(PH_R_TITLE, "title", "題名") \
    X(PH_R_TABLE, "table", "表") \
    X(PH_R_MODE, "mode", "状態") \
    X(PH_R_ACTIVE, "active", "有効") \
    X(PH_R_PRIORITY, "priority", "優先順位") \
    X(PH_R_YIELDS, "yields to", "優先されるルール") \
    X(PH_R_WHEN, "when", "条件") \
    X(PH_R_ALWAYS, "always", "常に") \
    X(PH_R_VALID, "valid", "適用期間") \
    X(PH_R_FROM, "from {0}", "{0} から") \
    X(PH_R_UNTIL, "until {0}", "{0} の前まで") \
    X(PH_R_FROM_UNTIL, "from {0} until {1}", "{0} から {1} の前まで") \
    X(PH_R_BY, "{0}, by {1}", "{0}（基準：{1}）") \
    X(PH_R_APPLIES, "applies to", "適用対象") \
    X(PH_R_OPEN_TOO, "open cases too", "対応中の案件にも適用") \
    X(PH_R_HANDLE, "answered by", "対応者") \
    X(PH_R_DUTY, "duty", "対応義務") \
    X(PH_R_BLOCKER, "the seller needs", "出品者の要件") \
    X(PH_R_CHAIN, "desks", "担当窓口") \
    X(PH_R_CODE, "the goods", "商品の扱い") \
    X(PH_R_STEP, "step {0}", "手順{0}") \
    X(PH_R_REMEDY, "offer", "購入者への提案") \
    X(PH_R_DESTINATION, "send to", "返送先") \
    X(PH_R_DUE, "{0}: due", "{0}：期限") \
    X(PH_R_START, "{0}: runs from", "{0}：起算") \
    X(PH_R_AIM, "{0}: aim", "{0}：目標") \
    X(PH_R_RESERVE, "{0}: reserve", "{0}：余裕") \
    X(PH_R_WARN, "{0}: warns", "{0}：事前通知") \
    X(PH_R_STOPS, "{0}: fulfilled by", "{0}：完了イベント") \
    X(PH_R_SEVERITY, "{0}: severity", "{0}：重要度") \
    X(PH_R_BREACH, "{0}: if not", "{0}：守れない場合") \
    X(PH_R_REOPEN, "{0}: when reopened", "{0}：再開時") \
    X(PH_R_SOURCE, "source", "根拠") \
    X(PH_R_CONFIDENCE, "confidence", "確度") \
    X(PH_R_WHY, "why", "理由") \
    X(PH_R_PLACE, "written in", "記載場所") \
    X(PH_T_UNIQUE, "at most one rule applies", "適用されるルールは一つまで") \
    X(PH_T_PRIORITY, "the highest priority wins", "優先順位の高いルールが決定") \
    X(PH_T_COLLECT, "all rules that apply count", "該当するルールをすべて適用") \
    X(PH_T_NEEDS, "asked only where {0} is {1}", "「{0}」が {1} の場合のみ判定") \
    X(PH_OR, " or ", " または ") \
    X(PH_AND, " and ", " かつ ") \
    X(PH_COMMA, ", ", "、") \
    X(PH_NOT, "not {0}", "{0} 以外") \
    X(PH_NONE_OF, "none of {0}", "次のいずれでもない：{0}") \
    X(PH_WITHOUT, "without {0}", "{0} なし") \
    X(PH_ANY_SET, "stated", "記載あり") \
    X(PH_WAIT, "{0}, for {1}", "{0}（{1}で次へ）") \
    X(PH_UNLESS_CLOSED, "{0} (unless closed)", "{0}（営業時間内のみ）") \
    X(PH_UNLESS_FULL, "{0} (unless full)", "{0}（空きがある場合のみ）") \
    X(PH_WAIT_SHARE, "{0}, for {1} % of the time", "{0}（期間の{1} %で次へ）") \
    X(PH_REQUIRES, "{0} with licence {1}", "{0}（許可・資格「{1}」が必要）") \
    X(PH_BEFORE_END, "{0} before due", "期限の{0}前") \
    X(PH_SEVERITY_NOTE, "note", "参考") \
    X(PH_SEVERITY_LOW, "low", "低") \
    X(PH_SEVERITY_NORMAL, "normal", "中") \
    X(PH_SEVERITY_HIGH, "high", "高") \
    X(PH_SEVERITY_GRAVE, "grave", "最高") \
    X(PH_CONFIRMED, "confirmed", "確認済み") \
    X(PH_SEED, "seed", "初期資料による") \
    X(PH_OWN, "own", "社内基準") \
    X(PH_RECALLED, "recalled-not-confirmed", "未確認") \
    X(PH_RESTART, "restart", "最初から数え直す") \
    X(PH_RESUME, "resume", "残り時間から再開") \
    X(PH_STAYS_CLOSED, "closed", "再開しない")
/* clang-format on */

#endif
