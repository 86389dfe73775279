story: Amazon Japan requires a Japanese return address from sellers abroad: nothing is raised where there is one, or where none is needed
seller abroad has return_address.jp, policy.disclosed
seller inside has policy.disclosed
at 2026-11-20 12:00 +09:00
order 250-1 on amazon.co.jp by abroad: placed, ships from CN
order 250-2 on amazon.co.jp by inside: placed, ships from JP
expect 2 decision order_placed decided
expect no blocker
expect no escalation
