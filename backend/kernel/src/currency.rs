//! ISO 4217 currencies and their exponents.

use std::fmt;
use std::str::FromStr;

/// An ISO 4217 currency: three letters and the number of minor-unit digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Currency {
    code: [u8; 3],
    exponent: u8,
}

/// The text is not a currency we know.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not an ISO 4217 currency")]
pub struct UnknownCurrency(pub String);

/// Active ISO 4217 codes with two decimals.
const TWO: &str = "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD YER ZAR ZMW ZWG";
/// Active ISO 4217 codes without decimals.
const ZERO: &str = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF";
/// Active ISO 4217 codes with three decimals.
const THREE: &str = "BHD IQD JOD KWD LYD OMR TND";
/// Active ISO 4217 codes with four decimals.
const FOUR: &str = "CLF UYW";

impl Currency {
    /// The euro, the default of set-up.
    pub const EUR: Self = Self { code: *b"EUR", exponent: 2 };

    /// The three letters, for example `EUR`.
    #[must_use]
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.code).unwrap_or("???")
    }

    /// Digits after the decimal point: 0, 2, 3 or 4.
    #[must_use]
    pub fn exponent(&self) -> u32 {
        u32::from(self.exponent)
    }

    /// Every known currency, by code.
    pub fn all() -> impl Iterator<Item = Self> {
        [(TWO, 2), (ZERO, 0), (THREE, 3), (FOUR, 4)]
            .into_iter()
            .flat_map(|(codes, exponent)| codes.split(' ').filter_map(move |code| Self::known(code, exponent)))
    }

    fn known(code: &str, exponent: u8) -> Option<Self> {
        Some(Self { code: code.as_bytes().try_into().ok()?, exponent })
    }
}

impl FromStr for Currency {
    type Err = UnknownCurrency;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::all()
            .find(|currency| currency.code() == text)
            .ok_or_else(|| UnknownCurrency(text.chars().take(12).collect()))
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

crate::id::text_value!(Currency, "Currency", "ISO 4217 code", "EUR", |schema| schema.pattern(Some("^[A-Z]{3}$")));
