# Personen und Zugang

auth-person-unconfirmed = Nicht bestätigt
auth-person-active = Aktiv
auth-person-suspended = Gesperrt

auth-staff-owner = Inhaber
auth-staff-admin = Administrator
auth-staff-billing = Buchhaltung
auth-staff-support = Support

auth-member-owner = Inhaber
auth-member-member = Mitglied

error-auth-sign_in_required = Bitte melden Sie sich zuerst an.
error-auth-not_permitted = Ihre Rolle umfasst diese Aktion nicht ({ $action }).
error-auth-bad_key = Dieser API-Schlüssel ist unbekannt, abgelaufen oder widerrufen.
error-auth-bad_credentials = E-Mail-Adresse oder Passwort ist falsch.
error-auth-totp_required = Geben Sie die sechs Ziffern ein, die Ihre Authenticator-App zeigt.
error-auth-totp_wrong = Dieser Code ist falsch oder wurde schon benutzt. Warten Sie auf den nächsten.
error-auth-code_wrong = Dieser Code ist falsch oder wurde schon benutzt. Prüfen Sie die Uhr Ihres Telefons und geben Sie den nächsten ein.
error-auth-suspended = Dieses Konto ist gesperrt. Fragen Sie den Anbieter nach dem Grund.
error-auth-not_confirmed = Bestätigen Sie zuerst Ihre E-Mail-Adresse: Öffnen Sie den Link in unserer E-Mail. Eine neue erhalten Sie, wenn Sie sich erneut registrieren oder das Passwort zurücksetzen.
error-auth-too_many = Zu viele Versuche. Versuchen Sie es in { $seconds } Sekunden wieder.
error-auth-email_invalid = Das ist keine E-Mail-Adresse. Geben Sie eine wie name@example.com ein.
error-auth-email_taken = Zu dieser E-Mail-Adresse gibt es schon ein Konto.
error-auth-password_too_short = Das Passwort braucht mindestens { $least } Zeichen.
error-auth-password_too_long = Das Passwort darf höchstens { $most } Zeichen haben.
error-auth-password_is_email = Das Passwort darf nicht die E-Mail-Adresse sein.
error-auth-current_password_wrong = Das ist nicht Ihr derzeitiges Passwort.
error-auth-name_missing = Geben Sie einen Namen ein.
error-auth-name_too_long = Der Name darf höchstens { $most } Zeichen haben.
error-auth-locale_unknown = Wählen Sie eine Sprache aus der Liste.
error-auth-time_zone_unknown = Wählen Sie eine Zeitzone aus der Liste, zum Beispiel Europe/Berlin.
error-auth-link_unknown = Dieser Link ist nicht bekannt. Kopieren Sie den ganzen Link aus der E-Mail oder fordern Sie einen neuen an.
error-auth-link_used = Dieser Link wurde schon benutzt. Melden Sie sich an oder fordern Sie einen neuen Link an.
error-auth-link_expired = Dieser Link ist zu alt. Fordern Sie einen neuen an.
error-auth-already_set_up = Diese Installation ist schon eingerichtet. Melden Sie sich an.
error-auth-totp_already_on = Der zweite Faktor ist schon eingeschaltet. Schalten Sie ihn aus, bevor Sie ihn neu einrichten.
error-auth-totp_not_begun = Es ist kein zweiter Faktor eingerichtet. Beginnen Sie mit dem Einrichten.
error-auth-scope_unknown = „{ $scope }“ ist kein Bereich. Nehmen Sie den Namen einer Aktion, einen Teil mit .* oder * für alles.
error-auth-scope_too_wide = Ein Schlüssel kann keinen Schlüssel anlegen, der mehr darf als er selbst („{ $scope }“).
error-auth-valid_days = Ein Schlüssel gilt 1 bis { $most } Tage.
error-auth-last_owner = Das ist der letzte Inhaber. Machen Sie zuerst jemand anderen zum Inhaber.
error-auth-own_account = Sie können sich nicht selbst sperren.
error-auth-owners_only = Nur Inhaber entscheiden über Inhaber.
error-auth-already_staff = Diese Person gehört schon zum Personal. Ändern Sie stattdessen ihre Rolle.
error-auth-already_suspended = Diese Person ist schon gesperrt.
error-auth-not_suspended = Diese Person ist nicht gesperrt.
error-auth-changed_meanwhile = Jemand hat das inzwischen geändert. Laden Sie die Seite neu und wiederholen Sie Ihre Änderung.
error-auth-form_expired = Dieses Formular ist zu alt. Laden Sie die Seite neu.
