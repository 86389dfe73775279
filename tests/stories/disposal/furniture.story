story: broken wooden furniture is parted: wood to the municipal collector, the rest to industrial waste
seller A1 has return_address.jp, policy.disclosed
at 2026-01-13 10:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN, class furniture
at 2026-01-20 10:00 +09:00
return R1 of 250-1: received, condition damaged
expect return R1 RECEIVED, disposition recycle
expect step hand_over CREATED, lot wood, licence_required GW_TRANSPORT
expect step hand_over CREATED, lot rest, licence_required IW_TRANSPORT
