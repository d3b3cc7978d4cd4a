//! Every function, on one template.

use proptest::prelude::*;

use super::*;
use crate::text;

const TEMPLATE: &str = r#"
Parameters:
  Name: { Type: String, Default: chat }
  Topic: { Type: String, Default: "" }
  Subnets: { Type: CommaDelimitedList, Default: "a, b" }
  Token: { Type: "AWS::SSM::Parameter::Value<String>", Default: /x/y }
  Price: { Type: Number }
  Zones: { Type: CommaDelimitedList }
Mappings:
  Prices: { us-east-1: { g6: 5.752 } }
Conditions:
  HasTopic: !Not [!Equals [!Ref Topic, ""]]
  Priced: !Not [!Equals [!Ref Price, ""]]
  Both: !And [!Condition HasTopic, !Condition Priced]
  Circle: !Condition Circle
Resources:
  Alarms: { Type: AWS::SNS::Topic }
  Role: { Type: AWS::IAM::Role }
  Endpoint: { Type: AWS::SageMaker::Endpoint, Properties: { EndpointName: !Sub "${Name}-prod" } }
"#;

fn stack(parameters: &[(&str, &str)]) -> Stack {
    Stack {
        region: "us-east-1".to_owned(),
        account: "123456789012".to_owned(),
        name: "s".to_owned(),
        parameters: parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        values: [].into(),
    }
}

fn resolved(value: &str, parameters: &[(&str, &str)]) -> Resolved {
    let (template, stack) = (text::read(TEMPLATE).unwrap().value, stack(parameters));
    let resolver = Resolver::of_template(&template, &stack);
    resolver.resolve(&text::read(value).unwrap().value, "P")
}

#[test]
fn what_a_template_says_is_worked_out() {
    for (value, expected) in [
        ("!Ref Name", json!("chat")),
        ("!Ref Subnets", json!(["a", "b"])),
        ("!Sub '${Name}-${AWS::Region}-${!Literal}'", json!("chat-us-east-1-${Literal}")),
        ("!Sub ['${a}-${Name}', {a: !Ref AWS::AccountId}]", json!("123456789012-chat")),
        ("!Join ['-', [a, !Ref Name]]", json!("a-chat")),
        ("!Select [1, !Split ['/', a/b]]", json!("b")),
        ("!FindInMap [Prices, !Ref AWS::Region, g6]", json!("5.752")),
        ("!If [HasTopic, a, [b, !Ref AWS::NoValue]]", json!(["b"])),
        ("!GetAtt Endpoint.EndpointName", json!("chat-prod")),
        ("!Sub '${Endpoint.EndpointName}/x'", json!("chat-prod/x")),
        ("Fn::Length: !Ref Subnets", json!("2")),
    ] {
        assert_eq!(resolved(value, &[]).unwrap(), Some(expected), "{value}");
    }
    assert_eq!(resolved("!Ref AWS::NoValue", &[]).unwrap(), None);
    assert_eq!(resolved("!If [HasTopic, yes, no]", &[("Topic", "arn:x")]).unwrap(), Some(json!("true")));
}

#[test]
fn what_only_a_deployment_knows_is_a_visible_placeholder_of_the_right_form() {
    for (value, expected) in [
        ("!Ref Token", "UNRESOLVED-Token"),
        ("!Ref Alarms", "arn:aws:sns:us-east-1:123456789012:UNRESOLVED-Alarms"),
        ("!GetAtt Role.Arn", "arn:aws:iam::123456789012:role/UNRESOLVED-Role"),
        ("!ImportValue net-Topic", "UNRESOLVED-net-Topic"),
        ("!Join ['-', [a, !Ref Price]]", "a-UNRESOLVED-Price"),
        ("!Select [3, !Split [',', !Ref Price]]", "UNRESOLVED-Price"),
    ] {
        assert_eq!(resolved(value, &[]).unwrap(), Some(json!(expected)), "{value}");
    }
}

#[test]
fn a_split_never_cuts_a_placeholder_into_text_that_counts_as_known() {
    for (value, expected) in [
        ("!Select [4, !Split ['-', !ImportValue net-prod-x]]", json!("UNRESOLVED-net-prod-x")),
        ("!Select [1, !Split ['-', !ImportValue net-prod-x]]", json!("UNRESOLVED-net-prod-x")),
        ("!Split ['-', !Sub ['a-${x}-b', {x: !ImportValue net-prod-x}]]", json!(["a", "UNRESOLVED-net-prod-x", "b"])),
        ("!Split ['E', !Ref Price]", json!(["UNRESOLVED-Price"])),
        ("!Select [5, !Split [':', !GetAtt Role.Arn]]", json!("role/UNRESOLVED-Role")),
        ("!Select [4, !Split [':', !GetAtt Role.Arn]]", json!("123456789012")),
        ("!Split ['-', a--b]", json!(["a", "", "b"])),
    ] {
        assert_eq!(resolved(value, &[]).unwrap(), Some(expected), "{value}");
    }
}

#[test]
fn the_length_of_a_list_without_a_value_is_unknown() {
    for (value, expected) in [
        ("Fn::Length: !Ref Zones", "UNRESOLVED-Zones"),
        ("Fn::Length: !Split [',', !ImportValue zones]", "UNRESOLVED-zones"),
        ("Fn::Length: [a, !Ref Price]", "2"),
        ("Fn::Length: !Split [',', 'a,b,c']", "3"),
    ] {
        assert_eq!(resolved(value, &[]).unwrap(), Some(json!(expected)), "{value}");
    }
    assert_eq!(resolved("Fn::Length: !Ref Zones", &[("Zones", "a,b")]).unwrap(), Some(json!("2")));
}

#[test]
fn a_condition_that_nobody_knows_is_taken_as_true_and_said_so() {
    let (template, stack) = (text::read(TEMPLATE).unwrap().value, stack(&[]));
    let resolver = Resolver::of_template(&template, &stack);
    assert_eq!(resolver.holds("Priced", "P"), Ok(None));
    assert_eq!(resolver.holds("Both", "P"), Ok(Some(false)), "one of them is known to be false");
    assert_eq!(resolver.holds_or_may("Priced", "P"), Ok(true));
    assert_eq!(resolver.assumed_true().into_iter().collect::<Vec<_>>(), ["Priced"]);
}

#[test]
fn what_cloudformation_would_refuse_is_refused_with_its_place() {
    for (value, expected) in [
        ("a: [!Ref Nme]", "P.a[0]: the template has no parameter or resource Nme; did you mean Name?"),
        ("!GetAtt Nobody.Arn", "P: the template has no resource Nobody"),
        ("!If [Nothing, a, b]", "P: the template has no condition Nothing"),
        ("!If [Circle, a, b]", "Conditions.Circle: depends on itself"),
        ("!Join [a]", "P: Fn::Join takes a list of 2"),
        ("!FindInMap [Prices, us-east-1, g7]", "P: Fn::FindInMap: the template maps nothing at Prices.us-east-1.g7"),
        ("!Sub '${Name'", "P: Fn::Sub: a ${ has no }"),
        ("a: ~", "P.a: null is no value in a template; leave it out, or use AWS::NoValue"),
    ] {
        assert_eq!(resolved(value, &[]).unwrap_err().to_string(), expected, "{value}");
    }
}

/// Values with functions in them that nobody checked.
fn wild() -> impl Strategy<Value = Value> {
    let name = prop::sample::select(vec![
        "Ref",
        "Fn::If",
        "Fn::Sub",
        "Fn::Join",
        "Fn::Split",
        "Fn::Select",
        "Fn::FindInMap",
        "Fn::GetAtt",
        "Fn::Not",
        "Fn::And",
        "Fn::Equals",
        "Condition",
        "Fn::Length",
        "Fn::Anything",
        "Plain",
    ]);
    let words = vec!["Name", "Topic", "HasTopic", "Circle", "${Name}", "${", "Endpoint.EndpointName", "-1", "0", ""];
    let leaf = prop_oneof![prop::sample::select(words).prop_map(Value::from), Just(Value::Null)];
    leaf.prop_recursive(4, 24, 3, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            (name.clone(), inner).prop_map(|(name, value)| json!({ name: value })),
        ]
    })
}

proptest! {
    #[test]
    fn whatever_a_template_says_is_worked_out_or_refused(value in wild()) {
        let (template, stack) = (text::read(TEMPLATE).unwrap().value, stack(&[]));
        for resolver in [Resolver::of_template(&template, &stack), Resolver::of_properties(&template, &stack)] {
            drop(resolver.resolve(&value, "P"));
        }
    }
}
