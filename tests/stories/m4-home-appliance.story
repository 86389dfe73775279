story: Japan's disposal rules are strict: a broken fridge goes with a paid ticket to the collection place, never taken apart, and nobody waits for slips that do not exist
seller A1 has return_address.jp, policy.disclosed, administrator.jp, appliance_fee
at 2026-11-20 12:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN, class home_appliance, hazards REFRIGERANT
expect no blocker
return R1 of 250-1: requested, reason CR-DEFECTIVE, condition defective
at 2026-11-27 10:00 +09:00
return R1: received
expect return R1 RECEIVED, disposition home_appliance_recycling
expect task no_dismantling READY
expect task buy_recycling_ticket READY, evidence_required ticket, due 2026-12-04 10:00 +09:00
expect task hand_over CREATED, responsible designated_collection_place, evidence_required ticket_copy, licence_required none, after_step 2
expect no task confirm_disposal
expect no task dismantle
