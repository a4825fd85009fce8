//! A receiver of the library on a free port, with a database of its own.

use std::net::SocketAddr;

use serde_json::{Value, json};
use sqlx::Connection;
use tempfile::TempDir;
use workflowai_feedback_protocol::token::Claims;
use workflowai_feedback_server::{Config, Database, Receiver};

use crate::http::{Answer, Request};

/// A running receiver. Its folder goes with it.
pub struct Running {
    pub receiver: Receiver,
    pub address: SocketAddr,
    /// The database's address.
    url: String,
    _folder: TempDir,
}

/// The settings of most tests: no limit, as all come from one address.
pub fn config(folder: &TempDir) -> Config {
    Config {
        rate_limit: None,
        ..Config::in_folder(folder.path())
    }
}

/// Starts one with the usual settings.
pub async fn start() -> Running {
    start_with(|_| {}).await
}

/// The address of the `PostgreSQL` that the tests are to use instead of `SQLite` files.
pub const POSTGRES: &str = "WORKFLOWAI_FEEDBACK_TEST_POSTGRES";

/// Starts one with other settings.
pub async fn start_with(change: impl FnOnce(&mut Config)) -> Running {
    let folder = tempfile::tempdir().expect("a folder");
    let mut config = config(&folder);
    let mut url = format!("sqlite:{}/feedback.db", folder.path().display());
    if let Ok(server) = std::env::var(POSTGRES) {
        url = new_schema(&server).await;
        config.database = Database::Postgres {
            url: url.clone(),
            allow_unsafe_durability: false,
        };
    }
    change(&mut config);
    let receiver = Receiver::open(config).await.expect("a receiver");
    let address = serve(receiver.router()).await;
    Running {
        receiver,
        address,
        url,
        _folder: folder,
    }
}

/// Each test has a schema to itself. Returns the address that leads to it.
pub async fn new_schema(server: &str) -> String {
    let name = format!("test_{}", uuid::Uuid::new_v4().simple());
    let mut connection = sqlx::PgConnection::connect(server)
        .await
        .expect("the database");
    let sql = format!("CREATE SCHEMA {name}");
    sqlx::query(sqlx::AssertSqlSafe(sql))
        .execute(&mut connection)
        .await
        .expect("a schema");
    format!("{server}&options=-c%20search_path%3D{name}")
}

/// Serves a router on a free port.
pub async fn serve(router: axum::Router) -> SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a free port");
    let address = listener.local_addr().expect("an address");
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, service).await });
    address
}

/// Claims of agent `support` and a run, bound to nobody.
pub fn claims(run: &str) -> Claims {
    Claims {
        agent: "support".into(),
        run: run.into(),
        user: None,
        expires_at: None,
    }
}

impl Running {
    pub fn request(&self, method: &str, path: &str) -> Request {
        Request::new(self.address, method, path)
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.request("GET", path).send().await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.request("POST", path).json(&body).send().await
    }

    /// A token of tenant `default`.
    pub async fn mint(&self, claims: &Claims) -> String {
        self.mint_in("default", claims).await
    }

    pub async fn mint_in(&self, tenant: &str, claims: &Claims) -> String {
        self.receiver
            .mint(tenant, claims)
            .await
            .expect("a database")
            .expect("good claims")
    }

    /// A token for a run, bound to nobody.
    pub async fn token(&self, run: &str) -> String {
        self.mint(&claims(run)).await
    }

    /// The database itself.
    pub async fn database(&self) -> sqlx::AnyConnection {
        sqlx::AnyConnection::connect(&self.url)
            .await
            .expect("the database")
    }

    /// What the receiver says the stored outcome is.
    pub async fn outcome(&self, token: &str) -> Value {
        let body = json!({ "items": [{ "feedback_token": token }] });
        self.post("/v1/feedback/lookup", body).await.json()["items"][0]["outcome"].clone()
    }

    /// Every entry of agent `support` that is listed.
    pub async fn listed(&self) -> Vec<Value> {
        let key = self
            .receiver
            .new_api_key("default", &workflowai_feedback_server::Scope::ALL)
            .await
            .expect("a key");
        let list = self
            .request("GET", "/v1/_/agents/support/feedback?limit=100")
            .header("authorization", &format!("Bearer {key}"))
            .send()
            .await;
        list.json()["items"].as_array().expect("a list").clone()
    }
}
