//! Known answers, computed with glibc's and libxcrypt's crypt(3), OpenSSL, the reference
//! argon2 and Python's hashlib.

use hostwright_importer::snapshot::values::{Password, PasswordScheme, Secret as Foreign};
use proptest::prelude::*;

use super::{Reading, parts, read, verify};

const PASSWORD: &str = "Grüße 7 Möwen!";

fn password(scheme: PasswordScheme, value: &str) -> Password {
    Password { scheme, value: Foreign(value.to_owned()), is_locked: false }
}

/// Keeps the hash and tries the right password and a wrong one.
fn tried(scheme: PasswordScheme, hash: &str) -> (bool, bool) {
    let Reading::Kept(kept) = read(&password(scheme, hash)) else { panic!("{hash} is not kept") };
    let (scheme, hash) = parts(&kept).unwrap();
    let wrong = verify(scheme, hash, "Grüße 8 Möwen!").unwrap();
    (verify(scheme, hash, PASSWORD).unwrap(), wrong)
}

#[test]
fn every_scheme_knows_its_password_and_no_other() {
    for (scheme, hash) in [
        (PasswordScheme::Bcrypt, "$2b$05$abcdefghijklmnopqrstuuqmETr7q6xy3yd4wD289F.0fFB6vWYfO"),
        (PasswordScheme::Bcrypt, "$2y$05$abcdefghijklmnopqrstuuqmETr7q6xy3yd4wD289F.0fFB6vWYfO"),
        (PasswordScheme::Crypt, "$2a$05$abcdefghijklmnopqrstuuqmETr7q6xy3yd4wD289F.0fFB6vWYfO"),
        (PasswordScheme::Crypt, "$1$aB3dE6gH$G3DeRLE310.CUUq8cPiey0"),
        (PasswordScheme::Crypt, "$apr1$s4ltS4lt$NBDmajfNiH0G8..NYdQ5p."),
        (PasswordScheme::Crypt, "$5$saltstring$Jy3aViA0js6mqXZzh2etvz047i86s.YB8Tm9Y.5njVC"),
        (PasswordScheme::Crypt, "$5$rounds=1400$anotherlongsalt$CwFEN6ot1AYSaTH3q2wpvndBdKEzYK5.qDTgn/8f8i4"),
        (
            PasswordScheme::Crypt,
            "$6$saltstring$yTUbegafFNhxzP0WKo8M2r51A8gVyTfTyg7omqmFBjt4WMGewk7R6QLvEnHtBwl1xNs0NBgyiroOSC5fFsCoT1",
        ),
        (
            PasswordScheme::Crypt,
            "$6$rounds=1400$anotherlongsalt$Ncxv6E1nheJ1mhv3mWzSwfxNoX3zzt2lRBRdBIo8hcpeksXVsmuV5bLZdwXQxaiowY8rE8ZiLzJjq5v4BFu901",
        ),
        (PasswordScheme::Crypt, "$y$j75$k2XAnEHBqQ1Ct2aMXFKNa/$cMJOoiCX30TSBlA9yNHav8pwib6ejR10c2VlIy7aFc5"),
        (PasswordScheme::Crypt, "$y$j9T$k2XAnEHBqQ1Ct2aMXFKNa/$IDXs4DqTZnzH2DRBfhglGKg0NM0eZyN5TujLkoE02W."),
        (PasswordScheme::Md5, "837f116d15691348f76f863490862e47"),
        (PasswordScheme::Md5, "837F116D15691348F76F863490862E47"),
        (PasswordScheme::Md5Salted, "d4eb904b1c280beef9ad659354db3e84:K3ks!"),
        (PasswordScheme::HmacSha256, "22a13222f75f7b097a41bd50a56a8388bf22a48763b71bd95f811d5e2b35ca29:c0ffee"),
        (PasswordScheme::Sha1, "7415a78ac2bb9e56c1c8291066aeb20ec2cee9dc"),
        (PasswordScheme::MysqlNative, "*FAF29F6C45E1B2223F2A637E533A57D0296C8636"),
        (PasswordScheme::Dovecot, "{SMD5}Vcv6zxp+BHQs5/lp7gi2XgFzYWx6/w=="),
        (PasswordScheme::Dovecot, "{SSHA}7hzNQS+EUw3FsczSgmxQHKGPMRABc2Fsev8="),
        (PasswordScheme::Dovecot, "{SSHA256}zLcyPww+byJu7Nw2tYDJskko0MK5YWM6QKfTTC1hyJwBc2Fsev8="),
        (
            PasswordScheme::Dovecot,
            "{SSHA256.HEX}ccb7323f0c3e6f226eecdc36b580c9b24928d0c2b961633a40a7d34c2d61c89c0173616c7aff",
        ),
        (
            PasswordScheme::Dovecot,
            "{SSHA512}l86EZvTk8NOY0PUzKo3dN0u8B9jXILe7GfxOGcAd4IyNRU6Csh9n0d7nDqLtQbSmjkrsLWaDS4r8mj1VTonbLgFzYWx6/w==",
        ),
        (PasswordScheme::Dovecot, "{SHA}dBWnisK7nlbByCkQZq6yDsLO6dw="),
        (PasswordScheme::Dovecot, "{SHA256}MASzgft/sPE8zuq6RD+EA4kzw2rRv1NKp54pNTQ+Ahw="),
        (
            PasswordScheme::Dovecot,
            "{SHA512}GlmFuKk2sEjqA6yVn2005giESnWgWX7nQzAawPZLIhiF2ZuWTZfhRjU63opjRwOZCI9VjUG2QpMczDvY0ZLkXw==",
        ),
        (PasswordScheme::Dovecot, "{LDAP-MD5}g38RbRVpE0j3b4Y0kIYuRw=="),
        (PasswordScheme::Dovecot, "{PLAIN-MD5}837f116d15691348f76f863490862e47"),
        (PasswordScheme::Dovecot, "{PBKDF2}$1$NaCl16Bytes$5000$792e3c6ffa8918a8045aab3e96d1bd72bed13e75"),
        (PasswordScheme::Dovecot, "{BLF-CRYPT}$2y$05$abcdefghijklmnopqrstuuqmETr7q6xy3yd4wD289F.0fFB6vWYfO"),
        (PasswordScheme::Dovecot, "{MD5}$1$aB3dE6gH$G3DeRLE310.CUUq8cPiey0"),
        (
            PasswordScheme::Dovecot,
            "{SHA512-CRYPT}$6$saltstring$yTUbegafFNhxzP0WKo8M2r51A8gVyTfTyg7omqmFBjt4WMGewk7R6QLvEnHtBwl1xNs0NBgyiroOSC5fFsCoT1",
        ),
    ] {
        assert_eq!(tried(scheme, hash), (true, false), "{hash}");
    }
}

#[test]
fn des_looks_at_eight_letters_of_seven_bits() {
    // The eighth byte of the password is where the wrong one differs, so both fit.
    assert_eq!(tried(PasswordScheme::Crypt, "xYIPRxNKGvV8E"), (true, true));
    let Reading::Kept(kept) = read(&password(PasswordScheme::Crypt, "abJnggxhB/yWI")) else { panic!() };
    let (scheme, hash) = parts(&kept).unwrap();
    assert_eq!(verify(scheme, hash, "password"), Some(true));
    assert_eq!(verify(scheme, hash, "password and more"), Some(true));
    assert_eq!(verify(scheme, hash, "passwore"), Some(false));
}

#[test]
fn argon2_is_kept_as_it_is_and_only_within_bounds() {
    for hash in [
        "$argon2id$v=19$m=1024,t=2,p=1$c2FsdHNhbHRzYWx0$+m46vPcKdbOWTpmrNmzVm1dsO4lXr1+VRiUZX5vS61E",
        "$argon2i$v=19$m=1024,t=2,p=1$c2FsdHNhbHRzYWx0$VbDv3yjf1D2ELj0XCLPUX+SZyHo1vSbcQ7dvaqT5Nh0",
    ] {
        assert_eq!(read(&password(PasswordScheme::Argon2, hash)), Reading::Kept(hash.to_owned()));
        let in_dovecot = format!("{{ARGON2ID}}{hash}");
        assert_eq!(read(&password(PasswordScheme::Dovecot, &in_dovecot)), Reading::Kept(hash.to_owned()));
    }
    let greedy = "$argon2id$v=19$m=4194304,t=2,p=1$c2FsdHNhbHRzYWx0$+m46vPcKdbOWTpmrNmzVm1dsO4lXr1+VRiUZX5vS61E";
    assert_eq!(read(&password(PasswordScheme::Argon2, greedy)), Reading::Unusable("form"));
}

#[test]
fn what_is_in_clear_is_handed_over_and_never_kept() {
    for (scheme, text) in [
        (PasswordScheme::Plain, "s3cret"),
        (PasswordScheme::Dovecot, "{PLAIN}s3cret"),
        (PasswordScheme::Dovecot, "{CLEARTEXT.B64}czNjcmV0"),
        (PasswordScheme::Dovecot, "{plain.hex}733363726574"),
    ] {
        assert_eq!(read(&password(scheme, text)), Reading::Clear("s3cret".to_owned()), "{text}");
    }
    assert_eq!(format!("{:?}", Reading::Clear("s3cret".to_owned())), "Clear(..)");
}

#[test]
fn what_cannot_be_verified_is_not_kept() {
    for (scheme, text, why) in [
        (PasswordScheme::Sealed, "AbCd", "sealed"),
        (PasswordScheme::Unknown, "x", "scheme"),
        (PasswordScheme::Dovecot, "{SCRAM-SHA-256}4096,x", "scheme"),
        (PasswordScheme::Dovecot, "no braces", "scheme"),
        (PasswordScheme::Plain, "", "empty"),
        (PasswordScheme::Md5, "xyz", "form"),
        (PasswordScheme::Sha1, "837f116d15691348f76f863490862e47", "form"),
        (PasswordScheme::Crypt, "$6$rounds=999999999$s$x", "form"),
        (PasswordScheme::Crypt, "$7$C6..../....", "form"),
        (PasswordScheme::Crypt, "*LOCKED*xxxxx", "form"),
        (PasswordScheme::Bcrypt, "$2y$31$abcdefghijklmnopqrstuuqmETr7q6xy3yd4wD289F.0fFB6vWYfO", "form"),
        (PasswordScheme::Dovecot, "{PBKDF2}$1$s$99999999$792e3c6ffa8918a8045aab3e96d1bd72bed13e75", "form"),
    ] {
        assert_eq!(read(&password(scheme, text)), Reading::Unusable(why), "{text}");
    }
    let locked = Password { is_locked: true, ..password(PasswordScheme::Md5, "837f116d15691348f76f863490862e47") };
    assert_eq!(read(&locked), Reading::Unusable("locked"));
}

fn schemes() -> impl Strategy<Value = PasswordScheme> {
    prop::sample::select(vec![
        PasswordScheme::Bcrypt,
        PasswordScheme::Crypt,
        PasswordScheme::Argon2,
        PasswordScheme::Md5,
        PasswordScheme::Md5Salted,
        PasswordScheme::HmacSha256,
        PasswordScheme::Sha1,
        PasswordScheme::MysqlNative,
        PasswordScheme::Dovecot,
        PasswordScheme::Plain,
    ])
}

proptest! {
    #[test]
    fn no_text_makes_the_reader_fall_over(scheme in schemes(), text in "\\PC{0,80}", front in prop::sample::select(vec![
        "", "$1$", "$5$", "$6$rounds=", "$y$j", "$2y$", "$argon2id$", "{SSHA}", "{PBKDF2}$1$", "{SHA512-CRYPT}$6$",
    ])) {
        let _reading = read(&password(scheme, &format!("{front}{text}")));
    }

    #[test]
    fn thirteen_letters_of_crypt_are_a_hash_that_fits_nobody(letters in "[./0-9A-Za-z]{13}") {
        let (fits, _) = tried(PasswordScheme::Crypt, &letters);
        prop_assert!(!fits);
    }
}
