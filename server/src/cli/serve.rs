mod connections;
mod limits;
mod tls;

use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;

use axum::http::header::STRICT_TRANSPORT_SECURITY;
use axum::http::{HeaderValue, Uri};
use axum::middleware::map_response;
use axum::response::Response;
use clap::Args;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use workflowai_feedback_server::{Config, Receiver};

use super::interrupt::Interrupt;
use super::legacy::Legacy;
use super::log::Log;
use super::storage::Storage;
use super::{Failure, listen};
use connections::{Patience, make_room};
use limits::Limits;
use tls::Tls;

/// Where `serve` listens unless told otherwise: reachable from this machine alone.
pub const DEFAULT_LISTEN: &str = "127.0.0.1:8080";
/// Whoever scrapes needs few.
const METRICS_CONNECTIONS: usize = 16;

/// How many connections there may be, and how long each may take.
struct Places {
    room: usize,
    patience: Patience,
}

/// Serves the receiver and the dashboard
#[derive(Args)]
pub struct Serve {
    /// Address to listen on; port 0 takes a free one
    #[arg(
        long,
        value_name = "ADDR:PORT",
        env = "WORKFLOWAI_FEEDBACK_LISTEN",
        default_value = DEFAULT_LISTEN
    )]
    listen: SocketAddr,
    #[command(flatten)]
    address: Address,
    #[command(flatten)]
    storage: Storage,
    #[command(flatten)]
    legacy: Legacy,
    /// Origin that browsers may vote from, as `https://example.com`; any if none is given
    #[arg(
        long,
        value_name = "ORIGIN",
        env = "WORKFLOWAI_FEEDBACK_ALLOWED_ORIGIN",
        value_delimiter = ',',
        value_parser = origin
    )]
    allowed_origin: Vec<HeaderValue>,
    /// Refuses tokens that are bound to no user
    #[arg(long, env = "WORKFLOWAI_FEEDBACK_REQUIRE_BOUND_TOKENS")]
    require_bound_tokens: bool,
    /// API key with every right in the tenant default, of at least 16 characters, kept nowhere
    #[arg(
        long,
        value_name = "KEY",
        env = "WORKFLOWAI_FEEDBACK_API_KEY",
        hide_env_values = true,
        value_parser = api_key
    )]
    api_key: Option<String>,
    #[command(flatten)]
    limits: Limits,
    #[command(flatten)]
    longest: Longest,
    /// Proxies in front, each of which adds the address it sees to `X-Forwarded-For`
    #[arg(
        long,
        value_name = "N",
        env = "WORKFLOWAI_FEEDBACK_TRUSTED_HOPS",
        default_value_t = 0
    )]
    trusted_hops: u8,
    /// Also serves `/metrics` here, without a key: for a port that only Prometheus reaches
    #[arg(
        long,
        value_name = "ADDR:PORT",
        env = "WORKFLOWAI_FEEDBACK_METRICS_LISTEN"
    )]
    metrics_listen: Option<SocketAddr>,
    #[command(flatten)]
    tls: Tls,
    #[command(flatten)]
    pub log: Log,
    /// Room for what backends store with the runs of one tenant, in MiB after compression
    #[arg(
        long,
        value_name = "MIB",
        env = "WORKFLOWAI_FEEDBACK_CONTEXT_QUOTA",
        default_value_t = 1_024
    )]
    context_quota: u32,
    /// Drops votes after so many days, whatever became of them; keeps them for ever if not given
    #[arg(
        long,
        value_name = "DAYS",
        env = "WORKFLOWAI_FEEDBACK_KEEP_DAYS",
        value_parser = clap::value_parser!(u32).range(1..)
    )]
    keep_days: Option<u32>,
    /// Serves the widget from this folder instead of the one built in
    #[arg(long, value_name = "DIR", env = "WORKFLOWAI_FEEDBACK_WIDGET_DIR")]
    widget_dir: Option<PathBuf>,
    /// Lets webhooks lead to this machine and into private networks, and be told without TLS
    #[arg(long)]
    allow_private_webhooks: bool,
    /// Serves the demo, with a database of its own; on loopback alone
    #[arg(long)]
    demo: bool,
}

/// How long tokens last at most.
#[derive(Args)]
pub struct Longest {
    /// The longest that a token minted here lasts; one minted without an end lasts as long
    #[arg(
        long,
        value_name = "SECONDS",
        env = "WORKFLOWAI_FEEDBACK_MAX_EXPIRES_IN",
        value_parser = clap::value_parser!(i64).range(1..=u32::MAX.into())
    )]
    pub max_expires_in: Option<i64>,
}

/// How people reach it.
#[derive(Args)]
pub struct Address {
    /// Address that people reach it at, as `https://feedback.example.com`; links are built from it
    #[arg(
        long,
        value_name = "URL",
        env = "WORKFLOWAI_FEEDBACK_PUBLIC_URL",
        value_parser = public_url
    )]
    pub public_url: Option<Uri>,
}

fn origin(text: &str) -> Result<HeaderValue, String> {
    let wrong = || "must be an origin without a path, as https://example.com".to_owned();
    let uri: Uri = text.parse().map_err(|_| wrong())?;
    if !is_http(&uri) || uri.path() != "/" || text.ends_with('/') {
        return Err(wrong());
    }
    HeaderValue::from_str(text).map_err(|_| wrong())
}

fn public_url(text: &str) -> Result<Uri, String> {
    let uri: Uri = text.parse().map_err(|_| "is no address".to_owned())?;
    if !is_http(&uri) || uri.query().is_some() {
        return Err("must be as https://feedback.example.com, with a path if need be".into());
    }
    Ok(uri)
}

fn is_http(uri: &Uri) -> bool {
    matches!(uri.scheme_str(), Some("http" | "https")) && uri.authority().is_some()
}

fn api_key(text: &str) -> Result<String, String> {
    if text.chars().count() < 16 {
        return Err("must have at least 16 characters".into());
    }
    Ok(text.to_owned())
}

impl Serve {
    pub async fn run(self) -> Result<(), Failure> {
        let demo = self.demo;
        let (listen, metrics) = (self.listen, self.metrics_listen);
        let tls = self.tls.acceptor()?;
        let (wanted, patience) = (self.limits.connections(), self.limits.patience());
        let mut config = self.config()?;
        let interrupt = Interrupt::listen()?;
        let listener = listen::bind(listen).await?;
        let metrics = match metrics {
            Some(metrics) => Some(listen::bind(metrics).await?),
            None => None,
        };
        let room = make_room(wanted);
        let scheme = if tls.is_some() { "https" } else { "http" };
        let address = format!("{scheme}://{}", listener.local_addr()?);
        if tls.is_some() && config.public_url.is_none() {
            // So that cookies are for encrypted connections alone.
            config.public_url = Some(address.parse()?);
        }
        let receiver = Receiver::open(config).await?;
        if room < wanted {
            eprintln!(
                "room for {room} connections, not {wanted}: raise the limit of open files \
                 (ulimit -n, or LimitNOFILE of systemd)"
            );
        }
        if let Some(metrics) = &metrics {
            println!("metrics    http://{}/metrics", metrics.local_addr()?);
        }
        announce(&receiver, &address, demo).await?;
        let places = Places { room, patience };
        until_stopped(listener, tls, metrics, places, receiver, interrupt).await
    }

    /// Says what the settings come to, or what is wrong with them.
    pub async fn check(self) -> Result<String, Failure> {
        let listen = self.listen;
        self.tls.acceptor()?;
        let state = Receiver::check(&self.config()?).await?;
        Ok(format!("{state}; would listen on {listen}"))
    }

    fn config(self) -> Result<Config, Failure> {
        if self.demo && !self.listen.ip().is_loopback() {
            let listen = self.listen;
            return Err(Failure(format!(
                "--demo is open to whoever reaches it, so it listens on loopback alone; \
                 {listen} is not loopback: use --listen {DEFAULT_LISTEN}"
            )));
        }
        if self.tls.is_asked_for()
            && self.listen.ip().is_unspecified()
            && self.address.public_url.is_none()
        {
            // Nobody reaches it at that address, and the certificate is for another name.
            let listen = self.listen;
            return Err(Failure(format!(
                "--listen {listen} does not say what name the certificate is for: add --public-url, \
                 as https://feedback.example.com"
            )));
        }
        let mut config = if self.demo {
            self.storage.demo_config()?
        } else {
            self.storage.config()?
        };
        if let Some(folder) = &self.widget_dir
            && !folder.join("package.json").is_file()
        {
            let folder = folder.display();
            return Err(Failure(format!(
                "--widget-dir {folder} has no package.json; it must be the npm package's folder"
            )));
        }
        self.legacy.apply(&mut config)?;
        config.public_url = self.address.public_url;
        config.allowed_origins = self.allowed_origin;
        config.require_bound_tokens = self.require_bound_tokens;
        config.api_key = self.api_key;
        self.limits.apply(&mut config);
        config.max_expires_in = self.longest.max_expires_in;
        config.context_quota = i64::from(self.context_quota) * 1024 * 1024;
        config.keep_days = self.keep_days;
        config.trusted_hops = self.trusted_hops.into();
        config.widget_folder = self.widget_dir;
        config.allow_private_webhooks = self.allow_private_webhooks;
        config.demo = self.demo;
        Ok(config)
    }
}

/// Says where everything is. The last line is for scripts that wait for it.
async fn announce(receiver: &Receiver, address: &str, demo: bool) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    let new = if receiver.is_new() { " (new)" } else { "" };
    writeln!(out, "votes      {}{new}", receiver.place())?;
    if demo {
        writeln!(out, "demo       {address}/")?;
        writeln!(
            out,
            "dashboard  {address}/dashboard (open to this machine while it is the demo)"
        )?;
    } else if receiver.has_admin().await? {
        writeln!(
            out,
            "dashboard  {address}/dashboard (a new link: dashboard link)"
        )?;
    }
    if !receiver.has_admin().await? {
        let link = receiver.dashboard_link(address).await?;
        writeln!(out, "sign in    {link} (once, within an hour)")?;
    }
    writeln!(out, "ready {address}")?;
    out.flush()?;
    Ok(())
}

/// Tells browsers to come over HTTPS for a year: nothing here answers in the clear.
async fn https_alone(mut response: Response) -> Response {
    let lasting = HeaderValue::from_static("max-age=31536000");
    let headers = response.headers_mut();
    headers.insert(STRICT_TRANSPORT_SECURITY, lasting);
    response
}

async fn until_stopped(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    metrics: Option<TcpListener>,
    places: Places,
    receiver: Receiver,
    interrupt: Interrupt,
) -> Result<(), Failure> {
    let (stop, stopped) = watch::channel(false);
    let wait = |mut stopped: watch::Receiver<bool>| async move {
        // An error means the sender is gone, and so are we.
        let _ = stopped.wait_for(|stopped| *stopped).await;
    };
    let mut servers = JoinSet::new();
    let mut serve = |listener, tls, router, most| {
        let stopped = wait(stopped.clone());
        servers.spawn(connections::serve(
            listener,
            tls,
            router,
            most,
            places.patience,
            stopped,
        ));
    };
    let router = receiver.router();
    let router = match tls {
        Some(_) => router.layer(map_response(https_alone)),
        None => router,
    };
    serve(listener, tls, router, places.room);
    if let Some(metrics) = metrics {
        serve(
            metrics,
            None,
            receiver.metrics_router(),
            METRICS_CONNECTIONS,
        );
    }
    let background = tokio::spawn({
        let stopped = wait(stopped.clone());
        async move { receiver.run(stopped).await }
    });
    interrupt.received().await;
    stop.send_replace(true);
    while let Some(ended) = servers.join_next().await {
        ended?;
    }
    background.await?;
    Ok(())
}
