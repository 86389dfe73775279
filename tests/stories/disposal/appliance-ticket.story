story: a used fridge goes with a ticket to the collection place: no manifest, nobody takes it apart
seller A1 has return_address.jp, policy.disclosed
at 2026-01-13 10:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN, class home_appliance
at 2026-01-20 10:00 +09:00
return R1 of 250-1: received, condition used
expect return R1 RECEIVED, disposition home_appliance_recycling
step hand_over of R1: done, reference T-1, piece 1, refused comes after buy_recycling_ticket
step buy_recycling_ticket of R1: done, refused "ticket_number" is missing
step buy_recycling_ticket of R1: done, ticket_number 1234-5678
the clock looks
expect step hand_over READY, evidence_required ticket_copy, licence_required none, due 2026-02-19 10:00 +09:00
at 2026-01-22 10:00 +09:00
step hand_over of R1: done, reference T-1, piece 1.5, refused whole number
step hand_over of R1: done, reference T-1, piece 1
expect step hand_over DONE
expect no step confirm_disposal
expect no step dismantle
