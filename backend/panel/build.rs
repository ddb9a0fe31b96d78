//! The texts are embedded when this crate is compiled; cargo does not see that
//! by itself, so a changed text would otherwise be left out of the binary.

fn main() {
    println!("cargo::rerun-if-changed=../../locales");
    println!("cargo::rerun-if-changed=build.rs");
}
