//! How the reader of a page writes numbers and dates, by `Accept-Language` and Unicode's locale data.
//! The locale is that of the request under way: every number of its page is written in it.

use axum::extract::Request;
use axum::http::HeaderMap;
use axum::http::header::ACCEPT_LANGUAGE;
use axum::middleware::Next;
use axum::response::Response;
use icu_calendar::Iso;
use icu_datetime::fieldsets::{MD, YMDE, YMDT};
use icu_datetime::input::{Date, DateTime, Time};
use icu_datetime::options::TimePrecision;
use icu_datetime::{DateTimeFormatter, DateTimeFormatterPreferences};
use icu_decimal::input::Decimal;
use icu_decimal::options::DecimalFormatterOptions;
use icu_decimal::{DecimalFormatter, DecimalFormatterPreferences};
use icu_locale_core::preferences::extensions::unicode::keywords::CalendarAlgorithm;
use icu_locale_core::{Locale, locale};
use jiff::civil;

/// For who asks for no language: the pages are in English, and elsewhere than in America.
const USUAL: Locale = locale!("en-GB");
/// Languages of a header that are looked at.
const LANGUAGES: usize = 8;

tokio::task_local! {
    static READERS: Locale;
}

/// Answers a request in its reader's locale.
pub async fn of_reader(request: Request, next: Next) -> Response {
    let locale = asked_for(request.headers()).unwrap_or(USUAL);
    READERS.scope(locale, next.run(request)).await
}

fn readers() -> Locale {
    READERS.try_with(Clone::clone).unwrap_or(USUAL)
}

/// The language that is liked best of those that can be read.
fn asked_for(headers: &HeaderMap) -> Option<Locale> {
    let header = headers.get(ACCEPT_LANGUAGE)?.to_str().ok()?;
    let mut best: Option<(f32, Locale)> = None;
    for part in header.split(',').take(LANGUAGES) {
        let mut parts = part.split(';').map(str::trim);
        let Some(Ok(locale)) = parts.next().map(str::parse::<Locale>) else {
            continue;
        };
        let quality = parts.find_map(|part| part.strip_prefix("q="));
        let quality = quality.map_or(1.0, |quality| quality.parse().unwrap_or(0.0));
        // The first of those that are liked as much.
        if quality > best.as_ref().map_or(0.0, |(known, _)| *known) {
            best = Some((quality, locale));
        }
    }
    best.map(|(_, locale)| locale)
}

/// The locale's name, for the language of what is written in it.
pub fn name() -> String {
    readers().id.to_string()
}

/// A whole number.
pub fn number(number: i64) -> String {
    decimal(&Decimal::from(number))
}

/// A number with one decimal, where it has one.
pub fn tenths(number: f64) -> String {
    let text = format!("{number:.1}");
    let text = text.strip_suffix(".0").unwrap_or(&text);
    text.parse()
        .map_or_else(|_| text.to_owned(), |number| decimal(&number))
}

fn decimal(number: &Decimal) -> String {
    let wanted = DecimalFormatterPreferences::from(&readers());
    DecimalFormatter::try_new(wanted, DecimalFormatterOptions::default()).map_or_else(
        |_| number.to_string(),
        |formatter| formatter.format(number).to_string(),
    )
}

/// Of any locale, with the calendar of the days that pages count.
fn wanted() -> DateTimeFormatterPreferences {
    let mut wanted = DateTimeFormatterPreferences::from(&readers());
    wanted.calendar_algorithm = Some(CalendarAlgorithm::Gregory);
    wanted
}

/// A time to the minute.
pub fn minute(at: civil::DateTime) -> String {
    let fields = YMDT::medium().with_time_precision(TimePrecision::Minute);
    let formatter = DateTimeFormatter::try_new(wanted(), fields);
    match (formatter, date(at.date()), time(at)) {
        (Ok(formatter), Some(date), Some(time)) => {
            formatter.format(&DateTime { date, time }).to_string()
        }
        _ => at.to_string(),
    }
}

/// A day without its year.
pub fn day(day: civil::Date) -> String {
    match (
        DateTimeFormatter::try_new(wanted(), MD::medium()),
        date(day),
    ) {
        (Ok(formatter), Some(date)) => formatter.format(&date).to_string(),
        _ => day.to_string(),
    }
}

/// A day with its year and weekday.
pub fn whole_day(day: civil::Date) -> String {
    match (
        DateTimeFormatter::try_new(wanted(), YMDE::medium()),
        date(day),
    ) {
        (Ok(formatter), Some(date)) => formatter.format(&date).to_string(),
        _ => day.to_string(),
    }
}

fn time(at: civil::DateTime) -> Option<Time> {
    let (hour, minute) = (u8::try_from(at.hour()), u8::try_from(at.minute()));
    Time::try_new(hour.ok()?, minute.ok()?, 0, 0).ok()
}

fn date(day: civil::Date) -> Option<Date<Iso>> {
    let month = u8::try_from(day.month()).ok()?;
    let of_month = u8::try_from(day.day()).ok()?;
    Date::try_new_iso(day.year().into(), month, of_month).ok()
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn asked(header: &str) -> Option<String> {
        let mut headers = HeaderMap::new();
        headers.insert(
            ACCEPT_LANGUAGE,
            HeaderValue::from_str(header).expect("a value"),
        );
        asked_for(&headers).map(|locale| locale.to_string())
    }

    #[test]
    fn the_language_liked_best_is_taken() {
        for (header, locale) in [
            ("de", Some("de")),
            ("de-CH,de;q=0.9,en;q=0.8", Some("de-CH")),
            ("en;q=0.2, fr ; q=0.9, de;q=0.7", Some("fr")),
            ("en;q=0.2,fr;q=0.9", Some("fr")),
            ("*", None),
            ("", None),
            ("de;q=0", None),
            ("de;q=x", None),
            ("<script>,ja", Some("ja")),
        ] {
            assert_eq!(asked(header).as_deref(), locale, "{header}");
        }
    }

    #[test]
    fn numbers_and_dates_are_written_as_their_reader_does() {
        let date = civil::date(2026, 11, 7);
        for (tag, written) in [
            (
                "en-GB",
                ["-1,234,567", "37.6", "80", "7 Nov 2026, 16:04", "7 Nov"],
            ),
            (
                "de",
                ["-1.234.567", "37,6", "80", "07.11.2026, 16:04", "7. Nov."],
            ),
            (
                "ja",
                ["-1,234,567", "37.6", "80", "2026/11/07 16:04", "11月7日"],
            ),
            // Its own calendar would count other days.
            (
                "fa",
                [
                    "\u{200e}−۱٬۲۳۴٬۵۶۷",
                    "۳۷٫۶",
                    "۸۰",
                    "۷ نوامبر ۲۰۲۶، ۱۶:۰۴",
                    "۷ نوامبر",
                ],
            ),
        ] {
            READERS.sync_scope(tag.parse().expect("a locale"), || {
                let found = [
                    number(-1_234_567),
                    tenths(37.6),
                    tenths(80.04),
                    minute(date.at(16, 4, 9, 0)),
                    day(date),
                ];
                assert_eq!(found, written, "{tag}");
                assert_eq!(name(), tag);
            });
        }
        assert_eq!(
            whole_day(date),
            "Sat, 7 Nov 2026",
            "where no request is under way"
        );
    }
}
