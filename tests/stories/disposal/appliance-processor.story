story: a used fridge that goes straight to a processor is ordinary industrial waste with all slips
seller A1 has return_address.jp, policy.disclosed, appliance_processor
at 2026-01-13 10:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN, class home_appliance
at 2026-01-20 10:00 +09:00
return R1 of 250-1: received, condition used
expect return R1 RECEIVED, disposition home_appliance_recycling
expect step check_treatment_notice READY
expect step confirm_final_disposal CREATED, evidence_required manifest_e
expect no step buy_recycling_ticket
