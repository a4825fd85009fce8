//! Requests over kept connections, with as little work as HTTP/1.1 can be done with: on a machine of
//! two cores, what the client costs is taken from the server.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::failure::Failure;

/// What came back.
pub struct Answer {
    pub status: u16,
    pub headers: String,
    pub body: Vec<u8>,
}

impl Answer {
    /// A header's value, empty if it is not there.
    pub fn header(&self, name: &str) -> &str {
        let mut lines = self
            .headers
            .lines()
            .filter_map(|line| line.split_once(": "));
        let found = lines.find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map_or("", |(_, value)| value)
    }
}

/// A kept connection.
pub struct Connection {
    stream: TcpStream,
    read: Vec<u8>,
}

impl Connection {
    pub async fn open(address: SocketAddr) -> Result<Self, Failure> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            read: Vec::with_capacity(4_096),
        })
    }

    /// Sends a whole request and reads the whole answer.
    pub async fn send(&mut self, request: &[u8]) -> Result<Answer, Failure> {
        self.stream.write_all(request).await?;
        self.read.clear();
        let (head, length) = loop {
            if let Some(found) = head(&self.read)? {
                break found;
            }
            self.more().await?;
        };
        let headers = String::from_utf8_lossy(&self.read[..head]).into_owned();
        let status = headers.get(9..12).and_then(|code| code.parse().ok());
        let body = match length {
            Length::Known(length) => {
                while self.read.len() < head + length {
                    self.more().await?;
                }
                self.read[head..head + length].to_vec()
            }
            Length::Chunked => self.chunks(head).await?,
        };
        Ok(Answer {
            status: status.ok_or("no status")?,
            headers,
            body,
        })
    }

    async fn chunks(&mut self, mut at: usize) -> Result<Vec<u8>, Failure> {
        let mut body = Vec::new();
        loop {
            let line = self.read[at..].windows(2).position(|pair| pair == b"\r\n");
            let Some(line) = line else {
                self.more().await?;
                continue;
            };
            let size = std::str::from_utf8(&self.read[at..at + line])?;
            let size = usize::from_str_radix(size.trim(), 16)?;
            let begin = at + line + 2;
            while self.read.len() < begin + size + 2 {
                self.more().await?;
            }
            if size == 0 {
                return Ok(body);
            }
            body.extend_from_slice(&self.read[begin..begin + size]);
            at = begin + size + 2;
        }
    }

    async fn more(&mut self) -> Result<(), Failure> {
        if self.stream.read_buf(&mut self.read).await? == 0 {
            return Err("the connection was closed".into());
        }
        Ok(())
    }
}

/// How a body ends.
#[derive(Debug, PartialEq)]
enum Length {
    Known(usize),
    Chunked,
}

/// Where the head ends and how the body does. None if it is not all there yet.
fn head(read: &[u8]) -> Result<Option<(usize, Length)>, Failure> {
    let Some(end) = read.windows(4).position(|four| four == b"\r\n\r\n") else {
        return Ok(None);
    };
    let text = std::str::from_utf8(&read[..end])?;
    for (name, value) in text.lines().filter_map(|line| line.split_once(": ")) {
        if name.eq_ignore_ascii_case("content-length") {
            return Ok(Some((end + 4, Length::Known(value.parse()?))));
        }
        if name.eq_ignore_ascii_case("transfer-encoding") {
            return Ok(Some((end + 4, Length::Chunked)));
        }
    }
    Ok(Some((end + 4, Length::Known(0))))
}

/// A GET as it goes over the wire.
pub fn get_request(path: &str, headers: &[(&str, &str)]) -> Vec<u8> {
    let mut request = format!("GET {path} HTTP/1.1\r\nhost: bench\r\n");
    for (name, value) in headers {
        request.push_str(&[name, ": ", value, "\r\n"].concat());
    }
    request.push_str("\r\n");
    request.into_bytes()
}

/// A POST of JSON as it goes over the wire.
pub fn post_request(path: &str, body: &Value) -> Vec<u8> {
    let body = body.to_string();
    let length = body.len();
    format!(
        "POST {path} HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\n\
         content-length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

/// One request over a connection of its own.
pub async fn get(
    address: SocketAddr,
    path: &str,
    headers: &[(&str, &str)],
) -> Result<Answer, Failure> {
    Connection::open(address)
        .await?
        .send(&get_request(path, headers))
        .await
}

/// A form over a connection of its own.
pub async fn post_form(address: SocketAddr, path: &str, form: &str) -> Result<Answer, Failure> {
    let length = form.len();
    let request = format!(
        "POST {path} HTTP/1.1\r\nhost: bench\r\ncontent-type: application/x-www-form-urlencoded\r\n\
         content-length: {length}\r\n\r\n{form}"
    );
    let mut connection = Connection::open(address).await?;
    connection.send(request.as_bytes()).await
}

/// How a load went.
pub struct Load {
    /// From the first request to the last answer.
    pub time: Duration,
    /// Of each request.
    pub latencies: Vec<Duration>,
}

impl Load {
    /// Requests a second.
    pub fn rate(&self) -> f64 {
        let requests = u32::try_from(self.latencies.len()).unwrap_or(u32::MAX);
        f64::from(requests) / self.time.as_secs_f64()
    }
}

/// Sends all requests over so many connections, each one after the other. Fails at the first answer
/// that is not 200.
pub async fn load(
    address: SocketAddr,
    connections: usize,
    requests: Arc<Vec<Vec<u8>>>,
) -> Result<Load, Failure> {
    let mut open = Vec::with_capacity(connections);
    for _ in 0..connections {
        open.push(Connection::open(address).await?);
    }
    let next = Arc::new(AtomicUsize::new(0));
    let begun = Instant::now();
    let mut under_way = JoinSet::new();
    for mut connection in open {
        let (requests, next) = (requests.clone(), next.clone());
        under_way.spawn(async move {
            let mut latencies = Vec::new();
            while let Some(request) = requests.get(next.fetch_add(1, Ordering::Relaxed)) {
                let sent = Instant::now();
                let answer = connection.send(request).await?;
                latencies.push(sent.elapsed());
                if answer.status != 200 {
                    let body = String::from_utf8_lossy(&answer.body).into_owned();
                    return Err(format!("answered {}: {body}", answer.status).into());
                }
            }
            Ok::<_, Failure>(latencies)
        });
    }
    let mut latencies = Vec::with_capacity(requests.len());
    while let Some(done) = under_way.join_next().await {
        latencies.extend(done??);
    }
    Ok(Load {
        time: begun.elapsed(),
        latencies,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_read_once_it_is_whole() {
        let text = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc";
        let found = head(text).expect("a head");
        assert_eq!(found, Some((text.len() - 3, Length::Known(3))));
        assert_eq!(head(&text[..20]).expect("a part"), None);
        let chunked = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
        let found = head(chunked).expect("a head");
        assert_eq!(found, Some((chunked.len(), Length::Chunked)));
    }

    #[tokio::test]
    async fn chunks_are_put_together() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a port");
        let address = listener.local_addr().expect("an address");
        let serving = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.expect("a client");
            let _ = stream.read(&mut [0; 512]).await;
            for part in [
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-A: b\r\n\r\n3\r\nab",
                "c\r\n2\r\nde\r\n0\r\n\r\n",
            ] {
                stream.write_all(part.as_bytes()).await.expect("a client");
            }
        });
        let answer = get(address, "/", &[]).await.expect("an answer");
        assert_eq!(
            (answer.status, answer.body.as_slice()),
            (200, &b"abcde"[..])
        );
        assert_eq!((answer.header("x-a"), answer.header("x-b")), ("b", ""));
        serving.await.expect("no panic");
    }
}
