story: opened medicines are looked at by the pharmacist's rule first
seller A1 has return_address.jp, policy.disclosed
at 2026-01-13 10:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN, class drug
at 2026-01-20 10:00 +09:00
return R1 of 250-1: received, condition opened
expect return R1 RECEIVED, disposition quarantine
