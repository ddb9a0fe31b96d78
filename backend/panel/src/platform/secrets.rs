//! Secrets: sealing at rest with a key file, signing, and hashing of tokens.

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::Aead;
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use hostwright_kernel::id::random_bytes;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::error::{Error, Result};
use super::{Tx, settings};

/// The installation's master key, from which every other key is derived.
#[derive(Clone)]
pub struct Vault {
    key: Zeroizing<[u8; 32]>,
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Vault(..)")
    }
}

impl Vault {
    /// A vault with this key.
    #[must_use]
    pub fn new(key: [u8; 32]) -> Self {
        Self { key: Zeroizing::new(key) }
    }

    /// Reads the key file, or makes it (mode 0600) when there is none.
    ///
    /// # Errors
    /// When the file cannot be read or made, or does not hold 32 bytes.
    pub fn open_or_create(path: &Path) -> Result<Self> {
        let io = |error: std::io::Error| Error::internal(format!("key file {}: {error}", path.display()));
        if path.exists() {
            let bytes = Zeroizing::new(std::fs::read(path).map_err(io)?);
            let key: [u8; 32] = bytes
                .as_slice()
                .try_into()
                .map_err(|_wrong| Error::internal(format!("key file {} must hold 32 bytes", path.display())))?;
            return Ok(Self::new(key));
        }
        let key = random_bytes::<32>();
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(path).map_err(io)?;
        std::io::Write::write_all(&mut file, &key).map_err(io)?;
        file.sync_all().map_err(io)?;
        Ok(Self::new(key))
    }

    /// Encrypts for the database; `purpose` binds it to its column.
    ///
    /// # Errors
    /// Never for texts that fit memory.
    pub fn seal(&self, purpose: &str, plain: &str) -> Result<String> {
        let nonce = random_bytes::<24>();
        let sealed = self
            .cipher(purpose)
            .encrypt(XNonce::from_slice(&nonce), plain.as_bytes())
            .map_err(|error| Error::internal(format!("seal: {error}")))?;
        Ok(URL_SAFE_NO_PAD.encode([nonce.as_slice(), &sealed].concat()))
    }

    /// Decrypts what [`Vault::seal`] made.
    ///
    /// # Errors
    /// When the text was altered or sealed for something else.
    pub fn open(&self, purpose: &str, sealed: &str) -> Result<Zeroizing<String>> {
        let altered = || Error::internal(format!("a sealed value for {purpose} does not open"));
        let bytes = URL_SAFE_NO_PAD.decode(sealed).map_err(|_not_base64| altered())?;
        let (nonce, body) = bytes.split_at_checked(24).ok_or_else(altered)?;
        let plain = self.cipher(purpose).decrypt(XNonce::from_slice(nonce), body).map_err(|_altered| altered())?;
        String::from_utf8(plain).map(Zeroizing::new).map_err(|_not_text| altered())
    }

    /// A signature over `message` for one purpose, URL-safe.
    #[must_use]
    pub fn sign(&self, purpose: &str, message: &[u8]) -> String {
        URL_SAFE_NO_PAD.encode(self.mac(purpose, message).finalize().into_bytes())
    }

    /// Whether the signature is ours, in constant time.
    #[must_use]
    pub fn verify(&self, purpose: &str, message: &[u8], signature: &str) -> bool {
        URL_SAFE_NO_PAD.decode(signature).is_ok_and(|bytes| self.mac(purpose, message).verify_slice(&bytes).is_ok())
    }

    /// Whether this is the key that the database was first used with. Every panel of
    /// an installation needs the same one.
    ///
    /// # Errors
    /// When the database fails.
    pub fn fits(&self, tx: &mut Tx<'_>) -> Result<bool> {
        let mark = self.sign("database", b"");
        Ok(settings::get_or_put(tx, "platform.key_mark", &mark)? == mark)
    }

    fn derived(&self, purpose: &str) -> Zeroizing<[u8; 32]> {
        let mut hasher = Sha256::new();
        hasher.update(b"hostwright\0");
        hasher.update(self.key.as_slice());
        hasher.update(purpose.as_bytes());
        Zeroizing::new(hasher.finalize().into())
    }

    fn cipher(&self, purpose: &str) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(self.derived(purpose).as_slice().into())
    }

    fn mac(&self, purpose: &str, message: &[u8]) -> Hmac<Sha256> {
        #[expect(clippy::expect_used, reason = "HMAC takes keys of every length")]
        let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(self.derived(purpose).as_slice())
            .expect("any key length is accepted");
        mac.update(message);
        mac
    }
}

/// A new random token for a link, a session or an API key: 256 bits, URL-safe.
#[must_use]
pub fn random_token() -> String {
    URL_SAFE_NO_PAD.encode(random_bytes::<32>())
}

/// What is kept of a token: its SHA-256, so that a copy of the database signs
/// nobody in.
#[must_use]
pub fn token_hash(token: &str) -> String {
    hex(&Sha256::digest(token.as_bytes()))
}

/// SHA-256 of bytes as lower-case hexadecimal digits.
#[must_use]
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _infallible = write!(text, "{byte:02x}");
        text
    })
}
