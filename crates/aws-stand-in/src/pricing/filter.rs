//! The filters of `GetProducts`; a product has to pass all of them:
//! <https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_pricing_Filter.html>.

use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Filter {
    #[serde(rename = "Type")]
    kind: Kind,
    pub(super) field: String,
    value: String,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum Kind {
    TermMatch,
    Equals,
    Contains,
    AnyOf,
    NoneOf,
}

impl Filter {
    /// Whether a product with this value of the field, empty where it has none, is kept.
    pub(super) fn keeps(&self, value: &str) -> bool {
        let listed = || self.value.split(',').any(|one| one.trim() == value);
        match self.kind {
            Kind::TermMatch | Kind::Equals => self.value == value,
            Kind::Contains => value.contains(&self.value),
            Kind::AnyOf => listed(),
            Kind::NoneOf => !listed(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_type_keeps_what_it_says() {
        let keeps = |kind: &str, wanted: &str, value: &str| {
            let filter: Filter =
                serde_json::from_value(json!({"Type": kind, "Field": "regionCode", "Value": wanted})).unwrap();
            filter.keeps(value)
        };
        for (kind, wanted, kept, dropped) in [
            ("TERM_MATCH", "us-east-1", "us-east-1", "us-east-2"),
            ("EQUALS", "us-east-1", "us-east-1", "us-east"),
            ("CONTAINS", "east", "us-east-1", "us-west-1"),
            ("ANY_OF", "us-east-1, us-east-2", "us-east-2", "us-west-1"),
            ("NONE_OF", "us-east-1, us-east-2", "us-west-1", "us-east-2"),
        ] {
            assert!(keeps(kind, wanted, kept) && !keeps(kind, wanted, dropped), "{kind}");
        }
    }
}
