//! Tags of things that exist: those in a Put count only on creation, so these are set by calls of their own.

use super::ownership::tag_changes;
use super::{ReconcileError, Reconciler};
use crate::aws::CallError;
use crate::ledger::{Effect, Kind, Run, Thing};
use crate::spec::Tag;

/// The most tags that a thing may have
/// (<https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html>).
const MOST_TAGS: usize = 50;

/// A change of tags.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Retag {
    pub(super) thing: Thing,
    pub(super) arn: String,
    pub(super) set: Vec<Tag>,
    /// Keys.
    pub(super) remove: Vec<String>,
    /// Whether there is room for what is set only once the others have gone.
    pub(super) removes_first: bool,
}

impl Retag {
    /// What makes `current` tags hold `wanted`, and nothing of `dropped` keys; `None` where they do.
    pub(super) fn needed(thing: Thing, arn: &str, current: &[Tag], wanted: &[Tag], dropped: &[String]) -> Option<Self> {
        let (set, remove) = tag_changes(current, wanted, dropped);
        let added = set.iter().filter(|tag| !current.iter().any(|current| current.key == tag.key)).count();
        let removes_first = current.len() + added > MOST_TAGS;
        (!set.is_empty() || !remove.is_empty()).then(|| Self { thing, arn: arn.to_owned(), set, remove, removes_first })
    }

    /// What puts `current` tags back.
    pub(super) fn undo(&self, current: &[Tag]) -> Self {
        let had = |key: &str| current.iter().any(|tag| tag.key == key);
        let changed = |tag: &&Tag| self.remove.contains(&tag.key) || self.set.iter().any(|set| set.key == tag.key);
        Self {
            set: current.iter().filter(changed).cloned().collect(),
            remove: self.set.iter().map(|tag| tag.key.clone()).filter(|key| !had(key)).collect(),
            ..self.clone()
        }
    }
}

impl Reconciler {
    pub(super) async fn tags_of(&self, kind: Kind, arn: &str) -> Result<Vec<Tag>, ReconcileError> {
        Ok(match kind {
            Kind::EndpointConfig | Kind::Endpoint => self.sagemaker.tags(arn).await?,
            Kind::Dashboard | Kind::Alarm => self.cloudwatch.tags(arn).await?,
        })
    }

    /// Sets tags and removes others. At the limit a renamed one only fits in once the old one has gone; everywhere else it is
    /// set first, so that a role that may not set any loses none.
    pub(super) async fn retag(&self, run: &Run, retag: &Retag) -> Result<(), ReconcileError> {
        let (sagemaker, cloudwatch, retag) = (self.sagemaker.clone(), self.cloudwatch.clone(), retag.clone());
        let thing = retag.thing.clone();
        let call = async move {
            let of_sagemaker = matches!(retag.thing.kind, Kind::EndpointConfig | Kind::Endpoint);
            let order = if retag.removes_first { [false, true] } else { [true, false] };
            for sets in order {
                match (sets, of_sagemaker) {
                    (true, _) if retag.set.is_empty() => {}
                    (false, _) if retag.remove.is_empty() => {}
                    (true, true) => sagemaker.tag(&retag.arn, &retag.set).await?,
                    (true, false) => cloudwatch.tag(&retag.arn, &retag.set).await?,
                    (false, true) => sagemaker.untag(&retag.arn, &retag.remove).await?,
                    (false, false) => cloudwatch.untag(&retag.arn, &retag.remove).await?,
                }
            }
            Ok::<_, CallError>(())
        };
        Ok(run.call(thing, Effect::Changes, call).await?)
    }
}
