story: an unknown chemical stops until the environment manager has spoken
seller A1 has return_address.jp, policy.disclosed
at 2026-01-13 10:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN, class general
at 2026-01-20 10:00 +09:00
return R1 of 250-1: received, condition opened, hazards UNKNOWN_CHEMICAL
expect return R1 RECEIVED, disposition stop
step isolate of R1: done, reference p.jpg
step tell_environment_manager of R1: done, reference mail-1
step ask_specialist of R1: done, reference plan-1
step decide_by_person of R1: done
expect 4 step, state DONE
expect no step hand_over
