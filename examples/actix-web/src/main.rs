//! A backend that answers, and mints the right to vote on its answer.
//!
//! `FEEDBACK_KID` and `FEEDBACK_SECRET` are what `workflowai-feedback-server signing-key new` prints.

mod answer;
mod mint;
#[cfg(test)]
mod tests;

use std::env;

use actix_web::{App, HttpServer, web};
use workflowai_feedback_protocol::token::{Algorithm, SigningKey};

type Error = Box<dyn std::error::Error>;

#[actix_web::main]
async fn main() -> Result<(), Error> {
    let (kid, secret) = (env::var("FEEDBACK_KID")?, env::var("FEEDBACK_SECRET")?);
    let key = web::Data::new(SigningKey::new(&kid, Algorithm::Hs256, &secret)?);
    let server = HttpServer::new(move || App::new().app_data(key.clone()).service(answer::answer));
    Ok(server.bind(("127.0.0.1", 8085))?.run().await?)
}
