use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use serde::Deserialize;
use utoipa::openapi::schema::{KnownFormat, OneOfBuilder, SchemaFormat, Type};
use utoipa::openapi::{ObjectBuilder, RefOr, Schema};
use utoipa::{IntoParams, PartialSchema, ToSchema};
use workflowai_feedback_protocol::{FieldError, Outcome, check_characters, check_id, limits};

use crate::annotation::Marked;
use crate::fold::terms;
use crate::storage::Filter;

/// Characters of a search.
const SEARCH_CHARACTERS: usize = 200;

/// The filters of a list, as they stand in an address. Everything is text here, so that an error
/// can name its field; empty means absent, as a form sends it.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Filters {
    /// Thumbs up or down.
    #[param(value_type = Option<Outcome>, nullable = false)]
    pub outcome: Option<String>,
    /// With a comment, or without one.
    #[param(value_type = Option<bool>, nullable = false)]
    pub has_comment: Option<String>,
    /// With this reason among theirs.
    #[param(nullable = false, max_length = 64)]
    pub reason: Option<String>,
    /// With every one of these terms, separated by spaces, as a part of the comment.
    #[param(nullable = false, max_length = 200)]
    pub q: Option<String>,
    /// Of one end user.
    #[param(nullable = false, max_length = 256)]
    pub user_id: Option<String>,
    /// `resolved`, `incorrect`, `correct` or `open`.
    #[param(nullable = false)]
    pub annotation: Option<String>,
    /// Made at this time or later: RFC 3339, or a day in UTC.
    #[param(value_type = Option<Moment>, inline, nullable = false)]
    pub from: Option<String>,
    /// Made before this time.
    #[param(value_type = Option<Moment>, inline, nullable = false)]
    pub to: Option<String>,
}

/// How a time is described.
pub struct Moment;

impl PartialSchema for Moment {
    fn schema() -> RefOr<Schema> {
        let text = |format| {
            let object = ObjectBuilder::new().schema_type(Type::String);
            object.format(Some(SchemaFormat::KnownFormat(format)))
        };
        let either = OneOfBuilder::new()
            .item(text(KnownFormat::DateTime))
            .item(text(KnownFormat::Date));
        either.into()
    }
}

impl ToSchema for Moment {}

impl Filters {
    /// Reads them into what `base` asks for already.
    ///
    /// # Errors
    /// Names the field.
    pub fn read(self, base: Filter) -> Result<Filter, FieldError> {
        let user = given(self.user_id);
        user.as_deref()
            .map_or(Ok(()), |user| check_id("user_id", user))?;
        let reason = given(self.reason);
        let most = limits::REASON_CHARACTERS;
        reason
            .as_deref()
            .map_or(Ok(()), |reason| check_characters("reason", reason, most))?;
        let search = given(self.q).unwrap_or_default();
        check_characters("q", &search, SEARCH_CHARACTERS)?;
        Ok(Filter {
            user,
            reason,
            terms: terms(&search),
            outcome: parsed(
                "outcome",
                self.outcome,
                "positive or negative",
                Outcome::parse,
            )?,
            has_comment: parsed("has_comment", self.has_comment, "true or false", |text| {
                text.parse().ok()
            })?,
            marked: parsed(
                "annotation",
                self.annotation,
                "resolved, incorrect, correct or open",
                Marked::parse,
            )?,
            from: parsed("from", self.from, TIME, time)?,
            to: parsed("to", self.to, TIME, time)?,
            ..base
        })
    }
}

const TIME: &str = "a time in RFC 3339, or a day as 2026-11-24";

/// Reads a parameter that may be absent.
///
/// # Errors
/// Says what the field must be.
pub fn parsed<T>(
    field: &str,
    text: Option<String>,
    must_be: &str,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>, FieldError> {
    given(text)
        .map(|text| {
            parse(&text).ok_or_else(|| FieldError::new(field, format!("must be {must_be}")))
        })
        .transpose()
}

/// Reads a whole number within bounds.
///
/// # Errors
/// Says what the bounds are.
pub fn number(
    field: &str,
    text: Option<String>,
    least: u32,
    most: u32,
) -> Result<Option<u32>, FieldError> {
    parsed(
        field,
        text,
        &format!("a number from {least} to {most}"),
        |text| {
            text.parse()
                .ok()
                .filter(|number| (least..=most).contains(number))
        },
    )
}

fn given(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}

/// A time, or the start of a day in UTC, in microseconds.
fn time(text: &str) -> Option<i64> {
    let day = || -> Option<Timestamp> {
        let date: Date = text
            .parse()
            .ok()
            .filter(|_| text.len() == "2026-11-24".len())?;
        TimeZone::UTC
            .to_timestamp(date.to_datetime(Time::midnight()))
            .ok()
    };
    text.parse::<Timestamp>()
        .ok()
        .or_else(day)
        .map(Timestamp::as_microsecond)
}
