story: Japan's disposal rules are strict: used needles are refused by parcel, and sealed the same day when they come all the same
seller A1 has return_address.jp, policy.disclosed
at 2026-11-20 12:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN, class general, hazards SHARPS
return R1 of 250-1: requested, reason CR-DEFECTIVE, condition used
expect return R1 REQUESTED, disposition no_return_shipping
expect task tell_buyer_not_to_ship READY, due 2026-11-20 16:00 +09:00

# Another one was not asked for, it is here.
order 250-2 on amazon.co.jp by A1: placed, ships from CN, class general, hazards SHARPS
at 2026-11-27 10:00 +09:00
return R2 of 250-2: received, condition used
expect return R2 RECEIVED, disposition contain_biohazard
expect task seal_in_marked_box READY, evidence_required photo, due 2026-11-27 14:00 +09:00
expect task hand_over CREATED, licence_required SCIW_TRANSPORT, evidence_required manifest_a
