//! A QR code as SVG: scanned instead of typed, and nothing leaves the page.

use std::fmt::Write;

use leptos::prelude::*;
use qrcodegen::{QrCode, QrCodeEcc};

use crate::page::Page;
use crate::ui::{html, nothing};

/// Cells of white around the code, as the standard wants.
const QUIET: i32 = 4;

/// The code of a text; nothing when the text is too long for one.
pub fn code(page: &Page, text: &str) -> AnyView {
    let Ok(code) = QrCode::encode_text(text, QrCodeEcc::Medium) else {
        return nothing();
    };
    let size = code.size().saturating_add(QUIET.saturating_mul(2));
    let mut path = String::new();
    for y in 0..code.size() {
        for x in (0..code.size()).filter(|x| code.get_module(*x, y)) {
            // Writing to a string cannot fail.
            let _ = write!(path, "M{},{}h1v1h-1z", x.saturating_add(QUIET), y.saturating_add(QUIET));
        }
    }
    html(view! {
        <svg role="img" aria-label=page.t("auth-totp-qr") width="200" height="200" viewBox=format!("0 0 {size} {size}") shape-rendering="crispEdges">
            <rect width="100%" height="100%" fill="#ffffff"/>
            <path d=path fill="#000000"/>
        </svg>
    })
}
