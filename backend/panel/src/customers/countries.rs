//! Countries of ISO 3166-1 and the tax numbers of the European Union.

/// Every alpha-2 code of ISO 3166-1.
const CODES: &str = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW";

/// Member states with the prefix and the forms of their VAT numbers: `9` is a
/// digit, `A` a letter, `*` a letter or digit, anything else itself.
const VAT: &[(&str, &str, &[&str])] = &[
    ("AT", "AT", &["U99999999"]),
    ("BE", "BE", &["0999999999", "1999999999"]),
    ("BG", "BG", &["999999999", "9999999999"]),
    ("CY", "CY", &["99999999A"]),
    ("CZ", "CZ", &["99999999", "999999999", "9999999999"]),
    ("DE", "DE", &["999999999"]),
    ("DK", "DK", &["99999999"]),
    ("EE", "EE", &["999999999"]),
    ("ES", "ES", &["A9999999A", "99999999A", "A99999999"]),
    ("FI", "FI", &["99999999"]),
    ("FR", "FR", &["**999999999"]),
    ("GR", "EL", &["999999999"]),
    ("HR", "HR", &["99999999999"]),
    ("HU", "HU", &["99999999"]),
    ("IE", "IE", &["9*99999A", "9999999A", "9999999AA"]),
    ("IT", "IT", &["99999999999"]),
    ("LT", "LT", &["999999999", "999999999999"]),
    ("LU", "LU", &["99999999"]),
    ("LV", "LV", &["99999999999"]),
    ("MT", "MT", &["99999999"]),
    ("NL", "NL", &["999999999B99"]),
    ("PL", "PL", &["9999999999"]),
    ("PT", "PT", &["999999999"]),
    ("RO", "RO", &["99", "999", "9999", "99999", "999999", "9999999", "99999999", "999999999", "9999999999"]),
    ("SE", "SE", &["999999999999"]),
    ("SI", "SI", &["99999999"]),
    ("SK", "SK", &["9999999999"]),
];

/// Every country, by its alpha-2 code.
pub fn all() -> impl Iterator<Item = &'static str> {
    CODES.split(' ')
}

/// Whether this is an alpha-2 code, in capital letters.
#[must_use]
pub fn is_country(code: &str) -> bool {
    all().any(|known| known == code)
}

/// Whether the country is a member state of the European Union.
#[must_use]
pub fn is_eu(country: &str) -> bool {
    VAT.iter().any(|(code, _, _)| *code == country)
}

/// Whether the number looks like a VAT number of this member state, with the
/// prefix and without spaces: `DE123456789`. Greece writes `EL`.
#[must_use]
pub fn is_vat_number(country: &str, number: &str) -> bool {
    VAT.iter()
        .find(|(code, _, _)| *code == country)
        .and_then(|(_, prefix, forms)| Some((number.strip_prefix(prefix)?, forms)))
        .is_some_and(|(rest, forms)| forms.iter().any(|form| fits(form, rest)))
}

fn fits(form: &str, text: &str) -> bool {
    form.len() == text.len()
        && form.bytes().zip(text.bytes()).all(|(wanted, found)| match wanted {
            b'9' => found.is_ascii_digit(),
            b'A' => found.is_ascii_uppercase(),
            b'*' => found.is_ascii_digit() || found.is_ascii_uppercase(),
            other => found == other,
        })
}
