//! Logs.

use tracing_subscriber::EnvFilter;

use crate::config::Config;

/// Starts logging to standard error; a second start is left out.
pub fn start(config: &Config) {
    let filter = EnvFilter::new(format!("{},actix_server=warn,tokio_cron_scheduler=warn", config.log_level));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let outcome = if config.json_logs { builder.json().try_init() } else { builder.with_ansi(false).try_init() };
    if let Err(error) = outcome {
        tracing::debug!(%error, "logging runs already");
    }
}
