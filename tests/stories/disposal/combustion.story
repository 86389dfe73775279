story: fuel leaves an oil heater before anything else, and is specially controlled waste of its own
seller A1 has return_address.jp, policy.disclosed
at 2026-01-13 10:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN, class combustion_device
at 2026-01-20 10:00 +09:00
return R1 of 250-1: received, condition defective
expect return R1 RECEIVED, disposition recycle
expect step hand_over CREATED, lot fuel, licence_required SCIW_TRANSPORT
expect step hand_over CREATED, lot rest, licence_required IW_TRANSPORT
