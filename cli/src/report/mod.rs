//! `report`: what a live endpoint does and costs, with the queries that its interactive panels make.
//!
//! It reads twice: the newest interval whose samples have arrived, which is "now" whatever the range, and the range.

mod json;
mod price;
mod statement;
mod words;

use std::collections::BTreeMap;
use std::time::Duration;

use clap::Args;
use monitored_endpoint::chargeback::{Day, Month, StatementError};
use monitored_endpoint::spec::{Dollars, EndpointName, default_dashboard_name};
use monitored_endpoint::usage::{InstanceTerms, Moment, Question, Reader, Terms, TimeRange, Usage, UsageError, View};
use thiserror::Error;

use crate::account::{Account, AccountError};
use crate::arguments::{Format, account, endpoint, moment, pair};
use crate::output::{Said, Status};
use price::{PriceArgument, Priced, price, priced};
use words::{copies, in_words};

/// Seconds before the present in which "now" is looked for: samples may be late.
const NOW: u32 = 300;

/// Say what a live endpoint does and costs: instances, GPUs, each model's dollars and requests, copies that are hot or idle, and
/// what is declared against what runs. With --format csv or focus: what each model cost, a row for each hour.
///
/// Reads only. Credentials and Region come from the environment or the AWS configuration files, as for the AWS CLI. The queries are
/// those of the interactive panels. "Now" is the newest publish interval whose samples have arrived, whatever the range. A number that
/// can't be known is left out and never 0.
#[derive(Debug, Args)]
pub(crate) struct Report {
    /// The endpoint's name; several with --format csv or focus.
    #[arg(value_name = "ENDPOINT", value_parser = endpoint, required_unless_present = "all_endpoints")]
    endpoints: Vec<EndpointName>,
    /// With --format csv or focus: every endpoint of the account and Region.
    #[arg(long, conflicts_with = "endpoints")]
    all_endpoints: bool,
    /// How far back to look from now, such as 30m, 6h or 2d.
    #[arg(long, default_value = "30m", value_parser = humantime::parse_duration, conflicts_with = "from")]
    last: Duration,
    /// Start of the time range, such as 2026-11-24T08:00:00Z.
    #[arg(long, value_parser = moment)]
    from: Option<Moment>,
    /// End of the time range; the present by default.
    #[arg(long, value_parser = moment, requires = "from")]
    to: Option<Moment>,
    /// A calendar month in UTC, such as 2026-10; one that isn't over, as far as it is.
    #[arg(long, value_name = "YYYY-MM", conflicts_with_all = ["last", "from", "day"])]
    month: Option<Month>,
    /// A calendar day in UTC, such as 2026-10-31.
    #[arg(long, value_name = "YYYY-MM-DD", conflicts_with_all = ["last", "from"])]
    day: Option<Day>,
    /// Dollars per instance-hour, for all variants or as VARIANT=DOLLARS for one; or `auto`, the on-demand list price. Without it, the price
    /// that the endpoint's dashboard was made with.
    #[arg(long, value_name = "[VARIANT=]DOLLARS|auto", value_parser = price)]
    price: Vec<PriceArgument>,
    /// The dashboard that knows the price; <ENDPOINT>-monitoring by default.
    #[arg(long, value_name = "NAME")]
    dashboard: Option<String>,
    /// GPUs of one instance, where the catalogue of instance types doesn't know them: for all variants, or as VARIANT=GPUS.
    #[arg(long, value_name = "[VARIANT=]GPUS", value_parser = gpus)]
    gpus: Vec<(Option<String>, u32)>,
    /// With --format focus: the account that is billed, where it is another than the endpoint's, such as the organization's management account.
    #[arg(long, value_name = "ACCOUNT", value_parser = account)]
    billing_account: Option<String>,
    #[command(flatten)]
    account: Account,
}

/// Why there is no report.
#[derive(Debug, Error)]
pub(crate) enum ReportError {
    /// The runtime can't be made.
    #[error("the program can't start its runtime")]
    Runtime(#[from] std::io::Error),
    /// AWS can't be asked.
    #[error(transparent)]
    Account(#[from] AccountError),
    /// An option names a variant that isn't there.
    #[error(
        "--{option} names the variant {name:?}, which {endpoint} doesn't have; its variants with instances: {known}"
    )]
    Variant { option: &'static str, name: String, endpoint: String, known: String },
    /// AWS can't be asked, or has no such endpoint.
    #[error(transparent)]
    Usage(#[from] UsageError),
    /// There is no statement of costs.
    #[error(transparent)]
    Statement(#[from] StatementError),
    /// The format shows one endpoint.
    #[error("only --format csv and --format focus take {0}; give one endpoint")]
    OneEndpoint(&'static str),
    /// The format has no place for an option.
    #[error("--billing-account is a column of --format focus alone")]
    BillingAccount,
}

/// What was read.
struct ReportData {
    now: Usage,
    range: Usage,
    priced: Priced,
}

impl Report {
    pub(crate) fn run(&self, format: Format) -> Result<Said, ReportError> {
        if self.billing_account.is_some() && format != Format::Focus {
            return Err(ReportError::BillingAccount);
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        if format.is_statement() {
            return runtime.block_on(self.statement(format));
        }
        let ReportData { now, range, priced } = runtime.block_on(self.ask(self.one_endpoint()?))?;
        let copies = copies(&range);
        let text = in_words(&range, &now, &copies, &priced.basis);
        Ok(Said { text, json: json::json(&range, &now, &copies, &priced.basis), status: Status::Fine })
    }

    fn one_endpoint(&self) -> Result<&EndpointName, ReportError> {
        match &self.endpoints[..] {
            [endpoint] => Ok(endpoint),
            [] => Err(ReportError::OneEndpoint("--all-endpoints")),
            _ => Err(ReportError::OneEndpoint("several endpoints")),
        }
    }

    async fn ask(&self, endpoint: &EndpointName) -> Result<ReportData, ReportError> {
        let config = self.account.open().await?;
        let reader = Reader::new(&config);
        let moment = Moment::now();
        let question = |range, terms: &Terms| Question {
            endpoint: endpoint.clone(),
            range,
            now: moment,
            terms: terms.clone(),
            view: View::Everything,
        };
        let unpriced = reader.read(&question(TimeRange::Last(NOW), &self.terms())).await?;
        let variants: Vec<&str> = unpriced.variants.iter().map(|variant| variant.name.as_str()).collect();
        self.refuse_unknown_variants(&unpriced.endpoint, &variants)?;
        let dashboard = self.dashboard.clone().unwrap_or_else(|| default_dashboard_name(endpoint.as_str()));
        let priced = priced(&self.price, self.terms(), &unpriced, &config, &dashboard).await;
        // The reader remembers the values, so only the arithmetic is done again.
        let now = reader.read(&question(TimeRange::Last(NOW), &priced.terms)).await?;
        let range = reader.read(&question(self.range(moment), &priced.terms)).await?;
        Ok(ReportData { now, range, priced })
    }

    fn range(&self, now: Moment) -> TimeRange {
        match self {
            Self { month: Some(month), .. } => month.range(),
            Self { day: Some(day), .. } => day.range(),
            Self { from: Some(from), to, .. } => TimeRange::Between { from: *from, until: to.unwrap_or(now) },
            Self { last, .. } => TimeRange::Last(u32::try_from(last.as_secs()).unwrap_or(u32::MAX)),
        }
    }

    fn refuse_unknown_variants(&self, endpoint: &str, variants: &[&str]) -> Result<(), ReportError> {
        let prices = self.price.iter().filter_map(|price| match price {
            PriceArgument::Dollars(Some(variant), _) => Some(("price", variant)),
            _ => None,
        });
        let gpus = self.gpus.iter().filter_map(|(variant, _)| Some(("gpus", variant.as_ref()?)));
        match prices.chain(gpus).find(|(_, name)| !variants.contains(&name.as_str())) {
            None => Ok(()),
            Some((option, name)) => {
                let known = if variants.is_empty() { "none".to_owned() } else { variants.join(", ") };
                Err(ReportError::Variant { option, name: name.clone(), endpoint: endpoint.to_owned(), known })
            }
        }
    }

    /// What is given on the command line.
    fn terms(&self) -> Terms {
        let mut default = InstanceTerms::default();
        let mut by_variant: BTreeMap<String, InstanceTerms> = BTreeMap::new();
        for price in &self.price {
            let PriceArgument::Dollars(variant, dollars) = price else { continue };
            let terms = variant.as_ref().map_or(&mut default, |name| by_variant.entry(name.clone()).or_default());
            terms.price_per_hour = Some(Dollars(*dollars));
        }
        for (variant, gpus) in &self.gpus {
            let terms = variant.as_ref().map_or(&mut default, |name| by_variant.entry(name.clone()).or_default());
            terms.gpus = Some(*gpus);
        }
        Terms { default, by_variant }
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
