//! The receiver through a real port and a real database file.

mod aggregates;
mod api;
mod backup;
mod bad_input;
mod bad_start;
mod command_line;
mod dashboard;
mod demo;
mod demo_data;
mod durability;
mod history;
mod http;
mod limits;
mod nesting;
mod observe;
mod openapi;
mod order;
#[cfg(unix)]
mod postgres;
mod receiver;
mod server;
mod tokens;
mod votes;
mod widget;
