//! `report`: what a live endpoint does and costs, with the queries that its interactive panels make.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::{Duration, UNIX_EPOCH};

use aws_config::{Region, SdkConfig};
use clap::Args;
use monitored_endpoint::provision::reason;
use monitored_endpoint::spec::{Dollars, EndpointName, NameRule};
use monitored_endpoint::usage::{
    GpuUsage, InstanceTerms, ModelUsage, Moment, Question, Reader, Terms, TimeRange, Usage, UsageError,
};
use serde_json::{Value, json};
use thiserror::Error;

use crate::arguments::{dollars, pair};
use crate::output::{Money, Said, Status, table};

/// A copy whose GPUs compute at least so many percent of the time is hot; the launch article's upper guide line.
const HOT: f64 = 80.0;
/// A copy whose GPUs compute less is idle; the article's lower guide line.
const IDLE: f64 = 30.0;

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
            let config = self.config().await?;
            Ok::<_, ReportError>(Reader::new(&config).read(&self.question()).await?)
        })?;
        let copies = copies(&usage);
        let json = Self::json(&usage, &copies);
        Ok(Said { text: in_words(&usage, &copies), json, status: Status::Fine })
    }

    async fn config(&self) -> Result<SdkConfig, ReportError> {
        let config = monitored_endpoint::aws::config().await;
        let config = match &self.region {
            Some(region) => config.into_builder().region(Region::new(region.clone())).build(),
            None => config,
        };
        if config.region().is_none() {
            return Err(ReportError::Region);
        }
        Ok(config)
    }

    fn question(&self) -> Question {
        let now = Moment::now();
        let range = match self.from {
            Some(from) => TimeRange::Between { from, until: self.to.unwrap_or(now) },
            None => TimeRange::Last(u32::try_from(self.last.as_secs()).unwrap_or(u32::MAX)),
        };
        Question { endpoint: self.endpoint.clone(), range, now, terms: self.terms() }
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

/// A copy of a model, and how busy its GPUs are.
#[derive(Debug)]
struct Copy<'u> {
    model: &'u str,
    instance: &'u str,
    container: &'u str,
    gpus: u32,
    utilization: f64,
}

impl Copy<'_> {
    fn heat(&self) -> &'static str {
        match self.utilization {
            busy if busy >= HOT => "hot",
            busy if busy < IDLE => "idle",
            _ => "",
        }
    }

    fn json(&self) -> Value {
        json!({
            "Model": self.model, "Instance": self.instance, "Container": self.container, "Gpus": self.gpus,
            "MeanUtilization": self.utilization, "Heat": self.heat(),
        })
    }
}

/// The copies at the end of the range, the busiest first.
fn copies(usage: &Usage) -> Vec<Copy<'_>> {
    let mut found: BTreeMap<(&str, &str), (&str, Vec<f64>)> = BTreeMap::new();
    for instance in usage.variants.iter().flat_map(|variant| &variant.instances) {
        for gpu in &instance.gpus {
            let GpuUsage { model: Some(model), mean_utilization: Some(mean), .. } = gpu else { continue };
            let container = gpu.copy.as_deref().unwrap_or_default();
            found.entry((&instance.id, container)).or_insert((model, Vec::new())).1.push(*mean);
        }
    }
    let mut copies: Vec<Copy<'_>> = found
        .into_iter()
        .map(|((instance, container), (model, busy))| {
            let gpus = u32::try_from(busy.len()).unwrap_or(u32::MAX);
            Copy { model, instance, container, gpus, utilization: busy.iter().sum::<f64>() / f64::from(gpus) }
        })
        .collect();
    copies.sort_by(|a, b| b.utilization.total_cmp(&a.utilization));
    copies
}

fn in_words(usage: &Usage, copies: &[Copy<'_>]) -> String {
    let mut text = format!(
        "{} is {}. Read from {} until {}; what is \"now\" is the mean from {} until {}.\n",
        usage.endpoint, usage.status, usage.window.from, usage.window.until, usage.end.from, usage.end.until
    );
    if !usage.has_data {
        text.push_str("Nothing was published in this range.\n");
    }
    if !usage.enhanced_metrics {
        text.push_str("Enhanced metrics are off, so nobody knows which model holds which GPU.\n");
    }
    let totals = &usage.totals;
    let _ = writeln!(
        text,
        "\nNow: {} instances, {} GPUs, {} used, {} free. Over the range: {} requests.",
        number(Some(totals.instances)),
        number(totals.gpus),
        number(totals.used_gpus),
        number(totals.free_gpus),
        number(Some(totals.invocations)),
    );
    match (&totals.bill, &totals.unallocated) {
        (Some(bill), unallocated) => {
            let _ = write!(
                text,
                "Instances cost {} over the range, {} an hour now",
                Money(bill.cumulative.0),
                Money(bill.per_hour.0)
            );
            match unallocated {
                Some(nobodys) => {
                    let _ = writeln!(
                        text,
                        "; {} of it ({} an hour) is no model's.",
                        Money(nobodys.cumulative.0),
                        Money(nobodys.per_hour.0)
                    );
                }
                None => text.push_str(".\n"),
            }
        }
        (None, _) => text.push_str("Costs are left out: give --price, in dollars per instance-hour.\n"),
    }
    if !usage.models.is_empty() {
        let head = [
            "model",
            "copies seen/declared",
            "GPUs",
            "busy %",
            "requests",
            "$ over range",
            "$ an hour",
            "$ per 1,000",
            "share",
        ];
        let _ = writeln!(text, "\n{}", table(head, 1, usage.models.iter().map(model_row).collect()));
    }
    if !copies.is_empty() {
        let rows = copies.iter().map(|copy| {
            [
                copy.model.to_owned(),
                copy.instance.to_owned(),
                copy.container.to_owned(),
                copy.heat().to_owned(),
                copy.gpus.to_string(),
                format!("{:.0}", copy.utilization),
            ]
        });
        let _ = writeln!(
            text,
            "\nCopies now, by how busy their GPUs were over the range (hot from {HOT} %, idle under {IDLE} %):\n{}",
            table(["model", "instance", "container", "", "GPUs", "busy %"], 4, rows.collect())
        );
    }
    text
}

fn model_row(model: &ModelUsage) -> [String; 9] {
    let money = |pick: fn(&monitored_endpoint::usage::Money) -> Dollars| {
        model.money.as_ref().map_or_else(unknown, |money| Money(pick(money).0).to_string())
    };
    let seen = model.copies_observed.map_or_else(unknown, |copies| copies.to_string());
    let declared = model.copies_declared.map_or_else(unknown, |copies| copies.to_string());
    [
        model.name.clone(),
        format!("{seen}/{declared}"),
        number(model.gpus),
        model.mean_utilization.map_or_else(unknown, |percent| format!("{percent:.0}")),
        number(Some(model.invocations)),
        money(|money| money.cumulative),
        money(|money| money.per_hour),
        model.per_thousand_invocations.map_or_else(unknown, |dollars| Money(dollars.0).to_string()),
        model.share.map_or_else(unknown, |share| format!("{:.0} %", share * 100.0)),
    ]
}

fn unknown() -> String {
    "–".to_owned()
}

/// Whole where it is whole.
fn number(number: Option<f64>) -> String {
    match number {
        None => unknown(),
        Some(number) if (number - number.round()).abs() < 1e-6 => format!("{number:.0}"),
        Some(number) => format!("{number:.1}"),
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
