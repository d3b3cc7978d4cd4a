//! Templates are read as CloudFormation reads them: cases from the field, and public templates that declare SageMaker endpoints.

use std::io::Write;
use std::process::Stdio;

use serde_json::Value;

use crate::support::{Ran, end, file, program, root, run};

fn preview(source: &str, more: &[&str]) -> Ran {
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join("page.html");
    run(["preview", source, "--out", page.to_str().unwrap()].iter().chain(more))
}

/// A template of the cases, named by the start of its file's name.
fn case(name: &str) -> String {
    let files = std::fs::read_dir(root().join("cli/tests/files/cases")).unwrap();
    let names = files.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let found = names.into_iter().find(|found| found.starts_with(name)).unwrap();
    file(&format!("cases/{found}"))
}

/// A template of this text.
fn of_text(text: &str, more: &[&str]) -> Ran {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("template.yaml");
    std::fs::write(&path, text).unwrap();
    let ran = preview(path.to_str().unwrap(), more);
    let relative = |text: String| text.replace(&format!("{}/", folder.path().display()), "");
    Ran { code: ran.code, out: relative(ran.out), err: relative(ran.err) }
}

/// A sound resource of ours with more in its template.
fn beside(more: &str) -> String {
    format!(
        "Resources:
  Chat:
    Type: Custom::MonitoredEndpointConfig
    Properties:
      ServiceToken: arn:aws:lambda:us-east-1:123456789012:function:provider
      EndpointName: chat
      ProductionVariants:
        - {{ VariantName: Main, ModelName: m, InstanceType: ml.m5.large, InitialInstanceCount: 1 }}
{more}"
    )
}

#[track_caller]
fn says(ran: &Ran, code: i32, expected: &[&str]) {
    assert_eq!(ran.code, code, "{}{}", ran.out, ran.err);
    let said = format!("{}{}", ran.out, ran.err);
    for line in expected {
        assert!(said.contains(line), "{line}\n{said}");
    }
}

#[test]
fn t01_the_last_of_repeated_keys_is_taken_and_said() {
    let ran = preview(&case("t01"), &[]);
    says(&ran, 0, &[":22: Effect is there already, on line 19; CloudFormation takes the last one", "fine: "]);
}

#[test]
fn t02_booleans_are_yaml_1_1_s() {
    says(&preview(&case("t02"), &[]), 0, &["valid; no dashboard is declared"]);
    let ran = of_text(&beside("").replace("VariantName: Main", "VariantName: Y"), &[]);
    says(&ran, 0, &["template.yaml:8: ", "Y is a boolean in YAML 1.1 and arrives as \"true\"; put it in quotes"]);
}

#[test]
fn t04_a_dynamic_reference_is_a_placeholder() {
    let ran = preview(&case("t04"), &[]);
    says(&ran, 2, &["give it with --value '{{resolve:ssm:/churn/instance-type}}=VALUE'"]);
    assert!(!ran.out.contains("problem: "), "{}", ran.out);
    let given = "{{resolve:ssm:/churn/instance-type}}=ml.g6.12xlarge";
    says(&preview(&case("t04"), &["--value", given]), 0, &["fine: "]);
}

#[test]
fn placeholders_that_make_a_name_too_long_are_no_mistake() {
    let parameters = "Parameters:\n  SageMakerProjectName: { Type: String }\n  SageMakerProjectId: { Type: String }\n";
    let name = "EndpointName: !Sub '${SageMakerProjectName}-${SageMakerProjectId}-endpoint'";
    let ran = of_text(&format!("{parameters}{}", beside("").replace("EndpointName: chat", name)), &[]);
    says(&ran, 0, &["depends on parameter SageMakerProjectName and parameter SageMakerProjectId", "fine: "]);
}

#[test]
fn t05_a_missing_service_token_is_a_problem() {
    let ran = preview(&case("t05"), &[]);
    says(&ran, 1, &[":5: Properties.ServiceToken: CloudFormation refuses a custom resource without one"]);
}

#[test]
fn t06_a_loop_is_said() {
    let expected =
        "note: Fn::ForEach::Endpoints isn't expanded, so the Custom::MonitoredEndpointConfig resources that it makes";
    says(&preview(&case("t06"), &[]), 2, &[expected, "--template-stage Processed"]);
}

#[test]
fn t08_a_circular_dependency_is_a_problem_with_its_way_out() {
    let expected = "Properties.EndpointName: circular dependency, which CloudFormation refuses: MonitoredConfig needs Endpoint \
                    needs MonitoredConfig; give Endpoint an EndpointName";
    says(&preview(&case("t08"), &[]), 1, &[expected]);
}

#[test]
fn t09_a_component_is_found_through_the_endpoint_on_our_config() {
    let ran = preview(&case("t09"), &[]);
    says(&ran, 0, &["-unused-gpu: OK at the end of the range"]);
    assert!(!ran.out.contains("made up"), "{}", ran.out);
}

#[test]
fn n05_actions_that_no_alarm_can_call_are_problems_at_their_lines() {
    let ran = preview(&case("n05"), &[]);
    for line in 7..=10 {
        says(&ran, 1, &[&format!("n05-actions.yaml:{line}: Properties.AlarmActions[{}]", line - 7)]);
    }
}

/// Each with the parameters that it has no default for, and the logical id of the config that its endpoint is on.
const PUBLIC: [(&str, &[&str], Option<&str>); 12] = [
    ("sam-canary.yaml", &["Project=churn", "Run=a1"], Some("EndpointConfig")),
    ("async-gpu.yaml", &["InstanceType=ml.g5.xlarge"], Some("Config")),
    ("serverless-or-instances.yaml", &["Project=churn", "Stage=dev"], Some("EndpointConfig")),
    ("serverless-or-instances.yaml", &["Project=churn", "Stage=prod", "InstanceCount=3"], Some("EndpointConfig")),
    ("shadow.yaml", &[], Some("EndpointConfig")),
    ("blue-green.yaml", &["Strategy=LINEAR"], Some("EndpointConfig")),
    ("multi-model.yaml", &[], Some("EndpointConfig")),
    ("three-async.yaml", &["Output=s3://jobs/out"], Some("Config1")),
    ("others-custom-config.yaml", &[], None),
    ("cdk-alarms.json", &[], Some("ConfigFD7B6F91")),
    ("hosting-entities.json", &[], Some("EndpointConfig")),
    ("components.yaml", &[], Some("Config")),
];

#[test]
fn public_templates_are_read_without_a_false_problem() {
    for (name, parameters, config) in PUBLIC {
        let path = file(&format!("public/{name}"));
        let parameters: Vec<&str> = parameters.iter().flat_map(|parameter| ["-p", parameter]).collect();
        let ran = preview(&path, &parameters);
        assert_eq!(ran.code, 0, "{name}: {}{}", ran.out, ran.err);
        assert!(!ran.out.contains("problem: "), "{name}: {}", ran.out);
        let on = format!("is taken to be on {}, the endpoint config", config.unwrap_or_default());
        assert_eq!(ran.out.contains(&on), config.is_some(), "{name}: {}", ran.out);
        let ran = run([&["plan", path.as_str()], parameters.as_slice()].concat());
        says(&ran, 0, &["Plan: ", "Costs of a month"]);
        assert!(!ran.out.contains("problem: "), "{name}: {}", ran.out);
    }
    // A condition that doesn't hold takes everything away.
    let ran = preview(&file("public/conditional-llm.yaml"), &[]);
    says(&ran, 0, &["is taken to be on Config"]);
    let ran = preview(&file("public/conditional-llm.yaml"), &["-p", "Deploy=DISABLED"]);
    says(&ran, 2, &["no resource of this provider"]);
}

#[test]
fn public_templates_are_read_on_when_a_resource_of_ours_is_added() {
    let ours = "  Watch:\n    Type: Custom::EndpointMonitoring\n    Properties:\n      ServiceToken: !ImportValue provider\n      \
                EndpointName: !GetAtt Endpoint.EndpointName\n";
    for (name, parameters, config) in PUBLIC {
        let text = std::fs::read_to_string(root().join(file(&format!("public/{name}")))).unwrap();
        if config != Some("EndpointConfig") || !text.contains("\nResources:\n") {
            continue;
        }
        let text = text.replacen("\nResources:\n", &format!("\nResources:\n{ours}"), 1);
        let parameters: Vec<&str> = parameters.iter().flat_map(|parameter| ["-p", parameter]).collect();
        let ran = of_text(&text, &parameters);
        says(&ran, 0, &["Watch (Custom::EndpointMonitoring)", "is taken to be on EndpointConfig"]);
        assert!(!ran.out.contains("problem: "), "{name}: {}", ran.out);
    }
}

#[test]
fn a_reference_to_an_attribute_that_there_isn_t_is_a_problem() {
    let ran = of_text(&beside("Outputs:\n  Url: { Value: !Sub 'x-${Chat.DashboardURL}' }\n"), &[]);
    let expected = "template.yaml:10: Outputs.Url.Value: Custom::MonitoredEndpointConfig has no attribute DashboardURL; did you \
                    mean DashboardUrl?";
    says(&ran, 1, &[expected]);
    says(&of_text(&beside("Outputs:\n  Url: { Value: !GetAtt Chat.DashboardUrl }\n"), &[]), 0, &["fine: "]);
}

#[test]
fn a_name_that_the_template_doesn_t_have_is_a_problem_unless_a_transform_may_add_it() {
    let outputs = "Outputs:\n  Name: { Value: !GetAtt Chta.EndpointName }\n";
    let expected = "Outputs.Name.Value: the template has no resource Chta; did you mean Chat?";
    says(&of_text(&beside(outputs), &[]), 1, &[expected]);
    let topic = "  Topic: { Type: AWS::SNS::Topic, DependsOn: [Chatt], Condition: InProduction }\n";
    let expected = [
        "Resources.Topic.DependsOn: the template has no resource Chatt; did you mean Chat?",
        "Resources.Topic.Condition: the template has no condition InProduction",
    ];
    says(&of_text(&beside(topic), &[]), 1, &expected);
    let transformed = format!("Transform: AWS::Serverless-2016-10-31\n{}", beside(outputs));
    says(&of_text(&transformed, &[]), 0, &["fine: "]);
}

#[test]
fn a_value_that_was_forgotten_is_a_problem() {
    let ran = of_text(&beside("  Topic:\n    Type: AWS::SNS::Topic\n    Properties:\n      TopicName:\n"), &[]);
    says(
        &ran,
        1,
        &["template.yaml:12: Resources.Topic.Properties.TopicName: has no value, and CloudFormation refuses null"],
    );
}

#[test]
fn a_misspelt_type_is_offered_the_nearest_and_another_provider_s_is_left_alone() {
    let typed = |name: &str| of_text(&beside("").replace("Custom::MonitoredEndpointConfig", name), &[]);
    let expected = "template.yaml:3: Resources.Chat.Type: Custom::MonitoredEndpointKonfig is not a type of this provider; did you \
                    mean Custom::MonitoredEndpointConfig?";
    says(&typed("Custom::MonitoredEndpointKonfig"), 1, &[expected]);
    says(&typed("custom::monitoredendpointconfig"), 1, &["did you mean Custom::MonitoredEndpointConfig?"]);
    says(&typed("Custom::SageMakerEndpointConfig"), 2, &["no resource of this provider"]);
    let same_provider = "  Other: { Type: AWS::CloudFormation::CustomResource, Properties: { ServiceToken: \
                         'arn:aws:lambda:us-east-1:123456789012:function:provider' } }\n";
    says(
        &of_text(&beside(same_provider), &[]),
        1,
        &["AWS::CloudFormation::CustomResource is not a type of this provider; use"],
    );
}

#[test]
fn the_ref_of_an_endpoint_is_no_name() {
    let native = "  Native: { Type: AWS::SageMaker::Endpoint, Properties: { EndpointConfigName: c } }\n";
    let ran = of_text(&beside(native).replace("EndpointName: chat", "EndpointName: !Ref Native"), &[]);
    says(
        &ran,
        1,
        &["template.yaml:6: Properties.EndpointName: Ref of Native, an AWS::SageMaker::Endpoint, is its ARN"],
    );
    assert!(!ran.out.contains("--value"), "{}", ran.out);
}

#[test]
fn a_parameter_s_bounds_are_kept() {
    let template = format!(
        "Parameters:\n  Count: {{ Type: Number, Default: 9, MinValue: 1, MaxValue: 4 }}\n{}",
        beside("").replace("InitialInstanceCount: 1", "InitialInstanceCount: !Ref Count")
    );
    let expected = "template.yaml:2: Parameters.Count.Default: the Default is refused: \"9\" is not allowed for parameter Count; \
                    use 4 or less";
    says(&of_text(&template, &[]), 1, &[expected]);
    says(&of_text(&template, &["-p", "Count=3"]), 0, &["fine: "]);
    says(&of_text(&template, &["-p", "Count=x"]), 2, &["use a number"]);
    says(
        &of_text(&template, &["-p", "Cuont=3"]),
        2,
        &["no parameter Cuont, which --parameter gives; did you mean Count?"],
    );
}

#[test]
fn what_an_include_may_bring_along_is_not_called_missing() {
    let include = "      Fn::Transform: { Name: AWS::Include, Parameters: { Location: s3://snippets/token.yaml } }";
    let token = "      ServiceToken: arn:aws:lambda:us-east-1:123456789012:function:provider";
    let ran = of_text(&beside("").replace(token, include), &[]);
    says(&ran, 0, &["Fn::Transform in Chat isn't expanded", "fine: "]);
}

#[test]
fn a_file_s_own_problems_are_said_by_every_command() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("template.yaml");
    std::fs::write(&path, beside("").replace("Custom::MonitoredEndpointConfig", "Custom::MonitoredEndpointKonfig"))
        .unwrap();
    let path = path.to_str().unwrap();
    for arguments in [["plan", path].as_slice(), &["explain", "UnusedGpuAlarm", path]] {
        says(&run(arguments), 1, &["did you mean Custom::MonitoredEndpointConfig?"]);
    }
}

#[test]
fn macros_and_nested_stacks_are_said() {
    let more = "  Network: { Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: ./network.yaml } }\n";
    let ran = of_text(&format!("Transform: [AWS::LanguageExtensions, Renames]\n{}", beside(more)), &[]);
    says(
        &ran,
        0,
        &["macro Renames isn't run", "nested stack Network isn't looked at; give ./network.yaml as a file of its own"],
    );
}

#[test]
fn a_byte_order_mark_and_windows_line_ends_are_read() {
    let text = format!("\u{feff}{}", beside("").replace('\n', "\r\n"));
    says(&of_text(&text, &[]), 0, &["fine: "]);
    let broken = text.replace("EndpointName: chat", "EndpointName: c_t");
    says(&of_text(&broken, &[]), 1, &["template.yaml:6: Properties.EndpointName"]);
}

#[test]
fn what_get_template_prints_is_read_too() {
    let body = r#"{"TemplateBody": {"Resources": {"Chat": {
 "Type": "Custom::EndpointMonitoring",
 "Properties": {"EndpointName": "chat"}}}}, "StagesAvailable": ["Original", "Processed"]}"#;
    says(&of_text(body, &[]), 1, &["template.yaml:3: Properties.ServiceToken: "]);
    let text = format!("TemplateBody: |\n  {}", beside("").replace('\n', "\n  "));
    says(&of_text(&text, &[]), 0, &["fine: "]);
}

#[test]
fn standard_input_is_read_and_may_be_named_twice() {
    let given = |arguments: &[&str], text: &str| {
        let mut child = program();
        child.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = child.spawn().unwrap();
        child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        (
            output.status.code().unwrap(),
            String::from_utf8(output.stdout).unwrap() + &String::from_utf8_lossy(&output.stderr),
        )
    };
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join("page.html");
    let (code, said) = given(&["preview", "-", "--out", page.to_str().unwrap()], &beside(""));
    assert!(code == 0 && said.contains("fine: ") && page.exists(), "{said}");
    let (code, said) = given(&["preview", "-"], &beside("").replace("EndpointName: chat", "EndpointName: c_t"));
    assert!(code == 1 && said.contains("stdin:6: Properties.EndpointName"), "{said}");
    let (code, said) = given(&["plan", "-", "--old", "-"], &beside(""));
    assert_eq!(code, 0, "{said}");
    let (code, said) = given(&["preview", "-"], "");
    assert!(code == 2 && said.contains("stdin: empty"), "{said}");
}

#[test]
fn several_files_are_looked_at_whatever_is_wrong_with_one() {
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join("page.html");
    let files = ["examples/monitored-config.yaml", "nowhere.yaml", "cli/tests/files/mistakes.yaml"];
    let arguments = [&["preview"], &files[..], &["--out", page.to_str().unwrap()]].concat();
    let ran = run(&arguments);
    says(
        &ran,
        1,
        &["examples/monitored-config.yaml:\n", "fine: ", "nowhere.yaml: ", "cli/tests/files/mistakes.yaml:6: "],
    );
    assert!(folder.path().join("page-monitored-config.html").exists());
    let ran = end(program().args(&arguments).args(["--format", "json"]));
    let json = ran.json();
    let statuses: Vec<&Value> = json["Files"].as_array().unwrap().iter().map(|one| &one["Status"]).collect();
    assert_eq!(statuses, ["fine", "unusable", "problems"]);
}
