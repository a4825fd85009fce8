//! Lists, filters, search, totals and pages, through the receiver's port.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::cases::{Case, REQUESTS, cases};
use crate::client::{Connection, get_request, post_form};
use crate::failure::Failure;
use crate::receiver::{Place, bearer};
use crate::statistics::{milliseconds, percentile, rounded};

/// Requests before those that count.
const WARM: usize = 5;
/// A case that takes longer is cut short.
const PATIENCE: Duration = Duration::from_secs(15);

/// Measures every case.
pub async fn measure(place: &Place, end: i64) -> Result<Vec<Value>, Failure> {
    let serving = place.serve()?;
    let link = place.said(&["dashboard", "link"])?;
    let session = sign_in(&link, serving.address).await?;
    let mut results = Vec::new();
    for case in cases(serving.address, end).await? {
        let result = one(serving.address, &case, &session).await?;
        eprintln!("  {result}");
        results.push(result);
    }
    results.push(json!({ "receiver_memory_mib": rounded(serving.memory()?, 1) }));
    Ok(results)
}

/// The cookie of a session of the dashboard that a link begins.
pub async fn sign_in(link: &str, address: SocketAddr) -> Result<String, Failure> {
    let (_, code) = link.rsplit_once('#').ok_or("no code in the link")?;
    let answer = post_form(address, "/dashboard/sign-in", &format!("code={code}")).await?;
    let cookie = answer
        .header("set-cookie")
        .split(';')
        .next()
        .unwrap_or_default();
    if answer.status != 303 || cookie.is_empty() {
        return Err(format!("signing in was answered {}", answer.status).into());
    }
    Ok(cookie.to_owned())
}

/// A request of a case.
pub fn request(case: &Case, path: &str, session: &str) -> Vec<u8> {
    let key = bearer();
    let credential = if case.of_dashboard {
        ("cookie", session)
    } else {
        ("authorization", key.as_str())
    };
    get_request(
        path,
        &[credential, ("accept-encoding", "gzip, deflate, br, zstd")],
    )
}

async fn one(address: SocketAddr, case: &Case, session: &str) -> Result<Value, Failure> {
    let mut connection = Connection::open(address).await?;
    let begun = Instant::now();
    let mut times = Vec::new();
    let (mut bytes, mut last) = (0, Value::Null);
    let paths = case.paths.iter().cycle();
    for (number, path) in paths.take(WARM + REQUESTS).enumerate() {
        let request = request(case, path, session);
        let sent = Instant::now();
        let answer = connection.send(&request).await?;
        let time = sent.elapsed();
        if answer.status != 200 {
            return Err(format!("{path} was answered {}", answer.status).into());
        }
        bytes = bytes.max(answer.body.len());
        if number >= WARM {
            times.push(time);
        }
        last = serde_json::from_slice(&answer.body).unwrap_or_default();
        if begun.elapsed() > PATIENCE && !times.is_empty() {
            break;
        }
    }
    let of =
        |percent, times: &mut Vec<Duration>| rounded(milliseconds(percentile(times, percent)), 1);
    let mut result = json!({
        "case": case.name,
        "path": case.paths[0],
        "requests": times.len(),
        "p50_ms": of(50, &mut times),
        "p95_ms": of(95, &mut times),
        "most_bytes": bytes,
    });
    if !case.of_dashboard {
        result["items"] = json!(last["items"].as_array().map(Vec::len));
        for name in ["count", "count_is", "partial"] {
            result[name] = last[name].clone();
        }
    }
    Ok(result)
}
