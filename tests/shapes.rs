//! Every member of `CreateEndpointConfig`, at any depth, survives the way through CloudFormation's strings.
//!
//! Nothing here lists members: the SDK's own reading code is driven by an [`Inventor`], which makes up a value for
//! whatever it is asked for and writes down the JSON that would have said so. A member of a later SDK is tried too.

use std::collections::BTreeSet;

use aws_sdk_sagemaker::operation::create_endpoint_config::CreateEndpointConfigInput;
use aws_smithy_schema::Schema;
use aws_smithy_schema::serde::{SerdeError, ShapeDeserializer};
use aws_smithy_types::date_time::Format;
use aws_smithy_types::{BigDecimal, BigInteger, Blob, DateTime, Document};
use monitored_endpoint::envelope::ResourceType;
use monitored_endpoint::properties::{Declaration, Problem, Problems, Severity};
use monitored_endpoint::shape_json;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::support::declaration::stringified;
use crate::support::properties::cases;

/// Makes values up, and notes them as JSON.
struct Inventor {
    random: fastrand::Rng,
    /// How many of ten optional members are given.
    generosity: u8,
    path: String,
    paths: BTreeSet<String>,
    noted: Value,
}

impl Inventor {
    fn new(seed: u64, generosity: u8) -> Self {
        let random = fastrand::Rng::with_seed(seed);
        Self { random, generosity, path: String::new(), paths: BTreeSet::new(), noted: Value::Null }
    }

    /// Lets a part be invented, and gives what was noted for it.
    fn part<T>(
        &mut self,
        step: &str,
        invent: impl FnOnce(&mut Self) -> Result<T, SerdeError>,
    ) -> Result<Value, SerdeError> {
        let outside = self.path.len();
        self.path.push('.');
        self.path.push_str(step);
        self.paths.insert(self.path.clone());
        invent(self)?;
        self.path.truncate(outside);
        Ok(self.noted.take())
    }

    #[allow(clippy::unnecessary_wraps, reason = "it ends every reading function, and those give results")]
    fn note<T>(&mut self, json: impl Into<Value>, value: T) -> Result<T, SerdeError> {
        self.noted = json.into();
        Ok(value)
    }

    fn text(&mut self) -> String {
        const ODD: [&str; 9] = ["", "true", "False", "10", "1e5", "null", " Ω\"\\ ", "ml.g99.96xlarge", "[]"];
        match self.random.u8(..3) {
            0 => ODD[self.random.usize(..ODD.len())].to_owned(),
            _ => (0..self.random.usize(1..20)).map(|_| self.random.alphanumeric()).collect(),
        }
    }
}

impl ShapeDeserializer for Inventor {
    fn read_struct(
        &mut self,
        schema: &Schema<'_>,
        state: &mut dyn FnMut(&Schema<'_>, &mut dyn ShapeDeserializer) -> Result<(), SerdeError>,
    ) -> Result<(), SerdeError> {
        let mut members = Map::new();
        for member in schema.members() {
            if self.random.u8(..10) >= self.generosity {
                continue;
            }
            let name = member.member_name().unwrap();
            members.insert(name.to_owned(), self.part(name, |inventor| state(member, inventor))?);
        }
        self.note(members, ())
    }

    fn read_list(
        &mut self,
        _schema: &Schema<'_>,
        state: &mut dyn FnMut(&mut dyn ShapeDeserializer) -> Result<(), SerdeError>,
    ) -> Result<(), SerdeError> {
        let length = self.random.usize(1..3);
        let items: Result<Vec<Value>, _> = (0..length).map(|_| self.part("[]", |inventor| state(inventor))).collect();
        self.note(items?, ())
    }

    fn read_map(
        &mut self,
        _schema: &Schema<'_>,
        state: &mut dyn FnMut(String, &mut dyn ShapeDeserializer) -> Result<(), SerdeError>,
    ) -> Result<(), SerdeError> {
        let mut members = Map::new();
        for at in 0..self.random.usize(1..3) {
            let key = format!("key-{at}");
            members.insert(key.clone(), self.part("{}", |inventor| state(key, inventor))?);
        }
        self.note(members, ())
    }

    fn read_boolean(&mut self, _schema: &Schema<'_>) -> Result<bool, SerdeError> {
        let value = self.random.bool();
        self.note(value, value)
    }

    fn read_byte(&mut self, _schema: &Schema<'_>) -> Result<i8, SerdeError> {
        let value = self.random.i8(..);
        self.note(value, value)
    }

    fn read_short(&mut self, _schema: &Schema<'_>) -> Result<i16, SerdeError> {
        let value = self.random.i16(..);
        self.note(value, value)
    }

    fn read_integer(&mut self, _schema: &Schema<'_>) -> Result<i32, SerdeError> {
        let value = self.random.i32(..);
        self.note(value, value)
    }

    fn read_long(&mut self, _schema: &Schema<'_>) -> Result<i64, SerdeError> {
        let value = self.random.i64(..);
        self.note(value, value)
    }

    fn read_float(&mut self, _schema: &Schema<'_>) -> Result<f32, SerdeError> {
        let value = self.random.f32() * 1e6;
        self.note(f64::from(value), value)
    }

    fn read_double(&mut self, _schema: &Schema<'_>) -> Result<f64, SerdeError> {
        let value = self.random.f64() * 1e6;
        self.note(value, value)
    }

    fn read_string(&mut self, _schema: &Schema<'_>) -> Result<String, SerdeError> {
        let value = self.text();
        self.note(value.clone(), value)
    }

    fn read_blob(&mut self, _schema: &Schema<'_>) -> Result<Blob, SerdeError> {
        let value = self.text();
        self.note(aws_smithy_types::base64::encode(&value), Blob::new(value))
    }

    fn read_timestamp(&mut self, _schema: &Schema<'_>) -> Result<DateTime, SerdeError> {
        let value = DateTime::from_secs(i64::from(self.random.u32(..)));
        self.note(value.fmt(Format::DateTime).unwrap(), value)
    }

    fn read_big_integer(&mut self, _schema: &Schema<'_>) -> Result<BigInteger, SerdeError> {
        panic!("{} is an arbitrarily large integer, which declarations can't give", self.path)
    }

    fn read_big_decimal(&mut self, _schema: &Schema<'_>) -> Result<BigDecimal, SerdeError> {
        panic!("{} is an arbitrarily precise number, which declarations can't give", self.path)
    }

    fn read_document(&mut self, _schema: &Schema<'_>) -> Result<Document, SerdeError> {
        panic!("{} is a free-form document, which declarations can't give", self.path)
    }

    fn is_null(&self) -> bool {
        false
    }

    fn container_size(&self) -> Option<usize> {
        None
    }
}

/// Invents a request, and gives it with the JSON that says it and the paths of everything in it.
fn invented(seed: u64, generosity: u8) -> (CreateEndpointConfigInput, Value, BTreeSet<String>) {
    let mut inventor = Inventor::new(seed, generosity);
    let request = CreateEndpointConfigInput::deserialize(&mut inventor).unwrap();
    (request, inventor.noted, inventor.paths)
}

fn read(properties: &Value) -> (Option<Declaration>, String) {
    let problems = Problems::default();
    let declaration = Declaration::read(ResourceType::MonitoredEndpointConfig, properties, &problems);
    // Invented values keep to no limits, which are validated where they are read; what is asked here is that they are read.
    let misread = |problem: &Problem| matches!(problem.severity, Severity::WrongType | Severity::Unknown);
    (declaration.filter(|_| !problems.sorted().iter().any(misread)), problems.to_string())
}

fn json_of(request: &CreateEndpointConfigInput) -> Value {
    shape_json::to_json(CreateEndpointConfigInput::SCHEMA, request).unwrap()
}

#[test]
fn every_member_at_every_depth_survives_being_sent_as_strings() {
    for seed in 0..50 {
        let (request, said, paths) = invented(seed, 10);
        assert!(paths.len() > 100, "{}: {paths:#?}", paths.len());
        for deep in [
            ".ProductionVariants.[].ManagedInstanceScaling.MinInstanceCount",
            ".ExplainerConfig.ClarifyExplainerConfig.ShapConfig.TextConfig.Language",
            ".DataCaptureConfig.CaptureContentTypeHeader.JsonContentTypes.[]",
            ".AsyncInferenceConfig.OutputConfig.NotificationConfig.SuccessTopic",
            ".MetricsConfig.MetricPublishFrequencyInSeconds",
        ] {
            assert!(paths.contains(deep), "{deep} is not among {paths:#?}");
        }
        for properties in [&said, &stringified(&said)] {
            let (read, problems) = read(properties);
            let read = read.unwrap_or_else(|| panic!("{problems}"));
            assert_eq!(read.config, request);
            assert_eq!(json_of(&read.config), json_of(&request));
        }
    }
}

#[test]
fn a_value_of_another_kind_is_a_problem_wherever_it_stands() {
    /// Every scalar's pointer.
    fn scalars(value: &Value, pointer: &str, found: &mut Vec<String>) {
        match value {
            Value::Object(members) => {
                members.iter().for_each(|(name, value)| scalars(value, &format!("{pointer}/{name}"), found));
            }
            Value::Array(items) => {
                items.iter().enumerate().for_each(|(at, value)| scalars(value, &format!("{pointer}/{at}"), found));
            }
            _ => found.push(pointer.to_owned()),
        }
    }
    let (_, said, _) = invented(7, 10);
    let mut found = Vec::new();
    scalars(&said, "", &mut found);
    assert!(found.len() > 60, "{}", found.len());
    for pointer in found {
        let mut properties = stringified(&said);
        *properties.pointer_mut(&pointer).unwrap() = json!({"Is": "no scalar"});
        let (read, problems) = read(&properties);
        assert!(read.is_none(), "{pointer}");
        let last = pointer.rsplit('/').find(|step| step.parse::<usize>().is_err()).unwrap();
        assert!(problems.contains(last) && problems.contains("expected"), "{pointer}: {problems}");
    }
}

#[test]
fn an_unknown_member_is_a_problem_wherever_it_stands() {
    fn objects(value: &Value, pointer: &str, found: &mut Vec<String>) {
        match value {
            Value::Object(members) => {
                // The members of a map are anybody's.
                if !members.keys().any(|name| name.starts_with("key-")) {
                    found.push(pointer.to_owned());
                }
                members.iter().for_each(|(name, value)| objects(value, &format!("{pointer}/{name}"), found));
            }
            Value::Array(items) => {
                items.iter().enumerate().for_each(|(at, value)| objects(value, &format!("{pointer}/{at}"), found));
            }
            _ => {}
        }
    }
    let (_, said, _) = invented(11, 10);
    let mut found = Vec::new();
    objects(&said, "", &mut found);
    assert!(found.len() > 20, "{found:?}");
    for pointer in found {
        let mut properties = stringified(&said);
        properties.pointer_mut(&pointer).unwrap()["Zzyzx"] = json!("1");
        let (read, problems) = read(&properties);
        assert!(read.is_none(), "{pointer}");
        assert!(problems.contains(".Zzyzx: unknown property; known here: "), "{pointer}: {problems}");
    }
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn any_request_survives_being_sent_as_strings(seed in any::<u64>(), generosity in 1_u8..10) {
        let (request, said, _) = invented(seed, generosity);
        let (read, problems) = read(&stringified(&said));
        prop_assert!(read.is_some(), "{}", problems);
        prop_assert_eq!(json_of(&read.unwrap().config), json_of(&request));
    }
}
