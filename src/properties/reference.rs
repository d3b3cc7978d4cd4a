//! The properties that the provider reads beside the SDK's own: what each takes, means, and is where it is left out.
//!
//! Reading a declaration, the hints for misspelt names and the written reference (`docs/properties.md` and the JSON Schema
//! beside it) come from these tables, so that none of them can tell of a property that another doesn't know. Members of
//! `CreateEndpointConfig` and `UpdateEndpoint` aren't here, but for which of them a type takes: the SDK's schemas have them.

use crate::alarm::AlarmKind;

/// One property.
#[derive(Clone, Copy, Debug)]
pub struct Property {
    /// As a template spells it.
    pub name: &'static str,
    /// What it takes.
    pub kind: Kind,
    /// What it is where it is left out.
    pub default: Absent,
    /// What it is for, in a sentence or two without a full stop at the end.
    pub meaning: &'static str,
}

/// What a property takes. Scalars may be strings, as CloudFormation sends them.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// Any string, or one by a rule that the meaning names.
    Text,
    /// `true` or `false`.
    Boolean,
    /// A whole number from the first to the second.
    Integer(i64, i64),
    /// A number.
    Number,
    /// Dollars, more than 0 and at most [`MOST_DOLLARS`], or `Auto`.
    Price,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// ARNs, at most five.
    Arns,
    /// Strings, one at least.
    Texts,
    /// A list of objects with these members.
    List(&'static [Property]),
    /// An object with these members.
    Object(&'static [Property]),
}

/// What a property is where it is left out.
#[derive(Clone, Copy, Debug)]
pub enum Absent {
    /// It can't be left out.
    Refused,
    /// Nothing.
    Nothing,
    /// This value, as JSON.
    Is(&'static str),
    /// Something that depends on the rest, in words.
    Depends(&'static str),
}

use Absent::{Depends, Is, Nothing, Refused};
use Kind::{Arns, Boolean, Choice, Integer, List, Number, Object, Price, Text, Texts};

/// Properties that every type takes: CloudFormation's own two, and ours.
pub const COMMON: &[Property] = &[
    of("ServiceToken", Text, Refused, "ARN of the provider's function, from its export or its SSM parameter"),
    of(
        "ServiceTimeout",
        Integer(1, 3600),
        Depends("3600, CloudFormation's own"),
        "Seconds that CloudFormation waits for an answer. One run of the function takes 900 at most; an endpoint may \
         need 3600",
    ),
    of(
        "EndpointName",
        Text,
        Depends("required; `Custom::MonitoredEndpoint` makes one from stack and logical id if left out"),
        "Name of the endpoint: 1 to 63 letters, digits and hyphens, with a letter or digit at both ends",
    ),
    of("InferenceComponents", List(INFERENCE_COMPONENT), Nothing, "Models to show by name"),
    of(
        "GpusPerInstance",
        Integer(1, MOST_GPUS),
        Depends("from the provider's catalogue of instance types; required for a type that it doesn't know"),
        "GPUs of one instance. Ignored for types without GPUs",
    ),
    of(
        "CostPerHour",
        Price,
        Depends("none: cost panels are left out"),
        "Dollars per instance-hour, or `Auto` for the Region's on-demand list price",
    ),
    of("Variants", List(VARIANT), Nothing, "What differs by variant: GPUs, price, how the model is called"),
    of(
        "GpuDimension",
        Choice(&["GpuId", "AcceleratorId", "Auto"]),
        Is("\"Auto\""),
        "The metric dimension that identifies a GPU. `Auto` takes the one that CloudWatch lists, and both while it \
         lists neither",
    ),
    of("Dashboard", Object(DASHBOARD), Depends("a dashboard with its defaults"), "The dashboard"),
    alarm(AlarmKind::UnusedGpu),
    alarm(AlarmKind::GpuBuffer),
    alarm(AlarmKind::IdleGpu),
    alarm(AlarmKind::NoTraffic),
    alarm(AlarmKind::ErrorRate),
    alarm(AlarmKind::Latency),
    alarm(AlarmKind::NoCapacity),
    alarm(AlarmKind::Backlog),
    alarm(AlarmKind::Budget),
    of("AlarmActions", Arns, Nothing, "Actions on going to ALARM, for every alarm without actions of its own"),
    of("OKActions", Arns, Nothing, "The same for OK"),
    of("InsufficientDataActions", Arns, Nothing, "The same for `INSUFFICIENT_DATA`"),
    of(
        "AlarmTagsPropagation",
        Object(ALARM_TAGS),
        Depends("off"),
        "Whether every alarm's tags, your `Tags` and ours, go with its notifications to SNS, Lambda and EventBridge, to route them by",
    ),
    of(
        "AdoptExisting",
        Boolean,
        Is("false"),
        "Take over a dashboard or metric alarm of the same name that this resource didn't make. From then on it \
         belongs to this resource",
    ),
    of(
        "NoEcho",
        Boolean,
        Is("false"),
        "Mask the attributes in CloudFormation, and quote no value in a `Reason`. Names of what is made are still \
         logged",
    ),
];

/// Properties of the types that make an endpoint config.
pub const OF_CONFIGS: &[Property] = &[of(
    "EndpointConfigNamePrefix",
    Text,
    Depends("`EndpointName`"),
    "Beginning of the config's name. A hyphen and ten digits follow, 63 characters in all",
)];

/// The most GPUs that one instance is believed to have. The catalogue's largest has 16 accelerators, and the largest server that
/// one operating system runs today has as many; four times that is room for what is launched next. Beyond it a number is a
/// mistake, and a panel with a square for each of so many GPUs would be larger than Lambda answers.
pub const MOST_GPUS: i64 = 64;

/// The most dollars per instance-hour that are believed: a thousand times what the dearest instance costs.
pub const MOST_DOLLARS: f64 = 100_000.0;

/// Members of `UpdateEndpoint` that say how to deploy, for the type that deploys.
pub const OF_DEPLOYMENTS: &[&str] =
    &["DeploymentConfig", "RetainAllVariantProperties", "ExcludeRetainedVariantProperties", "RetainDeploymentConfig"];

/// Members of `CreateEndpointConfig` that say something to `Custom::EndpointMonitoring`, which creates none.
pub const OF_MONITORING: &[&str] =
    &["ProductionVariants", "ShadowProductionVariants", "AsyncInferenceConfig", "MetricsConfig", "Tags"];

/// An entry of `InferenceComponents`.
pub const INFERENCE_COMPONENT: &[Property] = &[
    of("Name", Text, Refused, "Name of the inference component"),
    of("Label", Text, Depends("`Name`"), "Its name on panels"),
    of("GpusPerCopy", Integer(1, MOST_GPUS), Nothing, "GPUs of one copy, no more than an instance has"),
];

/// An entry of `Variants`.
pub const VARIANT: &[Property] = &[
    of("VariantName", Text, Refused, "Name of the production variant"),
    of("GpusPerInstance", Integer(1, MOST_GPUS), Depends("the resource's"), "GPUs of one of its instances"),
    of("CostPerHour", Price, Depends("the resource's"), "Dollars per hour of one of its instances"),
    of(
        "ModelMode",
        Choice(&["SingleModel", "MultiModel", "Direct"]),
        Is("\"SingleModel\""),
        "How its model is called, in the words of `CreateModel`: the container loads the model that a request names \
         (`MultiModel`), or a request names one of several containers (`Direct`). The dashboard shows what such \
         models publish",
    ),
];

/// `Dashboard`.
pub const DASHBOARD: &[Property] = &[
    of("Enabled", Boolean, Is("true"), "`false` makes no dashboard"),
    of(
        "DashboardName",
        Text,
        Depends("`<EndpointName>-monitoring`"),
        "1 to 255 letters, digits, hyphens and underscores",
    ),
    of("Start", Text, Is("\"-PT3H\""), "Beginning of the shown time range: a duration such as `-PT12H`, or a time"),
    of(
        "PeriodOverride",
        Choice(&["auto", "inherit"]),
        Depends("`auto`; always `inherit` where metrics are published less often than every 60 s"),
        "`auto`: periods follow the shown time range. `inherit`: each panel keeps its own",
    ),
    of(
        "Interactive",
        Boolean,
        Depends("`true` if the provider stack has the function for them"),
        "Whether the dashboard has interactive panels",
    ),
];

/// `AlarmTagsPropagation`, in CloudWatch's own words.
pub const ALARM_TAGS: &[Property] = &[
    of("Enabled", Boolean, Is("true"), "`false` leaves the tags out"),
    of(
        "IncludedTagKeys",
        Texts,
        Depends("all tags"),
        "Keys of the tags that go along, 1 to 50; not beside `ExcludedTagKeys`",
    ),
    of("ExcludedTagKeys", Texts, Nothing, "Keys of the tags that don't, 1 to 50"),
];

/// One alarm, in CloudWatch's own words.
pub const ALARM: &[Property] = &[
    of("Enabled", Boolean, Is("true"), "`false` makes no alarm"),
    of(
        "Source",
        Choice(&[
            "Reservation",
            "SampleCount",
            "PromQL",
            "Invocations",
            "Insights",
            "OldestRequest",
            "BacklogSize",
            "InstanceSamples",
        ]),
        Depends(BY_ALARM),
        "What the alarm reads. Each kind of alarm takes the ones listed below",
    ),
    of("AlarmName", Text, Depends(BY_ALARM), "1 to 255 printable characters"),
    of(
        "AlarmDescription",
        Text,
        Nothing,
        "Your own words. They come before ours, which say what is wrong, what it costs and what to do first",
    ),
    of("Threshold", Number, Depends(BY_ALARM), "What the measured value is compared with"),
    of(
        "ComparisonOperator",
        Choice(&[
            "GreaterThanOrEqualToThreshold",
            "GreaterThanThreshold",
            "LessThanThreshold",
            "LessThanOrEqualToThreshold",
        ]),
        Depends(BY_ALARM),
        "How it is compared",
    ),
    of(
        "Period",
        Integer(10, 604_800),
        Depends(
            "the publish frequency or 60 s, whichever is longer; `UnusedGpuAlarm` without `EvaluationPeriods`: the \
             next that divides half an hour; `NoTrafficAlarm`: an hour; `BudgetAlarm`: always a day",
        ),
        "Seconds of one datapoint: 10, 20, 30 or a multiple of 60, not shorter than the publish frequency. Where \
         samples are counted, a multiple of it",
    ),
    of(
        "TimeZone",
        Text,
        Depends("UTC; `BudgetAlarm` only"),
        "Time zone of the days that a `BudgetAlarm` adds up: a name such as `Europe/Berlin`, or an offset such as \
         `+02:00`",
    ),
    of(
        "EvaluationPeriods",
        Integer(1, 10_080),
        Depends("as many as fill the alarm's window, see below"),
        "How many datapoints are evaluated: at most one day of them, or seven days with a `Period` of an hour or more",
    ),
    of("DatapointsToAlarm", Integer(1, 10_080), Depends("`EvaluationPeriods`"), "How many of these must breach"),
    of(
        "TreatMissingData",
        Choice(&["breaching", "notBreaching", "ignore", "missing"]),
        Is("\"notBreaching\""),
        "What a missing datapoint counts as. An endpoint that is scaled to zero has none",
    ),
    of("ActionsEnabled", Boolean, Is("true"), "Whether actions are taken"),
    of("AlarmActions", Arns, Depends("the ones for all alarms"), "Actions on going to ALARM"),
    of("OKActions", Arns, Depends("the ones for all alarms"), "The same for OK"),
    of("InsufficientDataActions", Arns, Depends("the ones for all alarms"), "The same for `INSUFFICIENT_DATA`"),
];

/// Each kind of alarm has its own, for which the written reference has a table.
pub const BY_ALARM: &str = "by alarm, see below";

const fn alarm(kind: AlarmKind) -> Property {
    of(kind.property(), Object(ALARM), Depends(kind.definition().absent), kind.definition().meaning)
}

const fn of(name: &'static str, kind: Kind, default: Absent, meaning: &'static str) -> Property {
    Property { name, kind, default, meaning }
}

/// The names in a table.
pub(super) fn names(table: &[Property]) -> impl Iterator<Item = &'static str> + Clone {
    table.iter().map(|property| property.name)
}

/// Whether a table has a property of that name.
pub(super) fn has(table: &[Property], name: &str) -> bool {
    names(table).any(|known| known == name)
}
