story: a used fridge whose maker is gone is decided by a person first
seller A1 has return_address.jp, policy.disclosed
at 2026-01-13 10:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN, class home_appliance
at 2026-01-20 10:00 +09:00
return R1 of 250-1: received, condition used, hazards NO_MAKER
expect return R1 RECEIVED, disposition home_appliance_recycling
expect step decide_by_person READY
step buy_recycling_ticket of R1: done, ticket_number 1, refused comes after decide_by_person
step decide_by_person of R1: done
expect step decide_by_person DONE
