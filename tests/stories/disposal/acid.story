story: an acid of pH 2 or less is specially controlled waste acid
seller A1 has return_address.jp, policy.disclosed
at 2026-01-13 10:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN, class general
at 2026-01-20 10:00 +09:00
return R1 of 250-1: received, condition opened, hazards PH_2_OR_LESS
expect return R1 RECEIVED, disposition contain_corrosive
expect step hand_over CREATED, waste has SC_ACID
