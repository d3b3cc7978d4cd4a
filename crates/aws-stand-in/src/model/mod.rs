//! AWS's published service models, reduced to what the stand-in checks (`data/extract.py` says how).
//! It knows the members, lengths, ranges, patterns and enums of every request, and nothing of what an operation does.

mod constraint;
mod pattern;
mod shape_check;

use std::collections::{BTreeMap, HashMap};

use serde::Deserialize;
use serde_json::Value;

use self::pattern::Pattern;
use crate::error::ServiceError;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    Structure,
    List,
    Map,
    String,
    Integer,
    Long,
    Float,
    Double,
    Boolean,
    Timestamp,
    Blob,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Shape {
    #[serde(rename = "type")]
    pub(crate) kind: Kind,
    #[serde(default)]
    required: Vec<String>,
    #[serde(default)]
    members: BTreeMap<String, String>,
    member: Option<String>,
    key: Option<String>,
    value: Option<String>,
    min: Option<f64>,
    max: Option<f64>,
    pattern: Option<Pattern>,
    #[serde(default, rename = "enum")]
    values: Vec<String>,
    #[serde(default)]
    union: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct OperationShapes {
    input: String,
    output: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Model {
    #[serde(rename = "source")]
    _source: String,
    operations: BTreeMap<String, OperationShapes>,
    shapes: HashMap<String, Shape>,
}

impl Model {
    pub(crate) fn read(text: &str) -> serde_json::Result<Self> {
        serde_json::from_str(text)
    }

    pub(crate) fn operations(&self) -> impl Iterator<Item = &str> {
        self.operations.keys().map(String::as_str)
    }

    pub(crate) fn input(&self, operation: &str) -> Option<&str> {
        self.operations.get(operation).map(|shapes| shapes.input.as_str())
    }

    /// Checks a request against its operation's input. What can't be read at all is the same error everywhere; for broken
    /// constraints each service has its own, which `refuse` makes.
    pub(crate) fn check_request(
        &self,
        operation: &str,
        request: &Value,
        refuse: impl FnOnce(String) -> ServiceError,
    ) -> Result<(), ServiceError> {
        let input = self.input(operation).ok_or_else(|| ServiceError::unknown_operation(operation))?;
        if let Some(misfit) = self.misfit(input, request) {
            return Err(ServiceError::serialization(misfit));
        }
        self.violations(input, request).map_or(Ok(()), |violations| Err(refuse(violations)))
    }

    pub(crate) fn output(&self, operation: &str) -> Option<&str> {
        self.operations.get(operation)?.output.as_deref()
    }

    /// The shape of a member, an element or a map's value.
    pub(crate) fn part(&self, shape: &str, member: Option<&str>) -> Option<&str> {
        let shape = self.shapes.get(shape)?;
        match member {
            Some(member) => shape.members.get(member).or(shape.value.as_ref()).map(String::as_str),
            None => shape.member.as_deref(),
        }
    }

    pub(crate) fn kind(&self, shape: &str) -> Option<Kind> {
        self.shapes.get(shape).map(|shape| shape.kind)
    }
}

#[cfg(test)]
pub(crate) fn sagemaker() -> Model {
    Model::read(include_str!("../../data/sagemaker.json")).unwrap()
}

#[cfg(test)]
pub(crate) fn cloudwatch() -> Model {
    Model::read(include_str!("../../data/cloudwatch.json")).unwrap()
}
