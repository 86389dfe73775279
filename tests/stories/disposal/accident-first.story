story: goods that burnt are reported within ten days of the day on which the buyer said so, that day being the first; nothing that proves anything is touched meanwhile
seller A1 has return_address.jp, policy.disclosed
at 2026-01-13 10:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN, class small_appliance
return R1 of 250-1: requested, reason CR-DEFECTIVE
the clock looks
expect no step report_accident

# Half an hour before midnight: the day counts.
at 2026-01-14 23:30 +09:00
inquiry I1 of 250-1: message received, says 使用中に発火しました
the clock looks
expect return R1, signals has fire
expect step report_accident READY, about accident, responsible importer, due 2026-01-24 00:00 +09:00, overdue safety_officer
expect step tell_importer READY, due 2026-01-15 00:00 +09:00
expect step hold_until_released CREATED, unlocks disposal
expect board report_accident overdue
expect board tell_importer overdue

# What comes back looks like any broken kettle.
at 2026-01-20 10:00 +09:00
return R1: received, condition damaged
expect return R1 RECEIVED, disposition recycle
step screen_for_accident of R1: done
step record_disposal_decision of R1: done, decided_by Sato, owner A1, reason worth less than its repair
the clock looks
expect step dismantle READY, partner none, blocked the goods are kept as evidence until hold_until_released (accident) is done
expect escalation disposal_step blocked, reason has kept as evidence
expect board dismantle blocked
step dismantle of R1: done, refused the goods are kept as evidence
expect 1 escalation disposal_step overdue, reason has tell_importer

at 2026-01-24 00:00 +09:00
the clock looks
expect escalation disposal_step overdue, reason has the maker or importer misses the ten days, desk inhouse-tokyo
step report_accident of R1: done, reference CAA-1
expect step report_accident DONE

# Once they are released the goods go on; taken back, they wait again.
step tell_importer of R1: done, reference M-1
step hold_until_released of R1: done
the clock looks
expect step dismantle READY, partner chiba-recycling, blocked none
step hold_until_released of R1: reopened, why the importer asks for the goods
the clock looks
expect step dismantle READY, partner none, blocked has kept as evidence
