story: a second parcel that comes when the first is on the shelf is put there too
seller A1 has return_address.jp, policy.disclosed
at 2026-01-13 10:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN, class toy, quantity 2
at 2026-01-20 10:00 +09:00
return R1 of 250-1: received, condition unopened
step put_on_shelf of R1: done
at 2026-01-25 10:00 +09:00
return R1: received, condition unopened
expect step put_on_shelf READY
