//! What AWS's published model says of a member's value: length, range, words, pattern, and which members are required.
//!
//! The table is `data/limits.csv`, which `data/extract_limits.py` makes from the model that every AWS SDK is made from; each
//! member's page says the same (<https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpointConfig.html> and
//! the types it links). A member that the table lacks has no limit here: a newer one of the service passes.

use regex_lite::Regex;

use super::node::ROOT;

const LIMITS: &str = include_str!("../../data/limits.csv");

/// The limits of one member.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Limits {
    /// Whether its siblings can't do without it.
    pub(super) required: bool,
    /// The least number, or the least length of a string or a list.
    pub(super) min: Option<f64>,
    /// The greatest number, or the greatest length.
    pub(super) max: Option<f64>,
    words: &'static str,
    pattern: &'static str,
}

/// The limits of the member at a path such as `Properties.ProductionVariants[0].ModelName`.
pub(super) fn of(path: &str) -> Limits {
    of_member(&member(path))
}

/// The limits of a [`member`].
pub(super) fn of_member(member: &str) -> Limits {
    lines().find_map(|line| limits(line.strip_prefix(member)?.strip_prefix(',')?)).unwrap_or_default()
}

/// Names of the members that an object at `path` can't do without.
pub(super) fn required_in(path: &str) -> impl Iterator<Item = &'static str> {
    let object = member(path);
    lines().filter_map(move |line| {
        let (name, rest) = line.strip_prefix(object.as_str())?.strip_prefix('.')?.split_once(',')?;
        (rest.starts_with("required,") && !name.contains(['.', '['])).then_some(name)
    })
}

impl Limits {
    /// The words that are known, which needn't be all there are.
    pub(super) fn words(&self) -> impl Iterator<Item = &'static str> {
        self.words.split(' ').filter(|word| !word.is_empty())
    }

    /// The form that `text` hasn't and must have.
    pub(super) fn missed_form(&self, text: &str) -> Option<Form> {
        let form = Form { pattern: self.pattern };
        (!form.matches(text)).then_some(form)
    }
}

/// The form of a whole string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Form {
    pattern: &'static str,
}

impl Form {
    fn matches(self, text: &str) -> bool {
        match self.pattern {
            "" => true,
            // No look-ahead here: what isn't blank.
            r"(?!\s*$).+" => !text.trim().is_empty(),
            pattern => Regex::new(&format!("^(?:{pattern})$")).map_or(true, |regex| regex.is_match(text)),
        }
    }

    /// What such a value is, and how to give one, in words.
    pub(super) fn in_words(self) -> (&'static str, &'static str) {
        match self.pattern {
            r"[a-zA-Z0-9]([\-a-zA-Z0-9]*[a-zA-Z0-9])?" => {
                ("the name of a model", "use letters, digits and hyphens, with a letter or digit at both ends")
            }
            r"arn:aws[a-z\-]*:iam::\d{12}:role/?[a-zA-Z_0-9+=,.@\-_/]+" => {
                ("the ARN of a role", "use !GetAtt Role.Arn (!Ref gives the role's name), or the ARN itself")
            }
            "[a-zA-Z0-9:/_-]*" => ("a KMS key", "use a key's id, its ARN, alias/NAME or an alias's ARN"),
            "(https|s3)://([^/])/?(.*)" | "(https|s3)://([^/]+)/?(.*)" => {
                ("a place in Amazon S3", "use a URI such as s3://bucket/prefix")
            }
            r"arn:aws[a-z\-]*:sns:[a-z0-9\-]*:[0-9]{12}:[a-zA-Z0-9_.-]+" => {
                ("the ARN of an SNS topic", "use !Ref Topic, or the ARN itself")
            }
            r"arn:aws[a-z\-]*:sagemaker:[a-z0-9\-]*:[0-9]{12}:[a-z0-9\-]{1,14}/.*" => {
                ("the ARN of a capacity reservation", "use the ARN that SageMaker gave the reservation")
            }
            "[-0-9a-zA-Z]+" => ("an id", "use the id of a subnet or security group, of letters, digits and hyphens"),
            r"mig-[0-9]+g\.[0-9]+gb([+-][a-z0-9.]+)*" => ("a partition profile", "use a profile such as mig-3g.40gb"),
            pattern if pattern.contains(r"\/[a-zA-Z0-9]") => ("a media type", "use one such as text/csv"),
            r"(?!\s*$).+" => ("a name", "use at least one character that isn't a space"),
            _ => ("of the form that SageMaker takes", "see the member's page in the SageMaker API reference"),
        }
    }
}

fn lines() -> impl Iterator<Item = &'static str> {
    LIMITS.lines().filter(|line| !line.starts_with('#')).skip(1)
}

/// What follows a member's name in its line.
fn limits(rest: &'static str) -> Option<Limits> {
    let mut cells = rest.splitn(5, ',');
    Some(Limits {
        required: cells.next()? == "required",
        min: cells.next()?.parse().ok(),
        max: cells.next()?.parse().ok(),
        words: cells.next()?,
        pattern: cells.next()?,
    })
}

/// A path as the table has it: `ProductionVariants[].ModelName`.
pub(super) fn member(path: &str) -> String {
    let path = path.strip_prefix(ROOT).and_then(|path| path.strip_prefix('.')).unwrap_or(path);
    let mut index = false;
    path.chars()
        .filter(|c| {
            index = (index || *c == '[') && *c != ']';
            !(index && c.is_ascii_digit())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use aws_sdk_sagemaker::operation::create_endpoint_config::CreateEndpointConfigInput;
    use aws_sdk_sagemaker::operation::update_endpoint::UpdateEndpointInput;
    use serde_json::{Value, json};

    use super::super::within_limits::VALIDATED_ELSEWHERE;
    use super::*;
    use crate::envelope::ResourceType;
    use crate::properties::{Declaration, Problems, Severity};

    #[test]
    fn what_rules_validate_is_in_the_table() {
        for path in VALIDATED_ELSEWHERE {
            let of_items = lines().any(|line| line.starts_with(&format!("{path}.")));
            assert!(of_items || lines().any(|line| line.starts_with(&format!("{path},"))), "{path}");
        }
    }

    #[test]
    fn a_member_is_found_by_its_path_whichever_the_item() {
        let model = of("Properties.ProductionVariants[12].ModelName");
        assert_eq!((model.min, model.max, model.required), (Some(0.0), Some(63.0), false));
        assert_eq!(of("Properties.ProductionVariants[0].InitialInstanceCount").max, None);
        assert_eq!(of("Properties.VpcConfig.Subnets[3]").max, Some(32.0));
        assert_eq!(of("Properties.ProductionVariants[0].LaunchedTomorrow"), Limits::default());
        let vpc: Vec<_> = required_in("Properties.VpcConfig").collect();
        assert_eq!(vpc, ["SecurityGroupIds", "Subnets"]);
        assert_eq!(required_in("Properties.ProductionVariants[0]").collect::<Vec<_>>(), ["VariantName"]);
    }

    #[test]
    fn every_line_is_read_and_every_pattern_compiles_and_has_words() {
        assert!(lines().count() > 100);
        for line in lines() {
            let (name, rest) = line.split_once(',').unwrap();
            let Limits { pattern, required, min, max, words } = limits(rest).unwrap();
            assert!(required || min.is_some() || max.is_some() || !words.is_empty() || !pattern.is_empty(), "{name}");
            // Tags and names are validated by types of their own.
            if name.starts_with("Tags") || name.ends_with("VariantName") || name == "EndpointConfigName" {
                continue;
            }
            let form = Form { pattern };
            if ![r"(?!\s*$).+", ""].contains(&pattern) {
                assert!(Regex::new(pattern).is_ok(), "{name}: {pattern}");
            }
            let needs_words = !["", ".*", r"[\s\S]+"].contains(&pattern);
            assert_eq!(form.in_words().0 != "of the form that SageMaker takes", needs_words, "{name}: {pattern}");
        }
    }

    /// A line for a member that the SDK doesn't have would be a limit that nobody can reach. What the model has gained at the
    /// top since the SDK was made comes with the next one.
    #[test]
    fn every_line_is_about_a_member_of_the_sdk() {
        let schemas = [CreateEndpointConfigInput::SCHEMA, UpdateEndpointInput::SCHEMA];
        let known = |top: &str| schemas.iter().any(|schema| schema.member_schema(top).is_some());
        let paths = lines().map(|line| line.split(',').next().unwrap());
        for path in paths.filter(|path| known(path.split(['.', '[']).next().unwrap())) {
            let declared = path.rsplit('.').fold(Value::Null, |inner, step| match step.strip_suffix("[]") {
                Some(list) => json!({ list: [if inner.is_null() { json!("") } else { inner }] }),
                None => json!({ step: if inner.is_null() { json!("") } else { inner } }),
            });
            let problems = Problems::default();
            Declaration::read(ResourceType::MonitoredEndpoint, &declared, &problems).unwrap();
            let unknown = problems.sorted().into_iter().find(|problem| problem.severity == Severity::Unknown);
            assert_eq!(unknown, None, "{path}");
        }
    }

    #[test]
    fn no_two_words_of_a_member_are_taken_for_each_other() {
        for line in lines() {
            let words: Vec<_> = limits(line.split_once(',').unwrap().1).unwrap().words().collect();
            let letters: BTreeSet<_> =
                words.iter().map(|word| word.replace(['-', '_'], "").to_ascii_lowercase()).collect();
            assert_eq!(letters.len(), words.len(), "{line}");
        }
    }

    #[test]
    fn a_form_covers_the_whole_string() {
        let missed = |path: &str, text: &str| of(path).missed_form(text).is_some();
        assert!(missed("Properties.ExecutionRoleArn", "inference-role"));
        assert!(!missed("Properties.ExecutionRoleArn", "arn:aws-cn:iam::123456789012:role/service-role/x"));
        assert!(missed("Properties.KmsKeyId", "my key"));
        assert!(!missed("Properties.KmsKeyId", "alias/x"));
        assert!(missed("Properties.DataCaptureConfig.DestinationS3Uri", "bucket/prefix"));
        assert!(!missed("Properties.DataCaptureConfig.DestinationS3Uri", "s3://bucket"));
        assert!(missed("Properties.DeploymentConfig.AutoRollbackConfiguration.Alarms[0].AlarmName", " "));
    }
}
