use super::session::Viewer;
use super::zone::Zone;
use crate::locale;

/// What surrounds every page of somebody signed in.
pub struct Frame<'a> {
    /// The path before `/dashboard`.
    pub base: &'a str,
    /// Which of the pages that the header leads to.
    pub place: &'static str,
    /// Whether it is the demo, which asks nobody to sign in.
    pub demo: bool,
    /// Whether marks may be made.
    pub may_mark: bool,
    /// What a form must carry to be taken.
    pub form_token: String,
    /// In which language dates are written.
    pub lang: String,
    /// Where the times on the page are.
    pub zone: &'a str,
}

impl<'a> Frame<'a> {
    pub fn new(base: &'a str, viewer: &Viewer, zone: &'a Zone, place: &'static str) -> Self {
        Self {
            base,
            place,
            demo: matches!(viewer, Viewer::Demo),
            may_mark: viewer.may_mark(),
            form_token: viewer.form_token(),
            lang: locale::name(),
            zone: zone.name(),
        }
    }
}
