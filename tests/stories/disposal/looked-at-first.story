story: an unopened bottle of perfume is looked at and counted before it stands on a shelf
seller A1 has return_address.jp, policy.disclosed
at 2026-01-13 10:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN, class flammable_liquid
at 2026-01-20 10:00 +09:00
return R1 of 250-1: received, condition unopened
expect return R1 RECEIVED, disposition quarantine_check
step segregate of R1: done, reference p.jpg
step check_condition of R1: done, reference p2.jpg
step sum_fire_quantity of R1: done, litre 0.1
expect 3 step, state DONE
