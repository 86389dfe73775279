story: cartons are old paper for recycling: a written contract, no licence, no manifest
seller A1 has return_address.jp, policy.disclosed
at 2026-01-13 10:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN, class packaging
at 2026-01-20 10:00 +09:00
return R1 of 250-1: received, condition used, hazards CARTON
expect return R1 RECEIVED, disposition recycle
step sort_clean of R1: done
step check_contract of R1: done, reference C-1
step hand_over of R1: done, kg 3.5, refused "reference" is missing
step hand_over of R1: done, reference D-1, kg 3.5
expect 3 step, state DONE
