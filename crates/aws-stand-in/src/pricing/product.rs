//! A product as the Price List writes it, with its terms:
//! <https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_pricing_GetProducts.html>.

use serde_json::{Value, json};

use super::{HostingPrice, SERVICE_CODE};

/// What products can be filtered by.
const ATTRIBUTES: [&str; 10] = [
    "component",
    "instanceName",
    "instanceType",
    "location",
    "locationType",
    "operation",
    "platoinstancename",
    "platoinstancetype",
    "productFamily",
    "regionCode",
];
/// The terms of every on-demand offer go by this code.
const ON_DEMAND: &str = "JRTCKXETXF";
const PER_HOUR: &str = "6YS6EN2CT7";

pub(super) fn has(attribute: &str) -> bool {
    ATTRIBUTES.contains(&attribute)
}

/// The product's value of a field that can be filtered by.
pub(super) fn attribute<'a>(product: &'a Value, field: &str) -> &'a str {
    let product = &product["product"];
    let value = if field == "productFamily" { &product[field] } else { &product["attributes"][field] };
    value.as_str().unwrap_or_default()
}

/// What instances of the type are sold for: hosting, and training. On AWS both often cost the same; here they never do,
/// so that whoever takes one for the other is found out.
pub(super) fn products(price: &HostingPrice) -> [Value; 2] {
    [product(price, "Hosting", &price.per_hour), product(price, "Training", "99.0000000000")]
}

fn product(price: &HostingPrice, component: &str, per_hour: &str) -> Value {
    let HostingPrice { region, instance_type, effective, .. } = price;
    let sku = sku(&[region, instance_type, component]);
    let term = format!("{sku}.{ON_DEMAND}");
    let rate = format!("{term}.{PER_HOUR}");
    let dimension = json!({
        "unit": "Hrs",
        "beginRange": "0",
        "endRange": "Inf",
        "description": format!("${per_hour} per {component} {instance_type} hour in {region}"),
        "appliesTo": [],
        "rateCode": rate,
        "pricePerUnit": { "USD": per_hour },
    });
    let offer = json!({
        "priceDimensions": { rate: dimension },
        "sku": sku,
        "effectiveDate": format!("{effective}T00:00:00Z"),
        "offerTermCode": ON_DEMAND,
        "termAttributes": {},
    });
    json!({
        "product": {
            "productFamily": "ML Instance",
            "attributes": {
                "servicecode": SERVICE_CODE,
                "servicename": "Amazon SageMaker",
                "regionCode": region,
                "location": region,
                "locationType": "AWS Region",
                "instanceName": instance_type,
                "instanceType": format!("{instance_type}-{component}"),
                "component": component,
                "platoinstancename": instance_type,
                "platoinstancetype": component,
                "operation": "RunInstance",
            },
            "sku": sku,
        },
        "serviceCode": SERVICE_CODE,
        "terms": { "OnDemand": { term: offer } },
        "version": "20261101000000",
        "publicationDate": "2026-11-01T00:00:00Z",
    })
}

/// AWS's are sixteen random letters and digits; here one can tell whose it is.
fn sku(parts: &[&str]) -> String {
    parts.concat().chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_uppercase()
}
