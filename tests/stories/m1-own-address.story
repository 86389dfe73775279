story: Amazon Japan requires a Japanese return address from sellers abroad: where there is one, returns go to it
seller A1 has return_address.jp, partner.jp, policy.disclosed
at 2026-11-20 12:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN
return R1 of 250-1: requested, reason CR-DEFECTIVE, amount 900
expect return R1 REQUESTED, destination own_address, remedy refund
expect decision return_requested decided, rules has to-jp-own
expect no blocker

# What the desk sees beside the duty.
expect escalation answer_return open, details has "destination":"own_address"

# Inside the country the goods go back to where they came from.
seller inside has policy.disclosed
order 250-2 on amazon.co.jp by inside: placed, ships from JP
return R2 of 250-2: requested, reason CR-UNWANTED_ITEM, in_policy yes
expect return R2 REQUESTED, destination own_address, remedy refund_less_return_shipping

# Another account, another store: its address is in the United States.
seller A2 has return_address.us
order 113-1 on amazon.com by A2: placed, ships from CN, buyer in US, language en
return R3 of 113-1: requested, reason CR-DEFECTIVE
expect return R3 REQUESTED, destination own_address
