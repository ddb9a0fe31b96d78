# Plans and prices.

catalogue-kind-private_server = Private server
catalogue-kind-hosting = Web hosting
catalogue-kind-domain_registration = Domain registration
catalogue-kind-hosting_and_registration = Hosting and domain
catalogue-kind-resource = Resource
catalogue-state-active = On sale
catalogue-state-archived = Archived
catalogue-price-active = Offered
catalogue-price-retired = Retired
catalogue-renewal-automatic = Renews by itself
catalogue-renewal-expire = Ends by itself

error-catalogue-name = A plan needs a name of 1 to 80 characters.
error-catalogue-description = The description may have up to 2,000 characters.
error-catalogue-size = Must be { $least } to { $most }.
error-catalogue-size_not_wanted = Only private servers have sizes. Leave them out for this kind.
error-catalogue-tld = “{ $tld }” is not a top-level domain. Write them like de, com or co.uk, one a line; other scripts as xn--….
error-catalogue-tlds_missing = Name at least one top-level domain, such as de or com.
error-catalogue-tlds_not_wanted = Only registrations have top-level domains. Leave them out for this kind.
error-catalogue-tlds_too_many = One plan has at most { $max } top-level domains.
error-catalogue-renewal_choices = Choose at least one way to renew.
error-catalogue-amount = This is not an amount in { $currency }, or it is below zero.
error-catalogue-setup = This is not an amount in { $currency }, or it is below zero.
error-catalogue-archived = The plan is archived.
error-catalogue-retired = The price is retired already.
error-catalogue-not_for_sale = This plan is not sold at this price (any more). Please choose again.
error-catalogue-changed_meanwhile = Somebody else changed this at the same moment. Please look again.
