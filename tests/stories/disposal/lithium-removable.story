story: a battery that comes out and the rest are two lots, each with papers of its own
seller A1 has return_address.jp, policy.disclosed
at 2026-01-13 10:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN, class small_electronics
at 2026-01-20 10:00 +09:00
return R1 of 250-1: received, condition defective, hazards LITHIUM_ION BATTERY_REMOVABLE
expect return R1 RECEIVED, disposition recycle
expect 2 step hand_over CREATED
expect step hand_over CREATED, lot battery, waste has SLUDGE
expect step hand_over CREATED, lot rest, waste has GLASS_CERAMIC
expect step dismantle CREATED, licence_required IW_DISPOSAL
