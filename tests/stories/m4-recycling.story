story: Japan's disposal rules are strict, and most goods are taken apart for recycling
seller A1 has return_address.jp, policy.disclosed
at 2026-11-20 12:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN, class small_appliance
return R1 of 250-1: requested, reason CR-DEFECTIVE, condition defective
at 2026-11-27 10:00 +09:00
return R1: received
expect return R1 RECEIVED, disposition recycle
expect task dismantle CREATED, licence_required IW_DISPOSAL
expect task hand_over CREATED, licence_required IW_TRANSPORT, evidence_required manifest_a
