story: an unopened toy goes back on the shelf
seller A1 has return_address.jp, policy.disclosed
at 2026-01-13 10:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN, class toy
at 2026-01-20 10:00 +09:00
return R1 of 250-1: received, condition unopened
expect return R1 RECEIVED, disposition restock
step put_on_shelf of R1: done
expect step put_on_shelf DONE
