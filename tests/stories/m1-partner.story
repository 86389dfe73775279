story: Amazon Japan requires a Japanese return address from sellers abroad: without one of their own, returns go to the partner's
seller A1 has partner.jp, branch.jp, policy.disclosed
at 2026-11-20 12:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN
return R1 of 250-1: requested, reason CR-DEFECTIVE, wanted exchange, amount 5000
expect return R1 REQUESTED, destination partner_address, remedy exchange
expect escalation answer_return open, details has "destination":"partner_address"

# Amazon's account still shows no Japanese address.
expect 1 blocker return_address.jp raised, seller A1
