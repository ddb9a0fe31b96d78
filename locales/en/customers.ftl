# Customers

customers-state-active = Active
customers-state-suspended = Suspended

error-customers-name_missing = Enter the name that is to stand on invoices.
error-customers-text_too_long = This text may have at most { $most } characters.
error-customers-country_unknown = Choose a country from the list.
error-customers-tax_number_invalid = This is not a tax number of { $country }. In the European Union enter the VAT number with its country, like DE123456789.
error-customers-last_owner = This is the account's last owner. Add another owner first.
error-customers-already_member = This person belongs to the account already.
error-customers-suspended = This account is suspended and cannot order. Ask the provider why.
error-customers-already_suspended = This customer is suspended already.
error-customers-not_suspended = This customer is not suspended.
error-customers-changed_meanwhile = Somebody changed this customer meanwhile. Load the page again and repeat your change.
error-customers-notes_are_staffs = Only staff can write notes.
