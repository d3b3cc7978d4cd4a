//! `report`: what a live endpoint does and costs, with the queries that its interactive panels make.

mod words;

use std::collections::BTreeMap;
use std::time::{Duration, UNIX_EPOCH};

use clap::Args;
use monitored_endpoint::reconcile::reason;
use monitored_endpoint::spec::{Dollars, EndpointName, NameRule};
use monitored_endpoint::usage::{InstanceTerms, Moment, Question, Reader, Terms, TimeRange, Usage, UsageError, View};
use serde_json::{Value, json};
use stand_in::arguments::pair;
use thiserror::Error;

use crate::arguments::dollars;
use crate::output::{Said, Status};
use words::{Copy, copies, in_words};

/// Say what a live endpoint does and costs: instances, GPUs, each model's dollars and requests, copies that are hot or idle, and
/// what is declared against what is seen.
///
/// Reads only. Credentials and Region come from the environment or the AWS configuration files, as for the AWS CLI. The queries are
/// those of the interactive panels. A number that can't be known is left out and never 0.
#[derive(Debug, Args)]
pub(crate) struct Report {
    /// The endpoint's name.
    #[arg(value_parser = endpoint)]
    endpoint: EndpointName,
    /// How far back to look from now, such as 30m, 6h or 2d.
    #[arg(long, default_value = "30m", value_parser = humantime::parse_duration, conflicts_with = "from")]
    last: Duration,
    /// Start of the time range, such as 2026-11-24T08:00:00Z.
    #[arg(long, value_parser = moment)]
    from: Option<Moment>,
    /// End of the time range; the present by default.
    #[arg(long, value_parser = moment, requires = "from")]
    to: Option<Moment>,
    /// Dollars per instance-hour: for all variants, or as VARIANT=DOLLARS for one. Without it costs are left out.
    #[arg(long, value_name = "[VARIANT=]DOLLARS", value_parser = price)]
    price: Vec<(Option<String>, f64)>,
    /// GPUs of one instance, where the catalogue of instance types doesn't know them: for all variants, or as VARIANT=GPUS.
    #[arg(long, value_name = "[VARIANT=]GPUS", value_parser = gpus)]
    gpus: Vec<(Option<String>, u32)>,
    /// The Region; the configured one by default.
    #[arg(long)]
    region: Option<String>,
}

/// Why there is no report.
#[derive(Debug, Error)]
pub(crate) enum ReportError {
    /// The runtime can't be made.
    #[error("the program can't start its runtime: {0}")]
    Runtime(#[from] std::io::Error),
    /// No Region is configured.
    #[error("no Region is configured; give --region, or set AWS_REGION")]
    Region,
    /// AWS can't be asked, or has no such endpoint.
    #[error("{}", reason(.0))]
    Usage(#[from] UsageError),
}

impl Report {
    pub(crate) fn run(&self) -> Result<Said, ReportError> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let usage = runtime.block_on(async {
            let config = crate::account::config(self.region.as_deref()).await.ok_or(ReportError::Region)?;
            Ok::<_, ReportError>(Reader::new(&config).read(&self.question()).await?)
        })?;
        let copies = copies(&usage);
        let json = Self::json(&usage, &copies);
        Ok(Said { text: in_words(&usage, &copies), json, status: Status::Fine })
    }

    fn question(&self) -> Question {
        let now = Moment::now();
        let range = match self.from {
            Some(from) => TimeRange::Between { from, until: self.to.unwrap_or(now) },
            None => TimeRange::Last(u32::try_from(self.last.as_secs()).unwrap_or(u32::MAX)),
        };
        Question { endpoint: self.endpoint.clone(), range, now, terms: self.terms(), view: View::Everything }
    }

    fn terms(&self) -> Terms {
        let mut default = InstanceTerms::default();
        let mut by_variant: BTreeMap<String, InstanceTerms> = BTreeMap::new();
        for (variant, price) in &self.price {
            let terms = variant.as_ref().map_or(&mut default, |name| by_variant.entry(name.clone()).or_default());
            terms.price_per_hour = Some(Dollars(*price));
        }
        for (variant, gpus) in &self.gpus {
            let terms = variant.as_ref().map_or(&mut default, |name| by_variant.entry(name.clone()).or_default());
            terms.gpus = Some(*gpus);
        }
        Terms { default, by_variant }
    }

    fn json(usage: &Usage, copies: &[Copy<'_>]) -> Value {
        let mut json = json!({ "Status": Status::Fine.name(), "Usage": usage });
        json["Copies"] = copies.iter().map(Copy::json).collect();
        json
    }
}

fn endpoint(text: &str) -> Result<EndpointName, NameRule> {
    EndpointName::parse(text)
}

fn moment(text: &str) -> Result<Moment, String> {
    let time = humantime::parse_rfc3339_weak(text)
        .map_err(|_| format!("{text:?} is not a time: give one such as 2026-11-24T08:00:00Z"))?;
    let seconds = time.duration_since(UNIX_EPOCH).map_err(|_| "before 1970".to_owned())?.as_secs();
    i64::try_from(seconds).map(Moment).map_err(|error| error.to_string())
}

fn price(text: &str) -> Result<(Option<String>, f64), String> {
    match pair(text) {
        Ok((variant, price)) => Ok((Some(variant), dollars(&price)?)),
        Err(_) => Ok((None, dollars(text)?)),
    }
}

fn gpus(text: &str) -> Result<(Option<String>, u32), String> {
    let count = |text: &str| {
        text.parse::<u32>().ok().filter(|gpus| *gpus > 0).ok_or_else(|| format!("{text:?} is not a number of GPUs"))
    };
    match pair(text) {
        Ok((variant, gpus)) => Ok((Some(variant), count(&gpus)?)),
        Err(_) => Ok((None, count(text)?)),
    }
}
