# People and access

auth-person-unconfirmed = Not confirmed
auth-person-active = Active
auth-person-suspended = Suspended

auth-staff-owner = Owner
auth-staff-admin = Administrator
auth-staff-billing = Billing
auth-staff-support = Support

auth-member-owner = Owner
auth-member-member = Member

error-auth-sign_in_required = Sign in first.
error-auth-not_permitted = Your role does not include this action ({ $action }).
error-auth-bad_key = This API key is unknown, expired or revoked.
error-auth-bad_credentials = Mail address or password is wrong.
error-auth-totp_required = Enter the six digits that your authenticator shows.
error-auth-totp_wrong = This code is wrong or was used already. Wait for the next one.
error-auth-code_wrong = This code is wrong or was used already. Check the clock of your phone and enter the next one.
error-auth-suspended = This account is suspended. Ask the provider why.
error-auth-not_confirmed = Confirm your mail address first: open the link in the mail that we sent you. Signing up again or resetting the password sends a new one.
error-auth-too_many = Too many attempts. Try again in { $seconds } seconds.
error-auth-email_invalid = This is not a mail address. Enter one like name@example.com.
error-auth-email_taken = This mail address already has an account.
error-auth-password_too_short = The password needs at least { $least } characters.
error-auth-password_too_long = The password may have at most { $most } characters.
error-auth-password_is_email = The password must not be the mail address.
error-auth-current_password_wrong = This is not your current password.
error-auth-name_missing = Enter a name.
error-auth-name_too_long = The name may have at most { $most } characters.
error-auth-locale_unknown = Choose a language from the list.
error-auth-time_zone_unknown = Choose a time zone from the list, like Europe/Berlin.
error-auth-link_unknown = This link is not known. Copy the whole link from the mail, or ask for a new one.
error-auth-link_used = This link was used already. Sign in, or ask for a new link.
error-auth-link_expired = This link is too old. Ask for a new one.
error-auth-already_set_up = This installation is set up already. Sign in.
error-auth-totp_already_on = The second factor is already on. Switch it off before you set it up again.
error-auth-totp_not_begun = No second factor is set up. Begin by setting one up.
error-auth-scope_unknown = “{ $scope }” is not a scope. Use the name of an action, a slice with .* or * for everything.
error-auth-scope_too_wide = A key cannot make a key that may do more than itself (“{ $scope }”).
error-auth-valid_days = A key is valid for 1 to { $most } days.
error-auth-last_owner = This is the last owner. Make somebody else owner first.
error-auth-own_account = You cannot suspend yourself.
error-auth-owners_only = Only owners can decide about owners.
error-auth-already_staff = This person is staff already. Change their role instead.
error-auth-already_suspended = This person is suspended already.
error-auth-not_suspended = This person is not suspended.
error-auth-changed_meanwhile = Somebody changed this meanwhile. Load the page again and repeat your change.
error-auth-form_expired = This form is too old. Load the page again.
