story: Amazon Japan requires a Japanese return address from sellers abroad: the missing one is raised once, before it hurts
seller A1 has policy.disclosed
at 2026-11-20 12:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN
order 250-2 on amazon.co.jp by A1: placed, ships from CN
expect 1 blocker return_address.jp raised, seller A1, marketplace amazon.co.jp, rule amz-jp-address
expect 1 escalation return_address.jp raised, order 250-1, severity 3
expect 1 blocker

# The same account at another store has no such blocker.
order 113-1 on amazon.com by A1: placed, ships from CN, buyer in US
expect no blocker, marketplace amazon.com
