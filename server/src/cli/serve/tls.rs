use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

use super::super::Failure;

/// Encryption without a proxy in front.
#[derive(Args)]
pub struct Tls {
    /// Speaks HTTPS with this certificate and those above it (PEM)
    #[arg(
        long,
        value_name = "FILE",
        env = "WORKFLOWAI_FEEDBACK_TLS_CERT",
        requires = "tls_key"
    )]
    tls_cert: Option<PathBuf>,
    /// The certificate's private key (PEM)
    #[arg(
        long,
        value_name = "FILE",
        env = "WORKFLOWAI_FEEDBACK_TLS_KEY",
        requires = "tls_cert"
    )]
    tls_key: Option<PathBuf>,
}

impl Tls {
    /// Whether connections are to be encrypted.
    pub const fn is_asked_for(&self) -> bool {
        self.tls_cert.is_some()
    }

    /// What encrypts connections. None if nothing does.
    pub fn acceptor(&self) -> Result<Option<TlsAcceptor>, Failure> {
        let (Some(certificate), Some(key)) = (&self.tls_cert, &self.tls_key) else {
            return Ok(None);
        };
        let certificates = CertificateDer::pem_file_iter(certificate)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .map_err(|error| unreadable("--tls-cert", certificate, &error))?;
        let private = PrivateKeyDer::from_pem_file(key)
            .map_err(|error| unreadable("--tls-key", key, &error))?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(certificates, private)
            .map_err(|error| unreadable("--tls-cert", certificate, &error))?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Some(TlsAcceptor::from(Arc::new(config))))
    }
}

fn unreadable(flag: &str, file: &Path, error: &dyn std::fmt::Display) -> Failure {
    Failure(format!("{flag} {} cannot be used: {error}", file.display()))
}
