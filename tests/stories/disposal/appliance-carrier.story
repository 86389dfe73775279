story: a used fridge that a carrier fetches has a ticket and a manifest, whose slips D and E nobody waits for
seller A1 has return_address.jp, policy.disclosed, appliance_carrier
at 2026-01-13 10:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN, class home_appliance
at 2026-01-20 10:00 +09:00
return R1 of 250-1: received, condition used
expect return R1 RECEIVED, disposition home_appliance_recycling
expect step hand_over CREATED, licence_required IW_TRANSPORT, evidence_required manifest_a, unit piece
expect step confirm_transport CREATED, evidence_required manifest_b2
expect no step confirm_disposal
expect no step confirm_final_disposal
