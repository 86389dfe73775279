story: a marketplace that nobody knows goes to a person, and nothing is guessed
at 2026-11-20 12:00 +09:00
order X-1 on shop.example by A1: placed
return R1 of X-1: requested, reason CR-DEFECTIVE
expect escalation triage open, order X-1, case_kind order
expect escalation triage open, order X-1, case_kind return
expect decision return_requested not_evaluated
expect no duty
expect no dead_letter
