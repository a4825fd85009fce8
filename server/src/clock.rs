use std::time::{SystemTime, UNIX_EPOCH};

/// A second in the database's unit.
pub const SECOND: i64 = 1_000_000;
/// A day in the database's unit.
pub const DAY: i64 = 24 * 60 * 60 * SECOND;

/// The time in microseconds since 1970 UTC, the unit of every time in the database.
pub fn now() -> i64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}

/// RFC 3339 in UTC, as times stand in JSON.
pub fn rfc3339(micros: i64) -> String {
    jiff::Timestamp::from_microsecond(micros)
        .unwrap_or(jiff::Timestamp::UNIX_EPOCH)
        .to_string()
}
