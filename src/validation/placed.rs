//! Models that a template places on an endpoint, as far as it says how many GPUs they hold.

use crate::spec::{InferenceComponent, PlacedModel};
use serde_json::Value;

const GPUS: &str = "/Specification/ComputeResourceRequirements/NumberOfAcceleratorDevicesRequired";
const COPIES: &str = "/RuntimeConfig/CopyCount";

/// The template's inference components, and those that are listed and made elsewhere. Empty where the GPUs of one aren't known.
pub(super) fn placed(components: &[Value], listed: &[InferenceComponent]) -> Vec<PlacedModel> {
    let of_template = components.iter().map(|component| {
        let gpus_per_copy = match component.pointer(GPUS) {
            Some(gpus) => whole(gpus)?,
            // A model that asks for none holds none.
            None => 0,
        };
        Some(PlacedModel { gpus_per_copy, copies: component.pointer(COPIES).and_then(whole) })
    });
    let is_here = |listed: &&InferenceComponent| {
        let name =
            |component: &Value| component.get("InferenceComponentName").and_then(Value::as_str).map(str::to_owned);
        components.iter().any(|component| name(component).as_deref() == Some(listed.name.as_str()))
    };
    let elsewhere = listed.iter().filter(|listed| !is_here(listed));
    let elsewhere = elsewhere.map(|listed| Some(PlacedModel { gpus_per_copy: listed.gpus_per_copy?, copies: None }));
    of_template.chain(elsewhere).collect::<Option<_>>().unwrap_or_default()
}

/// A count as CloudFormation has it: text, or a number.
fn whole(value: &Value) -> Option<u32> {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use crate::spec::InferenceComponentName;
    use serde_json::json;

    use super::*;

    fn listed(name: &str, gpus_per_copy: Option<u32>) -> InferenceComponent {
        InferenceComponent { name: InferenceComponentName::parse(name).unwrap(), label: name.to_owned(), gpus_per_copy }
    }

    #[test]
    fn what_the_template_says_counts_before_the_list() {
        let chat = json!({
            "InferenceComponentName": "chat",
            "Specification": {"ComputeResourceRequirements": {"NumberOfAcceleratorDevicesRequired": "2"}},
            "RuntimeConfig": {"CopyCount": "3"},
        });
        let both = [listed("chat", Some(1)), listed("other", Some(1))];
        let expected =
            [PlacedModel { gpus_per_copy: 2, copies: Some(3) }, PlacedModel { gpus_per_copy: 1, copies: None }];
        assert_eq!(placed(std::slice::from_ref(&chat), &both), expected);
        assert_eq!(placed(&[chat], &[listed("other", None)]), [], "nobody knows what the other holds");
    }
}
