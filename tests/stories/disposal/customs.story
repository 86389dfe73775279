story: goods whose import duty comes back are kept unchanged until customs has approved
seller A1 has return_address.jp, policy.disclosed
at 2026-01-13 10:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN, class general
at 2026-01-20 10:00 +09:00
return R1 of 250-1: received, condition unopened, hazards DUTY_REFUNDABLE
expect return R1 RECEIVED, disposition ask_customs_first
step keep_unchanged of R1: done, reference p.jpg
step ask_customs_approval of R1: done, reference K-1
expect 2 step, state DONE
