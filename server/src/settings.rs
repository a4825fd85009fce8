//! What a team sets for itself, beside what the operator sets for the whole receiver.

use axum::http::Uri;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};
use workflowai_feedback_protocol::{FieldError, check_characters};

/// What stands for the run in [`Settings::trace_url`].
const RUN: &str = "{run_id}";
/// What an address may hold as it is (RFC 3986, unreserved) stays legible.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');
/// Characters of an address.
const ADDRESS: usize = 2_000;
/// A century.
const DAYS: u32 = 36_500;

/// A tenant's settings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, utoipa::ToSchema)]
pub struct Settings {
    /// Leads from a vote to the team's own tracing tool; `{run_id}` in it stands for the run.
    #[schema(
        max_length = 2_000,
        example = "https://traces.example.com/runs/{run_id}"
    )]
    pub trace_url: Option<String>,
    /// Days after which votes go, whatever became of them. Null leaves that to the operator, who may
    /// set fewer.
    #[schema(minimum = 1, maximum = 36_500)]
    pub keep_days: Option<u32>,
}

impl Settings {
    /// Checks them.
    ///
    /// # Errors
    /// Names the field.
    pub fn check(&self) -> Result<(), FieldError> {
        if let Some(url) = &self.trace_url {
            check_characters("trace_url", url, ADDRESS)?;
            let uri = trace(url, "run").parse::<Uri>().ok();
            let is_web = uri.is_some_and(|uri| {
                matches!(uri.scheme_str(), Some("http" | "https")) && uri.authority().is_some()
            });
            if !is_web || !url.contains(RUN) {
                return Err(FieldError::new(
                    "trace_url",
                    "must be an http or https address with {run_id} in it",
                ));
            }
        }
        if self
            .keep_days
            .is_some_and(|days| !(1..=DAYS).contains(&days))
        {
            let must = format!("must be a number of days from 1 to {DAYS}");
            return Err(FieldError::new("keep_days", must));
        }
        Ok(())
    }

    /// The address of a run in the tracing tool.
    pub fn trace(&self, run: &str) -> Option<String> {
        Some(trace(self.trace_url.as_deref()?, run))
    }
}

fn trace(url: &str, run: &str) -> String {
    url.replace(RUN, &utf8_percent_encode(run, RESERVED).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leading_to(url: &str) -> Settings {
        Settings {
            trace_url: Some(url.to_owned()),
            keep_days: None,
        }
    }

    #[test]
    fn a_run_cannot_leave_its_place_in_the_address() {
        let settings = leading_to("https://traces.example/{run_id}?again={run_id}");
        assert_eq!(
            settings.trace("../a b?c&d#é").as_deref(),
            Some(
                "https://traces.example/..%2Fa%20b%3Fc%26d%23%C3%A9\
                 ?again=..%2Fa%20b%3Fc%26d%23%C3%A9"
            )
        );
        assert_eq!(Settings::default().trace("run"), None);
    }

    #[test]
    fn only_addresses_of_the_web_with_a_place_for_the_run_are_taken() {
        for good in [
            "https://a.example/{run_id}",
            "http://localhost:3000/?q={run_id}",
        ] {
            leading_to(good).check().expect(good);
        }
        for bad in [
            "",
            "https://a.example/",
            "javascript:alert('{run_id}')",
            "//a.example/{run_id}",
            "https:///{run_id}",
            "https://a.example/ {run_id}",
        ] {
            let error = leading_to(bad).check().expect_err(bad);
            assert_eq!(error.field, "trace_url", "{bad}");
        }
        let days = |days| Settings {
            keep_days: Some(days),
            trace_url: None,
        };
        assert!(days(0).check().is_err() && days(36_501).check().is_err());
        assert!(days(1).check().is_ok());
    }
}
