story: fluorescent lamps are kept whole and apart, and go to a contractor whose licence names mercury
seller A1 has return_address.jp, policy.disclosed
at 2026-01-13 10:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN, class lamp
at 2026-01-20 10:00 +09:00
return R1 of 250-1: received, condition used, hazards MERCURY
expect return R1 RECEIVED, disposition contain_mercury
expect step check_mercury_scope CREATED
expect step hand_over CREATED, waste has MERCURY_PRODUCT
