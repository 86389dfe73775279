story: a return request must be answered in time: other stores have their own numbers and dates
seller A1 has policy.disclosed
at 2024-09-15 12:00 Z
order 113-1 on amazon.com by A1: placed, ships from CN, buyer in US
return R1 of 113-1: requested, reason CR-DEFECTIVE
expect duty answer_return, rule amz-us-answer-before-2024-09-16, due 2024-09-20 12:00 Z
at 2024-09-16 09:00 -07:00
order 113-2 on amazon.com by A1: placed, ships from CN, buyer in US
return R2 of 113-2: requested, reason CR-DEFECTIVE
expect duty answer_return, rule amz-us-answer, due 2024-09-18 09:00 -07:00
at 2026-11-20 12:00 +01:00
order 302-1 on amazon.de by A1: placed, ships from CN, buyer in DE
return R3 of 302-1: requested, reason CR-DEFECTIVE
expect duty answer_return, rule amz-de-answer, due 2026-11-23 12:00 +01:00, desk intercultural-elements
order 403-1 on amazon.es by A1: placed, ships from CN, buyer in ES
return R4 of 403-1: requested, reason CR-DEFECTIVE
expect duty answer_return, rule amz-five-days-answer, due 2026-11-25 12:00 +01:00
expect 4 duty answer_return open
expect no escalation triage
