# Bestellungen

error-orders-quote_forged = Dieses Angebot ist nicht von uns. Erstellen Sie ein neues.
error-orders-quote_expired = Dieses Angebot galt eine halbe Stunde. Erstellen Sie ein neues; es dauert nur einen Moment.
error-orders-quote_changed = Der Preis hat sich seit diesem Angebot geändert. Erstellen Sie ein neues, um den jetzigen Preis zu sehen.
error-orders-customer_suspended = Dieses Konto ist gesperrt und kann nichts bestellen. Fragen Sie uns nach dem Grund.
error-orders-wrong_currency = Dieser Preis ist in { $price }, das Konto wird aber in { $customer } geführt.
