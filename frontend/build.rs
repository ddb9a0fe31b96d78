//! The assets are embedded when this crate is compiled; cargo does not see that
//! by itself, so a changed style sheet would otherwise be left out.

fn main() {
    println!("cargo::rerun-if-changed=../assets");
    println!("cargo::rerun-if-changed=build.rs");
}
