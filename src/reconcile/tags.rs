//! Tags of things that exist: those in a Put count only on creation, so these are set by calls of their own.

use super::ownership::tag_changes;
use super::{ReconcileError, Reconciler};
use crate::aws::CallError;
use crate::request::ledger::{Effect, Kind, Run};
use crate::spec::Tag;

/// A change of tags.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Retag {
    pub(super) kind: Kind,
    pub(super) name: String,
    pub(super) arn: String,
    pub(super) set: Vec<Tag>,
    /// Keys.
    pub(super) remove: Vec<String>,
}

impl Retag {
    /// What makes `current` tags hold `wanted`, and nothing of `dropped` keys; `None` where they do.
    pub(super) fn needed(
        kind: Kind,
        name: &str,
        arn: &str,
        current: &[Tag],
        wanted: &[Tag],
        dropped: &[String],
    ) -> Option<Self> {
        let (set, remove) = tag_changes(current, wanted, dropped);
        let (name, arn) = (name.to_owned(), arn.to_owned());
        (!set.is_empty() || !remove.is_empty()).then_some(Self { kind, name, arn, set, remove })
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

    /// Removes tags, then sets others: a thing may have fifty
    /// (<https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html>), so that a renamed one only
    /// fits in once the old one has gone.
    pub(super) async fn retag(&self, run: &Run, retag: &Retag) -> Result<(), ReconcileError> {
        let (sagemaker, cloudwatch, retag) = (self.sagemaker.clone(), self.cloudwatch.clone(), retag.clone());
        let (kind, name) = (retag.kind, retag.name.clone());
        let call = async move {
            let of_sagemaker = matches!(retag.kind, Kind::EndpointConfig | Kind::Endpoint);
            if !retag.remove.is_empty() {
                match of_sagemaker {
                    true => sagemaker.untag(&retag.arn, &retag.remove).await?,
                    false => cloudwatch.untag(&retag.arn, &retag.remove).await?,
                }
            }
            if !retag.set.is_empty() {
                match of_sagemaker {
                    true => sagemaker.tag(&retag.arn, &retag.set).await?,
                    false => cloudwatch.tag(&retag.arn, &retag.set).await?,
                }
            }
            Ok::<_, CallError>(())
        };
        Ok(run.call(kind, &name, Effect::Changes, call).await?)
    }
}
