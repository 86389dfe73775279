story: Rakuten requires a Japanese branch before selling: a seller that opens there without one hears of it before the first order
at 2026-11-20 12:00 +09:00
seller ready has branch.jp, policy.disclosed
seller ready sells on rakuten.co.jp, ships from CN, opens 2026-12-01 00:00 +09:00
seller late has policy.disclosed
seller late sells on rakuten.co.jp, ships from CN, opens 2026-12-01 00:00 +09:00
the clock looks
the clock looks
expect 1 blocker branch.jp raised, seller late, marketplace rakuten.co.jp, rule rak-branch, raised 2026-11-20 12:00 +09:00
expect 1 escalation branch.jp raised, case_kind seller, order none, severity 3, reason has opens there on 2026-11-30T15:00:00Z
expect no escalation, seller ready

# The branch is registered in time, and the first order meets nothing.
at 2026-11-28 12:00 +09:00
seller late has branch.jp
the clock looks
expect 1 blocker branch.jp resolved, seller late
at 2026-12-01 10:00 +09:00
order 310010-1 on rakuten.co.jp by late: placed, ships from CN
the clock looks
expect 1 escalation branch.jp raised
expect no blocker branch.jp raised
