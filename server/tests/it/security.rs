//! `docs/security.md` names a test for each threat, and the test exists.

use std::path::Path;

/// Every Rust source below a folder.
fn sources(folder: &Path, all: &mut String) {
    for entry in folder.read_dir().expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            sources(&path, all);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            all.push_str(&std::fs::read_to_string(&path).expect("a file"));
        }
    }
}

#[test]
fn every_threat_names_tests_that_exist() {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut all = String::new();
    for folder in [
        "server/src",
        "server/tests",
        "protocol/src",
        "protocol/tests",
    ] {
        sources(&repository.join(folder), &mut all);
    }
    let document =
        std::fs::read_to_string(repository.join("docs/security.md")).expect("the document");
    let mut threats = 0;
    for row in document
        .lines()
        .filter(|line| line.starts_with("| "))
        .skip(2)
    {
        let tests = row
            .trim_end_matches(" |")
            .rsplit(" | ")
            .next()
            .expect("a cell");
        let names: Vec<_> = tests.split('`').skip(1).step_by(2).collect();
        assert!(!names.is_empty(), "{row}");
        for name in names {
            assert!(all.contains(&format!("fn {name}(")), "{name}");
        }
        threats += 1;
    }
    assert!(threats > 15, "{threats}");
}
