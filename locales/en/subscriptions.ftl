# Subscriptions.

subscriptions-state-ordered = Ordered
subscriptions-state-active = Active
subscriptions-state-suspended = Suspended
subscriptions-state-cancelled = Cancelled
subscriptions-state-terminated = Terminated

error-subscriptions-state = { $state ->
    [ordered] This is not possible while the first invoice is unpaid.
    [active] This is not possible while it is active.
    [suspended] This is not possible while it is suspended.
   *[other] This is not possible now.
}
error-subscriptions-ended = It has ended.
error-subscriptions-adoption_cycle = It is billed every { $cycle } there; here periods are whole months.
error-subscriptions-adoption_price = The source says no price for it that could be charged.
error-subscriptions-adoption_due = The source does not say when the next amount is due.
error-subscriptions-renewal_not_offered = The plan does not offer this renewal.
error-subscriptions-cancelled_already = It is cancelled already and ends on { $day }.
error-subscriptions-reason = Please give a reason of 1 to 500 characters.
error-subscriptions-changed_meanwhile = Somebody else changed this at the same moment. Please look again.
error-subscriptions-no_further_period = No further period can be billed.
error-subscriptions-customer = There is no such customer.
error-subscriptions-currency = The price is in { $price }, and the customer pays in another currency.
