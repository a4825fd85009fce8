//! One request to an address that somebody else chose: its name is resolved once, every address
//! is checked, and the connection goes to one of those. No redirect is followed, no proxy of the
//! environment is asked, and of the answer nothing but status and `Retry-After` is read.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, HOST, RETRY_AFTER, USER_AGENT};
use axum::http::{Request, Response};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper::rt::{Read, Write};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::address::{Target, may_reach};
use crate::clock::now;

/// From the name's look-up to the answer's status.
const PATIENCE: Duration = Duration::from_secs(15);
const AGENT: &str = concat!("workflowai-feedback/", env!("CARGO_PKG_VERSION"));

/// What became of a message.
#[derive(Clone, Debug)]
pub struct Answered {
    /// When it was sent, in microseconds.
    pub at: i64,
    /// How long it took.
    pub milliseconds: i64,
    /// The status of the answer.
    pub status: Option<u16>,
    /// Why there was none.
    pub failure: Option<&'static str>,
    /// Seconds that the answer asks to wait.
    pub retry_after: Option<i64>,
}

impl Answered {
    /// Whether the other end took it.
    pub fn is_taken(&self) -> bool {
        self.status
            .is_some_and(|status| (200..300).contains(&status))
    }
}

/// What is to be sent.
#[derive(Clone, Debug)]
pub struct Message {
    pub headers: Vec<(&'static str, String)>,
    pub body: String,
}

/// Looks names up.
pub trait Resolve: Send + Sync {
    /// Every address of a name.
    fn resolve(
        &self,
        host: &str,
        port: u16,
    ) -> impl Future<Output = io::Result<Vec<SocketAddr>>> + Send;
}

/// As the system does.
pub struct System;

impl Resolve for System {
    async fn resolve(&self, host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
        Ok(tokio::net::lookup_host((host, port)).await?.collect())
    }
}

/// Sends messages.
pub struct Sender<R = System> {
    resolver: R,
    allow_private: bool,
    tls: OnceLock<Option<TlsConnector>>,
}

impl Sender {
    /// With the system's names. `allow_private` lets messages into private networks and without
    /// TLS.
    pub const fn new(allow_private: bool) -> Self {
        Self {
            resolver: System,
            allow_private,
            tls: OnceLock::new(),
        }
    }
}

impl<R: Resolve> Sender<R> {
    /// Posts a message.
    pub async fn send(&self, url: &str, message: Message) -> Answered {
        let (at, begun) = (now(), Instant::now());
        let sent = tokio::time::timeout(PATIENCE, self.post(url, message)).await;
        let milliseconds = i64::try_from(begun.elapsed().as_millis()).unwrap_or(i64::MAX);
        let (status, failure, retry_after) = match sent {
            Ok(Ok(response)) => {
                let header = response.headers().get(RETRY_AFTER);
                let seconds = header.and_then(|value| value.to_str().ok()?.trim().parse().ok());
                (Some(response.status().as_u16()), None, seconds)
            }
            Ok(Err(failure)) => (None, Some(failure), None),
            Err(_) => (None, Some("timeout"), None),
        };
        Answered {
            at,
            milliseconds,
            status,
            failure,
            retry_after,
        }
    }

    async fn post(&self, url: &str, message: Message) -> Result<Response<Incoming>, &'static str> {
        let target = Target::read(url).map_err(|_| "address")?;
        if !target.is_tls && !self.allow_private {
            return Err("address");
        }
        let stream = self.connect(&target).await?;
        if !target.is_tls {
            return exchange(TokioIo::new(stream), &target, message).await;
        }
        let connector = self.tls.get_or_init(connector).as_ref().ok_or("tls")?;
        let name = ServerName::try_from(target.host.clone()).map_err(|_| "tls")?;
        let stream = connector.connect(name, stream).await;
        exchange(TokioIo::new(stream.map_err(|_| "tls")?), &target, message).await
    }

    /// Connects to the first address that answers, if the target may be told at all of them.
    async fn connect(&self, target: &Target) -> Result<TcpStream, &'static str> {
        let found = self.resolver.resolve(&target.host, target.port).await;
        let addresses = found.map_err(|_| "name")?;
        if addresses.is_empty() {
            return Err("name");
        }
        // One bad address among good ones is no accident.
        if !addresses
            .iter()
            .all(|address| may_reach(address.ip(), self.allow_private))
        {
            return Err("address");
        }
        for address in addresses {
            if let Ok(stream) = TcpStream::connect(address).await {
                return Ok(stream);
            }
        }
        Err("connection")
    }
}

async fn exchange<S>(
    stream: S,
    target: &Target,
    message: Message,
) -> Result<Response<Incoming>, &'static str>
where
    S: Read + Write + Send + Unpin + 'static,
{
    let (mut sender, connection) = http1::handshake(stream).await.map_err(|_| "protocol")?;
    let mut request = Request::post(&target.path)
        .header(HOST, &target.authority)
        .header(USER_AGENT, AGENT)
        .header(CONTENT_TYPE, "application/json");
    for (name, value) in message.headers {
        request = request.header(name, value);
    }
    let request = request
        .body(Body::from(message.body))
        .map_err(|_| "protocol")?;
    let mut answer = std::pin::pin!(sender.send_request(request));
    // The connection ends with the answer's head: what else it says is of no use.
    let answer = tokio::select! {
        answer = &mut answer => answer,
        // The head may have come with its end.
        _ = connection => answer.await,
    };
    answer.map_err(|_| "protocol")
}

/// With the system's certificates. None if it has none, or the settings of TLS do not agree.
fn connector() -> Option<TlsConnector> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if roots.is_empty() {
        tracing::error!("there are no certificates to tell webhooks by TLS with");
        return None;
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config =
        ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = config.ok()?.with_root_certificates(roots);
    Some(TlsConnector::from(Arc::new(config.with_no_client_auth())))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;

    /// Names that lead elsewhere each time they are asked, as in DNS rebinding.
    struct Script {
        answers: Vec<Vec<&'static str>>,
        asked: AtomicUsize,
        port: u16,
    }

    impl Resolve for &Script {
        async fn resolve(&self, _: &str, _: u16) -> io::Result<Vec<SocketAddr>> {
            let asked = self.asked.fetch_add(1, Ordering::Relaxed);
            let address = |text: &&str| SocketAddr::new(text.parse().expect("it"), self.port);
            Ok(self.answers[asked].iter().map(address).collect())
        }
    }

    fn script(answers: &[&[&'static str]], port: u16) -> Script {
        Script {
            answers: answers.iter().map(|answer| answer.to_vec()).collect(),
            asked: AtomicUsize::new(0),
            port,
        }
    }

    fn sender(script: &Script, allow_private: bool) -> Sender<&Script> {
        Sender {
            resolver: script,
            allow_private,
            tls: OnceLock::new(),
        }
    }

    async fn told(script: &Script, allow_private: bool, url: &str) -> Answered {
        sender(script, allow_private).send(url, message()).await
    }

    fn message() -> Message {
        Message {
            headers: vec![("webhook-id", "a".into())],
            body: "{}".into(),
        }
    }

    /// Answers each connection with the next of these. Returns its port and what it read.
    async fn other_end(
        answers: &'static [&'static str],
    ) -> (u16, tokio::task::JoinHandle<Vec<String>>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let reading = tokio::spawn(async move {
            let mut read = Vec::new();
            for answer in answers {
                let (mut stream, _) = listener.accept().await.expect("a connection");
                let mut bytes = vec![0; 4_096];
                let mut length = 0;
                while !bytes[..length].ends_with(b"{}") {
                    length += stream.read(&mut bytes[length..]).await.expect("a request");
                }
                read.push(String::from_utf8_lossy(&bytes[..length]).into_owned());
                stream.write_all(answer.as_bytes()).await.expect("open");
            }
            read
        });
        (port, reading)
    }

    #[tokio::test]
    async fn a_name_that_leads_to_one_private_address_is_not_told_at_any() {
        for answer in [
            &["127.0.0.1"][..],
            &["1.1.1.1", "10.0.0.1"],
            &["::ffff:127.0.0.1"],
            &["64:ff9b::7f00:1"],
            &["fe80::1"],
            &["169.254.169.254"],
        ] {
            let script = script(&[answer], 9);
            let sent = told(&script, false, "https://hooks.example/").await;
            assert_eq!((sent.status, sent.failure), (None, Some("address")));
        }
        let script = script(&[&["169.254.169.254"]], 9);
        let sent = told(&script, true, "http://hooks.example/").await;
        assert_eq!(sent.failure, Some("address"));
    }

    #[tokio::test]
    async fn a_name_is_looked_up_once_and_its_first_open_address_is_told() {
        let (port, reading) = other_end(&["HTTP/1.1 204 No Content\r\n\r\n"]).await;
        // The first refuses; whoever asks again is led elsewhere.
        let script = script(&[&["127.0.0.2", "127.0.0.1"], &["169.254.169.254"]], port);
        let sent = told(&script, true, "http://hooks.example/a?b=c").await;
        assert_eq!((sent.status, sent.failure), (Some(204), None), "{sent:?}");
        assert_eq!(script.asked.load(Ordering::Relaxed), 1);
        let read = reading.await.expect("no panic").remove(0);
        assert!(read.starts_with("POST /a?b=c HTTP/1.1\r\n"), "{read}");
        for header in ["host: hooks.example\r\n", "webhook-id: a\r\n"] {
            assert!(read.contains(header), "{read}");
        }
    }

    #[tokio::test]
    async fn a_redirect_is_an_answer_like_any_other() {
        let (port, reading) = other_end(&[
            "HTTP/1.1 307 Temporary Redirect\r\nLocation: http://127.0.0.1:1/\r\n\r\n",
        ])
        .await;
        let script = script(&[&["127.0.0.1"]], port);
        let sent = told(&script, true, "http://hooks.example/").await;
        assert_eq!((sent.status, sent.is_taken()), (Some(307), false));
        assert_eq!(reading.await.expect("no panic").len(), 1);
        assert_eq!(script.asked.load(Ordering::Relaxed), 1);
    }

    #[tokio::test]
    async fn what_goes_wrong_has_a_word() {
        let (port, _reading) = other_end(&[
            "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 120\r\n\r\n",
            "no answer at all",
        ])
        .await;
        let local: &[&str] = &["127.0.0.1"];
        let script = script(&[local, local, &[], local], port);
        let sender = sender(&script, true);
        let mut sent = Vec::new();
        for _ in 0..3 {
            let answered = sender.send("http://hooks.example/", message()).await;
            sent.push((answered.status, answered.failure, answered.retry_after));
        }
        let expected = [
            (Some(503), None, Some(120)),
            (None, Some("protocol"), None),
            (None, Some("name"), None),
        ];
        assert_eq!(sent, expected);
        let refused = sender.send("http://name@hooks.example/", message()).await;
        assert_eq!(refused.failure, Some("address"));
    }
}
