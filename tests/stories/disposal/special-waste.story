story: used needles are sealed the same day and go by the chain of specially controlled waste: its manager tells the contractor in writing first
seller A1 has return_address.jp, policy.disclosed
at 2026-01-13 10:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN, class general
at 2026-01-20 10:00 +09:00
return R1 of 250-1: received, condition used, hazards SHARPS
expect return R1 RECEIVED, disposition contain_biohazard
expect step seal_in_marked_box READY, due 2026-01-20 14:00 +09:00, evidence_required photo
step notify_contractor_in_writing of R1: done, reference N-1, refused comes after seal_in_marked_box
step seal_in_marked_box of R1: done, reference box.jpg
expect step seal_in_marked_box DONE, done_by the story
expect step hand_over CREATED, licence_required SCIW_TRANSPORT, waste has SC_INFECTIOUS, place partitioned_store
