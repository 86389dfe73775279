story: Amazon Japan requires a Japanese return address from sellers abroad: a destination that moves is told once when goods may be on their way
seller A1 has policy.disclosed
at 2026-11-20 12:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN, class power_bank, hazards LITHIUM_ION
return R1 of 250-1: requested, reason CR-DEFECTIVE, amount 5000
expect return R1 REQUESTED, destination prepaid_label

# Asked again before anybody answered, with an address by now: nothing can be on its way.
seller A1 has return_address.jp
at 2026-11-21 12:00 +09:00
order 250-9 on amazon.co.jp by A1: placed, ships from CN
return R1 of 250-1: reopened
expect return R1 REOPENED, destination own_address
expect no escalation triage

# Told where to send it, and only then that the battery swells.
at 2026-11-22 12:00 +09:00
return R1: authorized
expect no escalation triage
at 2026-11-23 12:00 +09:00
return R1: label issued, hazards LITHIUM_ION SWOLLEN_BATTERY
expect return R1 LABEL_ISSUED, destination no_return_shipping, disposition no_return_shipping
expect 1 escalation triage open, reason has the goods may be on their way, details has "destination":"no_return_shipping"

# A later word without the danger does not lift it, and nobody is told twice.
at 2026-11-24 12:00 +09:00
return R1: in transit, hazards LITHIUM_ION
expect return R1 IN_TRANSIT, destination no_return_shipping
expect 1 escalation triage

# Here at last: what the inspection says changes the offer, not where the goods were sent.
at 2026-11-26 12:00 +09:00
return R1: inspected, reason CR-UNWANTED_ITEM, condition used
expect return R1 INSPECTED, destination no_return_shipping, remedy partial_refund
