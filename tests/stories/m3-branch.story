story: Rakuten requires a Japanese branch before selling, and the seller answers returns by its own clause
seller without has policy.disclosed
seller overseas has policy.disclosed, overseas_shop.jp
seller branch has policy.disclosed, branch.jp
at 2026-11-20 12:00 +09:00
order 310010-1 on rakuten.co.jp by without: placed, ships from CN
order 310010-2 on rakuten.co.jp by overseas: placed, ships from CN
order 310010-3 on rakuten.co.jp by branch: placed, ships from CN
expect 1 blocker branch.jp raised, seller without, rule rak-branch
expect 1 blocker
# Three of the shop's business days: over a weekend and a holiday.
return R1 of 310010-3: requested, reason size
expect duty answer_return open, rule rak-answer, due 2026-11-26 12:00 +09:00, act_by 2026-11-26 11:00 +09:00, desk inhouse-tokyo
