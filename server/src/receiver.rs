use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use tokio::time::MissedTickBehavior;

use crate::api::Filters;
use crate::app::{App, Shared};
use crate::assets::Assets;
use crate::clock::{DAY, now};
use crate::config::{Config, Database};
use crate::cursor::Cursor;
use crate::export::{self, Format};
use crate::keyring::{Keyring, TokenRefusal};
use crate::limiter::Limiter;
use crate::metrics::{Metrics, Writes};
use crate::storage::{
    Copied, CopyError, DEFAULT_TENANT, DeadLetter, Delivery, Filter, OpenError, Opened, Place,
    StorageError, WebhookInfo,
};
use crate::webhook::{NewWebhook, Sender};
use crate::{
    ApiKeyInfo, Scope, SigningKeyInfo, api, dashboard, demo, demo_data, error, observe, openapi,
    operations, public, webhook, widget,
};
use workflowai_feedback_protocol::FieldError;
use workflowai_feedback_protocol::token::{
    Algorithm, Claims, KeyError, SigningKey, TokenError, VerifyingKey,
};

/// How often comments are indexed; until then searches look at them one by one.
const INDEXING: Duration = Duration::from_millis(500);
/// How often the people of new votes are counted.
const COUNTING: Duration = Duration::from_secs(10);
/// How often those of votes that were committed late are looked for.
const COUNTING_LATE: Duration = Duration::from_mins(1);
/// How often what is over is dropped.
const CLEANING: Duration = Duration::from_mins(1);
/// How often shares are compared: totals are kept in quarters of an hour.
const COMPARING: Duration = Duration::from_mins(15);

/// Why votes could not be exported.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// A filter.
    #[error("{0}")]
    Filter(#[from] FieldError),
    /// The database.
    #[error("{0}")]
    Storage(#[from] StorageError),
    /// Whatever they were written to.
    #[error("cannot write: {0}")]
    Write(#[from] io::Error),
}

/// An open receiver. Clones share everything.
#[derive(Clone)]
pub struct Receiver {
    app: Shared,
    place: Place,
    new: bool,
}

impl Receiver {
    /// Opens the database, making it if it is missing, and brings its schema up to date.
    ///
    /// # Errors
    /// One line that says what to do.
    pub async fn open(config: Config) -> Result<Self, OpenError> {
        let writes = Writes::new();
        let Opened {
            storage,
            place,
            new,
        } = crate::storage::open(&config, writes.clone()).await?;
        // Every tenant has a key from its first token on; the first tenant has one at once.
        storage
            .signing_key(DEFAULT_TENANT)
            .await
            .map_err(|reason| OpenError::Other {
                place: place.clone(),
                reason,
            })?;
        let app = App {
            keyring: Keyring::new(&config),
            limiter: Limiter::new(&config),
            metrics: Metrics::new(writes),
            widget: config
                .widget_folder
                .clone()
                .map_or(Assets::Embedded("widget"), Assets::Folder),
            webhooks: Sender::new(config.allow_private_webhooks),
            storage,
            config,
        };
        Ok(Self {
            app: Arc::new(app),
            place,
            new,
        })
    }

    /// Looks at the database without changing it, and says in words what it found.
    ///
    /// # Errors
    /// What [`open`](Self::open) would fail with.
    pub async fn check(config: &Config) -> Result<String, OpenError> {
        crate::storage::check(&config.database).await
    }

    /// The calls that browsers make: `/v1/feedback`, and the widget's files under `/widget`.
    pub fn public_router(&self) -> Router {
        self.observed(public::router(&self.app).merge(widget::router(&self.app)))
    }

    /// The calls that backends make with an API key: `/v1/{tenant}/…`.
    pub fn api_router(&self) -> Router {
        self.observed(api::router(&self.app))
    }

    /// The pages of the team: `/dashboard`.
    pub fn dashboard_router(&self) -> Router {
        self.observed(dashboard::router(&self.app))
    }

    /// `/healthz`, `/readyz` and, with a key, `/metrics`; and the description of every call:
    /// `/openapi.json` and `/docs`.
    pub fn operations_router(&self) -> Router {
        self.observed(operations::router(&self.app).merge(openapi::router(&self.app)))
    }

    /// All of them, with an answer for every other address; with [`Config::demo`] the demo too.
    pub fn router(&self) -> Router {
        let router = self
            .public_router()
            .merge(self.api_router())
            .merge(self.dashboard_router())
            .merge(self.operations_router());
        let router = if self.app.config.demo {
            router.merge(self.observed(demo::router(&self.app)))
        } else {
            router
        };
        router.merge(self.observed(Router::new().fallback(error::not_found)))
    }

    /// `/metrics` without a key, for a port of its own that only Prometheus reaches.
    pub fn metrics_router(&self) -> Router {
        let counts = |State(app): State<Shared>| async move { operations::counts(&app) };
        Router::new()
            .route("/metrics", get(counts))
            .with_state(self.app.clone())
    }

    fn observed(&self, router: Router) -> Router {
        router.layer(axum::middleware::from_fn_with_state(
            self.app.clone(),
            observe::observe,
        ))
    }

    /// Does what must be done now and then, until `shutdown`.
    pub async fn run(&self, shutdown: impl Future<Output = ()>) {
        let cleaning = async {
            let mut ticks = tokio::time::interval(CLEANING);
            loop {
                ticks.tick().await;
                self.app.limiter.forget_idle();
                if let Err(error) = self.app.storage.drop_expired().await {
                    tracing::error!(%error, "what is over could not be dropped");
                }
                if let Err(error) = self.drop_unrated_contexts().await {
                    tracing::error!(%error, "contexts without a vote could not be dropped");
                }
                if let Err(error) = self.drop_old().await {
                    tracing::error!(%error, "votes past their time could not be dropped");
                }
            }
        };
        let storage = &self.app.storage;
        let indexing = every(INDEXING, "comments could not be indexed", || {
            storage.index()
        });
        let comparing = every(COMPARING, "shares could not be compared", || {
            self.tell_drops()
        });
        let counting = every(COUNTING, "people could not be counted", || {
            storage.count_people()
        });
        let failed = "people of late votes could not be counted";
        let counting_late = every(COUNTING_LATE, failed, || storage.count_late_people());
        tokio::select! {
            () = cleaning => {}
            () = counting => {}
            () = counting_late => {}
            () = indexing => {}
            () = comparing => {}
            () = webhook::run(&self.app) => {}
            () = shutdown => {}
        }
    }

    /// Indexes the comments that came since the last time. Returns how many.
    ///
    /// # Errors
    /// The database's.
    pub async fn index(&self) -> Result<u64, StorageError> {
        self.app.storage.index().await
    }

    /// Counts the people of votes that came since the last time. Returns how many votes were looked
    /// at.
    ///
    /// # Errors
    /// The database's.
    pub async fn count_people(&self) -> Result<u64, StorageError> {
        self.app.storage.count_people().await
    }

    /// Looks once more at the newest votes whose people are counted, for those that were committed
    /// after younger ones. Returns how many votes were looked at.
    ///
    /// # Errors
    /// The database's.
    pub async fn count_late_people(&self) -> Result<u64, StorageError> {
        self.app.storage.count_late_people().await
    }

    /// Drops contexts that have been without a vote for 30 days. Returns how many.
    ///
    /// # Errors
    /// The database's.
    pub async fn drop_unrated_contexts(&self) -> Result<u64, StorageError> {
        self.app.storage.drop_unrated().await
    }

    /// Drops votes that are older than [`Config::keep_days`], or than their tenant keeps them.
    /// Returns how many.
    ///
    /// # Errors
    /// The database's.
    pub async fn drop_old(&self) -> Result<u64, StorageError> {
        let storage = &self.app.storage;
        let mut dropped = 0;
        for tenant in storage.tenants().await? {
            let own = storage.settings(&tenant).await?.keep_days;
            if let Some(days) = own.into_iter().chain(self.app.config.keep_days).min() {
                let before = now().saturating_sub(i64::from(days).saturating_mul(DAY));
                dropped += storage.drop_older(&tenant, before).await?;
            }
        }
        storage.clear_log().await;
        Ok(dropped)
    }

    /// Writes the votes of a tenant's agent, or of all its agents, that the filters leave, newest
    /// first, and reads them in short steps.
    ///
    /// # Errors
    /// A filter that cannot be read; the database; `out`.
    pub async fn export(
        &self,
        tenant: &str,
        agent: Option<String>,
        filters: Filters,
        format: Format,
        out: &mut impl Write,
    ) -> Result<(), ExportError> {
        let base = Filter {
            agent,
            ..Filter::default()
        };
        let filter = filters.read(base)?;
        let mut after = Some(None);
        while let Some(place) = after {
            let cursor: Option<Cursor> = place;
            let page = self
                .app
                .storage
                .list(tenant, &filter, cursor.as_ref(), 0, export::BATCH)
                .await?;
            out.write_all(&format.write(&page.items, cursor.is_none()))?;
            after = page.next.map(Some);
        }
        out.flush()?;
        Ok(())
    }

    /// Tells webhooks of every agent whose share of thumbs up dropped in the last 24 hours, of each
    /// once in that time. Returns of how many.
    ///
    /// # Errors
    /// The database's.
    pub async fn tell_drops(&self) -> Result<u64, StorageError> {
        webhook::tell_drops(&self.app).await
    }

    /// Adds a webhook. Returns its id, and the secret that signs its messages, shown this once.
    ///
    /// # Errors
    /// The database's.
    pub async fn add_webhook(
        &self,
        tenant: &str,
        webhook: &NewWebhook,
    ) -> Result<(String, String), StorageError> {
        self.app.storage.add_webhook(tenant, webhook).await
    }

    /// Every webhook, oldest first.
    ///
    /// # Errors
    /// The database's.
    pub async fn webhooks(&self) -> Result<Vec<WebhookInfo>, StorageError> {
        self.app.storage.webhooks(None).await
    }

    /// Removes a webhook, and what it was still to be told. False if the tenant has none of this
    /// id.
    ///
    /// # Errors
    /// The database's.
    pub async fn remove_webhook(&self, tenant: &str, id: &str) -> Result<bool, StorageError> {
        self.app.storage.remove_webhook(tenant, id).await
    }

    /// What became of the last messages of a webhook, newest first. None if the tenant has none of
    /// this id.
    ///
    /// # Errors
    /// The database's.
    pub async fn webhook_deliveries(
        &self,
        tenant: &str,
        id: &str,
        limit: u32,
    ) -> Result<Option<Vec<Delivery>>, StorageError> {
        self.app.storage.deliveries(tenant, id, limit).await
    }

    /// Messages of a webhook that were given up, oldest first. None if the tenant has none of this
    /// id.
    ///
    /// # Errors
    /// The database's.
    pub async fn webhook_dead_letters(
        &self,
        tenant: &str,
        id: &str,
        limit: u32,
    ) -> Result<Option<Vec<DeadLetter>>, StorageError> {
        self.app.storage.dead_letters(tenant, id, limit).await
    }

    /// Sends again what a webhook was given up to be told. Returns how many messages; None if the
    /// tenant has none of this id.
    ///
    /// # Errors
    /// The database's.
    pub async fn retry_webhook(&self, tenant: &str, id: &str) -> Result<Option<u64>, StorageError> {
        self.app.storage.retry_dead_letters(tenant, id).await
    }

    /// Writes everything but sessions into a new `SQLite` file, as it is at one moment. Votes go
    /// on meanwhile.
    ///
    /// # Errors
    /// A file that is there already or cannot be written, or the database.
    pub async fn backup(&self, file: &Path) -> Result<(), CopyError> {
        self.app.storage.backup(file).await
    }

    /// Puts a backup in the place of everything here, and erases again whoever was erased since it
    /// was made. All of it, or nothing. Returns what was copied, and how many entries were erased.
    ///
    /// # Errors
    /// Votes that are here already, unless they may be replaced; a backup that cannot be read; the
    /// database.
    pub async fn restore(
        &self,
        file: &Path,
        replace: bool,
    ) -> Result<(Vec<Copied>, u64), CopyError> {
        self.app.storage.restore(&self.place, file, replace).await
    }

    /// Copies everything but sessions into another database that has no votes, and reads it back.
    /// All of it, or nothing. Returns where it is and what was copied.
    ///
    /// # Errors
    /// Votes that are there already, or either database.
    pub async fn migrate(&self, to: Database) -> Result<(Place, Vec<Copied>), CopyError> {
        let mut config = self.app.config.clone();
        config.database = to;
        self.app.storage.migrate(&config).await
    }

    /// Where the database is.
    pub const fn place(&self) -> &Place {
        &self.place
    }

    /// Whether the database was made just now.
    pub const fn is_new(&self) -> bool {
        self.new
    }

    /// Makes a token signed with the tenant's newest key.
    ///
    /// # Errors
    /// A claim that breaks a rule, or the database.
    pub async fn mint(
        &self,
        tenant: &str,
        claims: &Claims,
    ) -> Result<Result<String, FieldError>, StorageError> {
        Ok(self.app.storage.signing_key(tenant).await?.mint(claims))
    }

    /// Makes a signing key. It is shown this once.
    ///
    /// # Errors
    /// The database's.
    pub async fn new_signing_key(
        &self,
        tenant: &str,
        algorithm: Algorithm,
    ) -> Result<SigningKey, StorageError> {
        self.app.storage.new_signing_key(tenant, algorithm).await
    }

    /// Every signing key, oldest first.
    ///
    /// # Errors
    /// The database's.
    pub async fn signing_keys(&self) -> Result<Vec<SigningKeyInfo>, StorageError> {
        self.app.storage.signing_keys(None).await
    }

    /// Adds the public half (SPKI PEM) of an Ed25519 key that a backend signs with. False if the
    /// id is taken.
    ///
    /// # Errors
    /// A key that is none, or the database.
    pub async fn add_public_key(
        &self,
        tenant: &str,
        kid: &str,
        public: &str,
    ) -> Result<Result<bool, KeyError>, StorageError> {
        if let Err(error) = VerifyingKey::new(tenant, Algorithm::EdDsa, public) {
            return Ok(Err(error));
        }
        Ok(Ok(self
            .app
            .storage
            .add_public_key(tenant, kid, public)
            .await?))
    }

    /// Ends a signing key: it signs nothing from now on, and its tokens are refused once `grace`
    /// is over (other machines notice within 5 s). False if there is no such key.
    ///
    /// # Errors
    /// The database's.
    pub async fn retire_signing_key(
        &self,
        kid: &str,
        grace: Duration,
    ) -> Result<bool, StorageError> {
        let grace = i64::try_from(grace.as_micros()).unwrap_or(i64::MAX);
        self.app.storage.retire_signing_key(None, kid, grace).await
    }

    /// What a token says and whose vote it is, or why it is refused.
    ///
    /// # Errors
    /// The database's.
    pub async fn inspect(
        &self,
        token: &str,
    ) -> Result<Result<(String, Claims), TokenError>, StorageError> {
        match self.app.keyring.verify(&self.app.storage, token).await {
            Ok(read) => Ok(Ok(read)),
            Err(TokenRefusal::Token(error)) => Ok(Err(error)),
            Err(TokenRefusal::Storage(error)) => Err(error),
        }
    }

    /// Every API key, oldest first.
    ///
    /// # Errors
    /// The database's.
    pub async fn api_keys(&self) -> Result<Vec<ApiKeyInfo>, StorageError> {
        self.app.storage.api_keys(None).await
    }

    /// Revokes an API key for good. False if there is none of this id that still works.
    ///
    /// # Errors
    /// The database's.
    pub async fn revoke_api_key(&self, id: &str) -> Result<bool, StorageError> {
        self.app.storage.revoke_api_key(None, id).await
    }

    /// Makes an API key. It is shown this once.
    ///
    /// # Errors
    /// The database's.
    pub async fn new_api_key(
        &self,
        tenant: &str,
        scopes: &[Scope],
    ) -> Result<String, StorageError> {
        let (_, key) = self.app.storage.new_api_key(tenant, scopes).await?;
        Ok(key)
    }

    /// Stores so many made-up votes in the first tenant, the newest of now. False, and nothing is
    /// stored, if it has votes already.
    ///
    /// # Errors
    /// The database's.
    pub async fn load_demo_data(&self, votes: usize) -> Result<bool, StorageError> {
        let storage = &self.app.storage;
        if storage.has_entries(DEFAULT_TENANT).await? {
            return Ok(false);
        }
        let now = now();
        let made = || demo_data::votes(DEFAULT_TENANT, votes, now);
        storage.load(made()).await?;
        let contexts = made().filter_map(|vote| demo_data::exchange(&vote));
        storage.load_contexts(contexts).await?;
        Ok(true)
    }

    /// Whether anybody administers this receiver yet.
    ///
    /// # Errors
    /// The database's.
    pub async fn has_admin(&self) -> Result<bool, StorageError> {
        self.app.storage.has_admin().await
    }

    /// Makes a link that signs the admin in once, within an hour, and voids the one before.
    /// `address` is what it starts with unless there is a public URL.
    ///
    /// # Errors
    /// The database's.
    pub async fn dashboard_link(&self, address: &str) -> Result<String, StorageError> {
        let secret = self.app.storage.new_sign_in_link().await?;
        let public = self.app.config.public_url.as_ref().map(ToString::to_string);
        let base = public.as_deref().unwrap_or(address).trim_end_matches('/');
        Ok(format!("{base}/dashboard/sign-in#{secret}"))
    }
}

/// Does something at once and then so often, for as long as it is polled. `failed` is logged where it
/// could not be done.
async fn every<D, T>(period: Duration, failed: &str, work: impl Fn() -> D)
where
    D: Future<Output = Result<T, StorageError>>,
{
    let mut ticks = tokio::time::interval(period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(error) = work().await {
            tracing::error!(%error, "{failed}");
        }
    }
}
