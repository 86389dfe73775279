story: without a holder of WIDE_AREA_CERT no maker takes back
seller A1 has return_address.jp, policy.disclosed
at 2026-01-13 10:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN, class fire_extinguisher
at 2026-01-20 10:00 +09:00
return R1 of 250-1: received, condition used, hazards SCHEME_PRODUCT
step check_scheme_accepts of R1: done
step order_scheme_collection of R1: done
step pack_as_scheme_says of R1: done, reference p
the clock looks
expect step hand_over, licence_required WIDE_AREA_CERT, blocked has WIDE_AREA_CERT, partner none
expect escalation disposal_step blocked, reason has WIDE_AREA_CERT
step hand_over of R1: done, refused is blocked
