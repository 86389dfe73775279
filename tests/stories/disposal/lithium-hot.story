story: a hot battery goes into the fire-proof box within a quarter of an hour, and the fire warden is called
seller A1 has return_address.jp, policy.disclosed
at 2026-01-13 10:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN, class power_bank
at 2026-01-20 10:00 +09:00
return R1 of 250-1: received, condition defective, hazards HOT_BATTERY
expect return R1 RECEIVED, disposition hazmat
expect step isolate READY, due 2026-01-20 10:15 +09:00
expect step call_fire_warden, due 2026-01-20 10:15 +09:00
