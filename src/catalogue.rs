//! How many accelerators an instance of each SageMaker type has.
//!
//! The figures and their sources are in `data/accelerators.csv`. A type that the file lacks is either known to have
//! no accelerator, or unknown: then the declaration has to say.

use aws_sdk_sagemaker::types::ProductionVariantInstanceType;

const ACCELERATORS: &str = include_str!("../data/accelerators.csv");

/// Families of instances without accelerators, by the letters their names start with (`ml.c7i.large`, `ml.m9g.xlarge`).
const CPU_FAMILIES: [&str; 4] = ["c", "m", "r", "t"];

/// What an instance type carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accelerators {
    /// This many GPUs: the kind that SageMaker's GPU metrics count.
    Gpus(u32),
    /// Accelerators of another kind (Neuron, Gaudi). SageMaker's GPU metrics don't count them.
    Others(u32),
    /// None.
    None,
    /// The type is newer than this catalogue.
    Unknown,
}

/// Looks an instance type up, `ml.g6.12xlarge` and the like.
#[must_use]
pub fn accelerators(instance_type: &str) -> Accelerators {
    let found = rows().find(|row| row.instance_type == instance_type);
    match found {
        Some(row) if row.kind == "gpu" => Accelerators::Gpus(row.count),
        Some(row) => Accelerators::Others(row.count),
        None if is_known_to_sdk(instance_type) || is_cpu_family(instance_type) => Accelerators::None,
        None => Accelerators::Unknown,
    }
}

struct Row {
    instance_type: &'static str,
    kind: &'static str,
    count: u32,
}

fn rows() -> impl Iterator<Item = Row> {
    let lines = ACCELERATORS.lines().filter(|line| !line.starts_with('#')).skip(1);
    lines.filter_map(|line| {
        let mut cells = line.split(',');
        Some(Row { instance_type: cells.next()?, kind: cells.next()?, count: cells.next()?.parse().ok()? })
    })
}

fn is_known_to_sdk(instance_type: &str) -> bool {
    ProductionVariantInstanceType::values().contains(&instance_type)
}

fn is_cpu_family(instance_type: &str) -> bool {
    let family = instance_type.strip_prefix("ml.").unwrap_or_default();
    CPU_FAMILIES
        .iter()
        .filter_map(|letters| family.strip_prefix(letters))
        .any(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_row_of_the_file_is_readable() {
        let lines = ACCELERATORS.lines().filter(|line| !line.starts_with('#')).count() - 1;
        assert_eq!(rows().count(), lines);
        assert!(rows().all(|row| row.count > 0 && row.instance_type.starts_with("ml.")));
    }

    #[test]
    fn looks_up_each_kind() {
        assert_eq!(accelerators("ml.g6.12xlarge"), Accelerators::Gpus(4));
        assert_eq!(accelerators("ml.p5.48xlarge"), Accelerators::Gpus(8));
        assert_eq!(accelerators("ml.inf2.48xlarge"), Accelerators::Others(12));
        assert_eq!(accelerators("ml.m5.xlarge"), Accelerators::None);
        assert_eq!(accelerators("ml.m99x.xlarge"), Accelerators::None);
        assert_eq!(accelerators("ml.g99.48xlarge"), Accelerators::Unknown);
        assert_eq!(accelerators("ml.p9.2xlarge"), Accelerators::Unknown);
        assert_eq!(accelerators(""), Accelerators::Unknown);
    }

    /// A type that the SDK knows and the file lacks counts as having no accelerator, so the file must not lag behind.
    #[test]
    fn no_accelerator_family_of_the_sdk_is_missing() {
        let has_accelerators = |family: &str| {
            let letters: String = family.chars().take_while(char::is_ascii_alphabetic).collect();
            ["g", "p", "inf", "trn", "dl", "vt", "f"].contains(&letters.as_str())
        };
        let family = |instance_type: &str| instance_type.split('.').nth(1).unwrap_or_default().to_owned();
        let known: BTreeSet<String> = rows().map(|row| family(row.instance_type)).collect();
        let missing: BTreeSet<String> = ProductionVariantInstanceType::values()
            .iter()
            .map(|instance_type| family(instance_type))
            .filter(|family| has_accelerators(family) && !known.contains(family))
            .collect();
        assert!(missing.is_empty(), "data/accelerators.csv lacks {missing:?}");
    }

    #[test]
    fn no_single_accelerator_type_of_the_sdk_is_missing() {
        let known: BTreeSet<&str> = rows().map(|row| row.instance_type).collect();
        let families: BTreeSet<&str> = known.iter().filter_map(|name| name.split('.').nth(1)).collect();
        let missing: Vec<&&str> = ProductionVariantInstanceType::values()
            .iter()
            .filter(|name| name.split('.').nth(1).is_some_and(|family| families.contains(family)))
            .filter(|name| !known.contains(**name))
            .collect();
        assert!(missing.is_empty(), "data/accelerators.csv lacks {missing:?}");
    }
}
