# Orders

error-orders-quote_forged = This quote is not ours. Make a new one.
error-orders-quote_expired = This quote was good for half an hour. Make a new one; it takes a moment.
error-orders-quote_changed = The price has changed since this quote. Make a new one to see what it costs now.
error-orders-customer_suspended = This account is suspended and cannot order. Ask us why.
error-orders-wrong_currency = This price is in { $price }, but the account is kept in { $customer }.
