//! Password hashes as panels keep them: recognised by their form, never verified here.

use crate::snapshot::values::{Password, PasswordScheme, Secret};

/// Reads a field of a shadow file, of Dovecot or of MySQL. `None` where there is no password:
/// empty, `x`, `*`, `!`.
#[must_use]
pub fn password(field: &str) -> Option<Password> {
    let field = field.trim();
    let unlocked = field.strip_prefix("*LOCKED*").unwrap_or(field).trim_start_matches('!');
    let is_locked = unlocked.len() < field.len();
    if matches!(unlocked, "" | "x" | "*" | "*NP*") {
        return None;
    }
    Some(Password { scheme: scheme(unlocked), value: Secret(unlocked.to_owned()), is_locked })
}

fn scheme(hash: &str) -> PasswordScheme {
    let is_hex = |text: &str, digits: usize| text.len() == digits && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let begins = |ends: &[&str]| ends.iter().any(|end| hash.starts_with(end));
    let is_des = hash.len() == 13 && hash.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"./".contains(&byte));
    if hash.starts_with('{') && hash.contains('}') {
        PasswordScheme::Dovecot
    } else if begins(&["$2a$", "$2b$", "$2y$"]) {
        PasswordScheme::Bcrypt
    } else if begins(&["$argon2"]) {
        PasswordScheme::Argon2
    } else if begins(&["$1$", "$5$", "$6$", "$y$", "$apr1$"]) || is_des {
        PasswordScheme::Crypt
    } else if hash.strip_prefix('*').is_some_and(|digits| is_hex(digits, 40)) {
        PasswordScheme::MysqlNative
    } else if is_hex(hash, 32) {
        PasswordScheme::Md5
    } else if is_hex(hash, 40) {
        PasswordScheme::Sha1
    } else {
        PasswordScheme::Unknown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schemes_are_told_by_their_form() {
        let mysql = "*0123456789ABCDEF0123456789ABCDEF01234567";
        for (field, scheme) in [
            ("$6$salt$hash", PasswordScheme::Crypt),
            ("$1$salt$hash", PasswordScheme::Crypt),
            ("ab01FAX.bQRSU", PasswordScheme::Crypt),
            ("$2y$10$abc", PasswordScheme::Bcrypt),
            ("{BLF-CRYPT}$2y$05$x", PasswordScheme::Dovecot),
            ("$argon2id$v=19$x", PasswordScheme::Argon2),
            (mysql, PasswordScheme::MysqlNative),
            ("odd", PasswordScheme::Unknown),
        ] {
            let read = password(field).unwrap();
            assert_eq!((read.scheme, read.is_locked), (scheme, false), "{field}");
        }
    }

    #[test]
    fn locked_passwords_keep_their_hash_and_absent_ones_are_absent() {
        for field in ["*LOCKED*$6$s$h", "!$6$s$h", "!!$6$s$h"] {
            let read = password(field).unwrap();
            assert_eq!((read.value.0.as_str(), read.is_locked), ("$6$s$h", true), "{field}");
        }
        for field in ["", "*", "!", "!!", "x", "!*"] {
            assert_eq!(password(field), None, "{field}");
        }
    }
}
