//! Connections: so many, and none that only waits.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::HttpService;
use hyper_util::rt::TokioIo;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::time::{Instant, Sleep, sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt;

/// Files that are open besides connections: the database, its log, the listeners.
const OTHER_FILES: u64 = 256;
/// How long the system may have no room for another connection before the next try.
const ROOM: Duration = Duration::from_millis(100);

/// How long each part of a request may take.
#[derive(Clone, Copy)]
pub struct Patience {
    /// From the first byte of a request to the end of its headers.
    pub headers: Duration,
    /// Without a byte in either direction.
    pub idle: Duration,
    /// For the requests under way at the end.
    pub shutdown: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            headers: Duration::from_secs(10),
            idle: Duration::from_mins(2),
            shutdown: Duration::from_secs(30),
        }
    }
}

/// Raises the limit of open files as far as it goes for so many connections open at the same time; more
/// wait in the system's queue. Returns how many fit.
pub fn make_room(connections: usize) -> usize {
    let wanted = connections as u64 + OTHER_FILES;
    let files = rlimit::increase_nofile_limit(wanted).unwrap_or(wanted);
    let fit = usize::try_from(files.saturating_sub(OTHER_FILES)).unwrap_or(connections);
    fit.clamp(1, connections)
}

/// Serves until `stop`, then lets what is under way end.
pub async fn serve(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    router: Router,
    most: usize,
    patience: Patience,
    stop: impl Future<Output = ()>,
) {
    let room = Arc::new(Semaphore::new(most));
    let graceful = GracefulShutdown::new();
    let mut stop = pin!(stop);
    loop {
        let next = async {
            let place = room.clone().acquire_owned().await;
            (place, listener.accept().await)
        };
        let (place, accepted) = tokio::select! {
            next = next => next,
            () = &mut stop => break,
        };
        let (stream, address) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // A connection that ended before it was taken, or no file left for it.
                tracing::warn!(%error, "a connection could not be taken");
                sleep(ROOM).await;
                continue;
            }
        };
        // An answer is one packet or a stream of full ones; waiting to fill one only adds delay.
        let _ = stream.set_nodelay(true);
        let (watcher, router, tls) = (graceful.watcher(), router.clone(), tls.clone());
        tokio::spawn(async move {
            // A client that goes away is nobody's failure.
            match tls {
                None => {
                    let connection = connection(stream, address, router, patience);
                    let _ = watcher.watch(connection).await;
                }
                Some(tls) => {
                    let encrypted = timeout(patience.headers, tls.accept(stream)).await;
                    if let Ok(Ok(stream)) = encrypted {
                        let connection = connection(stream, address, router, patience);
                        let _ = watcher.watch(connection).await;
                    }
                }
            }
            drop(place);
        });
    }
    drop(listener);
    let _ = timeout(patience.shutdown, graceful.shutdown()).await;
}

fn connection<S: AsyncRead + AsyncWrite + Unpin>(
    stream: S,
    address: SocketAddr,
    router: Router,
    patience: Patience,
) -> http1::Connection<
    TokioIo<Watched<S>>,
    impl HttpService<Incoming, ResBody = Body, Error = Infallible, Future: Send> + use<S>,
> {
    let phase = Arc::new(AtomicU8::new(WAITING));
    let stream = Watched::new(stream, phase.clone(), patience);
    let service = hyper::service::service_fn(move |request: hyper::Request<Incoming>| {
        let (phase, router) = (phase.clone(), router.clone());
        phase.store(SERVING, Ordering::Relaxed);
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(address));
        async move {
            let response = router.oneshot(request).await;
            phase.store(WAITING, Ordering::Relaxed);
            response
        }
    });
    // Time-outs are those of the stream: hyper's own for headers counts the idle time before them.
    http1::Builder::new()
        .header_read_timeout(None)
        .serve_connection(TokioIo::new(stream), service)
}

/// For the next request.
const WAITING: u8 = 0;
/// A request has begun whose headers are not all there.
const HEADERS: u8 = 1;
/// A request is being answered.
const SERVING: u8 = 2;

/// A stream that gives up on who sends nothing, or headers too slowly.
struct Watched<S> {
    stream: S,
    patience: Patience,
    /// Where the connection is. Shared with whoever answers.
    phase: Arc<AtomicU8>,
    /// The phase that the deadline is of.
    seen: u8,
    deadline: Pin<Box<Sleep>>,
}

impl<S> Watched<S> {
    fn new(stream: S, phase: Arc<AtomicU8>, patience: Patience) -> Self {
        Self {
            stream,
            patience,
            phase,
            seen: WAITING,
            deadline: Box::pin(sleep(patience.idle)),
        }
    }

    fn expire(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let phase = self.phase.load(Ordering::Relaxed);
        if phase != self.seen {
            self.seen = phase;
            self.moved();
        }
        self.deadline
            .as_mut()
            .poll(context)
            .map(|()| Err(io::ErrorKind::TimedOut.into()))
    }

    fn moved(&mut self) {
        let idle = Instant::now() + self.patience.idle;
        self.deadline.as_mut().reset(idle);
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        match Pin::new(&mut self.stream).poll_read(context, buffer) {
            Poll::Pending => self.expire(context),
            Poll::Ready(read) => {
                if buffer.filled().len() > before {
                    match self.phase.load(Ordering::Relaxed) {
                        WAITING => {
                            self.phase.store(HEADERS, Ordering::Relaxed);
                            self.seen = HEADERS;
                            let end = Instant::now() + self.patience.headers;
                            self.deadline.as_mut().reset(end);
                        }
                        // Headers that drip in do not move their end.
                        HEADERS => {}
                        _ => self.moved(),
                    }
                }
                Poll::Ready(read)
            }
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match Pin::new(&mut self.stream).poll_write(context, bytes) {
            Poll::Pending => self.expire(context).map(|expired| expired.map(|()| 0)),
            Poll::Ready(written) => {
                self.moved();
                Poll::Ready(written)
            }
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use axum::routing::post;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpStream;

    const LONG: Duration = Duration::from_mins(1);
    const SHORT: Duration = Duration::from_millis(50);

    /// A server that echoes bodies.
    async fn start(most: usize, patience: Patience) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let router = Router::new().route("/", post(|body: String| async { body }));
        let stop = std::future::pending();
        tokio::spawn(serve(listener, None, router, most, patience, stop));
        address
    }

    fn patience(headers: Duration, idle: Duration) -> Patience {
        Patience {
            headers,
            idle,
            shutdown: LONG,
        }
    }

    async fn connect(address: SocketAddr) -> TcpStream {
        TcpStream::connect(address).await.expect("a connection")
    }

    /// Everything until the server closes.
    async fn rest(stream: &mut TcpStream) -> String {
        let mut text = String::new();
        // It may be closed in the hard way.
        let _ = stream.read_to_string(&mut text).await;
        text
    }

    const WHOLE: &[u8] = b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\n\r\nhi";

    async fn answered(stream: &mut TcpStream) {
        let mut bytes = Vec::new();
        while !bytes.ends_with(b"hi") {
            let read = stream.read_buf(&mut bytes).await.expect("an answer");
            assert_ne!(read, 0, "{}", String::from_utf8_lossy(&bytes));
        }
    }

    #[tokio::test]
    async fn headers_that_do_not_end_are_cut_off_even_if_they_drip() {
        let address = start(10, patience(SHORT, LONG)).await;
        let mut stream = connect(address).await;
        stream
            .write_all(b"POST / HTTP/1.1\r\n")
            .await
            .expect("open");
        let (mut reader, mut writer) = stream.into_split();
        let drip = tokio::spawn(async move {
            while writer.write_all(b"x: y\r\n").await.is_ok() {
                sleep(Duration::from_millis(5)).await;
            }
        });
        let mut text = String::new();
        let _ = reader.read_to_string(&mut text).await;
        assert!(!text.contains("200"), "{text}");
        drip.await.expect("it ended");
    }

    #[tokio::test]
    async fn a_connection_that_says_nothing_is_closed_and_one_that_asks_again_is_not() {
        let address = start(10, patience(LONG, SHORT)).await;
        assert_eq!(rest(&mut connect(address).await).await, "");
        // The time for headers ends with them: a kept connection waits as long as any other.
        let address = start(10, patience(SHORT, LONG)).await;
        let mut stream = connect(address).await;
        for _ in 0..3 {
            stream.write_all(WHOLE).await.expect("open");
            answered(&mut stream).await;
            sleep(SHORT * 2).await;
        }
    }

    #[tokio::test]
    async fn a_body_may_take_longer_than_headers() {
        let address = start(10, patience(SHORT, LONG)).await;
        let mut stream = connect(address).await;
        let (head, body) = WHOLE.split_at(WHOLE.len() - 2);
        stream.write_all(head).await.expect("open");
        sleep(SHORT * 3).await;
        stream.write_all(body).await.expect("open");
        answered(&mut stream).await;
    }

    #[tokio::test]
    async fn one_connection_too_many_waits_for_another_to_end() {
        let address = start(1, patience(LONG, LONG)).await;
        let mut first = connect(address).await;
        first.write_all(WHOLE).await.expect("open");
        answered(&mut first).await;
        let mut second = connect(address).await;
        second.write_all(WHOLE).await.expect("open");
        let mut byte = [0];
        let early = timeout(SHORT, second.read(&mut byte)).await;
        assert!(early.is_err(), "it was answered");
        drop(first);
        answered(&mut second).await;
    }
}
