story: customers expect clear return policies before they buy: a seller who discloses none is told so
seller open has return_address.jp, policy.disclosed
seller silent has return_address.jp
at 2026-11-20 12:00 +09:00
order 250-1 on amazon.co.jp by silent: placed, ships from CN
order 250-2 on amazon.co.jp by open: placed, ships from CN
expect 1 blocker policy.disclosed raised, seller silent
expect 1 escalation policy.disclosed raised, seller silent
expect 1 blocker
