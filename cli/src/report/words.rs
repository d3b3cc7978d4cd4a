//! A report as text: sentences, and a table each of models and of copies.

use std::collections::BTreeMap;
use std::fmt::Write;

use monitored_endpoint::figure::{Column, count, dollars, duration, percent, unknown, whole};
use monitored_endpoint::usage::{GpuUsage, ModelUsage, Money, Totals, Usage};
use serde_json::{Value, json};

use crate::output::table;

/// A copy whose GPUs compute at least so many percent of the time is hot; the launch article's upper guide line.
const HOT: f64 = 80.0;
/// A copy whose GPUs compute less is idle; the article's lower guide line.
const IDLE: f64 = 30.0;

/// A copy of a model, and how busy its GPUs are.
#[derive(Debug)]
pub(super) struct CopyUtilization<'u> {
    model: &'u str,
    instance: &'u str,
    container: &'u str,
    gpus: u32,
    utilization: f64,
}

impl CopyUtilization<'_> {
    fn heat(&self) -> &'static str {
        match self.utilization {
            busy if busy >= HOT => "hot",
            busy if busy < IDLE => "idle",
            _ => "",
        }
    }

    pub(super) fn json(&self) -> Value {
        json!({
            "Model": self.model, "Instance": self.instance, "Container": self.container, "Gpus": self.gpus,
            "MeanUtilization": self.utilization, "Heat": self.heat(),
        })
    }
}

/// The copies at the end of the range, the busiest first.
pub(super) fn copies(usage: &Usage) -> Vec<CopyUtilization<'_>> {
    let mut found: BTreeMap<(&str, &str), (&str, Vec<f64>)> = BTreeMap::new();
    for instance in usage.variants.iter().flat_map(|variant| &variant.instances) {
        for gpu in &instance.gpus {
            let GpuUsage { model: Some(model), mean_utilization: Some(mean), .. } = gpu else { continue };
            let container = gpu.copy.as_deref().unwrap_or_default();
            found.entry((&instance.id, container)).or_insert((model, Vec::new())).1.push(*mean);
        }
    }
    let mut copies: Vec<CopyUtilization<'_>> = found
        .into_iter()
        .map(|((instance, container), (model, busy))| {
            let gpus = u32::try_from(busy.len()).unwrap_or(u32::MAX);
            CopyUtilization {
                model,
                instance,
                container,
                gpus,
                utilization: busy.iter().sum::<f64>() / f64::from(gpus),
            }
        })
        .collect();
    copies.sort_by(|a, b| b.utilization.total_cmp(&a.utilization));
    copies
}

pub(super) fn in_words(range: &Usage, now: &Usage, copies: &[CopyUtilization<'_>], basis: &[String]) -> String {
    let mut text = head(range, now);
    text.push_str(&present(now));
    text.push_str(&past(range));
    for sentence in basis {
        let _ = writeln!(text, "{sentence}");
    }
    if range.totals.bill.is_none() && !range.variants.is_empty() {
        text.push_str("Costs are left out: give --price in dollars per instance-hour, or --price auto.\n");
    }
    if !range.models.is_empty() || range.totals.bill.is_some() {
        let head = [
            "model",
            "copies running",
            "GPUs",
            "utilization",
            "over the range",
            "requests",
            "$ over the range",
            "$ per hour",
            "$ per 1,000",
            "share",
        ];
        let _ = writeln!(text, "\n{}", table(head, 1, Rows::of(range, now).all()));
    }
    if !copies.is_empty() {
        let rows = copies.iter().map(|copy| {
            [
                copy.model.to_owned(),
                copy.instance.to_owned(),
                copy.container.to_owned(),
                copy.heat().to_owned(),
                copy.gpus.to_string(),
                percent(copy.utilization),
            ]
        });
        let _ = writeln!(
            text,
            "\nCopies at the end of the range, by the utilization of their GPUs over it (hot from {HOT} %, idle under {IDLE} %):\n{}",
            table(["model", "instance", "container", "", "GPUs", "utilization"], 4, rows.collect())
        );
    }
    text
}

fn head(range: &Usage, now: &Usage) -> String {
    let mut text = format!(
        "{} is {}. Range: {} to {} ({}). \"Now\" is the mean from {} to {}.\n",
        range.endpoint,
        range.status,
        range.window.from,
        range.window.until,
        duration(range.window.seconds()),
        now.end.from,
        now.end.until
    );
    if let Some(reason) = &range.failure_reason {
        let _ = writeln!(text, "It failed: {reason}");
    }
    if range.variants.is_empty() {
        text.push_str("Its variants are serverless: they have no instances, GPUs or instance costs.\n");
    } else if !range.has_data {
        text.push_str("Nothing was published in this range.\n");
    }
    if !range.enhanced_metrics {
        text.push_str("Enhanced metrics are off, so it isn't known which model holds which GPU.\n");
    }
    for remark in &range.remarks {
        let _ = writeln!(text, "{remark}");
    }
    text
}

/// Instances and GPUs now.
fn present(now: &Usage) -> String {
    if !now.has_data {
        return "\nNow: nothing is published. No instance runs, or its metrics are late.\n".to_owned();
    }
    let Totals { instances, gpus, used_gpus, bill, unallocated, .. } = now.totals;
    let number = |number: Option<f64>| number.map_or_else(unknown, whole);
    let mut text = format!(
        "\nNow: {} instances, {} GPUs, {} used, {} unused",
        whole(instances),
        number(gpus),
        number(used_gpus),
        number(now.totals.whole_unused_gpus())
    );
    if let Some(bill) = bill {
        let _ = write!(text, "; {} per hour", dollars(bill.per_hour));
    }
    if let Some(unallocated) = unallocated {
        let _ = write!(text, ", of which {} unallocated", dollars(unallocated.per_hour));
    }
    text.push_str(".\n");
    text
}

fn past(range: &Usage) -> String {
    let Totals { bill, unallocated, requests, .. } = range.totals;
    let mut text = format!("Over the range: {} requests", requests.map_or_else(unknown, count));
    if let Some(bill) = bill {
        let _ = write!(text, "; {}", dollars(bill.cumulative));
    }
    if let Some(unallocated) = unallocated {
        let _ = write!(text, ", of which {} unallocated", dollars(unallocated.cumulative));
    }
    text.push_str(".\n");
    text
}

/// The table of models, with what no model has and the sum below.
struct Rows<'u> {
    range: &'u Usage,
    now: &'u Usage,
    cumulative: Column,
    per_hour: Column,
    per_thousand: Column,
}

impl<'u> Rows<'u> {
    fn of(range: &'u Usage, now: &'u Usage) -> Self {
        Self {
            range,
            now,
            cumulative: Column::of(range.amounts().map(|money| money.cumulative)),
            per_hour: Column::of(now.amounts().map(|money| money.per_hour)),
            per_thousand: Column::of(range.models.iter().filter_map(|model| model.per_thousand_requests)),
        }
    }

    fn all(&self) -> Vec<[String; 10]> {
        let mut rows: Vec<[String; 10]> = self.range.models.iter().map(|model| self.model(model)).collect();
        let (range, now) = (&self.range.totals, &self.now.totals);
        if self.range.hosts_components() && (range.unallocated.is_some() || now.unallocated.is_some()) {
            rows.push(self.sum("Unallocated", now.unused_gpus, (range.unallocated, now.unallocated), None));
        }
        if range.bill.is_some() || now.bill.is_some() {
            rows.push(self.sum("All instances", now.gpus, (range.bill, now.bill), range.requests));
        }
        rows
    }

    fn model(&self, model: &ModelUsage) -> [String; 10] {
        let now = self.now.models.iter().find(|now| now.name == model.name);
        [
            model.name.clone(),
            now.map_or_else(unknown, copies_running),
            now.and_then(|now| now.gpus).map_or_else(unknown, whole),
            now.and_then(|now| now.utilization).map_or_else(unknown, percent),
            model.mean_utilization.map_or_else(unknown, percent),
            model.requests.map_or_else(unknown, count),
            self.cumulative.show_known(model.money.map(|money| money.cumulative)),
            self.per_hour.show_known(now.and_then(|now| now.money).map(|money| money.per_hour)),
            self.per_thousand.show_known(model.per_thousand_requests),
            share(model.share),
        ]
    }

    fn sum(
        &self,
        name: &str,
        gpus: Option<f64>,
        (range, now): (Option<Money>, Option<Money>),
        requests: Option<f64>,
    ) -> [String; 10] {
        let bill = self.range.totals.bill.map(|bill| bill.cumulative.0).filter(|bill| *bill > 0.0);
        [
            name.to_owned(),
            String::new(),
            gpus.map_or_else(unknown, whole),
            String::new(),
            String::new(),
            requests.map(count).unwrap_or_default(),
            self.cumulative.show_known(range.map(|money| money.cumulative)),
            self.per_hour.show_known(now.map(|money| money.per_hour)),
            String::new(),
            share(range.zip(bill).map(|(money, bill)| money.cumulative.0 / bill)),
        ]
    }
}

/// `2 of 3`, as far as it is known.
fn copies_running(model: &ModelUsage) -> String {
    match (model.copies_observed, model.copies_declared) {
        (Some(running), Some(declared)) => format!("{running} of {declared}"),
        (Some(running), None) => running.to_string(),
        (None, Some(declared)) => format!("? of {declared}"),
        (None, None) => unknown(),
    }
}

fn share(share: Option<f64>) -> String {
    share.map_or_else(unknown, |share| percent(share * 100.0))
}
