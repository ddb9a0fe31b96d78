# Sätze auf Belegen
billing-note-reverse-charge = Steuerschuldnerschaft des Leistungsempfängers (Reverse-Charge, Artikel 196 der Richtlinie 2006/112/EG).
billing-note-out-of-scope = Nicht umsatzsteuerbar: Der Leistungsort liegt außerhalb des Landes des Leistungserbringers.
