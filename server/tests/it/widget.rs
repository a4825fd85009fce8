//! The widget's files.

use std::fs;

use crate::receiver::start_with;

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let files = [
        (
            "package.json",
            r#"{ "name": "workflowai-feedback", "version": "1.2.3" }"#,
        ),
        ("index.js", "export {};"),
        ("index.js.br", "not really brotli"),
        ("core.wasm", "\0asm"),
        ("locales/de.js", "export {};"),
    ];
    fs::create_dir(folder.path().join("locales")).expect("a folder");
    for (name, text) in files {
        fs::write(folder.path().join(name), text).expect("a file");
    }
    folder
}

#[tokio::test]
async fn files_are_served_under_their_version_for_ever() {
    let folder = folder();
    let path = folder.path().to_owned();
    let server = start_with(|config| config.widget_folder = Some(path)).await;
    let plain = server.get("/widget/1.2.3/index.js").await;
    assert_eq!((plain.status, plain.text().as_str()), (200, "export {};"));
    assert_eq!(
        plain.header("content-type"),
        "text/javascript; charset=utf-8"
    );
    assert_eq!(
        plain.header("cache-control"),
        "public, max-age=31536000, immutable"
    );
    assert_eq!(plain.header("access-control-allow-origin"), "*");
    assert_eq!(plain.header("content-encoding"), "");
    assert_eq!(plain.header("vary"), "accept-encoding");
    let packed = server.request("GET", "/widget/1.2.3/index.js");
    let packed = packed.header("accept-encoding", "gzip, br").send().await;
    assert_eq!(
        (packed.header("content-encoding"), packed.text().as_str()),
        ("br", "not really brotli")
    );
    assert_eq!(
        packed.header("content-type"),
        "text/javascript; charset=utf-8"
    );
    let wasm = server.get("/widget/1.2.3/core.wasm").await;
    assert_eq!(wasm.header("content-type"), "application/wasm");
    assert_eq!(server.get("/widget/1.2.3/locales/de.js").await.status, 200);
    for path in [
        "/widget/9.9.9/index.js",
        "/widget/1.2.3/none.js",
        "/widget/1.2.3/..%2Fx",
        "/widget/latest/none.js",
    ] {
        assert_eq!(server.get(path).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn latest_leads_to_the_version_for_a_short_time() {
    let folder = folder();
    let path = folder.path().to_owned();
    let server = start_with(|config| config.widget_folder = Some(path)).await;
    let latest = server.get("/widget/latest/locales/de.js").await;
    assert_eq!(
        (latest.status, latest.header("location")),
        (307, "/widget/1.2.3/locales/de.js")
    );
    assert_eq!(latest.header("cache-control"), "public, max-age=300");
    assert_eq!(latest.header("access-control-allow-origin"), "*");
}

#[tokio::test]
async fn a_server_without_the_widget_says_how_to_get_it() {
    let empty = tempfile::tempdir().expect("a folder");
    let path = empty.path().to_owned();
    let server = start_with(|config| config.widget_folder = Some(path)).await;
    for path in ["/widget/latest/index.js", "/widget/1.2.3/index.js"] {
        let answer = server.get(path).await;
        assert_eq!(answer.status, 404);
        assert!(
            answer.text().contains("cargo xtask build"),
            "{}",
            answer.text()
        );
    }
}
