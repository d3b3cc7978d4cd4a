//! The part of a declaration that its monitoring is planned from: kept in the ledger, and read again without a request.
//!
//! It is what `Custom::EndpointMonitoring` would declare for the same endpoint, and is read as such. So a property that every type
//! takes is part of it as soon as there is one.

use serde_json::{Value, json};

use super::declared::{ValidatedDeclaration, read, validate};
use crate::envelope::{Envelope, ResourceType};
use crate::ledger::Monitored;
use crate::plan::Owner;
use crate::properties::{Declaration, Problems, reference};
use crate::spec::{NamesInUse, ObservedConfig, Spec};

/// The monitoring part of what `envelope` declares, as CloudFormation sent it, with what the type adds to it by itself. None under
/// `NoEcho`, and none of a fleet, whose panels follow its endpoints by themselves.
pub(super) fn monitoring_part(envelope: &Envelope, spec: &Spec) -> Option<Value> {
    let properties = envelope.properties.value()?.as_object().filter(|_| !envelope.no_echo())?;
    let monitoring = spec.monitoring()?;
    let mut part = reference::monitoring_part(properties);
    part.insert("EndpointName".to_owned(), json!(monitoring.endpoint_name.as_str()));
    if envelope.known_type()?.owns_config() {
        let metrics = json!({
            "EnableEnhancedMetrics": monitoring.enhanced_metrics,
            "EnableDetailedObservability": monitoring.detailed_observability,
            "MetricPublishFrequencyInSeconds": monitoring.frequency.seconds(),
        });
        part.insert("MetricsConfig".to_owned(), metrics);
    }
    Some(Value::Object(part))
}

/// A monitoring part that was kept.
#[derive(Debug)]
pub(super) struct DeclaredMonitoring {
    declaration: Declaration,
    /// Names that it uses.
    pub(super) names: NamesInUse,
    /// Whether what somebody changed by hand is put right.
    pub(super) corrects_drift: bool,
}

impl DeclaredMonitoring {
    const TYPE: ResourceType = ResourceType::EndpointMonitoring;

    /// Reads what was kept.
    ///
    /// # Errors
    /// Where this version of the provider refuses it.
    pub(super) fn read(owner: &Owner, monitored: &Monitored) -> Result<Self, Problems> {
        let problems = Problems::default();
        let declaration = read(owner, Self::TYPE, &monitored.properties, &problems).filter(|_| problems.is_empty());
        let Some(declaration) = declaration else { return Err(problems) };
        let corrects_drift = declaration.dashboard.correct_drift.value.unwrap_or_default();
        Ok(Self { names: NamesInUse::of(&declaration), declaration, corrects_drift })
    }

    /// What becomes of it, with what its endpoint says where that has been asked.
    pub(super) fn validate(&self, observed: Option<&ObservedConfig>) -> ValidatedDeclaration {
        validate(Self::TYPE, &self.declaration, observed, &Problems::default())
    }
}
