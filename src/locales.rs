//! The languages the widget speaks, one file each.

mod en;

pub use en::EN;

use crate::messages::Pack;

/// Every language pack with its BCP 47 tag.
pub const ALL: &[(&str, &Pack)] = &[("en", &EN)];
