//! Which of an alarm's tags go with its notifications
//! (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_AlarmTagsPropagation.html>).

use crate::properties::{DeclaredAlarmTags, Problems};

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
    if included.value.is_some() && excluded.value.is_some() {
        problems.conflict(&excluded.path, "can't be combined with IncludedTagKeys; keep one of them");
    }
    let tags = match (&included.value, &excluded.value) {
        (Some(keys), _) => AlarmTags::Only(keys.clone()),
        (None, Some(keys)) => AlarmTags::AllBut(keys.clone()),
        (None, None) => AlarmTags::All,
    };
    (enabled.value != Some(false)).then_some(tags)
}
