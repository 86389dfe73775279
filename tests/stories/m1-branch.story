story: Amazon Japan requires a Japanese return address from sellers abroad: a branch in Japan takes returns, too
seller A1 has branch.jp, policy.disclosed
at 2026-11-20 12:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN
return R1 of 250-1: requested, reason CR-DEFECTIVE, wanted repair, amount 5000
expect return R1 REQUESTED, destination branch, remedy repair

# Everything of a Rakuten shop runs through its branch, whatever else it has.
seller shop has branch.jp, return_address.jp, partner.jp, policy.disclosed
order 300-1 on rakuten.co.jp by shop: placed, ships from CN
return R2 of 300-1: requested, reason CR-DEFECTIVE
expect return R2 REQUESTED, destination branch
expect decision return_requested decided, rules has to-rakuten-branch
