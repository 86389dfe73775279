story: a swollen power bank is mixed waste of sludge, metal and plastic, after it was isolated and insulated
seller A1 has return_address.jp, policy.disclosed
at 2026-01-13 10:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN, class power_bank
at 2026-01-20 10:00 +09:00
return R1 of 250-1: received, condition used, hazards SWOLLEN_BATTERY
expect return R1 RECEIVED, disposition hazmat
step isolate of R1: done, reference box.jpg
step insulate_terminals of R1: done, reference tape.jpg
expect step hand_over CREATED, licence_required IW_TRANSPORT, waste has SLUDGE, waste has PLASTIC
