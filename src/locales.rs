//! The languages the widget speaks, one file each.
//!
//! ```
//! use workflowai_feedback::{Messages, Pack, locales};
//!
//! // By the tag of the page's language; English where there is none of it.
//! let pack = locales::ALL.iter().find(|(tag, _)| *tag == "de");
//! let messages = pack.map_or_else(Messages::default, |(_, pack)| Messages::new(pack));
//! # let _ = messages;
//!
//! // Another language. What a later version adds is in English until it is translated.
//! static LATIN: Pack = Pack {
//!     send: "Mitte",
//!     close: "Claude",
//!     ..locales::EN
//! };
//! let messages = Messages::new(&LATIN);
//! # let _ = messages;
//! ```

mod ar;
mod de;
mod en;
mod es;
mod fa;
mod fr;
mod he;
mod hi;
mod it;
mod ja;
mod ko;
mod nl;
mod pl;
mod pt_br;
mod tr;
mod uk;
mod zh_hans;
mod zh_hant;

pub use ar::AR;
pub use de::DE;
pub use en::EN;
pub use es::ES;
pub use fa::FA;
pub use fr::FR;
pub use he::HE;
pub use hi::HI;
pub use it::IT;
pub use ja::JA;
pub use ko::KO;
pub use nl::NL;
pub use pl::PL;
pub use pt_br::PT_BR;
pub use tr::TR;
pub use uk::UK;
pub use zh_hans::ZH_HANS;
pub use zh_hant::ZH_HANT;

use crate::messages::Pack;

/// Every language pack with its BCP 47 tag.
pub const ALL: &[(&str, &Pack)] = &[
    ("ar", &AR),
    ("de", &DE),
    ("en", &EN),
    ("es", &ES),
    ("fa", &FA),
    ("fr", &FR),
    ("he", &HE),
    ("hi", &HI),
    ("it", &IT),
    ("ja", &JA),
    ("ko", &KO),
    ("nl", &NL),
    ("pl", &PL),
    ("pt-BR", &PT_BR),
    ("tr", &TR),
    ("uk", &UK),
    ("zh-Hans", &ZH_HANS),
    ("zh-Hant", &ZH_HANT),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::messages::Text;

    #[test]
    fn no_text_is_empty_or_has_room_around_it() {
        for (tag, pack) in ALL {
            for text in Text::ALL {
                let words = pack.get(*text);
                assert!(
                    !words.is_empty() && words == words.trim(),
                    "{tag}: {text:?}"
                );
            }
        }
    }

    #[test]
    fn the_counter_alone_has_a_place_for_a_number() {
        for (tag, pack) in ALL {
            for text in Text::ALL {
                let counts = matches!(text, Text::Remaining | Text::Excess);
                let places = pack.get(*text).matches('#').count();
                assert_eq!(places, usize::from(counts), "{tag}: {text:?}");
            }
        }
    }

    #[test]
    fn no_two_texts_of_a_language_are_the_same() {
        for (tag, pack) in ALL {
            let texts: BTreeSet<_> = Text::ALL.iter().map(|text| pack.get(*text)).collect();
            assert_eq!(texts.len(), Text::ALL.len(), "{tag}");
        }
    }

    #[test]
    fn every_tag_is_there_once_and_in_order() {
        assert!(ALL.is_sorted_by(|(one, _), (next, _)| one < next));
    }
}
