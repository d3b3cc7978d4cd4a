use std::collections::HashMap;

use aws_sdk_dynamodb::{
    Client,
    operation::put_item::PutItemError,
    types::{AttributeValue, ReturnValue, ReturnValuesOnConditionCheckFailure},
};
use aws_stand_in::{Config, Fault, FaultRule, StandIn};
use serde_json::json;

use crate::setup::{control, dynamodb, refusal, start};

const TABLE: &str = "requests";

fn start_table() -> (StandIn, Client) {
    let stand_in = StandIn::start(Config { tables: vec![TABLE.into()], ..Config::default() }).unwrap();
    let client = dynamodb(stand_in.url());
    (stand_in, client)
}

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.into())
}

fn number(value: u32) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

fn item(resource: &str, turn: u32) -> HashMap<String, AttributeValue> {
    HashMap::from([("Resource".to_owned(), text(resource)), ("Turn".to_owned(), number(turn))])
}

async fn put(client: &Client, resource: &str, turn: u32) {
    client.put_item().table_name(TABLE).set_item(Some(item(resource, turn))).send().await.unwrap();
}

#[tokio::test]
async fn an_item_is_put_read_and_deleted() {
    let (stand_in, client) = start_table();
    let get = async || {
        let request = client.get_item().table_name(TABLE).key("Resource", text("a")).consistent_read(true);
        request.send().await.unwrap().item
    };
    assert_eq!(get().await, None);
    put(&client, "a", 1).await;
    assert_eq!(get().await, Some(item("a", 1)));
    let put = client.put_item().table_name(TABLE).set_item(Some(item("a", 2))).return_values(ReturnValue::AllOld);
    assert_eq!(put.send().await.unwrap().attributes, Some(item("a", 1)));
    assert_eq!(stand_in.table(TABLE), [json!({"Resource": {"S": "a"}, "Turn": {"N": "2"}})]);
    client.delete_item().table_name(TABLE).key("Resource", text("a")).send().await.unwrap();
    client.delete_item().table_name(TABLE).key("Resource", text("a")).send().await.unwrap();
    assert_eq!(get().await, None);
    let writes: Vec<_> = stand_in.calls().iter().filter(|call| call.write).map(|call| call.operation.clone()).collect();
    assert_eq!(writes, ["PutItem", "PutItem", "DeleteItem", "DeleteItem"]);
    assert_eq!(stand_in.calls()[0].service, "dynamodb");
    assert_eq!(stand_in.calls()[0].request["Key"], json!({"Resource": {"S": "a"}}));
}

#[tokio::test]
async fn every_type_comes_back_as_it_went() {
    let (_stand_in, client) = start_table();
    let mut sent = item("a", 1);
    sent.extend([
        ("Flag".to_owned(), AttributeValue::Bool(true)),
        ("Nothing".to_owned(), AttributeValue::Null(true)),
        ("Bytes".to_owned(), AttributeValue::B(aws_sdk_dynamodb::primitives::Blob::new([0, 255]))),
        ("Names".to_owned(), AttributeValue::Ss(vec!["a".into(), "b".into()])),
        ("List".to_owned(), AttributeValue::L(vec![text("x"), AttributeValue::M(item("inner", 2))])),
    ]);
    client.put_item().table_name(TABLE).set_item(Some(sent.clone())).send().await.unwrap();
    let got = client.get_item().table_name(TABLE).key("Resource", text("a")).send().await.unwrap();
    assert_eq!(got.item, Some(sent));
}

#[tokio::test]
async fn a_write_is_carried_out_only_where_its_condition_holds() {
    let (stand_in, client) = start_table();
    let create = || {
        let request = client.put_item().table_name(TABLE).set_item(Some(item("a", 1)));
        let request = request.condition_expression("attribute_not_exists(#r)");
        request.expression_attribute_names("#r", "Resource")
    };
    create().send().await.unwrap();
    let failed = ("ConditionalCheckFailedException".to_owned(), "The conditional request failed".to_owned());
    assert_eq!(refusal(create().send().await), failed);

    let replace = |seen: u32, next: u32| {
        let request = client.put_item().table_name(TABLE).set_item(Some(item("a", next)));
        let request = request.condition_expression("attribute_exists(#r) AND (#t = :seen OR #t > :most)");
        let request = request.expression_attribute_names("#r", "Resource").expression_attribute_names("#t", "Turn");
        let request = request.expression_attribute_values(":seen", number(seen));
        let request = request.expression_attribute_values(":most", number(9));
        request.return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
    };
    replace(1, 2).send().await.unwrap();
    let error = replace(1, 3).send().await.unwrap_err().into_service_error();
    let PutItemError::ConditionalCheckFailedException(failed) = error else { panic!("not {error}") };
    assert_eq!(failed.item, Some(item("a", 2)), "what is there instead");

    let remove = |turn: u32| {
        let request = client.delete_item().table_name(TABLE).key("Resource", text("a"));
        let request = request.condition_expression("#t = :t").expression_attribute_names("#t", "Turn");
        request.expression_attribute_values(":t", number(turn))
    };
    assert_eq!(refusal(remove(1).send().await).0, "ConditionalCheckFailedException");
    assert_eq!(stand_in.table(TABLE).len(), 1);
    remove(2).send().await.unwrap();
    assert!(stand_in.table(TABLE).is_empty());
}

#[tokio::test]
async fn a_table_exists_by_declaration() {
    let (stand_in, client) = start_table();
    let get = async |table: &str| client.get_item().table_name(table).key("Resource", text("a")).send().await;
    let missing = ("ResourceNotFoundException".to_owned(), "Requested resource not found".to_owned());
    assert_eq!(refusal(get("others").await), missing);

    stand_in.make_table("others");
    get("others").await.unwrap();
    let arn = "arn:aws:dynamodb:us-east-1:123456789012:table/others";
    get(arn).await.unwrap();

    put(&client, "a", 1).await;
    stand_in.reset();
    assert!(stand_in.table(TABLE).is_empty());
    put(&client, "a", 1).await;
}

#[tokio::test]
async fn a_scan_gives_everything_page_by_page() {
    let (_stand_in, client) = start_table();
    for resource in ["c", "a", "b"] {
        put(&client, resource, 1).await;
    }
    let all = client.scan().table_name(TABLE).send().await.unwrap();
    assert_eq!((all.count(), all.last_evaluated_key()), (3, None));
    let first = client.scan().table_name(TABLE).limit(2).send().await.unwrap();
    assert_eq!(first.items(), [item("a", 1), item("b", 1)]);
    let rest = client.scan().table_name(TABLE).set_exclusive_start_key(first.last_evaluated_key).send().await.unwrap();
    assert_eq!(rest.items(), [item("c", 1)]);
}

#[tokio::test]
async fn what_dynamodb_refuses_is_refused() {
    let (stand_in, client) = start_table();
    let put = async |item: HashMap<String, AttributeValue>| {
        refusal(client.put_item().table_name(TABLE).set_item(Some(item)).send().await)
    };
    let mut without_key = item("a", 1);
    without_key.remove("Resource");
    let (code, message) = put(without_key).await;
    assert_eq!(code, "ValidationException");
    assert!(message.ends_with("Missing the key Resource in the item"), "{message}");
    assert!(put(item("", 1)).await.1.contains("empty string value"));
    let mut wrong_key = item("a", 1);
    wrong_key.insert("Resource".into(), number(1));
    assert!(put(wrong_key).await.1.ends_with("Type mismatch for key Resource expected: S actual: N"));
    let mut wrong_number = item("a", 1);
    wrong_number.insert("Turn".into(), AttributeValue::N("one".into()));
    assert!(put(wrong_number).await.1.contains("cannot be converted to a numeric value"));

    let filled = |bytes: usize| HashMap::from([("Resource".into(), text("a")), ("X".into(), text(&"x".repeat(bytes)))]);
    // "Resource", its value and "X" are ten bytes.
    assert_eq!(put(filled(400 * 1024 - 9)).await.1, "Item size has exceeded the maximum allowed size");
    assert!(stand_in.table(TABLE).is_empty());
    client.put_item().table_name(TABLE).set_item(Some(filled(400 * 1024 - 10))).send().await.unwrap();

    let wrong = client.get_item().table_name(TABLE).key("Name", text("a")).send().await;
    assert_eq!(refusal(wrong).1, "The provided key element does not match the schema");
    let unplayed = client.get_item().table_name(TABLE).key("Resource", text("a")).projection_expression("X");
    assert!(refusal(unplayed.send().await).1.contains("ProjectionExpression is not served"));
    let loose = client.put_item().table_name(TABLE).set_item(Some(item("a", 1))).expression_attribute_names("#a", "A");
    assert!(refusal(loose.send().await).1.ends_with("can only be specified when using expressions"));
    assert_eq!(refusal(client.list_tables().send().await).0, "UnknownOperationException");
}

#[tokio::test]
async fn faults_strike_here_too() {
    let (stand_in, client) = start_table();
    let rule = |operation: &str, fault| {
        let rule = FaultRule { operation: operation.into(), on_call: None, times: Some(1), fault };
        stand_in.add_fault(rule).unwrap();
    };
    let get = || client.get_item().table_name(TABLE).key("Resource", text("a")).send();
    rule("GetItem", Fault::Throttle {});
    assert_eq!(refusal(get().await).0, "ThrottlingException");
    let exceeded = "ProvisionedThroughputExceededException";
    rule("GetItem", Fault::Error { status: 400, code: exceeded.into(), message: String::new() });
    assert_eq!(refusal(get().await).0, exceeded);
    rule("*", Fault::AccessDenied {});
    let (code, message) = refusal(get().await);
    assert_eq!(code, "AccessDeniedException");
    let told = "perform: dynamodb:GetItem on resource: arn:aws:dynamodb:us-east-1:123456789012:table/requests because";
    assert!(message.contains(told), "{message}");
    rule("PutItem", Fault::DropAnswer {});
    client.put_item().table_name(TABLE).set_item(Some(item("a", 1))).send().await.unwrap_err();
    assert_eq!(stand_in.table(TABLE).len(), 1, "it was done");
}

#[tokio::test]
async fn tables_are_made_and_read_over_http() {
    let setup = start();
    let url = setup.stand_in.url();
    assert_eq!(control(url, "POST", "tables", r#"{"name": "requests"}"#), (200, json!({})));
    put(&dynamodb(url), "a", 1).await;
    let items = json!([{"Resource": {"S": "a"}, "Turn": {"N": "1"}}]);
    assert_eq!(control(url, "GET", "tables/requests", ""), (200, items));
    assert_eq!(control(url, "GET", "tables/others", "").0, 404);
    assert!(setup.stand_in.state().get("tables").is_none());
}
