//! HTTPS without a proxy.

use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::server::{Server, run};

/// Writes `cert.pem` and `key.pem` of a certificate for `localhost`.
fn certify(folder: &Path) -> CertificateDer<'static> {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    std::fs::write(folder.join("cert.pem"), made.cert.pem()).expect("a file");
    std::fs::write(folder.join("key.pem"), made.signing_key.serialize_pem()).expect("a file");
    made.cert.der().clone()
}

#[tokio::test]
async fn with_a_certificate_it_speaks_https_alone_and_its_links_say_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let certificate = certify(folder.path());
    let server = Server::start(
        folder.path(),
        &["--tls-cert", "cert.pem", "--tls-key", "key.pem"],
    );
    let link = server.link().expect("a link");
    assert!(
        link.starts_with(&format!("https://{}/", server.address)),
        "{link}"
    );
    let mut trusted = rustls::RootCertStore::empty();
    trusted.add(certificate).expect("a certificate");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(trusted)
        .with_no_client_auth();
    let name = "localhost".try_into().expect("a name");
    let plain = TcpStream::connect(server.address)
        .await
        .expect("a connection");
    let connector = TlsConnector::from(Arc::new(config));
    let mut stream = connector.connect(name, plain).await.expect("TLS");
    let request = b"GET /dashboard HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
    stream.write_all(request).await.expect("open");
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer).await;
    assert!(answer.starts_with("HTTP/1.1 303"), "{answer}");
    let lasting = "strict-transport-security: max-age=31536000\r\n";
    assert!(answer.contains(lasting), "{answer}");
    let mut plain = TcpStream::connect(server.address)
        .await
        .expect("a connection");
    plain.write_all(request).await.expect("open");
    let mut answer = Vec::new();
    let _ = plain.read_to_end(&mut answer).await;
    assert!(
        !answer.starts_with(b"HTTP"),
        "it answers nobody in the clear"
    );
    assert!(server.stop());
}

#[test]
fn certificates_that_cannot_be_used_are_named() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("junk.pem"), "junk").expect("a file");
    for (flags, word) in [
        (vec!["--tls-cert", "junk.pem"], "--tls-key"),
        (
            vec!["--tls-cert", "junk.pem", "--tls-key", "junk.pem"],
            "junk.pem",
        ),
        (
            vec!["--tls-cert", "none.pem", "--tls-key", "none.pem"],
            "--tls-cert",
        ),
    ] {
        let output = run(folder.path(), &[&["serve"], &flags[..]].concat());
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(
            !output.status.success() && error.contains(word),
            "{flags:?}: {error}"
        );
    }
    assert!(!folder.path().join(".feedback").exists());
}

#[test]
fn where_it_listens_everywhere_it_asks_how_people_reach_it() {
    let folder = tempfile::tempdir().expect("a folder");
    certify(folder.path());
    let tls = ["--tls-cert", "cert.pem", "--tls-key", "key.pem"];
    for listen in ["0.0.0.0:0", "[::]:0"] {
        // `config check` ends by itself whatever it finds.
        let serve = [&["config", "check", "--listen", listen], &tls[..]].concat();
        let output = run(folder.path(), &serve);
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success(), "{listen}");
        assert!(error.contains("--public-url"), "{error}");
        let told = ["--public-url", "https://feedback.example.com"];
        let output = run(folder.path(), &[&serve[..], &told].concat());
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{error}");
    }
}
