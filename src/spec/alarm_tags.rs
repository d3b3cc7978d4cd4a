//! Which of an alarm's tags go with its notifications
//! (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_AlarmTagsPropagation.html>).

use super::quote;
use crate::properties::{DeclaredAlarmTags, Problems};

const PATH: &str = "Properties.AlarmTagsPropagation";
const MOST_KEYS: usize = 50;
const LONGEST_KEY: usize = 128;

/// Which of an alarm's tags go with its notifications.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AlarmTags {
    /// Every one, also those that are added later.
    All,
    /// Those with these keys.
    Only(Vec<String>),
    /// All but those with these keys.
    AllBut(Vec<String>),
}

/// Validates what is declared; `None` where no tag goes along.
pub(super) fn validate(declared: Option<&DeclaredAlarmTags>, problems: &Problems) -> Option<AlarmTags> {
    let DeclaredAlarmTags { enabled, included, excluded } = declared?;
    for (name, keys) in [("IncludedTagKeys", included), ("ExcludedTagKeys", excluded)] {
        let path = format!("{PATH}.{name}");
        let Some(keys) = keys.as_ref().filter(|_| problems.clean(&path)) else { continue };
        if !(1..=MOST_KEYS).contains(&keys.len()) {
            problems.invalid(&path, format!("{} keys are given; use 1 to {MOST_KEYS}, or leave it out", keys.len()));
        }
        for (at, key) in keys.iter().enumerate() {
            if !(1..=LONGEST_KEY).contains(&key.chars().count()) {
                let message = format!("{} is no key of a tag; use 1 to {LONGEST_KEY} characters", quote(key, problems));
                problems.invalid(&format!("{path}[{at}]"), message);
            }
        }
    }
    if included.is_some() && excluded.is_some() {
        problems
            .conflict(&format!("{PATH}.ExcludedTagKeys"), "stands beside IncludedTagKeys; keep one of them".to_owned());
    }
    let tags = match (included, excluded) {
        (Some(keys), _) => AlarmTags::Only(keys.clone()),
        (None, Some(keys)) => AlarmTags::AllBut(keys.clone()),
        (None, None) => AlarmTags::All,
    };
    (*enabled != Some(false)).then_some(tags)
}
