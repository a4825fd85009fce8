use crate::assets::Assets;
use crate::config::Config;
use crate::keyring::Keyring;
use crate::limiter::Limiter;
use crate::metrics::Metrics;
use crate::storage::Storage;
use crate::webhook::Sender;

/// What every handler shares.
pub struct App {
    pub config: Config,
    pub storage: Storage,
    pub keyring: Keyring,
    pub limiter: Limiter,
    pub metrics: Metrics,
    pub widget: Assets,
    pub webhooks: Sender,
}

/// The state of every router.
pub type Shared = std::sync::Arc<App>;
