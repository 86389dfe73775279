story: a device with used needles is sealed and leaves as infectious waste
seller A1 has return_address.jp, policy.disclosed, licence_holder.jp, repair_route
at 2026-01-13 10:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN, class medical_class_2
at 2026-01-20 10:00 +09:00
return R1 of 250-1: received, condition used, hazards SHARPS
expect return R1 RECEIVED, disposition contain_biohazard
expect step hand_over CREATED, licence_required SCIW_TRANSPORT, waste has SC_INFECTIOUS
