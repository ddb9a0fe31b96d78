//! Countries, the European Union, standard rates to begin with, and the forms
//! of VAT numbers.

/// ISO 3166-1 alpha-2 codes.
const COUNTRIES: &str = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW";

/// The members of the European Union, with the forms of their VAT numbers
/// behind the country prefix: `9` is a digit, `A` a letter, `*` either; other
/// signs stand for themselves.
const UNION: &[(&str, &[&str])] = &[
    ("AT", &["U99999999"]),
    ("BE", &["0999999999", "1999999999"]),
    ("BG", &["999999999", "9999999999"]),
    ("CY", &["99999999A"]),
    ("CZ", &["99999999", "999999999", "9999999999"]),
    ("DE", &["999999999"]),
    ("DK", &["99999999"]),
    ("EE", &["999999999"]),
    ("ES", &["A9999999*", "99999999A"]),
    ("FI", &["99999999"]),
    ("FR", &["**999999999"]),
    ("GR", &["999999999"]),
    ("HR", &["99999999999"]),
    ("HU", &["99999999"]),
    ("IE", &["9*99999A", "9999999AA"]),
    ("IT", &["99999999999"]),
    ("LT", &["999999999", "999999999999"]),
    ("LU", &["99999999"]),
    ("LV", &["99999999999"]),
    ("MT", &["99999999"]),
    ("NL", &["999999999B99"]),
    ("PL", &["9999999999"]),
    ("PT", &["999999999"]),
    ("RO", &["99", "999", "9999", "99999", "999999", "9999999", "99999999", "999999999", "9999999999"]),
    ("SE", &["999999999901"]),
    ("SI", &["99999999"]),
    ("SK", &["9999999999"]),
];

/// Standard rates in percent with the day from which they hold. Rates change by
/// law; staff keep the table afterwards.
pub const STANDARD_RATES: &[(&str, &str, &str)] = &[
    ("AT", "20", "2024-01-01"),
    ("BE", "21", "2024-01-01"),
    ("BG", "20", "2024-01-01"),
    ("CH", "8.1", "2024-01-01"),
    ("CY", "19", "2024-01-01"),
    ("CZ", "21", "2024-01-01"),
    ("DE", "19", "2024-01-01"),
    ("DK", "25", "2024-01-01"),
    ("EE", "22", "2024-01-01"),
    ("EE", "24", "2025-07-01"),
    ("ES", "21", "2024-01-01"),
    ("FI", "24", "2024-01-01"),
    ("FI", "25.5", "2024-09-01"),
    ("FR", "20", "2024-01-01"),
    ("GB", "20", "2024-01-01"),
    ("GR", "24", "2024-01-01"),
    ("HR", "25", "2024-01-01"),
    ("HU", "27", "2024-01-01"),
    ("IE", "23", "2024-01-01"),
    ("IT", "22", "2024-01-01"),
    ("LT", "21", "2024-01-01"),
    ("LU", "17", "2024-01-01"),
    ("LV", "21", "2024-01-01"),
    ("MT", "18", "2024-01-01"),
    ("NL", "21", "2024-01-01"),
    ("NO", "25", "2024-01-01"),
    ("PL", "23", "2024-01-01"),
    ("PT", "23", "2024-01-01"),
    ("RO", "19", "2024-01-01"),
    ("RO", "21", "2025-08-01"),
    ("SE", "25", "2024-01-01"),
    ("SI", "22", "2024-01-01"),
    ("SK", "20", "2024-01-01"),
    ("SK", "23", "2025-01-01"),
];

/// Whether the text is an ISO 3166-1 alpha-2 code in capitals.
#[must_use]
pub fn is_country(code: &str) -> bool {
    code.len() == 2 && COUNTRIES.split(' ').any(|country| country == code)
}

/// Whether the country is a member of the European Union.
#[must_use]
pub fn is_in_union(country: &str) -> bool {
    UNION.iter().any(|(member, _)| *member == country)
}

/// Whether the text has the form of a VAT number of this member of the Union:
/// its prefix (`EL` for Greece) and its digits. Spaces, dots and dashes do not
/// count. Says nothing about whether the number was given to anybody.
#[must_use]
pub fn looks_like_vat_number(country: &str, text: &str) -> bool {
    let plain: String = text
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '.' | '-'))
        .flat_map(char::to_uppercase)
        .collect();
    let prefix = if country == "GR" { "EL" } else { country };
    let Some((_, forms)) = UNION.iter().find(|(member, _)| *member == country) else {
        return false;
    };
    plain
        .strip_prefix(prefix)
        .is_some_and(|rest| forms.iter().any(|form| fits(form, rest)))
}

fn fits(form: &str, text: &str) -> bool {
    form.chars().count() == text.chars().count()
        && form.chars().zip(text.chars()).all(|(sign, c)| match sign {
            '9' => c.is_ascii_digit(),
            'A' => c.is_ascii_uppercase(),
            '*' => c.is_ascii_digit() || c.is_ascii_uppercase(),
            sign => sign == c,
        })
}
