# Plans and prices.

catalogue-kind-private_server = Private server
catalogue-state-active = On sale
catalogue-state-archived = Archived
catalogue-price-active = Offered
catalogue-price-retired = Retired
catalogue-renewal-automatic = Renews by itself
catalogue-renewal-expire = Ends by itself

error-catalogue-name = A plan needs a name of 1 to 80 characters.
error-catalogue-description = The description may have up to 2,000 characters.
error-catalogue-size = Must be { $least } to { $most }.
error-catalogue-renewal_choices = Choose at least one way to renew.
error-catalogue-amount = This is not an amount in { $currency }, or it is below zero.
error-catalogue-setup = This is not an amount in { $currency }, or it is below zero.
error-catalogue-archived = The plan is archived.
error-catalogue-retired = The price is retired already.
error-catalogue-not_for_sale = This plan is not sold at this price (any more). Please choose again.
error-catalogue-changed_meanwhile = Somebody else changed this at the same moment. Please look again.
