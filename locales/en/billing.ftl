# Sentences on documents
billing-note-reverse-charge = Reverse charge: the tax is owed by the recipient of the service (Article 196 of Directive 2006/112/EC).
billing-note-out-of-scope = Not subject to value added tax: the place of supply is outside the country of the seller.
