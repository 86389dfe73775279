story: a device that failed or hurt somebody is reported to PMDA within 30 or 15 days of knowledge, whichever ends first as more is known
seller A1 has return_address.jp, policy.disclosed
at 2026-01-13 10:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN, class medical_class_2
order 250-2 on amazon.co.jp by A1: placed, ships from CN, class medical_class_2
order 250-3 on amazon.co.jp by A1: placed, ships from CN, class medical_class_2
return R1 of 250-1: requested, reason CR-DEFECTIVE, hazards MALFUNCTION
return R2 of 250-2: requested, reason CR-DEFECTIVE, hazards MALFUNCTION
inquiry I3 of 250-3: message received, says 使用中にやけどをしました
the clock looks
expect 2 step report_malfunction READY, about malfunction, due 2026-02-12 10:00 +09:00, overdue regulatory_officer
expect 2 step tell_licence_holder READY, due 2026-01-14 00:00 +09:00
expect 2 step hold_until_released CREATED
expect 2 board report_malfunction overdue

# The inspection finds that it hurt somebody seriously: 15 days from then end before the 30 from the request.
at 2026-01-21 10:00 +09:00
return R1: inspected, condition used, hazards INJURY SERIOUS
the clock looks
expect step report_malfunction READY, rule med-report-15-unforeseen, due 2026-02-05 10:00 +09:00
expect 1 step report_malfunction READY, due 2026-02-12 10:00 +09:00
expect 2 escalation disposal_step overdue, reason has tell_licence_holder

# A death that is known late gives no more time than the failure that was known first.
at 2026-02-01 10:00 +09:00
return R2: inspected, condition used, hazards DEATH
the clock looks
expect step report_malfunction READY, rule med-report-15, due 2026-02-12 10:00 +09:00

# A message before there was a return: the clock counts from the message. How serious it is nobody knows: 15 days.
return R3 of 250-3: requested, reason CR-DEFECTIVE
the clock looks
expect step report_malfunction READY, rule med-report-15-injury, due 2026-01-28 10:00 +09:00
expect escalation disposal_step overdue, order 250-3, reason has the licence holder misses the 15 days of the report to PMDA
at 2026-02-05 10:00 +09:00
the clock looks
expect 2 escalation disposal_step overdue, reason has the licence holder misses the 15 days
step report_malfunction of R1: done, reference PMDA-7
expect step report_malfunction DONE
