story: Amazon Japan requires a Japanese return address from sellers abroad: who has nothing in Japan sends a prepaid label within five days
seller A1 has policy.disclosed
at 2026-11-20 12:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN
return R1 of 250-1: requested, reason CR-DEFECTIVE, amount 5000
expect return R1 REQUESTED, destination prepaid_label, remedy refund
expect duty answer_return open, due 2026-11-25 12:00 +09:00
expect escalation answer_return open, details has "destination":"prepaid_label"
at 2026-11-22 09:00 +09:00
return R1: label issued
expect duty answer_return met
expect return R1 LABEL_ISSUED, destination prepaid_label
expect no escalation triage
