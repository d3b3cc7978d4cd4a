//! `verify`: what SageMaker is assumed to publish, held against a live endpoint.

mod checks;
mod declared;
mod facts;
mod live;
mod panels;
pub(crate) mod replay;
mod report;
mod seen;
mod sources;

use std::path::PathBuf;
use std::time::Duration;
use std::{fs, io};

use clap::Args;
use monitored_endpoint::spec::{EndpointName, default_dashboard_name};
use monitored_endpoint::usage::Moment;
use thiserror::Error;

use crate::account::{Account, AccountError};
use crate::arguments::{endpoint, moment};
use crate::output::{Said, pretty};
use live::{Live, LiveError, Target};

/// High-resolution metrics are kept for three hours.
const LONGEST: Duration = Duration::from_hours(3);
const SHORTEST: Duration = Duration::from_mins(10);

/// Compare what this program assumes about SageMaker's metrics with a live endpoint: which there are, how often they come, and
/// whether they add up.
///
/// Reads only. Credentials and Region come from the environment or the AWS configuration files, as for the AWS CLI. Each fact
/// is as assumed, different (then it says which numbers are wrong), or can't be told from this endpoint. Exit codes: 0 when
/// nothing is different, 1 when something is, 2 when the endpoint can't be read.
#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// The endpoint's name.
    #[arg(value_parser = endpoint)]
    endpoint: EndpointName,
    /// How far back to look, 10m to 3h.
    #[arg(long, default_value = "1h", value_parser = last)]
    last: Duration,
    /// End of what is looked at, such as 2026-11-24T08:00:00Z; the present by default.
    #[arg(long, value_parser = moment)]
    to: Option<Moment>,
    /// The dashboard whose panels are to have data; <ENDPOINT>-monitoring by default.
    #[arg(long, value_name = "NAME")]
    dashboard: Option<String>,
    /// Write the facts to this file as JSON, without any name, to attach to an issue.
    #[arg(long, value_name = "FILE")]
    facts: Option<PathBuf>,
    #[command(flatten)]
    account: Account,
}

/// Why nothing was verified.
#[derive(Debug, Error)]
pub(crate) enum VerifyError {
    /// The runtime can't be made.
    #[error("the program can't start its runtime")]
    Runtime(#[source] io::Error),
    /// AWS can't be asked.
    #[error(transparent)]
    Account(#[from] AccountError),
    /// AWS can't be asked, or has no such endpoint.
    #[error(transparent)]
    Live(#[from] LiveError),
    /// The facts can't be written.
    #[error("{path}")]
    Write { path: String, source: io::Error },
}

impl Verify {
    pub(crate) fn run(&self) -> Result<Said, VerifyError> {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(VerifyError::Runtime)?;
        let default = default_dashboard_name(self.endpoint.as_str());
        let target = Target {
            endpoint: self.endpoint.as_str(),
            dashboard: self.dashboard.as_deref().unwrap_or(&default),
            last: i64::try_from(self.last.as_secs()).unwrap_or(i64::MAX),
            now: self.to.unwrap_or_else(Moment::now).0,
        };
        let seen = runtime.block_on(async {
            let config = self.account.open().await?;
            Ok::<_, VerifyError>(Live::new(&config).see(&target).await?)
        })?;
        let facts = checks::check(&seen);
        if let Some(path) = &self.facts {
            let text = pretty(&report::nameless(&seen, &facts)) + "\n";
            fs::write(path, text).map_err(|source| VerifyError::Write { path: path.display().to_string(), source })?;
        }
        let status = report::status(&facts);
        Ok(Said { text: report::in_words(&seen, &facts), json: report::json(&seen, &facts), status })
    }
}

fn last(text: &str) -> Result<Duration, String> {
    let last = humantime::parse_duration(text).map_err(|error| error.to_string())?;
    if (SHORTEST..=LONGEST).contains(&last) { Ok(last) } else { Err("give 10m to 3h".to_owned()) }
}
