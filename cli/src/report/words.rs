//! A report as text: sentences, and a table each of models and of copies.

use std::collections::BTreeMap;
use std::fmt::Write;

use monitored_endpoint::figure::count;
use monitored_endpoint::spec::Dollars;
use monitored_endpoint::usage::{self, GpuUsage, ModelUsage, Usage};
use serde_json::{Value, json};

use crate::output::{Money, table};

/// A copy whose GPUs compute at least so many percent of the time is hot; the launch article's upper guide line.
const HOT: f64 = 80.0;
/// A copy whose GPUs compute less is idle; the article's lower guide line.
const IDLE: f64 = 30.0;

/// A copy of a model, and how busy its GPUs are.
#[derive(Debug)]
pub(super) struct Copy<'u> {
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

    pub(super) fn json(&self) -> Value {
        json!({
            "Model": self.model, "Instance": self.instance, "Container": self.container, "Gpus": self.gpus,
            "MeanUtilization": self.utilization, "Heat": self.heat(),
        })
    }
}

/// The copies at the end of the range, the busiest first.
pub(super) fn copies(usage: &Usage) -> Vec<Copy<'_>> {
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

pub(super) fn in_words(usage: &Usage, copies: &[Copy<'_>]) -> String {
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
    for remark in &usage.remarks {
        let _ = writeln!(text, "{remark}");
    }
    let totals = &usage.totals;
    let _ = writeln!(
        text,
        "\nNow: {} instances, {} GPUs, {} used, {} free. Over the range: {} requests.",
        number(Some(totals.instances)),
        number(totals.gpus),
        number(totals.used_gpus),
        number(totals.free_gpus),
        number(totals.invocations),
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
    let money = |pick: fn(&usage::Money) -> Dollars| {
        model.money.as_ref().map_or_else(unknown, |money| Money(pick(money).0).to_string())
    };
    let seen = model.copies_observed.map_or_else(unknown, |copies| copies.to_string());
    let declared = model.copies_declared.map_or_else(unknown, |copies| copies.to_string());
    [
        model.name.clone(),
        format!("{seen}/{declared}"),
        number(model.gpus),
        model.mean_utilization.map_or_else(unknown, |percent| format!("{percent:.0}")),
        number(model.invocations),
        money(|money| money.cumulative),
        money(|money| money.per_hour),
        model.per_thousand_invocations.map_or_else(unknown, |dollars| Money(dollars.0).to_string()),
        model.share.map_or_else(unknown, |share| format!("{:.0} %", share * 100.0)),
    ]
}

fn unknown() -> String {
    "–".to_owned()
}

/// As the panels have it.
fn number(number: Option<f64>) -> String {
    number.map_or_else(unknown, count)
}
