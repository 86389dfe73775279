story: a broken tablet is erased with a certificate within five business days before anything leaves
seller A1 has return_address.jp, policy.disclosed
at 2026-01-13 10:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN, class computer
at 2026-01-20 10:00 +09:00
return R1 of 250-1: received, condition defective
expect return R1 RECEIVED, disposition recycle
expect step erase_or_destroy_data READY, unlocks hand_over, evidence_required erasure_certificate, due 2026-01-27 10:00 +09:00
step erase_or_destroy_data of R1: done, reference E-1, refused "serial_number" is missing
step erase_or_destroy_data of R1: done, reference E-1, serial_number SN-77
expect step erase_or_destroy_data DONE
