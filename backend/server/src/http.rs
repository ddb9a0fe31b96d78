//! The web server: REST, forms, pages, assets, health and metrics.

use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};

use actix_web::http::header;
use actix_web::middleware::Compress;
use actix_web::{App as Web, HttpResponse, HttpServer, web};
use anyhow::Context;
use hostwright_panel::platform::jobs;
use tokio::sync::watch;

use crate::app::App;
use crate::compose;
use crate::config::Config;
use crate::{api, forms, pages, problem, ticks};

/// Requests served by this process.
static REQUESTS: AtomicU64 = AtomicU64::new(0);

/// Serves until the process is told to stop; requests and jobs under way are
/// finished first.
///
/// # Errors
/// When the database or the port cannot be had.
pub async fn serve(config: &Config) -> anyhow::Result<()> {
    std::fs::create_dir_all(&config.data_dir).with_context(|| format!("cannot make {}", config.data_dir.display()))?;
    let listener =
        std::net::TcpListener::bind(config.listen).with_context(|| format!("cannot listen on {}", config.listen))?;
    let address = listener.local_addr()?;
    let mut config = config.clone();
    config.listen = address;
    let (app, worker) = compose::build(&config)?;
    let (stop, stopped) = watch::channel(false);
    #[expect(clippy::disallowed_methods, reason = "awaited below")]
    let working = tokio::spawn(worker.run(stopped));
    let mut scheduler = ticks::start(&app.db).await?;
    let shared = app.clone();
    let server = HttpServer::new(move || {
        let app = shared.clone();
        Web::new()
            .app_data(web::Data::new(app.clone()))
            .wrap(Compress::default())
            .wrap_fn(|request, service| {
                REQUESTS.fetch_add(1, Ordering::Relaxed);
                actix_web::dev::Service::call(service, request)
            })
            .configure(|service| configure(&app, service))
    })
    .workers(2)
    .shutdown_timeout(10)
    .listen(listener)?
    .run();
    tracing::info!(url = %app.public_url, "the panel is served");
    println!("Hostwright listens on {}", app.public_url);
    if let Some(link) = compose::set_up_link(&config, &app.db).await? {
        println!("Set it up: {link}");
    }
    server.await?;
    scheduler.shutdown().await?;
    stop.send(true).ok();
    working.await?;
    tracing::info!("the panel has stopped");
    Ok(())
}

/// Every route of the web server.
pub fn configure(app: &App, service: &mut web::ServiceConfig) {
    service
        .route("/healthz", web::get().to(|| async { HttpResponse::Ok().body("ok") }))
        .route("/readyz", web::get().to(ready))
        .route("/metrics", web::get().to(metrics))
        .route("/assets/{version}/{name:.*}", web::get().to(asset))
        .route("/favicon.ico", web::get().to(|| async { HttpResponse::NoContent().finish() }))
        .route("/preferences", web::post().to(forms::prefer))
        .route("/do/{action}", web::post().to(forms::serve));
    api::configure(app, service);
    service.default_service(web::route().to(pages::serve));
}

async fn ready(app: web::Data<App>) -> HttpResponse {
    match app.db.read(|tx| jobs::count_open(tx).map(|_| ())).await {
        Ok(()) => HttpResponse::Ok().body("ready"),
        Err(error) => HttpResponse::ServiceUnavailable()
            .insert_header((header::RETRY_AFTER, problem::RETRY_SECONDS))
            .body(format!("not ready: {}", error.code())),
    }
}

async fn asset(path: web::Path<(String, String)>) -> HttpResponse {
    let (version, name) = path.into_inner();
    let current = version == hostwright_frontend::ui::assets::version();
    match hostwright_frontend::ui::assets::get(&name) {
        Some(asset) => HttpResponse::Ok()
            .content_type(asset.media_type)
            .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
            .insert_header((
                header::CACHE_CONTROL,
                if current { "public, max-age=31536000, immutable" } else { "no-cache" },
            ))
            .body(asset.bytes.into_owned()),
        None => HttpResponse::NotFound().body("no such asset"),
    }
}

async fn metrics(app: web::Data<App>) -> HttpResponse {
    let mut text = String::from("# TYPE hostwright_requests_total counter\n");
    let _infallible = writeln!(text, "hostwright_requests_total {}", REQUESTS.load(Ordering::Relaxed));
    text.push_str("# TYPE hostwright_jobs gauge\n");
    match app.db.read(jobs::count_open).await {
        Ok(counts) => {
            for (state, count) in counts {
                let _infallible = writeln!(text, "hostwright_jobs{{state=\"{state}\"}} {count}");
            }
            text.push_str("# TYPE hostwright_database_up gauge\nhostwright_database_up 1\n");
        }
        Err(_) => text.push_str("# TYPE hostwright_database_up gauge\nhostwright_database_up 0\n"),
    }
    HttpResponse::Ok().content_type("text/plain; version=0.0.4").body(text)
}
