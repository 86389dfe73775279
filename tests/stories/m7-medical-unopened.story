story: medical devices are sold again in Japan only by licensed or notified sites: an unopened one is not put on the shelf
seller A1 has return_address.jp, policy.disclosed, licence_holder.jp, repair_route
at 2026-11-20 12:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN, class medical_class_2
expect no blocker
return R1 of 250-1: requested, reason CR-UNWANTED_ITEM, condition unopened
at 2026-11-27 10:00 +09:00
return R1: received
expect return R1 RECEIVED, disposition quarantine_check
expect task check_sales_licence CREATED, licence_required MD_SALES_NOTIF
expect no task put_on_shelf
