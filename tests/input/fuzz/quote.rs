//! The quote token: only what this installation signed is taken, whatever is done to it.

use hostwright_kernel::{Currency, Instant, Money, Months, Period};
use hostwright_panel::billing::totals::LineKind;
use hostwright_panel::catalogue::model::{PlanId, PriceId, RenewalChoice};
use hostwright_panel::customers::model::CustomerId;
use hostwright_panel::images::model::ImageId;
use hostwright_panel::orders::model::{QUOTE_SECONDS, Quote, QuoteId, QuoteLine, QuoteOrder};
use hostwright_panel::platform::secrets::Vault;

use super::{Source, run};

fn quote(source: &mut Source, now: Instant) -> Quote {
    let mut amount = || Money::new(i64::from_le_bytes(source.draw().to_le_bytes()) / 2, Currency::EUR);
    let (net, tax, total) = (amount(), amount(), amount());
    Quote {
        id: QuoteId::new(),
        wish: QuoteOrder {
            customer_id: CustomerId::new(),
            plan_id: PlanId::new(),
            price_id: PriceId::new(),
            image_id: ImageId::new(),
            hostname: source.text(40),
            ssh_keys: (0..source.below(3)).map(|_| source.text(60)).collect(),
            renewal: RenewalChoice::Automatic,
        },
        lines: (0..source.below(4))
            .map(|_| QuoteLine { description: source.text(40), kind: LineKind::Recurring, net })
            .collect(),
        net,
        tax,
        total,
        tax_note: Some(source.text(10)),
        period: Period::nth("2027-01-31".parse().unwrap(), Months::try_from(1).unwrap(), 0),
        expires_at: now.plus_seconds(QUOTE_SECONDS),
    }
}

/// The same bytes as base64 that differs only in bits which mean nothing.
fn means_the_same(token: &str, altered: &str) -> bool {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let (Some((body, signature)), Some((altered_body, altered_signature))) =
        (token.split_once('.'), altered.split_once('.'))
    else {
        return false;
    };
    body == altered_body && URL_SAFE_NO_PAD.decode(signature).ok() == URL_SAFE_NO_PAD.decode(altered_signature).ok()
}

#[test]
fn no_altered_quote_is_taken_and_no_text_breaks_the_reader() {
    let now: Instant = "2027-01-31T12:00:00Z".parse().unwrap();
    let (vault, other) = (Vault::new([7; 32]), Vault::new([8; 32]));
    run("quote", 3_000, |source| {
        let quote = quote(source, now);
        let token = quote.sign(&vault).unwrap();
        assert_eq!(Quote::verify(&vault, &token, now).unwrap(), quote, "ours is read back as it was");
        assert!(Quote::verify(&other, &token, now).is_err(), "another installation's is not");
        assert!(Quote::verify(&vault, &token, quote.expires_at.plus_seconds(1)).is_err(), "nor one that is too old");

        let mut bytes = token.clone().into_bytes();
        source.mutate(&mut bytes);
        let altered = String::from_utf8_lossy(&bytes).into_owned();
        if altered != token {
            let outcome = Quote::verify(&vault, &altered, now);
            assert!(outcome.is_err() || means_the_same(&token, &altered), "{altered}");
        }

        // Even a body that was signed, by an older version or a fault, breaks nothing.
        let mut body = serde_json::to_vec(&quote).unwrap();
        source.mutate(&mut body);
        let encoded = base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, &body);
        let signature = vault.sign("orders.quote", encoded.as_bytes());
        if let Ok(read) = Quote::verify(&vault, &format!("{encoded}.{signature}"), now) {
            assert!(read.expires_at >= now);
        }
        assert!(Quote::verify(&vault, &source.text(200), now).is_err());

        // What is sealed opens as it was, or not at all.
        let sealed = vault.seal("link", &quote.wish.hostname).unwrap();
        assert_eq!(*vault.open("link", &sealed).unwrap(), quote.wish.hostname);
        let mut bytes = sealed.clone().into_bytes();
        source.mutate(&mut bytes);
        let altered = String::from_utf8_lossy(&bytes).into_owned();
        if let Ok(opened) = vault.open("link", &altered) {
            assert_eq!(*opened, quote.wish.hostname);
        }
        assert!(vault.open("totp", &sealed).is_err());
    });
}
