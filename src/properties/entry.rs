//! A property with its type: reads a value, validates it by what the table says, and gives it out with its place.
//!
//! A value that the table refuses is noted as a problem. A number is given out all the same, as what is read with it can then be
//! validated too; whatever follows counts only where there are no problems.

use super::node::{Fields, Node};
use super::problem::{choice, nearest, quote};
use super::property::{Absent, Property, PropertyKind, Refusal};
use super::reference::MOST_DOLLARS;
use crate::scalar::{self, Word};

/// The most keys that decide which tags go with an alarm's notifications, and the most characters of one
/// (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_AlarmTagsPropagation.html>).
const MOST_KEYS: usize = 50;
const LONGEST_KEY: usize = 128;

/// What a declaration says of one property, and where. A rule that relates several properties names each by its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Declared<T> {
    /// Where the property stands, or would: `Properties.Variants[0].ModelMode`.
    pub path: String,
    /// Its value; `None` where it is left out, or can't be read, which is then a problem.
    pub value: Option<T>,
}

/// A price per instance-hour.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cost {
    /// Dollars, as declared.
    Dollars(f64),
    /// The Region's on-demand price is to be looked up.
    Auto,
}

/// Stands for the type of a property whose members are read one by one.
pub(super) struct Members;

/// A property, and how its values are read.
pub(super) struct Entry<T> {
    pub(super) property: Property,
    read: fn(&Node<'_>, &Property) -> Option<T>,
}

impl<T> Entry<T> {
    /// A property of `kind` that `read` reads. Its own rules, if it has any, are in there.
    pub(super) const fn new(
        (name, kind): (&'static str, PropertyKind),
        default: Absent,
        meaning: &'static str,
        read: fn(&Node<'_>, &Property) -> Option<T>,
    ) -> Self {
        let (meaning, default) =
            if cfg!(feature = "documentation") { (meaning, default) } else { ("", default.undocumented()) };
        Self { property: Property { name, kind, default, meaning, refusal: Refusal::ByRule }, read }
    }

    /// The same, with values that the table itself refuses.
    const fn refusing(mut self, refusal: Refusal) -> Self {
        self.property.refusal = refusal;
        self
    }
}

/// Any string. Where it has a form, a rule validates it.
pub(super) const fn text(name: &'static str, default: Absent, meaning: &'static str) -> Entry<String> {
    Entry::new((name, PropertyKind::Text), default, meaning, |node, _| node.text())
}

/// A string of at most `MOST` characters.
pub(super) const fn short_text<const MOST: usize>(
    name: &'static str,
    default: Absent,
    meaning: &'static str,
) -> Entry<String> {
    Entry::new((name, PropertyKind::Text), default, meaning, |node, _| {
        let text = node.text()?;
        let characters = text.chars().count();
        if characters > MOST {
            node.invalid(format!("{characters} characters are too long; use at most {MOST}"));
        }
        Some(text)
    })
}

/// `true` or `false`.
pub(super) const fn boolean(name: &'static str, default: Absent, meaning: &'static str) -> Entry<bool> {
    Entry::new((name, PropertyKind::Boolean), default, meaning, |node, _| node.boolean())
}

/// A whole number from the first to the second.
pub(super) const fn integer<T: TryFrom<i64>>(
    name: &'static str,
    (least, most): (i64, i64),
    refusal: Refusal,
    default: Absent,
    meaning: &'static str,
) -> Entry<T> {
    let entry = Entry::new((name, PropertyKind::Integer(least, most)), default, meaning, |node, property| {
        let number = node.sized()?;
        in_range(node, property);
        Some(number)
    });
    entry.refusing(refusal)
}

/// A number, within what a rule says.
pub(super) const fn number(name: &'static str, default: Absent, meaning: &'static str) -> Entry<f64> {
    Entry::new((name, PropertyKind::Number), default, meaning, |node, _| node.number())
}

/// Dollars per instance-hour, or `Auto`.
pub(super) const fn price(name: &'static str, default: Absent, meaning: &'static str) -> Entry<Cost> {
    Entry::new((name, PropertyKind::Price), default, meaning, |node, _| cost(node))
}

/// One of the words for a `T`.
pub(super) const fn word<T: Word>(
    name: &'static str,
    refusal: Refusal,
    default: Absent,
    meaning: &'static str,
) -> Entry<T> {
    Entry::new((name, PropertyKind::Choice(T::NAMES)), default, meaning, one_of).refusing(refusal)
}

/// One of the words for a `T`, or another text: which of them are taken depends on other properties.
pub(super) const fn word_by_rule<T: Word>(name: &'static str, default: Absent, meaning: &'static str) -> Entry<String> {
    Entry::new((name, PropertyKind::Choice(T::NAMES)), default, meaning, |node, _| node.text())
}

/// ARNs. What an alarm can call is validated where it is known which alarm calls it.
pub(super) const fn arns(name: &'static str, default: Absent, meaning: &'static str) -> Entry<Vec<String>> {
    Entry::new((name, PropertyKind::Arns), default, meaning, |node, _| node.texts())
}

/// Keys of tags.
pub(super) const fn keys(name: &'static str, default: Absent, meaning: &'static str) -> Entry<Vec<String>> {
    Entry::new((name, PropertyKind::Texts), default, meaning, |node, _| tag_keys(node))
}

/// Names of endpoints. Each is validated where the declaration is.
pub(super) const fn endpoint_names(name: &'static str, default: Absent, meaning: &'static str) -> Entry<Vec<String>> {
    Entry::new((name, PropertyKind::Texts), default, meaning, |node, _| node.texts())
}

/// A list of objects with these members.
pub(super) const fn list(
    name: &'static str,
    members: &'static [Property],
    default: Absent,
    meaning: &'static str,
) -> Entry<Members> {
    Entry::new((name, PropertyKind::List(members)), default, meaning, |_, _| None)
}

/// An object with these members.
pub(super) const fn object(
    name: &'static str,
    members: &'static [Property],
    default: Absent,
    meaning: &'static str,
) -> Entry<Members> {
    Entry::new((name, PropertyKind::Object(members)), default, meaning, |_, _| None)
}

impl Fields<'_> {
    /// The value of a property. What is missing and must be there is noted, unless the object has a problem already: a
    /// misspelt name is why it is missing.
    pub(super) fn read<T>(&self, entry: &Entry<T>) -> Declared<T> {
        let Entry { property, read } = entry;
        let node = self.get(property.name);
        if let (None, Absent::Refused(fix)) = (&node, property.default) {
            self.note_missing(property.name, fix);
        }
        Declared { path: self.path_of(property.name), value: node.and_then(|node| read(&node, property)) }
    }

    /// The members of an object that is a property. One that isn't there has none.
    pub(super) fn members(&self, entry: &Entry<Members>) -> Self {
        match self.get(entry.property.name) {
            Some(node) => node.fields(entry.property.members()),
            None => self.of_left_out(entry.property.name),
        }
    }

    /// Each item of a list, by what `read` makes of its members.
    pub(super) fn each<T>(&self, entry: &Entry<Members>, read: fn(&Fields<'_>) -> T) -> Vec<T> {
        let items = self.get(entry.property.name).and_then(|node| node.items()).unwrap_or_default();
        items.iter().map(|node| read(&node.fields(entry.property.members()))).collect()
    }
}

/// Notes a number that is outside of its property's range.
fn in_range(node: &Node<'_>, property: &Property) {
    let Property { kind: PropertyKind::Integer(least, most), refusal: Refusal::IsNot(what), .. } = *property else {
        return;
    };
    let Some(number) = scalar::integer(node.value()).filter(|number| !(least..=most).contains(number)) else { return };
    node.invalid(format!("{number} is not {what}; use {least} to {most}, or leave it out"));
}

fn one_of<T: Word>(node: &Node<'_>, property: &Property) -> Option<T> {
    let text = node.text()?;
    let known = T::named(&text);
    if let (None, Refusal::IsNot(what)) = (known, property.refusal) {
        node.invalid(format!("{} is not {what}; {}", quote(&text, node.problems()), choice(&text, T::NAMES)));
    }
    known
}

fn cost(node: &Node<'_>) -> Option<Cost> {
    const AUTO: &str = "Auto";
    if let Some(dollars) = scalar::number(node.value()) {
        if !(dollars > 0.0 && dollars <= MOST_DOLLARS) {
            let fix = "use dollars per instance-hour such as 5.752, Auto, or leave it out";
            node.invalid(format!("{dollars} is not a price; {fix}"));
        }
        return Some(Cost::Dollars(dollars));
    }
    let text = node.value().as_str();
    if text == Some(AUTO) {
        return Some(Cost::Auto);
    }
    let is_nearly = text.is_some_and(|text| nearest(text, [AUTO].into_iter()).is_some());
    node.mismatch_with("a number or Auto", if is_nearly { "; did you mean Auto?" } else { "" })
}

fn tag_keys(node: &Node<'_>) -> Option<Vec<String>> {
    let items = node.items()?;
    if !(1..=MOST_KEYS).contains(&items.len()) {
        node.invalid(format!("{} keys are given; use 1 to {MOST_KEYS}, or leave it out", items.len()));
    }
    let key = |node: &Node<'_>| {
        let key = node.text()?;
        if !(1..=LONGEST_KEY).contains(&key.chars().count()) {
            let key = quote(&key, node.problems());
            node.invalid(format!("{key} is no key of a tag; use 1 to {LONGEST_KEY} characters"));
        }
        Some(key)
    };
    Some(items.iter().filter_map(key).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::alarm::AlarmKind;
    use crate::envelope::ResourceType;
    use crate::properties::{Declaration, Problems};

    fn read(properties: &Value) -> (Declaration, Vec<String>) {
        let problems = Problems::default();
        let declaration = Declaration::read(ResourceType::MonitoredEndpoint, properties, &problems).unwrap();
        (declaration, problems.sorted().iter().map(ToString::to_string).collect())
    }

    #[test]
    fn every_property_has_its_place_whether_or_not_it_is_there() {
        let (declaration, problems) = read(&json!({"Variants": [{"VariantName": "a"}], "BudgetAlarm": {}}));
        assert_eq!(problems, [""; 0]);
        let alarms = &declaration.alarms;
        let places = [
            &declaration.endpoint_name.path,
            &declaration.variants[0].model_mode.path,
            &declaration.dashboard.start.path,
            &alarms[&AlarmKind::Budget].time_zone.path,
            &alarms[&AlarmKind::Latency].actions.ok.path,
        ];
        assert_eq!(
            places,
            [
                "Properties.EndpointName",
                "Properties.Variants[0].ModelMode",
                "Properties.Dashboard.Start",
                "Properties.BudgetAlarm.TimeZone",
                "Properties.LatencyAlarm.OKActions",
            ]
        );
        assert!(alarms[&AlarmKind::Budget].mentioned && !alarms[&AlarmKind::Latency].mentioned);
    }

    #[test]
    fn ranges_and_words_are_the_table_s() {
        let (declaration, problems) = read(&json!({
            "GpusPerInstance": "65",
            "CostPerHour": "0",
            "GpuDimension": "gpuid",
            "Variants": [{"VariantName": "a", "ModelMode": "Multi"}],
            "IdleGpuAlarm": {"ComparisonOperator": ">"},
            "AlarmTagsPropagation": {"IncludedTagKeys": []},
        }));
        assert_eq!(
            problems,
            [
                "Properties.GpusPerInstance: 65 is not a number of GPUs; use 1 to 64, or leave it out",
                "Properties.CostPerHour: 0 is not a price; use dollars per instance-hour such as 5.752, Auto, or leave it out",
                "Properties.Variants[0].ModelMode: \"Multi\" is not a mode; use SingleModel, MultiModel or Direct; did you mean MultiModel?",
                "Properties.GpuDimension: \"gpuid\" is not a GPU dimension; use GpuId, AcceleratorId or Auto; did you mean GpuId?",
                "Properties.IdleGpuAlarm.ComparisonOperator: \">\" is not allowed; use GreaterThanOrEqualToThreshold, \
                 GreaterThanThreshold, LessThanThreshold or LessThanOrEqualToThreshold",
                "Properties.AlarmTagsPropagation.IncludedTagKeys: 0 keys are given; use 1 to 50, or leave it out",
            ]
        );
        assert_eq!(declaration.gpus_per_instance.value, Some(65), "what is read with it can be validated too");
        assert_eq!(declaration.gpu_dimension.value, None);
    }

    #[test]
    fn what_is_missing_is_said_unless_another_mistake_is_why() {
        for (properties, expected) in [
            (json!({"Variants": [{}]}), "Properties.Variants[0].VariantName: say which variant this is about"),
            (
                json!({"InferenceComponents": [{"GpusPerCopy": 1}]}),
                "Properties.InferenceComponents[0].Name: give the name of the inference component",
            ),
            (
                json!({"InferenceComponents": [{"Namex": "a"}]}),
                "Properties.InferenceComponents[0].Namex: unknown property; did you mean Name?",
            ),
            (json!({"Variants": ["a"]}), "Properties.Variants[0]: expected an object, got \"a\""),
        ] {
            assert_eq!(read(&properties).1, [expected], "{properties}");
        }
    }
}
