story: without a holder of IW_TRANSPORT no industrial waste leaves
seller A1 has return_address.jp, policy.disclosed
at 2026-01-13 10:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN, class packaging
at 2026-01-20 10:00 +09:00
return R1 of 250-1: received, condition used
step check_contract of R1: done, reference C-1, licence_until 2030-01-01
the clock looks
expect step hand_over, licence_required IW_TRANSPORT, blocked has IW_TRANSPORT, partner none
expect escalation disposal_step blocked, reason has IW_TRANSPORT
step hand_over of R1: done, refused is blocked
