story: damaged clothes of cotton are business general waste: a municipal collector, no manifest
seller A1 has return_address.jp, policy.disclosed
at 2026-01-13 10:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN, class apparel
at 2026-01-20 10:00 +09:00
return R1 of 250-1: received, condition damaged, hazards NATURAL_FIBRE
expect return R1 RECEIVED, disposition discard
expect step remove_brand READY
expect step hand_over CREATED, licence_required GW_TRANSPORT, evidence_required receipt
expect no step confirm_transport
