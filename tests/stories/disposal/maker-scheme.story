story: an extinguisher of a Japanese maker goes back by the maker's scheme: no manifest, the scheme's receipt closes it
seller A1 has return_address.jp, policy.disclosed
at 2026-01-13 10:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN, class fire_extinguisher
at 2026-01-20 10:00 +09:00
return R1 of 250-1: received, condition used, hazards SCHEME_PRODUCT
expect return R1 RECEIVED, disposition take_back
expect step hand_over CREATED, licence_required WIDE_AREA_CERT, evidence_required scheme_receipt
expect no step confirm_transport
step check_scheme_accepts of R1: done
step order_scheme_collection of R1: done
step pack_as_scheme_says of R1: done, refused "reference" is missing
step pack_as_scheme_says of R1: done, reference p.jpg
expect 3 step, state DONE
