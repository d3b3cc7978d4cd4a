//! The properties that the provider reads in addition to the SDK's own: what each takes, means, and is where it is left out.
//!
//! Each is defined here and nowhere else: reading and validating a declaration, the hints for misspelt names and the written
//! reference (`docs/properties.md` and the JSON Schema) come from these tables. Members of `CreateEndpointConfig` and
//! `UpdateEndpoint` aren't here, but for which of them a type takes: the SDK's schemas have them.

use serde_json::{Map, Value};

use super::entry::{
    Cost, Entry, Members, arns, boolean, integer, keys, list, number, object, price, short_text, text, word,
    word_by_rule,
};
use super::node::Node;
use super::property::has;
pub use super::property::{Absent, Property, PropertyKind, Refusal};
use super::words::{GpuDimensionChoice, ModelMode, PeriodOverride};
use crate::alarm::{AlarmKind, AlarmSource, Comparison, MissingData};
use crate::deadline::SERVICE_TIMEOUT;
use crate::envelope::service_timeout;

use Absent::{Depends, Is, Nothing, Refused};
use Refusal::{ByRule, IsNot};

/// Defines a table: a constant that reads each property, in a module of its own, and all of them in order.
macro_rules! table {
    ($(#[$doc:meta])* $table:ident, read by $module:ident {
        $($property:ident: $type:ty = $entry:expr;)+
    }) => {
        $(#[$doc])*
        pub const $table: &[Property] = &[$($module::$property.property),+];

        pub(super) mod $module {
            use super::*;

            $(pub(in crate::properties) const $property: Entry<$type> = $entry;)+
        }
    };
}
pub(super) use table;

/// The most GPUs that one instance is believed to have. The catalogue's largest has 16 accelerators, and the largest server that
/// one operating system runs today has as many; four times that is room for what is launched next. Beyond it a number is a
/// mistake, and a panel with a square for each of so many GPUs would be larger than Lambda answers.
pub const MOST_GPUS: i64 = 64;

/// The most dollars per instance-hour that are believed: a thousand times what the dearest instance costs.
pub const MOST_DOLLARS: f64 = 100_000.0;

const SHORTEST_TIMEOUT: i64 = *SERVICE_TIMEOUT.start() as i64;
const LONGEST_TIMEOUT: i64 = *SERVICE_TIMEOUT.end() as i64;

/// Members of `UpdateEndpoint` that say how to deploy, for the type that deploys.
pub const OF_DEPLOYMENTS: &[&str] =
    &["DeploymentConfig", "RetainAllVariantProperties", "ExcludeRetainedVariantProperties", "RetainDeploymentConfig"];

/// Members of `CreateEndpointConfig` that say something to `Custom::EndpointMonitoring`, which creates none.
pub const OF_MONITORING: &[&str] =
    &["ProductionVariants", "ShadowProductionVariants", "AsyncInferenceConfig", "MetricsConfig", "Tags"];

/// Properties of [`COMMON`] that say nothing of what is monitored: where the request goes, how long it may take, and what it may do.
const NOT_OF_MONITORING: [&str; 4] = ["ServiceToken", "ServiceTimeout", "AdoptExisting", "NoEcho"];

/// Each kind of alarm has its own, for which the written reference has a table.
pub const BY_ALARM: &str = "by alarm, see below";

/// The most characters of an alarm's description that are the author's own.
const MOST_DESCRIPTION: usize = 1024;

/// Properties that every type takes: CloudFormation's own two, one for each kind of alarm, and the others of ours.
pub const COMMON: &[Property] =
    &joined::<{ BEFORE_ALARMS.len() + ALARMS.len() + AFTER_ALARMS.len() }>([BEFORE_ALARMS, ALARMS, AFTER_ALARMS]);

const ALARMS: &[Property] = &{
    let mut alarms = [alarm(AlarmKind::ALL[0]).property; AlarmKind::ALL.len()];
    let mut at = 1;
    while at < alarms.len() {
        alarms[at] = alarm(AlarmKind::ALL[at]).property;
        at += 1;
    }
    alarms
};

table! {
    /// Those of [`COMMON`] that come before the alarms.
    BEFORE_ALARMS, read by before_alarms {
        SERVICE_TOKEN: String = text(
            "ServiceToken",
            Refused("give the ARN of the provider's function"),
            "ARN of the provider's function, from its export or its SSM parameter",
        );
        SERVICE_TIMEOUT: i64 = Entry::new(
            ("ServiceTimeout", PropertyKind::Integer(SHORTEST_TIMEOUT, LONGEST_TIMEOUT)),
            Depends("3600, CloudFormation's own"),
            "Seconds that CloudFormation waits for an answer. One run of the function takes 900 at most; an endpoint may \
             need 3600",
            seconds,
        );
        ENDPOINT_NAME: String = text(
            "EndpointName",
            Depends("required; `Custom::MonitoredEndpoint` makes one from stack and logical id if left out"),
            "Name of the endpoint: 1 to 63 letters, digits and hyphens, with a letter or digit at both ends",
        );
        INFERENCE_COMPONENTS: Members =
            list("InferenceComponents", INFERENCE_COMPONENT, Nothing, "Models to show by name");
        GPUS_PER_INSTANCE: i64 = gpus(
            "GpusPerInstance",
            Depends("from the provider's catalogue of instance types; required for a type that it doesn't know"),
            "GPUs of one instance. Ignored for types without GPUs",
        );
        COST_PER_HOUR: Cost = price(
            "CostPerHour",
            Depends("none: cost panels are left out"),
            "Dollars per instance-hour, or `Auto` for the Region's on-demand list price",
        );
        VARIANTS: Members =
            list("Variants", VARIANT, Nothing, "What differs by variant: GPUs, price, how the model is called");
        GPU_DIMENSION: GpuDimensionChoice = word(
            "GpuDimension",
            IsNot("a GPU dimension"),
            Is("\"Auto\""),
            "The metric dimension that identifies a GPU. `Auto` takes the one that CloudWatch lists, and both while it \
             lists neither",
        );
        DASHBOARD_SETTINGS: Members =
            object("Dashboard", DASHBOARD, Depends("a dashboard with its defaults"), "The dashboard");
    }
}

table! {
    /// Those of [`COMMON`] that follow the alarms.
    AFTER_ALARMS, read by after_alarms {
        ALARM_ACTIONS: Vec<String> = arns(
            "AlarmActions",
            Nothing,
            "Actions on going to ALARM, for every alarm without actions of its own",
        );
        OK_ACTIONS: Vec<String> = arns("OKActions", Nothing, "The same for OK");
        INSUFFICIENT_DATA_ACTIONS: Vec<String> =
            arns("InsufficientDataActions", Nothing, "The same for `INSUFFICIENT_DATA`");
        ACTIONS_ENABLED: bool = boolean(
            "ActionsEnabled",
            Is("true"),
            "Whether actions are taken, for every alarm that doesn't say so itself. `false` keeps alarms and their states and tells nobody",
        );
        ALARM_TAGS_PROPAGATION: Members = object(
            "AlarmTagsPropagation",
            ALARM_TAGS,
            Depends("off"),
            "Whether every alarm's tags, your `Tags` and ours, go with its notifications to SNS, Lambda and EventBridge, to route them by",
        );
        ADOPT_EXISTING: bool = boolean(
            "AdoptExisting",
            Is("false"),
            "Take over a dashboard or metric alarm of the same name that this resource didn't make. From then on it \
             belongs to this resource",
        );
        NO_ECHO: bool = boolean(
            "NoEcho",
            Is("false"),
            "Mask the attributes in CloudFormation, and quote no value in a `Reason`. Names of what is made are still \
             logged",
        );
    }
}

table! {
    /// Properties of the types that make an endpoint config.
    OF_CONFIGS, read by of_configs {
        ENDPOINT_CONFIG_NAME_PREFIX: String = text(
            "EndpointConfigNamePrefix",
            Depends("`EndpointName`"),
            "Beginning of the config's name. A hyphen and ten hexadecimal digits follow, 63 characters in all",
        );
    }
}

table! {
    /// An entry of `InferenceComponents`.
    INFERENCE_COMPONENT, read by component {
        NAME: String =
            text("Name", Refused("give the name of the inference component"), "Name of the inference component");
        LABEL: String = text("Label", Depends("`Name`"), "Its name on panels");
        GPUS_PER_COPY: i64 = gpus("GpusPerCopy", Nothing, "GPUs of one copy, no more than an instance has");
    }
}

table! {
    /// An entry of `Variants`.
    VARIANT, read by variant {
        NAME: String =
            text("VariantName", Refused("say which variant this is about"), "Name of the production variant");
        GPUS_PER_INSTANCE: i64 =
            gpus("GpusPerInstance", Depends("the resource's"), "GPUs of one of its instances");
        COST_PER_HOUR: Cost =
            price("CostPerHour", Depends("the resource's"), "Dollars per hour of one of its instances");
        MODEL_MODE: ModelMode = word(
            "ModelMode",
            IsNot("a mode"),
            Is("\"SingleModel\""),
            "How its model is called, in the words of `CreateModel`: the container loads the model that a request names \
             (`MultiModel`), or a request names one of several containers (`Direct`). The dashboard shows what such \
             models publish",
        );
    }
}

table! {
    /// `Dashboard`.
    DASHBOARD, read by dashboard {
        ENABLED: bool = boolean("Enabled", Is("true"), "`false` makes no dashboard");
        NAME: String = text(
            "DashboardName",
            Depends("`<EndpointName>-monitoring`"),
            "1 to 255 letters, digits, hyphens and underscores",
        );
        START: String = text(
            "Start",
            Is("\"-PT3H\""),
            "Beginning of the shown time range: a duration such as `-PT12H`, or a time",
        );
        PERIOD_OVERRIDE: PeriodOverride = word(
            "PeriodOverride",
            IsNot("allowed"),
            Depends("`auto`; always `inherit` where metrics are published less often than every 60 s"),
            "`auto`: periods follow the shown time range. `inherit`: each panel keeps its own",
        );
        CORRECT_DRIFT: bool = boolean(
            "CorrectDrift",
            Is("false"),
            "Whether what somebody changes by hand on the dashboard or the alarms is put right, or made again where it was \
             deleted. It takes a provider stack with `KeepMonitoring`",
        );
        INTERACTIVE: bool = boolean(
            "Interactive",
            Depends("`true` if the provider stack has the function for them"),
            "Whether the dashboard has interactive panels",
        );
    }
}

table! {
    /// `AlarmTagsPropagation`, in CloudWatch's own words.
    ALARM_TAGS, read by alarm_tags {
        ENABLED: bool = boolean("Enabled", Is("true"), "`false` leaves the tags out");
        INCLUDED: Vec<String> = keys(
            "IncludedTagKeys",
            Depends("all tags"),
            "Keys of the tags that go along, 1 to 50; can't be combined with `ExcludedTagKeys`",
        );
        EXCLUDED: Vec<String> = keys("ExcludedTagKeys", Nothing, "Keys of the tags that don't, 1 to 50");
    }
}

table! {
    /// One alarm, in CloudWatch's own words.
    ALARM, read by settings {
        ENABLED: bool = boolean("Enabled", Is("true"), "`false` makes no alarm");
        SOURCE: String = word_by_rule::<AlarmSource>(
            "Source",
            Depends(BY_ALARM),
            "What the alarm reads. Each kind of alarm takes the ones listed below",
        );
        NAME: String = text("AlarmName", Depends(BY_ALARM), "1 to 255 printable characters");
        DESCRIPTION: String = short_text::<MOST_DESCRIPTION>(
            "AlarmDescription",
            Nothing,
            "Your own words. They come before ours, which say what is wrong, what it costs and what to do first",
        );
        THRESHOLD: f64 = number("Threshold", Depends(BY_ALARM), "What the measured value is compared with");
        COMPARISON_OPERATOR: Comparison = word(
            "ComparisonOperator",
            IsNot("allowed"),
            Depends(BY_ALARM),
            "How it is compared",
        );
        PERIOD: i32 = integer(
            "Period",
            (10, 604_800),
            ByRule,
            Depends(
                "the publish frequency or 60 s, whichever is longer; `UnusedGpuAlarm` without `EvaluationPeriods`: the \
                 next that divides half an hour; `NoTrafficAlarm`: an hour; `BudgetAlarm`: always a day",
            ),
            "Seconds of one datapoint: 10, 20, 30 or a multiple of 60, not shorter than the publish frequency. Where \
             samples are counted, a multiple of it",
        );
        TIME_ZONE: String = text(
            "TimeZone",
            Depends("UTC; `BudgetAlarm` only"),
            "Time zone of the days that a `BudgetAlarm` adds up: a name such as `Europe/Berlin`, or an offset such as \
             `+02:00`",
        );
        EVALUATION_PERIODS: i32 = integer(
            "EvaluationPeriods",
            (1, 10_080),
            ByRule,
            Depends("as many as fill the alarm's window, see below"),
            "How many datapoints are evaluated: at most one day of them, or seven days with a `Period` of an hour or more",
        );
        DATAPOINTS_TO_ALARM: i32 = integer(
            "DatapointsToAlarm",
            (1, 10_080),
            ByRule,
            Depends("`EvaluationPeriods`"),
            "How many of these must breach",
        );
        TREAT_MISSING_DATA: MissingData = word(
            "TreatMissingData",
            IsNot("allowed"),
            Is("\"notBreaching\""),
            "What a missing datapoint counts as. An endpoint that is scaled to zero has none",
        );
        ACTIONS_ENABLED: bool =
            boolean("ActionsEnabled", Depends("the one for all alarms"), "Whether actions are taken");
        ALARM_ACTIONS: Vec<String> =
            arns("AlarmActions", Depends("the ones for all alarms"), "Actions on going to ALARM");
        OK_ACTIONS: Vec<String> = arns("OKActions", Depends("the ones for all alarms"), "The same for OK");
        INSUFFICIENT_DATA_ACTIONS: Vec<String> = arns(
            "InsufficientDataActions",
            Depends("the ones for all alarms"),
            "The same for `INSUFFICIENT_DATA`",
        );
    }
}

/// The part of a declaration of any type that its monitoring is planned from: what `Custom::EndpointMonitoring` takes, too.
#[must_use]
pub fn monitoring_part(properties: &Map<String, Value>) -> Map<String, Value> {
    let is_part =
        |name: &str| (has(COMMON, name) || OF_MONITORING.contains(&name)) && !NOT_OF_MONITORING.contains(&name);
    properties.iter().filter(|(name, _)| is_part(name)).map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// The alarm of a kind, which says itself when it fires and whether it is there by default.
pub(super) const fn alarm(kind: AlarmKind) -> Entry<Members> {
    object(kind.property(), ALARM, Depends(kind.definition().absent), kind.definition().meaning)
}

const fn gpus(name: &'static str, default: Absent, meaning: &'static str) -> Entry<i64> {
    integer(name, (1, MOST_GPUS), IsNot("a number of GPUs"), default, meaning)
}

/// The rows of all tables, in their order.
const fn joined<const ROWS: usize>(tables: [&[Property]; 3]) -> [Property; ROWS] {
    let mut all = [tables[0][0]; ROWS];
    let (mut table, mut row, mut at) = (0, 0, 0);
    while at < ROWS {
        if row < tables[table].len() {
            all[at] = tables[table][row];
            (row, at) = (row + 1, at + 1);
        } else {
            (table, row) = (table + 1, 0);
        }
    }
    all
}

/// Read by the same function that reads it with the envelope, before anything can go wrong.
fn seconds(node: &Node<'_>, _property: &Property) -> Option<i64> {
    let seconds = service_timeout(node.value());
    if node.integer().is_some() && seconds.is_none() {
        let quoted = node.quoted();
        node.invalid(format!("{quoted} is not a ServiceTimeout; use {SHORTEST_TIMEOUT} to {LONGEST_TIMEOUT} seconds"));
    }
    seconds.and_then(|seconds| i64::try_from(seconds.as_secs()).ok())
}
