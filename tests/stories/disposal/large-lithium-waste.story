story: a broken power station is specially controlled waste: slips B2 and D within 60 days
seller A1 has return_address.jp, policy.disclosed
at 2026-01-13 10:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN, class power_station
at 2026-01-20 10:00 +09:00
return R1 of 250-1: received, condition defective, hazards LITHIUM_ION
expect return R1 RECEIVED, disposition hazmat
expect step hand_over CREATED, licence_required SCIW_TRANSPORT, waste has SC_ACID
