use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use axum::http::{HeaderValue, Uri};
use workflowai_feedback_protocol::token::LegacyKey;

/// Users of one run that tokens bound to nobody may name, unless set otherwise.
const USERS_PER_RUN: u32 = 1_000;
/// How long a body may take, unless set otherwise.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);
/// Bytes that the contexts of one tenant may take, unless set otherwise.
const CONTEXT_QUOTA: i64 = 1024 * 1024 * 1024;

/// Where the votes are kept.
#[derive(Clone, PartialEq, Eq)]
pub enum Database {
    /// A folder with an `SQLite` file of this name. Both are made if missing, readable by their
    /// owner alone.
    Folder {
        /// The folder.
        folder: PathBuf,
        /// The file in it.
        file: &'static str,
    },
    /// An existing or new `SQLite` file.
    File(PathBuf),
    /// A `PostgreSQL` database, or one that speaks its protocol.
    Postgres {
        /// As `postgres://user:password@host/name`.
        url: String,
        /// Takes a database whose commits do not wait for the disk.
        allow_unsafe_durability: bool,
    },
}

/// How a [`Receiver`](crate::Receiver) behaves.
#[derive(Clone)]
pub struct Config {
    /// Where the votes are kept.
    pub database: Database,
    /// The address people reach it at. Links are built from it, never from `Host`.
    pub public_url: Option<Uri>,
    /// Accepts the original service's tokens signed with this key. None accepts none.
    pub legacy_key: Option<LegacyKey>,
    /// What agents of those tokens are called instead of `legacy-{t}-{u}`, by that name.
    pub legacy_agents: BTreeMap<String, String>,
    /// Origins that browsers may vote from. Empty means any.
    pub allowed_origins: Vec<HeaderValue>,
    /// Refuses tokens that are bound to no user.
    pub require_bound_tokens: bool,
    /// A key with every right in tenant `default`, kept nowhere.
    pub api_key: Option<String>,
    /// Public calls a second and address. None means no limit.
    pub rate_limit: Option<u32>,
    /// Public calls of one address that may come at once. None means ten seconds' worth.
    pub rate_burst: Option<NonZeroU32>,
    /// Public calls a second in all. None means no limit.
    pub total_rate_limit: Option<u32>,
    /// Attempts to sign in a minute and address.
    pub sign_in_limit: NonZeroU32,
    /// How long the body of a request may take to arrive.
    pub body_timeout: Duration,
    /// Users of one run that tokens bound to nobody may name.
    pub users_per_run: u32,
    /// The longest that a token minted here lasts, in seconds; one minted without an end lasts as
    /// long. None means no limit.
    pub max_expires_in: Option<i64>,
    /// Bytes that the contexts of one tenant may take, compressed.
    pub context_quota: i64,
    /// Days after which a vote is dropped, whatever became of it. None keeps votes for ever.
    pub keep_days: Option<u32>,
    /// Proxies in front, each of which adds the address it sees to `X-Forwarded-For`. With none
    /// the header counts for nothing, as anyone can send it.
    pub trusted_hops: usize,
    /// Serves the widget from this folder instead of the one built in.
    pub widget_folder: Option<PathBuf>,
    /// Lets webhooks lead into private networks and to this machine, and be told without TLS.
    /// Link-local addresses, where clouds keep secrets, stay out of reach.
    pub allow_private_webhooks: bool,
    /// The demo page, its tokens, and a dashboard that is open to whoever reaches it on loopback.
    pub demo: bool,
}

impl Config {
    /// Defaults with the database in `folder`.
    pub fn in_folder(folder: impl Into<PathBuf>) -> Self {
        Self {
            database: Database::Folder {
                folder: folder.into(),
                file: "feedback.db",
            },
            public_url: None,
            legacy_key: None,
            legacy_agents: BTreeMap::new(),
            allowed_origins: Vec::new(),
            require_bound_tokens: false,
            api_key: None,
            rate_limit: Some(crate::limiter::WRITES_A_SECOND),
            rate_burst: None,
            total_rate_limit: Some(crate::limiter::CALLS_IN_ALL),
            sign_in_limit: crate::limiter::SIGN_INS,
            body_timeout: BODY_TIMEOUT,
            users_per_run: USERS_PER_RUN,
            max_expires_in: None,
            context_quota: CONTEXT_QUOTA,
            keep_days: None,
            trusted_hops: 0,
            widget_folder: None,
            allow_private_webhooks: false,
            demo: false,
        }
    }
}
