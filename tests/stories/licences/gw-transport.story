story: without a holder of GW_TRANSPORT no general waste leaves
seller A1 has return_address.jp, policy.disclosed
at 2026-01-13 10:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN, class food
at 2026-01-20 10:00 +09:00
return R1 of 250-1: received, condition opened
step check_recall of R1: done
step make_inedible of R1: done, reference p
step keep_apart_from_industrial_waste of R1: done
the clock looks
expect step hand_over, licence_required GW_TRANSPORT, blocked has GW_TRANSPORT, partner none
expect escalation disposal_step blocked, reason has GW_TRANSPORT
step hand_over of R1: done, refused is blocked
