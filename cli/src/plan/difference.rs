//! How two requests, or two dashboards, differ: member by member, panel by panel.

use std::collections::BTreeSet;

use monitored_endpoint::plan::PlannedWidget;
use serde::Serialize;
use serde_json::{Map, Value};

/// Members that tell the items of a list apart, the most specific first.
const KEYS: [&str; 5] = ["VariantName", "AlarmName", "Key", "Name", "Id"];

/// A member that differs; without a value on the side that doesn't have it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Member {
    /// Where: `ProductionVariants[AllTraffic].InitialInstanceCount`.
    pub(crate) path: String,
    pub(crate) old: Option<Value>,
    pub(crate) new: Option<Value>,
}

/// The members in which two values differ.
pub(crate) fn members(old: &Value, new: &Value) -> Vec<Member> {
    let mut found = Vec::new();
    compare("", Some(old), Some(new), &mut found);
    found
}

fn compare(path: &str, old: Option<&Value>, new: Option<&Value>, found: &mut Vec<Member>) {
    match (old, new) {
        (Some(old), Some(new)) if old == new => {}
        (Some(Value::Object(old)), Some(Value::Object(new))) => {
            for name in names(old, new) {
                let path = if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
                compare(&path, old.get(name), new.get(name), found);
            }
        }
        (Some(Value::Array(old)), Some(Value::Array(new))) => compare_lists(path, old, new, found),
        _ => found.push(Member { path: path.to_owned(), old: old.cloned(), new: new.cloned() }),
    }
}

fn compare_lists(path: &str, old: &[Value], new: &[Value], found: &mut Vec<Member>) {
    let Some(key) = KEYS.into_iter().find(|key| has_key(old, key) && has_key(new, key)) else {
        for at in 0..old.len().max(new.len()) {
            compare(&format!("{path}[{at}]"), old.get(at), new.get(at), found);
        }
        return;
    };
    let named = |items: &'_ [Value], name: &str| items.iter().find(|item| text(item, key) == name).cloned();
    let all: BTreeSet<&str> = old.iter().chain(new).map(|item| text(item, key)).collect();
    for name in all {
        compare(&format!("{path}[{name}]"), named(old, name).as_ref(), named(new, name).as_ref(), found);
    }
}

fn has_key(items: &[Value], key: &str) -> bool {
    let names: BTreeSet<&str> = items.iter().map(|item| text(item, key)).collect();
    names.len() == items.len() && !names.contains("")
}

fn text<'v>(item: &'v Value, key: &str) -> &'v str {
    item.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn names<'v>(old: &'v Map<String, Value>, new: &'v Map<String, Value>) -> BTreeSet<&'v str> {
    old.keys().chain(new.keys()).map(String::as_str).collect()
}

/// The panels in which two dashboards differ, by title.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Panels {
    pub(crate) added: Vec<String>,
    pub(crate) removed: Vec<String>,
    /// Those that show something else, or show it otherwise.
    pub(crate) changed: Vec<String>,
    /// How many have another place and nothing else.
    pub(crate) moved: usize,
}

/// Compares two planned dashboards.
pub(crate) fn panels(old: &[PlannedWidget], new: &[PlannedWidget]) -> Panels {
    let mut old: Vec<&PlannedWidget> = old.iter().collect();
    let mut panels = Panels::default();
    for widget in new {
        let same = old.iter().position(|before| name(before) == name(widget));
        let Some(before) = same.map(|at| old.remove(at)) else {
            panels.added.push(name(widget));
            continue;
        };
        if !before.has_content_of(widget) {
            panels.changed.push(name(widget));
        } else if !before.has_place_of(widget) {
            panels.moved += 1;
        }
    }
    panels.removed = old.into_iter().map(name).collect();
    panels
}

/// What a panel is called: its title, or the first words of its text.
fn name(widget: &PlannedWidget) -> String {
    if let Some(title) = widget.title() {
        return title.to_owned();
    }
    let text = widget.markdown().unwrap_or_default();
    let line = text.lines().map(|line| line.trim_start_matches(['#', ' '])).find(|line| !line.is_empty());
    format!("text: {}", shortened(line.unwrap_or_default(), 40))
}

/// The first characters of a text, with a mark where it goes on.
pub(crate) fn shortened(text: &str, most: usize) -> String {
    let mut short: String = text.chars().take(most).collect();
    if text.chars().count() > most {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests {
    use monitored_endpoint::spec::GpuDimension;
    use serde_json::json;

    use super::*;
    use crate::arguments::StackOptions;
    use crate::template::Input;
    use crate::{explain, subject};

    #[test]
    fn items_are_told_apart_by_their_names_and_others_by_their_place() {
        let old = json!({"V": [{"VariantName": "a", "Count": 1}, {"VariantName": "b"}], "L": [1, 2], "S": "x"});
        let new = json!({"V": [{"VariantName": "b"}, {"VariantName": "a", "Count": 2}], "L": [1], "T": true, "S": "x"});
        let found = members(&old, &new);
        let found: Vec<(&str, Option<Value>, Option<Value>)> =
            found.iter().map(|member| (member.path.as_str(), member.old.clone(), member.new.clone())).collect();
        assert_eq!(
            found,
            [
                ("L[1]", Some(json!(2)), None),
                ("T", None, Some(json!(true))),
                ("V[a].Count", Some(json!(1)), Some(json!(2))),
            ]
        );
    }

    /// The widgets of a sample declaration's dashboard, with other properties.
    fn planned(other: &Value) -> Vec<PlannedWidget> {
        let mut properties: Map<String, Value> = serde_json::from_str(explain::sample::SHARED).unwrap();
        properties.extend(other.as_object().unwrap().clone());
        properties.retain(|_, value| !value.is_null());
        let text = Value::Object(properties).to_string();
        let subject = subject::read(Input::Sample(&text), &StackOptions::defaults(), &[GpuDimension::GpuId]).unwrap();
        let [validation] = subject.validations.as_slice() else { panic!("{subject:?}") };
        validation.valid.as_ref().unwrap().widgets.clone()
    }

    #[test]
    fn panels_are_added_removed_changed_and_moved() {
        let old = planned(&json!({}));
        assert_eq!(panels(&old, &old), Panels::default());

        let without_price = panels(&old, &planned(&json!({"CostPerHour": null})));
        assert_eq!(without_price.added, ["SELECTED_MODEL: GPUs (count)"]);
        assert_eq!(without_price.removed.len(), 5, "{without_price:?}");
        assert!(without_price.removed.iter().all(|title| title.contains('$')), "{without_price:?}");
        assert!(without_price.changed.contains(&"text: About these numbers".to_owned()), "{without_price:?}");
        // What stands below the dollars moves up.
        assert!(without_price.moved > 3, "{without_price:?}");

        let model = json!([{"Name": "chat-llama", "Label": "Llama 3", "GpusPerCopy": 2}]);
        let relabelled = panels(&old, &planned(&json!({"InferenceComponents": model})));
        assert!(relabelled.changed.contains(&"Model copies (count)".to_owned()), "{relabelled:?}");
        assert_eq!(Panels { changed: Vec::new(), ..relabelled }, Panels::default());
    }
}
