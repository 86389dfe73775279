story: Japan's disposal rules are strict: a washing machine with a step that is blocked, a carrier that does not come and a slip that is late, to its closed manifest
seller A1 has return_address.jp, policy.disclosed, appliance_carrier
at 2026-01-13 10:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN, class home_appliance
return R1 of 250-1: requested, reason CR-DEFECTIVE, condition defective
at 2026-01-20 10:00 +09:00
return R1: received
expect return R1 RECEIVED, disposition home_appliance_recycling

# It is looked at: what comes back is the same, and what was planned stays.
at 2026-01-20 15:00 +09:00
return R1: inspected, condition defective
expect no step, state CANCELLED
expect 1 step hand_over

step hand_over of R1: done, manifest_number 00004079692, piece 1, refused comes after check_contract
step buy_recycling_ticket of R1: done, ticket_number 4321-8765
the clock looks

# The contractor's licence had ended: nothing is handed over with that.
at 2026-01-22 10:00 +09:00
step check_contract of R1: done, reference C-7, licence_until 2026-01-10, refused ended on 2026-01-10
step check_contract of R1: failed, why the licence that was shown has ended, by Sato
the clock looks
expect escalation disposal_step failed
expect step check_contract READY, turn 2
at 2026-01-26 10:00 +09:00
step check_contract of R1: done, reference C-8, licence_until 2028-12-31, by Sato
the clock looks
expect step hand_over READY, partner kanto-carrier, due 2026-02-25 10:00 +09:00, licence_required IW_TRANSPORT

# The number is copied wrongly; then the carrier does not come.
at 2026-02-02 10:00 +09:00
step hand_over of R1: done, manifest_number 00004079695, piece 1, refused wrong check digit
step hand_over of R1: failed, why the carrier did not come
at 2026-02-03 10:00 +09:00
step hand_over of R1: done, manifest_number 00004079692, piece 1
the clock looks
expect step confirm_transport READY, due 2026-05-04 10:00 +09:00
expect no step confirm_disposal

# Slip B2 is late, and told once.
at 2026-05-05 10:00 +09:00
the clock looks
the clock looks
expect 1 task confirm_transport OVERDUE
expect 1 escalation disposal_step overdue, reason has confirm_transport
at 2026-05-08 10:00 +09:00
step confirm_transport of R1: done, manifest_number 00004079703, refused left with manifest 00004079692
step confirm_transport of R1: done, manifest_number 00004079692
expect step confirm_transport DONE
expect 4 step, state DONE
