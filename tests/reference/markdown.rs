//! The reference for people: `docs/properties.md`.

use std::fmt::Write as _;

use monitored_endpoint::properties::fleet::{
    FLEET_ALARM, INSTANCE_PRICE, MEMBERS_OF_FLEETS, OF_FLEETS, SHARED_WITH_FLEETS,
};
use monitored_endpoint::properties::reference::{
    ALARM, ALARM_TAGS, Absent, COMMON, DASHBOARD, INFERENCE_COMPONENT, MOST_DOLLARS, OF_CONFIGS, OF_DEPLOYMENTS,
    OF_MONITORING, Property, PropertyKind, VARIANT,
};
use monitored_endpoint::spec::{AlarmSource, AlarmSpec};

use super::shapes::Shape;

const API: &str = "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_";

const OPENING: &str = "# Properties

<!-- Written by `make reference` from src/properties/reference.rs and the SDK's own schemas. Don't edit it here. -->

What a resource's `Properties` may contain. Numbers and booleans may be strings. Any other property is refused, and the answer offers
the nearest name. [properties.schema.json](properties.schema.json) is the same for editors.

`Custom::MonitoredEndpoint` takes everything on this page. `Custom::MonitoredEndpointConfig` takes everything but [how to
deploy](#how-to-deploy). `Custom::EndpointMonitoring` takes neither that nor what makes a config. [`Custom::EndpointFleet`](#all-endpoints-together)
takes what its section lists.
";

const SCHEMA_USE: &str = "## In an editor

The schema is for whole templates: it checks resources of the four types and ignores all others. With the YAML language server,
which most editors use:

```yaml
# yaml-language-server: $schema=docs/properties.schema.json
```

Its setting `yaml.customTags` has to list CloudFormation's short forms (`!Ref scalar`, `!Sub scalar`, `!GetAtt scalar` and so on).
";

/// The whole page. `alarms` are the ones of a declaration that only switches them on.
pub(crate) fn page(config: &[(String, Shape)], deployment: &[(String, Shape)], alarms: &[AlarmSpec]) -> String {
    let mut page = OPENING.to_owned();
    section(&mut page, "Every type", COMMON);
    section(&mut page, "InferenceComponents", INFERENCE_COMPONENT);
    section(&mut page, "Variants", VARIANT);
    section(&mut page, "Dashboard", DASHBOARD);
    section(&mut page, "AlarmTagsPropagation", ALARM_TAGS);
    section(&mut page, "The alarms", ALARM);
    page.push_str("\nEach alarm with nothing but `Enabled: true`, at a publish frequency of 60 s. The first `Source` is the default:\n\n");
    page.push_str(
        "| alarm | `AlarmName` | `Source` | fires at | `Period` | `EvaluationPeriods` |\n|---|---|---|---|---|---|\n",
    );
    for alarm in alarms {
        let AlarmSpec { kind, name, comparison, threshold, period, evaluation_periods, .. } = alarm;
        let name = name.as_str().replacen("chat", "<EndpointName>", 1);
        let sources: Vec<String> = AlarmSource::of(*kind).iter().map(|source| format!("`{}`", source.name())).collect();
        let (sources, comparison) = (sources.join(", "), comparison.name());
        writeln!(
            page,
            "| `{kind}` | `{name}` | {sources} | `{comparison}` {threshold} | {period} | {evaluation_periods} |"
        )
        .unwrap();
    }
    section(&mut page, "The endpoint config", OF_CONFIGS);
    writeln!(page, "\nAlso every member of [CreateEndpointConfig]({API}CreateEndpointConfig.html), at any depth:\n")
        .unwrap();
    page.push_str("| property | takes | also in `Custom::EndpointMonitoring` |\n|---|---|---|\n");
    for (name, shape) in config {
        let also = match name.as_str() {
            "Tags" => "yes",
            name if OF_MONITORING.contains(&name) => "yes; read from the endpoint if left out",
            _ => "",
        };
        writeln!(page, "| {} | {} | {also} |", linked("CreateEndpointConfig", name), takes(shape)).unwrap();
    }
    page.push_str(
        "\nWithout `MetricsConfig`, enhanced metrics are on, every 60 s. Where it is given, members that it leaves out have the API's own \
         defaults. `MetricsPublishFrequencyInSeconds`, the launch article's spelling, is accepted, too.\n",
    );
    writeln!(
        page,
        "\n## How to deploy\n\n`Custom::MonitoredEndpoint` only, as in [UpdateEndpoint]({API}UpdateEndpoint.html):\n"
    )
    .unwrap();
    page.push_str("| property | takes | if left out |\n|---|---|---|\n");
    for (name, shape) in deployment.iter().filter(|(name, _)| OF_DEPLOYMENTS.contains(&name.as_str())) {
        let left_out =
            if name == "RetainAllVariantProperties" { "`true` (SageMaker's own default is false)" } else { "nothing" };
        writeln!(page, "| {} | {} | {left_out} |", linked("UpdateEndpoint", name), takes(shape)).unwrap();
    }
    fleet(&mut page);
    page.push('\n');
    page.push_str(SCHEMA_USE);
    page
}

/// `Custom::EndpointFleet`, which is about no endpoint in particular.
fn fleet(page: &mut String) {
    section(page, "All endpoints together", OF_FLEETS);
    let listed = |names: &[&str]| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    writeln!(
        page,
        "\n`Custom::EndpointFleet` takes these, and of the properties above {} and {}. Its dashboard is `endpoint-fleet-<Region>` by default, and \
         `PeriodOverride` is `inherit`. [Fleets](fleet.md) says what it shows.",
        listed(SHARED_WITH_FLEETS),
        listed(MEMBERS_OF_FLEETS)
    )
    .unwrap();
    section(page, "InstancePrices", INSTANCE_PRICE);
    section(page, "UnallocatedCostAlarm", FLEET_ALARM);
}

fn section(page: &mut String, title: &str, table: &[Property]) {
    write!(page, "\n## {title}\n\n| property | takes | if left out | meaning |\n|---|---|---|---|\n").unwrap();
    for property in table {
        let Property { name, meaning, .. } = property;
        writeln!(page, "| `{name}` | {} | {} | {meaning} |", kind(property), absent(property.default)).unwrap();
    }
}

fn kind(property: &Property) -> String {
    match property.kind {
        PropertyKind::Text => "string".to_owned(),
        PropertyKind::Boolean => "boolean".to_owned(),
        PropertyKind::Integer(least, i64::MAX) => format!("integer, {least} or more"),
        PropertyKind::Integer(least, most) => format!("integer, {least} to {most}"),
        PropertyKind::Number => "number".to_owned(),
        PropertyKind::Price => format!("number more than 0, at most {MOST_DOLLARS}, or `Auto`"),
        PropertyKind::Choice(words) => words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", "),
        PropertyKind::Arns => "list of at most 5 ARNs".to_owned(),
        PropertyKind::Texts => "list of strings".to_owned(),
        PropertyKind::List(_) => format!("list of [objects](#{})", property.name.to_lowercase()),
        PropertyKind::Object(_) if property.name == "UnallocatedCostAlarm" => {
            "[object](#unallocatedcostalarm)".to_owned()
        }
        PropertyKind::Object(_) if property.name.ends_with("Alarm") => "[object](#the-alarms)".to_owned(),
        PropertyKind::Object(_) => format!("[object](#{})", property.name.to_lowercase()),
    }
}

fn absent(default: Absent) -> String {
    match default {
        Absent::Refused(_) => "required".to_owned(),
        Absent::Nothing => "nothing".to_owned(),
        Absent::Is(json) => format!("`{}`", json.trim_matches('"')),
        Absent::Depends(words) => words.to_owned(),
    }
}

fn linked(operation: &str, member: &str) -> String {
    format!("[`{member}`]({API}{operation}.html#sagemaker-{operation}-request-{member})")
}

fn takes(shape: &Shape) -> String {
    match shape {
        Shape::Text => "string".to_owned(),
        Shape::Boolean => "boolean".to_owned(),
        Shape::Integer => "integer".to_owned(),
        Shape::Number => "number".to_owned(),
        Shape::List(item) => format!("list of {}", takes(item)),
        Shape::Map(value) => format!("map to {}", takes(value)),
        Shape::Structure(name, _) => format!("[{name}]({API}{name}.html)"),
    }
}
