use jsonwebtoken::{Algorithm, EncodingKey, Header, encode, errors::Error};
use serde_json::json;

/// Signs the right to vote on one run, for `seconds` from `now` (seconds since 1970).
fn feedback_token(
    (kid, secret): (&str, &str),
    (agent, run, user): (&str, &str, &str),
    (now, seconds): (u64, u64),
) -> Result<String, Error> {
    let header = Header {
        kid: Some(kid.into()),
        ..Header::new(Algorithm::HS256)
    };
    let claims = json!({
        "aud": "feedback", "agent": agent, "run": run, "sub": user, "exp": now + seconds,
    });
    encode(&header, &claims, &EncodingKey::from_secret(secret.as_bytes()))
}
