use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use super::session::cookie;
use crate::locale;

/// Set by `zone.js`, as the browser tells no server where it is.
const COOKIE_NAME: &str = "workflowai_feedback_zone";

/// The viewer's time zone; UTC where none is known, as without scripts.
pub struct Zone {
    name: String,
    zone: TimeZone,
}

impl Zone {
    /// UTC for a name that is none.
    fn named(name: &str) -> Self {
        match TimeZone::get(name) {
            Ok(zone) => Self {
                name: zone.iana_name().unwrap_or("UTC").to_owned(),
                zone,
            },
            Err(_) => Self {
                name: "UTC".to_owned(),
                zone: TimeZone::UTC,
            },
        }
    }

    /// As `Europe/Berlin`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// A time for people, to the minute.
    pub fn when(&self, micros: i64) -> String {
        locale::minute(self.at(micros))
    }

    /// The day a time is on.
    pub fn day(&self, micros: i64) -> Date {
        self.at(micros).date()
    }

    /// When a day begins, in microseconds.
    pub fn start_of(&self, day: Date) -> i64 {
        self.zone
            .to_timestamp(day.to_datetime(Time::midnight()))
            .map_or(0, Timestamp::as_microsecond)
    }

    /// The last `count` days, oldest first, today's last.
    pub fn days_until(&self, micros: i64, count: i64) -> Vec<Date> {
        let today = self.day(micros);
        (0..count)
            .rev()
            .filter_map(|ago| today.checked_sub(ago.days()).ok())
            .collect()
    }

    /// The start of a day written as 2026-11-24, as RFC 3339; any other text as it is.
    pub fn instant(&self, text: &str) -> String {
        let day: Option<Date> = text
            .parse()
            .ok()
            .filter(|_| text.len() == "2026-11-24".len());
        day.and_then(|day| Timestamp::from_microsecond(self.start_of(day)).ok())
            .map_or_else(|| text.to_owned(), |start| start.to_string())
    }

    fn at(&self, micros: i64) -> DateTime {
        let time = Timestamp::from_microsecond(micros).unwrap_or(Timestamp::UNIX_EPOCH);
        self.zone.to_datetime(time)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Zone {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let name = cookie(&parts.headers, COOKIE_NAME).unwrap_or("UTC");
        Ok(Self::named(&name.replace("%2F", "/")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_begin_where_the_viewer_is() {
        let berlin = Zone::named("Europe/Berlin");
        let utc = Zone::named("Nowhere/Else");
        assert_eq!((berlin.name(), utc.name()), ("Europe/Berlin", "UTC"));
        assert_eq!(berlin.instant("2026-07-01"), "2026-06-30T22:00:00Z");
        assert_eq!(berlin.instant("2026-12-01"), "2026-11-30T23:00:00Z");
        assert_eq!(utc.instant("2026-07-01"), "2026-07-01T00:00:00Z");
        assert_eq!(utc.instant("yesterday"), "yesterday");
        let late = 1_782_858_600_000_000; // 2026-06-30T22:30:00Z
        assert_eq!(berlin.day(late).to_string(), "2026-07-01");
        assert_eq!(utc.day(late).to_string(), "2026-06-30");
        assert_eq!(berlin.when(late), "1 Jul 2026, 00:30");
        let days = berlin.days_until(late, 3);
        assert_eq!(days.len(), 3);
        assert_eq!(days[0].to_string(), "2026-06-29");
    }
}
