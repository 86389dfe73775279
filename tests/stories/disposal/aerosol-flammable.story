story: a used spray can whose contents burn below 70 degrees is specially controlled waste
seller A1 has return_address.jp, policy.disclosed
at 2026-01-13 10:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN, class aerosol
at 2026-01-20 10:00 +09:00
return R1 of 250-1: received, condition used, hazards FLASH_BELOW_70
expect return R1 RECEIVED, disposition contain_pressurised
expect step hand_over CREATED, licence_required SCIW_TRANSPORT, waste has SC_OIL
