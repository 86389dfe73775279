story: damaged clothes of synthetic fibre are waste plastic
seller A1 has return_address.jp, policy.disclosed
at 2026-01-13 10:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN, class apparel
at 2026-01-20 10:00 +09:00
return R1 of 250-1: received, condition damaged, hazards SYNTHETIC_FIBRE
expect return R1 RECEIVED, disposition discard
expect step hand_over CREATED, licence_required IW_TRANSPORT, waste has PLASTIC
