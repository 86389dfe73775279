story: buyers are answered in their language: without a declared one the text tells it, and a reply in another language closes nothing
seller A1 has return_address.jp, policy.disclosed
at 2026-11-20 10:00 +01:00
order 405-1 on amazon.es by A1: placed, ships from CN, buyer in ES
inquiry I1 of 405-1: message received, says ¿Cuándo llegará mi pedido, por favor? Lo necesito antes del viernes.
expect inquiry I1, language es, language_from detected
expect escalation answer_message open, details has detected

at 2026-11-20 11:00 +01:00
inquiry I1 of 405-1: replied, author human, says Dear customer, thank you for your message. Your order will arrive tomorrow.
expect duty answer_message open

at 2026-11-20 12:00 +01:00
inquiry I1 of 405-1: replied, author human, says Buenos días, su pedido llegará mañana por la mañana. Gracias por su paciencia.
expect duty answer_message met
