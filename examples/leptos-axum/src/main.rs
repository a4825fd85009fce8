use any_spawner::Executor;
use axum::middleware::from_fn;
use axum::routing::{get, post};
use axum::{Router, http::header::CONTENT_TYPE};
use example_leptos_axum::{feedback, shell};
use leptos::prelude::*;
use tower_http::services::ServeDir;
use workflowai_feedback::STYLESHEET;
use workflowai_feedback_server::{Config, Receiver};

type Error = Box<dyn std::error::Error>;

#[tokio::main]
async fn main() -> Result<(), Error> {
    // `generate_route_list` does this in an app with a router.
    Executor::init_tokio()?;
    let options = get_configuration(None)?.leptos_options;
    // Votes are kept in `./.feedback`, or where the environment says.
    let folder = std::env::var("FEEDBACK_DIR").unwrap_or_else(|_| ".feedback".to_owned());
    let receiver = Receiver::open(Config::in_folder(folder)).await?;
    let context = {
        let receiver = receiver.clone();
        move || provide_context(receiver.clone())
    };
    let page = {
        let options = options.clone();
        // All of it in one piece, so that the answer is there with scripts off.
        leptos_axum::render_app_async_with_context(context.clone(), move || shell(options.clone()))
    };
    let server_function =
        move |request| leptos_axum::handle_server_fns_with_context(context.clone(), request);
    let pkg = format!("{}/{}", options.site_root, options.site_pkg_dir);
    let app = Router::new()
        .route("/", get(page))
        .route("/api/{*function}", post(server_function))
        .layer(from_fn(feedback::know_visitor))
        .route(
            "/feedback.css",
            get(([(CONTENT_TYPE, "text/css")], STYLESHEET)),
        )
        .nest_service(&format!("/{}", options.site_pkg_dir), ServeDir::new(pkg))
        .nest(
            "/feedback",
            receiver
                .public_router()
                .merge(receiver.api_router())
                .merge(receiver.dashboard_router()),
        );
    let listener = tokio::net::TcpListener::bind(options.site_addr).await?;
    println!("ready http://{}", listener.local_addr()?);
    tokio::spawn(async move { receiver.run(std::future::pending()).await });
    axum::serve(listener, app).await?;
    Ok(())
}
