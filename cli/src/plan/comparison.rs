//! What endpoints and their monitoring cost a month, before and after.
use std::collections::BTreeMap;

use monitored_endpoint::figure::Column;
use monitored_endpoint::spec::Dollars;
use monitored_endpoint::validation::{Valid, Validation};
use serde_json::{Value, json};

use super::estimate::{CostError, Estimate, LineKind, estimate};
use super::ingestion::Ingestion;
use super::instances::{HOURS, Instances, instances};
use super::steps::{Action, Step};
use super::view::PanelsView;
use crate::output::{lines, rounded, table};
use crate::subject::Subject;

/// Decimals of dollars that programs get: a hundredth of a cent.
const DECIMALS: i32 = 4;

/// Dollars per instance-hour by type, where a declaration gives none.
type Prices = BTreeMap<String, f64>;

/// Something that costs, by the logical id of the resource that makes it.
#[derive(Clone, Debug)]
pub(crate) struct Side<T> {
    pub(crate) id: String,
    pub(crate) before: Option<T>,
    pub(crate) after: Option<T>,
}

/// What a stack's endpoints and its monitoring cost.
#[derive(Debug)]
pub(crate) struct Costs {
    endpoints: Vec<Side<Vec<Instances>>>,
    /// One for each step.
    pub(crate) monitoring: Vec<Side<Estimate>>,
}

impl Costs {
    pub(crate) fn of(
        steps: &[Step<'_>],
        old: Option<&Subject>,
        new: &Subject,
        prices: &Prices,
    ) -> Result<Self, CostError> {
        let mut before = old.map(|old| endpoints(old, prices)).unwrap_or_default();
        let mut after = endpoints(new, prices);
        let mut monitoring = Vec::new();
        for step in steps {
            let Some(resource) = step.resource() else { continue };
            let id = resource.logical_id.clone();
            let cost = |validation: Option<&Validation>| valid(validation).map(estimate).transpose();
            let was = cost(step.before)?;
            // What is kept, refused or can't be planned leaves things as they are.
            let stays = matches!(step.action, Action::Keep | Action::Refuse | Action::Unknown);
            let is = if stays { was.clone() } else { cost(step.after)? };
            if let (true, Some(instances)) = (stays, before.get(&id)) {
                after.insert(id.clone(), instances.clone());
            }
            monitoring.push(Side { id, before: was, after: is });
        }
        let mut ids: Vec<String> = after.keys().chain(before.keys()).cloned().collect();
        ids.sort();
        ids.dedup();
        let side = |id: String| Side { before: before.remove(&id), after: after.remove(&id), id };
        Ok(Self { endpoints: ids.into_iter().map(side).collect(), monitoring })
    }

    /// Dollars a month of the monitoring afterwards.
    pub(crate) fn of_monitoring(&self) -> f64 {
        self.sums()[1].1
    }

    /// Dollars a month, before and after: of endpoints, then of monitoring.
    fn sums(&self) -> [(f64, f64); 2] {
        let of_endpoint = |instances: &Vec<Instances>| instances.iter().filter_map(|one| one.dollars_per_month).sum();
        let of_monitoring = |estimate: &Estimate| estimate.dollars_per_month;
        [sum(&self.endpoints, of_endpoint), sum(&self.monitoring, of_monitoring)]
    }

    pub(crate) fn json(&self) -> Value {
        let [endpoints, monitoring] = self.sums();
        let side = |pick: fn((f64, f64)) -> f64| {
            let (endpoints, monitoring) = (pick(endpoints), pick(monitoring));
            let [endpoints, monitoring, total] =
                [endpoints, monitoring, endpoints + monitoring].map(|dollars| rounded(dollars, DECIMALS));
            json!({ "Endpoints": endpoints, "Monitoring": monitoring, "Total": total })
        };
        let each = self.endpoints.iter();
        let each = each.map(|one| json!({ "Endpoint": one.id, "Before": one.before, "After": one.after }));
        json!({
            "Before": side(|(before, _)| before),
            "After": side(|(_, after)| after),
            "Difference": side(|(before, after)| after - before),
            "Endpoints": each.collect::<Value>(),
            "Unknown": self.unknown(),
        })
    }

    /// What each resource's monitoring costs afterwards, or did before where it goes.
    fn estimates(&self) -> impl Iterator<Item = &Estimate> {
        self.monitoring.iter().filter_map(|one| one.after.as_ref().or(one.before.as_ref()))
    }

    /// What has no price, on either side.
    fn unknown(&self) -> Vec<String> {
        let mut unknown = Vec::new();
        for one in &self.endpoints {
            let all = one.before.iter().chain(&one.after).flatten();
            let without = all.filter(|instances| instances.dollars_per_month.is_none());
            unknown.extend(without.map(|instances| format!("{}: {}", one.id, instances.what())));
        }
        unknown.sort();
        unknown.dedup();
        unknown
    }

    /// The costs in words: a table, and what to know about it. `compares` is whether there is an old side.
    pub(crate) fn in_words(&self, compares: bool) -> String {
        let Some(basis) = self.estimates().next().map(|estimate| &estimate.basis) else { return String::new() };
        let mut rows: Vec<[String; 4]> = Vec::new();
        for one in &self.endpoints {
            rows.extend(rows_of(one, of_instances));
        }
        for one in &self.monitoring {
            rows.extend(rows_of(one, of_monitoring));
            rows.extend(of_ingestion(one));
        }
        let [endpoints, monitoring] = self.sums();
        let (was, is) = (Some(endpoints.0 + monitoring.0), Some(endpoints.1 + monitoring.1));
        let name = if self.unknown().is_empty() { "Total" } else { "Total of what has a price" };
        rows.push([name.to_owned(), amount(was), amount(is), difference(was, is)]);
        let table = if compares {
            table(["a month", "before", "after", "difference"], 1, rows).to_string()
        } else {
            table(["a month", "cost"], 1, rows.into_iter().map(|[what, _, after, _]| [what, after]).collect())
                .to_string()
        };
        let notes = lines("  note: ", &self.notes());
        format!("Costs of a month of {HOURS} hours ({basis}):\n{table}\n{notes}")
    }

    fn notes(&self) -> Vec<String> {
        let mut notes: Vec<String> = Vec::new();
        let mut add = |note: String| {
            if !notes.contains(&note) {
                notes.push(note);
            }
        };
        for one in &self.endpoints {
            for instances in one.after.iter().chain(&one.before).flatten() {
                let note = instances.note.as_ref().map(|note| format!("{}: {}: {note}", one.id, instances.what()));
                note.into_iter().for_each(&mut add);
            }
        }
        for estimate in self.estimates() {
            estimate.notes.iter().cloned().for_each(&mut add);
            estimate.detailed_observability.iter().flat_map(Ingestion::notes).for_each(&mut add);
            estimate.panels_view.iter().map(PanelsView::note).for_each(&mut add);
        }
        notes
    }
}

/// A row's name, how many of it there are, and dollars a month where they are known.
struct Row {
    what: String,
    detail: String,
    dollars: Option<f64>,
}

/// The instances of a file's endpoints, by logical id: its own, native ones, and those on configs of ours.
fn endpoints(subject: &Subject, prices: &Prices) -> BTreeMap<String, Vec<Instances>> {
    let mut found = BTreeMap::new();
    for validation in &subject.validations {
        let is_served = |endpoint: &str| endpoint == validation.logical_id;
        let on_it = subject.native_endpoints.iter().find(|one| one.config.as_deref().is_some_and(is_served));
        let resource_type = validation.resource_type;
        // Monitoring alone pays for no instances. Suggested monitoring stands for a native endpoint, which does.
        if !resource_type.owns_config() && !subject.is_suggested {
            continue;
        }
        let id = on_it.filter(|_| resource_type.lends_config()).map_or(&validation.logical_id, |one| &one.logical_id);
        let known =
            valid(Some(validation)).filter(|valid| !subject.is_suggested || valid.related.endpoint_config.is_some());
        found.extend(known.map(|valid| (id.clone(), instances(valid, prices))));
    }
    for (endpoint, validation) in &subject.suggested {
        // Where the config isn't in the file, the instances would be made up.
        let known = valid(Some(validation)).filter(|valid| valid.related.endpoint_config.is_some());
        if let Some(valid) = known {
            found.entry(endpoint.clone()).or_insert_with(|| instances(valid, prices));
        }
    }
    found
}

fn valid(validation: Option<&Validation>) -> Option<&Valid> {
    validation?.valid.as_deref()
}

#[expect(clippy::ptr_arg, reason = "it is given to `rows_of` by name")]
fn of_instances(instances: &Vec<Instances>) -> Vec<Row> {
    let row = |one: &Instances| Row {
        what: format!("instances of {}", one.variant),
        detail: one.kind.clone(),
        dollars: one.dollars_per_month,
    };
    instances.iter().map(row).collect()
}

/// Alarms make one row: their names change with the endpoint's.
fn of_monitoring(estimate: &Estimate) -> Vec<Row> {
    let (alarms, others): (Vec<_>, Vec<_>) = estimate.lines.iter().partition(|line| line.kind == LineKind::Alarm);
    let mut rows: Vec<Row> = Vec::new();
    for line in others {
        rows.push(Row {
            what: line.what.clone(),
            detail: line.count.to_string(),
            dollars: Some(line.dollars_per_month),
        });
    }
    if !alarms.is_empty() {
        let dollars = alarms.iter().map(|line| line.dollars_per_month).sum();
        rows.push(Row { what: "Alarms".to_owned(), detail: alarms.len().to_string(), dollars: Some(dollars) });
    }
    rows
}

/// The rows of one resource, the same thing before and after in one; one row where nothing differs.
fn rows_of<T>(side: &Side<T>, rows: fn(&T) -> Vec<Row>) -> Vec<[String; 4]> {
    let rows_or_none = |cost: &Option<T>| cost.as_ref().map(rows).unwrap_or_default();
    let (before, after) = (rows_or_none(&side.before), rows_or_none(&side.after));
    let mut names: Vec<&str> = Vec::new();
    for row in after.iter().chain(&before) {
        if !names.contains(&row.what.as_str()) {
            names.push(&row.what);
        }
    }
    let row = |name: &str| {
        let (was, is) = (before.iter().find(|row| row.what == name), after.iter().find(|row| row.what == name));
        let detail = match (was, is) {
            (Some(was), Some(is)) if was.detail != is.detail => format!("{} → {}", was.detail, is.detail),
            (_, Some(row)) | (Some(row), None) => row.detail.clone(),
            (None, None) => String::new(),
        };
        let dollars = |row: Option<&Row>| row.map_or(Some(0.0), |row| row.dollars);
        let (was, is) = (dollars(was), dollars(is));
        [format!("{}: {name} ({detail})", side.id), amount(was), amount(is), difference(was, is)]
    };
    names.into_iter().map(row).collect()
}

/// Detailed observability is a range, so that it isn't in any sum.
fn of_ingestion(side: &Side<Estimate>) -> Option<[String; 4]> {
    let row = |estimate: &Option<Estimate>| Some(estimate.as_ref()?.detailed_observability.as_ref()?.row());
    let (was, is) = (row(&side.before), row(&side.after));
    let [what, gigabytes, ..] = is.as_ref().or(was.as_ref())?;
    let dollars = |row: &Option<[String; 4]>| match row {
        Some([.., dollars]) => dollars.clone(),
        None => "$0".to_owned(),
    };
    let differs = if dollars(&was) == dollars(&is) { "–" } else { "not added" };
    let name = format!("{}: {what} ({gigabytes}), not in the total", side.id);
    Some([name, dollars(&was), dollars(&is), differs.to_owned()])
}

fn sum<T>(sides: &[Side<T>], dollars: impl Fn(&T) -> f64) -> (f64, f64) {
    let total = |pick: fn(&Side<T>) -> Option<&T>| sides.iter().filter_map(pick).map(&dollars).sum();
    (total(|side| side.before.as_ref()), total(|side| side.after.as_ref()))
}

fn amount(dollars: Option<f64>) -> String {
    dollars.map_or_else(|| "unknown".to_owned(), |dollars| Column::CENTS.show(Dollars(dollars)))
}

fn difference(before: Option<f64>, after: Option<f64>) -> String {
    let (Some(before), Some(after)) = (before, after) else { return "unknown".to_owned() };
    let sign = if after < before { "−" } else { "+" };
    let dollars = (after - before).abs();
    if dollars < 0.000_05 { "–".to_owned() } else { format!("{sign}{}", Column::CENTS.show(Dollars(dollars))) }
}
