//! The receiver through a real port and a real database file.

mod aggregates;
mod api;
mod backup;
mod bad_input;
mod bad_start;
#[cfg(unix)]
mod cluster;
mod command_line;
mod contexts;
#[cfg(unix)]
mod crash;
mod dashboard;
mod dashboard_calls;
mod demo;
mod demo_data;
mod durability;
mod history;
mod http;
mod limits;
#[cfg(unix)]
mod locks;
mod mint_document;
mod nesting;
mod observe;
mod openapi;
mod order;
#[cfg(feature = "otel")]
mod otel;
#[cfg(unix)]
mod postgres;
mod readme;
mod receiver;
mod search;
mod security;
mod server;
#[cfg(target_os = "linux")]
mod sync_order;
mod tls;
mod tokens;
mod votes;
mod webhooks;
mod widget;
