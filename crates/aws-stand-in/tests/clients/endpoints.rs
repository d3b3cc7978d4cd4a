use aws_sdk_sagemaker::{
    operation::describe_endpoint::DescribeEndpointOutput,
    types::{EndpointStatus, VariantProperty, VariantPropertyType},
};
use aws_stand_in::{Config, Outcome, Script};

use crate::setup::{Setup, TRANSITION, refusal, start, start_with, tag};

const ARN: &str = "arn:aws:sagemaker:us-east-1:123456789012:endpoint/e";

async fn describe(setup: &Setup) -> DescribeEndpointOutput {
    setup.sagemaker.describe_endpoint().endpoint_name("e").send().await.unwrap()
}

async fn update(setup: &Setup, config: &str) {
    setup.sagemaker.update_endpoint().endpoint_name("e").endpoint_config_name(config).send().await.unwrap();
}

fn script(outcome: Outcome) -> Script {
    Script { outcome, reason: Some("no capacity".into()), after_ms: Some(1000) }
}

fn status(shown: &DescribeEndpointOutput) -> (&str, &str, Option<&str>) {
    (shown.endpoint_status().unwrap().as_str(), shown.endpoint_config_name().unwrap(), shown.failure_reason())
}

#[tokio::test]
async fn an_endpoint_is_created_updated_and_deleted_in_time() {
    let setup = start();
    setup.create_config("old").await;
    setup.create_config("new").await;
    let created = setup
        .sagemaker
        .create_endpoint()
        .endpoint_name("e")
        .endpoint_config_name("old")
        .tags(tag("k", "v"))
        .send()
        .await
        .unwrap();
    assert_eq!(created.endpoint_arn(), Some(ARN));
    let shown = describe(&setup).await;
    assert_eq!(status(&shown), ("Creating", "old", None));
    assert!(shown.production_variants().is_empty());

    setup.stand_in.advance(TRANSITION);
    let shown = describe(&setup).await;
    assert_eq!(status(&shown), ("InService", "old", None));
    assert_eq!(shown.production_variants()[0].current_instance_count(), Some(1));

    update(&setup, "new").await;
    let shown = describe(&setup).await;
    assert_eq!(status(&shown), ("Updating", "old", None));
    assert_eq!(shown.pending_deployment_summary().unwrap().endpoint_config_name(), Some("new"));
    setup.stand_in.advance(TRANSITION);
    let shown = describe(&setup).await;
    assert_eq!(status(&shown), ("InService", "new", None));
    assert!(shown.pending_deployment_summary().is_none());

    setup.sagemaker.delete_endpoint().endpoint_name("e").send().await.unwrap();
    assert_eq!(status(&describe(&setup).await), ("Deleting", "new", None));
    let tags = setup.sagemaker.list_tags().resource_arn(ARN).send().await.unwrap();
    assert_eq!(tags.tags(), [tag("k", "v")]);
    setup.stand_in.advance(TRANSITION);
    let tags = setup.sagemaker.list_tags().resource_arn(ARN).send().await;
    assert_eq!(refusal(tags).1, "Resource does not exist.", "its tags went with it");
    let missing = ("ValidationException".to_owned(), format!("Could not find endpoint \"{ARN}\"."));
    assert_eq!(refusal(setup.sagemaker.describe_endpoint().endpoint_name("e").send().await), missing);
    assert_eq!(refusal(setup.sagemaker.delete_endpoint().endpoint_name("e").send().await), missing);
    let updated = setup.sagemaker.update_endpoint().endpoint_name("e").endpoint_config_name("new").send().await;
    assert_eq!(refusal(updated), missing);
}

#[tokio::test]
async fn real_time_moves_it_on_too() {
    let setup = start_with(Config::default());
    setup.create_config("c").await;
    setup.sagemaker.create_endpoint().endpoint_name("e").endpoint_config_name("c").send().await.unwrap();
    let in_service = async {
        while describe(&setup).await.endpoint_status() != Some(&EndpointStatus::InService) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(10), in_service).await.unwrap();
}

#[tokio::test]
async fn what_is_under_way_is_not_interrupted() {
    let setup = start();
    setup.create_config("c").await;
    setup.sagemaker.create_endpoint().endpoint_name("e").endpoint_config_name("c").send().await.unwrap();
    let busy = ("ValidationException".to_owned(), format!("Cannot update in-progress endpoint \"{ARN}\"."));
    let updated = setup.sagemaker.update_endpoint().endpoint_name("e").endpoint_config_name("c").send().await;
    assert_eq!(refusal(updated), busy);
    assert_eq!(refusal(setup.sagemaker.delete_endpoint().endpoint_name("e").send().await), busy);
    let again = setup.sagemaker.create_endpoint().endpoint_name("e").endpoint_config_name("c").send().await;
    assert_eq!(refusal(again).1, format!("Cannot create already existing endpoint \"{ARN}\"."));
}

#[tokio::test]
async fn names_that_differ_in_case_are_one_name_to_a_creation_alone() {
    let setup = start();
    setup.create_endpoint("chat", "c").await;
    let created = setup.sagemaker.create_endpoint().endpoint_name("Chat").endpoint_config_name("c").send().await;
    let existing = "arn:aws:sagemaker:us-east-1:123456789012:endpoint/chat";
    assert_eq!(refusal(created).1, format!("Cannot create already existing endpoint \"{existing}\"."));
    let described = setup.sagemaker.describe_endpoint().endpoint_name("Chat").send().await;
    assert!(refusal(described).1.starts_with("Could not find endpoint \"arn:"));
    let deleted = setup.sagemaker.delete_endpoint().endpoint_name("Chat").send().await;
    assert!(refusal(deleted).1.starts_with("Could not find endpoint \"arn:"));
    setup.create_config("C").await;
}

#[tokio::test]
async fn configs_must_exist_to_be_used_but_not_afterwards() {
    let setup = start();
    let created = setup.sagemaker.create_endpoint().endpoint_name("e").endpoint_config_name("x").send().await;
    assert!(refusal(created).1.starts_with("Could not find endpoint configuration \"arn:"));
    setup.create_endpoint("e", "c").await;
    let updated = setup.sagemaker.update_endpoint().endpoint_name("e").endpoint_config_name("x").send().await;
    assert!(refusal(updated).1.starts_with("Could not find endpoint configuration \"arn:"));
    setup.sagemaker.delete_endpoint_config().endpoint_config_name("c").send().await.unwrap();
    assert_eq!(status(&describe(&setup).await), ("InService", "c", None));
    setup.create_config("new").await;
    let updated = setup.sagemaker.update_endpoint().endpoint_name("e").endpoint_config_name("new").send().await;
    assert!(refusal(updated).1.ends_with("endpoint-config/c\"."), "it can't be updated any more");
}

#[tokio::test]
async fn a_failed_update_ends_in_service_on_the_old_config() {
    for outcome in [Outcome::Fail, Outcome::Rollback] {
        let setup = start();
        setup.create_endpoint("e", "old").await;
        setup.create_config("new").await;
        setup.stand_in.script("e", script(outcome));
        update(&setup, "new").await;
        setup.stand_in.advance(std::time::Duration::from_secs(1));
        if outcome == Outcome::Rollback {
            assert_eq!(status(&describe(&setup).await), ("RollingBack", "old", None));
            setup.stand_in.advance(std::time::Duration::from_secs(1));
        }
        assert_eq!(status(&describe(&setup).await), ("InService", "old", Some("no capacity")));

        update(&setup, "new").await;
        setup.stand_in.advance(TRANSITION);
        assert_eq!(status(&describe(&setup).await), ("InService", "new", None), "the script is played once");
    }
}

#[tokio::test]
async fn a_failed_rollback_shows_as_such() {
    let setup = start();
    setup.create_endpoint("e", "old").await;
    setup.create_config("new").await;
    setup.stand_in.script("e", script(Outcome::RollbackFailed));
    update(&setup, "new").await;
    setup.stand_in.advance(TRANSITION);
    assert_eq!(status(&describe(&setup).await), ("UpdateRollbackFailed", "old", Some("no capacity")));

    // Instances run on both configs; the API lets either go all the same.
    setup.sagemaker.delete_endpoint_config().endpoint_config_name("new").send().await.unwrap();
    setup.create_config("newer").await;
    update(&setup, "newer").await;
    setup.stand_in.advance(TRANSITION);
    assert_eq!(status(&describe(&setup).await), ("InService", "newer", None));
}

#[tokio::test]
async fn a_failed_creation_can_only_be_deleted() {
    let setup = start();
    setup.create_config("c").await;
    setup.stand_in.script("e", script(Outcome::Fail));
    setup.sagemaker.create_endpoint().endpoint_name("e").endpoint_config_name("c").send().await.unwrap();
    setup.stand_in.advance(TRANSITION);
    assert_eq!(status(&describe(&setup).await), ("Failed", "c", Some("no capacity")));
    let updated = setup.sagemaker.update_endpoint().endpoint_name("e").endpoint_config_name("c").send().await;
    assert!(refusal(updated).1.contains("Failed"));
    setup.sagemaker.delete_endpoint().endpoint_name("e").send().await.unwrap();
    setup.stand_in.advance(TRANSITION);
    assert!(setup.sagemaker.describe_endpoint().endpoint_name("e").send().await.is_err());
}

#[tokio::test]
async fn an_update_resets_what_was_scaled_unless_it_is_retained() {
    let setup = start();
    setup.create_endpoint("e", "old").await;
    setup.create_config("new").await;
    let instances = async || describe(&setup).await.production_variants()[0].desired_instance_count();
    let retaining = || {
        setup
            .sagemaker
            .update_endpoint()
            .endpoint_name("e")
            .endpoint_config_name("new")
            .retain_all_variant_properties(true)
    };
    setup.stand_in.scale("e", "v", 4).unwrap();
    assert_eq!(instances().await, Some(4));
    retaining().send().await.unwrap();
    setup.stand_in.advance(TRANSITION);
    assert_eq!(instances().await, Some(4));
    let counts = VariantProperty::builder().variant_property_type(VariantPropertyType::DesiredInstanceCount).build();
    retaining().exclude_retained_variant_properties(counts).send().await.unwrap();
    setup.stand_in.advance(TRANSITION);
    assert_eq!(instances().await, Some(1));
    setup.stand_in.scale("e", "v", 4).unwrap();
    update(&setup, "new").await;
    setup.stand_in.advance(TRANSITION);
    assert_eq!(instances().await, Some(1));
    assert!(setup.stand_in.scale("e", "w", 1).is_err());
    assert!(setup.stand_in.scale("f", "v", 1).is_err());
}

#[tokio::test]
async fn endpoints_are_listed_by_status() {
    let setup = start();
    setup.create_endpoint("a", "c").await;
    setup.sagemaker.create_endpoint().endpoint_name("b").endpoint_config_name("c").send().await.unwrap();
    let list = async |status: EndpointStatus| -> Vec<_> {
        let listed = setup.sagemaker.list_endpoints().status_equals(status).send().await.unwrap();
        listed.endpoints().iter().map(|one| one.endpoint_name().unwrap().to_owned()).collect()
    };
    assert_eq!(list(EndpointStatus::InService).await, ["a"]);
    assert_eq!(list(EndpointStatus::Creating).await, ["b"]);
}
