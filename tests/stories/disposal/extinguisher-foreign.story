story: an extinguisher of a foreign make is for a specialist, whom a person chooses
seller A1 has return_address.jp, policy.disclosed
at 2026-01-13 10:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN, class fire_extinguisher
at 2026-01-20 10:00 +09:00
return R1 of 250-1: received, condition used
expect return R1 RECEIVED, disposition specialist
expect step decide_by_person, responsible environment_manager
