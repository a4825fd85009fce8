//! How long a field may be. A character is a Unicode scalar value on both ends.

/// Characters of a comment.
pub const COMMENT_CHARACTERS: usize = 10_000;
/// Characters of one reason.
pub const REASON_CHARACTERS: usize = 64;
/// Reasons of one vote.
pub const REASONS: usize = 8;
/// Bytes of UTF-8 of a tenant, agent, run or user id.
pub const ID_BYTES: usize = 256;
/// Bytes of UTF-8 of `intent.client`.
pub const CLIENT_BYTES: usize = 64;
/// The largest `intent.sequence`: the largest integer a JavaScript number holds exactly.
pub const SEQUENCE: u64 = (1 << 53) - 1;
/// Bytes of a feedback token.
pub const TOKEN_BYTES: usize = 4_096;
/// Bytes of a request body.
pub const BODY_BYTES: usize = 256 * 1024;
/// Items of one lookup.
pub const LOOKUP_ITEMS: usize = 100;
/// Runs of one minting call.
pub const MINT_RUNS: usize = 1_000;
/// Seconds by which an intent of another client may have been pressed before the stored one and
/// still apply.
pub const PRESS_TOLERANCE_SECONDS: i64 = 60;
/// Seconds of clock skew allowed when a token's times are checked.
pub const CLOCK_SKEW_SECONDS: i64 = 60;
