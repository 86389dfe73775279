story: an opened drain cleaner is set apart, measured and asked whether it is a poison
seller A1 has return_address.jp, policy.disclosed
at 2026-01-13 10:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN, class corrosive_liquid
at 2026-01-20 10:00 +09:00
return R1 of 250-1: received, condition opened
expect return R1 RECEIVED, disposition contain_corrosive
step segregate of R1: done, reference p.jpg
step measure_ph of R1: done, ph 14.5, refused 0 to 14
step measure_ph of R1: done, ph 12.7
step check_poison of R1: done, reference SDS-1
expect 3 step, state DONE
expect step hand_over CREATED, licence_required SCIW_TRANSPORT
