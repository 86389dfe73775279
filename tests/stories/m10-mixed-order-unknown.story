story: who fulfils a line may be unknown, or told late: nobody guesses, and a person is told
seller A1 has return_address.jp, policy.disclosed
at 2026-11-20 12:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN, fulfilled by marketplace, line 2, sku sku-2, in hands of unknown
return R1 of 250-1: requested, reason CR-DEFECTIVE, only line 2, sku sku-2
expect decision return_requested not_evaluated
expect escalation triage, reason has fulfilment is missing
expect no duty

# What was decided on the first word stays; a person hears of the change.
order 250-2 on amazon.co.jp by A1: placed, ships from CN
return R2 of 250-2: requested, reason CR-DEFECTIVE
expect 1 duty answer_return open
order 250-2: updated, in hands of marketplace
expect escalation triage, order 250-2, reason has the order changed
expect 1 duty answer_return open
expect order 250-2, is_mixed no
