//! Options that several commands share. What an option means stands with it, and `--help` prints it.
use std::path::PathBuf;
use std::time::UNIX_EPOCH;

use clap::{Args, ValueEnum};
use cloudformation_template::Stack;
use monitored_endpoint::envelope::ResourceType;
use monitored_endpoint::place::is_account;
use monitored_endpoint::spec::{EndpointName, NameRule};
use monitored_endpoint::template::Alone;
use monitored_endpoint::usage::Moment;

/// How a command says what it has to say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Sentences and tables.
    #[default]
    Text,
    /// One JSON document.
    Json,
    /// `report` alone: what each model cost, a row for each hour, as a table of comma-separated values.
    Csv,
    /// `report` alone: the same in the columns of FOCUS, the FinOps Open Cost and Usage Specification.
    #[expect(clippy::doc_markdown, reason = "help is printed as it stands")]
    Focus,
}

impl Format {
    /// Whether it is a statement of costs.
    pub(crate) fn is_statement(self) -> bool {
        matches!(self, Self::Csv | Self::Focus)
    }
}

/// Where a declaration is resolved, and what is known about it otherwise.
#[expect(clippy::doc_markdown, reason = "help is printed as it stands")]
#[derive(Clone, Debug, Args)]
pub(crate) struct StackOptions {
    /// A template parameter's value, as NAME=VALUE; repeat it for several. Its Default is taken otherwise, and a placeholder
    /// where it has none.
    #[arg(long = "parameter", short = 'p', value_name = "NAME=VALUE", value_parser = pair)]
    pub(crate) parameters: Vec<(String, String)>,
    /// Any other value that only a deployment knows, as WHAT=VALUE; WHAT as the notes name it, such as 'Fn::ImportValue role-arn'.
    #[arg(long = "value", value_name = "WHAT=VALUE", value_parser = pair)]
    values: Vec<(String, String)>,
    /// The Region of the stack, and of the dashboard's metrics.
    #[arg(long, default_value = "us-east-1")]
    region: String,
    /// The account of the stack.
    #[arg(long, default_value = "123456789012", value_parser = account)]
    account: String,
    /// The name of the stack.
    #[arg(long, default_value = "preview")]
    stack_name: String,
    /// Only this resource of the template, by its logical id.
    #[arg(long, value_name = "LOGICAL_ID")]
    pub(crate) resource: Option<String>,
    /// The type that a file with properties alone belongs to.
    #[arg(
        long = "type",
        value_name = "TYPE",
        default_value = "Custom::MonitoredEndpointConfig",
        value_parser = resource_type,
        help = format!(
            "The type that a file with properties alone belongs to: {}. Lower case with hyphens works as well: monitored-endpoint",
            type_names(),
        ),
    )]
    pub(crate) resource_type: ResourceType,
    /// For Custom::EndpointMonitoring: the config of the endpoint, as `aws sagemaker describe-endpoint-config` prints it. Without it
    /// one is made up, and said to be.
    #[arg(long, value_name = "FILE")]
    pub(crate) endpoint_config: Option<PathBuf>,
    /// Dollars per instance-hour, such as ml.g6.12xlarge=5.752: what CostPerHour: Auto is to find, and what plan counts with where no
    /// CostPerHour is declared.
    #[arg(long = "list-price", value_name = "TYPE=DOLLARS", value_parser = price)]
    pub(crate) list_prices: Vec<(String, f64)>,
    /// The logical id of properties that stand alone, where another file knows it.
    #[arg(skip)]
    pub(crate) logical_id: Option<String>,
}

impl StackOptions {
    /// What properties without a template around them are.
    pub(crate) fn alone(&self) -> Alone<'_> {
        Alone { resource_type: self.resource_type, logical_id: self.logical_id.as_deref() }
    }

    /// The stack that a template pretends to be in.
    pub(crate) fn stack(&self) -> Stack {
        Stack {
            region: self.region.clone(),
            account: self.account.clone(),
            name: self.stack_name.clone(),
            parameters: self.parameters.iter().cloned().collect(),
            values: self.values.iter().cloned().collect(),
        }
    }
}

/// Every resource type as templates spell it: `A, B or C`.
pub(crate) fn type_names() -> String {
    let names = ResourceType::ALL.map(|(name, _)| name);
    let [others @ .., last] = names;
    format!("{} or {last}", others.join(", "))
}

/// A resource type as templates spell it, or in lower case with hyphens and without `Custom::`.
fn resource_type(text: &str) -> Result<ResourceType, String> {
    let letters = |name: &str| name.trim_start_matches("Custom::").replace('-', "").to_ascii_lowercase();
    let found = ResourceType::ALL.into_iter().find(|(name, _)| letters(name) == letters(text));
    found.map(|(_, resource_type)| resource_type).ok_or_else(|| {
        let names = ResourceType::ALL.map(|(name, _)| name);
        format!("{text:?} is not a type of this provider; it has {}", names.join(", "))
    })
}

/// `NAME=DOLLARS`.
pub(crate) fn price(text: &str) -> Result<(String, f64), String> {
    let (name, value) = pair(text)?;
    Ok((name, dollars(&value)?))
}

/// A price: dollars, more than 0.
pub(crate) fn dollars(text: &str) -> Result<f64, String> {
    let dollars = text.parse::<f64>().ok().filter(|dollars| dollars.is_finite() && *dollars > 0.0);
    dollars.ok_or_else(|| format!("{text:?} is not a price: give dollars per instance-hour, such as 5.752"))
}

/// Two halves of a `NAME=VALUE`; the value may have more of the signs.
pub(crate) fn pair(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or_else(|| format!("{text:?} has no =: give NAME=VALUE"))?;
    Ok((name.to_owned(), value.to_owned()))
}

/// The name of an endpoint.
pub(crate) fn endpoint(text: &str) -> Result<EndpointName, NameRule> {
    EndpointName::parse(text)
}

/// A point in time since 1970.
pub(crate) fn moment(text: &str) -> Result<Moment, String> {
    let time = humantime::parse_rfc3339_weak(text)
        .map_err(|_| format!("{text:?} is not a time: give one such as 2026-11-24T08:00:00Z"))?;
    let seconds = time.duration_since(UNIX_EPOCH).map_err(|_| "before 1970".to_owned())?.as_secs();
    i64::try_from(seconds).map(Moment).map_err(|error| error.to_string())
}

/// The id of an AWS account.
pub(crate) fn account(text: &str) -> Result<String, String> {
    if is_account(text) { Ok(text.to_owned()) } else { Err("an account has twelve digits".to_owned()) }
}

#[cfg(test)]
impl StackOptions {
    /// The options of a command line that names none of them.
    pub(crate) fn defaults() -> Self {
        #[derive(clap::Parser)]
        struct Line {
            #[command(flatten)]
            stack_options: StackOptions,
        }
        <Line as clap::Parser>::parse_from(["command"]).stack_options
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_sign_parts_a_pair() {
        assert_eq!(pair("model=a=b"), Ok(("model".to_owned(), "a=b".to_owned())));
        assert!(pair("model").is_err());
    }

    #[test]
    fn a_type_is_spelled_as_in_templates_or_with_hyphens() {
        for (name, resource_type) in ResourceType::ALL {
            assert_eq!(super::resource_type(name), Ok(resource_type));
        }
        assert_eq!(resource_type("endpoint-monitoring"), Ok(ResourceType::EndpointMonitoring));
        let refused = resource_type("endpoint").unwrap_err();
        for (name, _) in ResourceType::ALL {
            assert!(refused.contains(name) && type_names().contains(name), "{name}: {refused}");
        }
    }

    #[test]
    fn an_account_has_twelve_digits() {
        assert_eq!(account("123456789012").as_deref(), Ok("123456789012"));
        for bad in ["12345678901", "1234567890123", "12345678901x", ""] {
            assert!(account(bad).is_err(), "{bad:?}");
        }
    }
}
