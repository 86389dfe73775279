story: a used single-use device is never sold again: defaced, made useless, then waste
seller A1 has return_address.jp, policy.disclosed, licence_holder.jp, repair_route
at 2026-01-13 10:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN, class medical_class_1
at 2026-01-20 10:00 +09:00
return R1 of 250-1: received, condition used, hazards SINGLE_USE
expect return R1 RECEIVED
expect step deface CREATED
expect no step put_on_shelf
