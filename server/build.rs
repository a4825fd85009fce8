//! A release build embeds `embedded/`, so it must be built anew when that changes. A debug build
//! reads the folder as it runs.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        println!("cargo::rerun-if-changed=embedded");
    }
}
