use aws_sdk_pricing::types::{Filter, FilterType};
use aws_stand_in::{Config, HostingPrice, StandIn};
use serde_json::{Value, json};

use crate::setup::{control, pricing, refusal, start};

fn filter(kind: FilterType, field: &str, value: &str) -> Filter {
    Filter::builder().r#type(kind).field(field).value(value).build().unwrap()
}

fn matching(field: &str, value: &str) -> Filter {
    filter(FilterType::TermMatch, field, value)
}

#[tokio::test]
async fn products_are_found_by_their_attributes_and_hold_their_terms() {
    let setup = start();
    let client = pricing(setup.stand_in.url(), "us-east-1");
    let found = client
        .get_products()
        .service_code("AmazonSageMaker")
        .filters(matching("productFamily", "ML Instance"))
        .filters(matching("regionCode", "us-east-1"))
        .filters(matching("instanceName", "ml.g6.12xlarge"))
        .filters(matching("component", "Hosting"))
        .send()
        .await
        .unwrap();
    assert_eq!((found.price_list().len(), found.next_token()), (1, None));
    let product: Value = serde_json::from_str(&found.price_list()[0]).unwrap();
    assert_eq!(product["product"]["attributes"]["instanceName"], "ml.g6.12xlarge");
    let offer = product["terms"]["OnDemand"].as_object().unwrap().values().next().unwrap();
    let dimension = offer["priceDimensions"].as_object().unwrap().values().next().unwrap();
    assert_eq!((&dimension["unit"], &dimension["pricePerUnit"]), (&json!("Hrs"), &json!({"USD": "5.7520000000"})));
    assert!(offer["effectiveDate"].as_str().unwrap().ends_with("T00:00:00Z"));
}

#[tokio::test]
async fn pages_hold_every_product_once() {
    let setup = start();
    let client = pricing(setup.stand_in.url(), "ap-south-1");
    let request = client.get_products().service_code("AmazonSageMaker");
    let all = request.clone().send().await.unwrap().price_list().to_vec();
    let paged: Vec<String> = request.max_results(3).into_paginator().items().send().try_collect().await.unwrap();
    assert!(all.len() > 6, "{}", all.len());
    assert_eq!(paged, all);
}

#[tokio::test]
async fn what_makes_no_sense_is_refused() {
    let setup = start();
    let client = pricing(setup.stand_in.url(), "us-east-1");
    let request = || client.get_products().service_code("AmazonSageMaker");
    let told = |result, code: &str, words: &str| {
        let (got, message) = refusal(result);
        assert!(got == code && message.contains(words), "{got}: {message}");
    };
    let invalid = "InvalidParameterException";
    told(request().filters(matching("instancename", "x")).send().await, invalid, "the attribute instancename");
    told(request().filters(filter("LIKE".into(), "component", "x")).send().await, invalid, "enum value set");
    told(request().max_results(101).send().await, invalid, "maxResults");
    told(request().format_version("aws_v2").send().await, invalid, "aws_v1");
    told(client.get_products().service_code("AmazonSagemaker").send().await, invalid, "AmazonSageMaker");
    told(request().next_token("zz").send().await, "InvalidNextTokenException", "token");
}

#[tokio::test]
async fn the_price_list_is_served_in_its_own_regions_only() {
    let stand_in = StandIn::start(Config { region: "eu-west-1".to_owned(), ..Config::default() }).unwrap();
    let ask = async |region: &str| {
        let client = pricing(stand_in.url(), region);
        client.get_products().service_code("AmazonSageMaker").send().await
    };
    for region in ["us-east-1", "eu-central-1", "ap-south-1"] {
        assert!(ask(region).await.is_ok(), "{region}");
    }
    assert_eq!(refusal(ask("eu-west-1").await).0, "InvalidSignatureException");
}

#[tokio::test]
async fn prices_are_set_by_method_and_over_http_and_forgotten_with_the_state() {
    let setup = start();
    let client = pricing(setup.stand_in.url(), "us-east-1");
    let listed = async |instance_type: &str| {
        let found = client
            .get_products()
            .service_code("AmazonSageMaker")
            .filters(matching("instanceName", instance_type))
            .filters(matching("platoinstancetype", "Hosting"))
            .send()
            .await
            .unwrap();
        found.price_list().concat()
    };
    setup.stand_in.set_prices([HostingPrice {
        region: "us-east-1".to_owned(),
        instance_type: "ml.one".to_owned(),
        per_hour: "1.5".to_owned(),
        effective: "2026-11-05".to_owned(),
    }]);
    let two = json!([{"region": "us-east-1", "instance_type": "ml.two", "per_hour": "2.5", "effective": "2026-11-05"}]);
    assert_eq!(control(setup.stand_in.url(), "POST", "prices", &two.to_string()).0, 200);
    assert!(listed("ml.one").await.contains("\"1.5\"") && listed("ml.two").await.contains("\"2.5\""));
    setup.stand_in.reset();
    assert_eq!(listed("ml.one").await + &listed("ml.two").await, "");
    assert!(listed("ml.m5.xlarge").await.contains("0.23"));
}
