//! The services' wire protocols: which operation a request calls, in which protocol, and how an answer is written.
//! It knows nothing of what the operations do.
//!
//! `SageMaker` and the Price List speak awsJson1.1, `DynamoDB` awsJson1.0. `CloudWatch` speaks rpcv2Cbor to the Rust SDK and newer boto3,
//! and awsJson1.0 too.
//! Its older query protocol (XML) is not served.

pub(crate) mod cbor;

use axum::{
    body::Body,
    http::{HeaderMap, Response, StatusCode, header},
};
use serde_json::{Map, Value, json};

use crate::{error::ServiceError, model::Model};

/// Regions whose endpoints serve the Price List Query API, whichever Region's prices are asked for:
/// <https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/using-the-aws-price-list-bulk-api.html>.
const PRICE_LIST_REGIONS: [&str; 3] = ["us-east-1", "eu-central-1", "ap-south-1"];

const SAGEMAKER_TARGET: &str = "SageMaker.";
const PRICING_TARGET: &str = "AWSPriceListService.";
const DYNAMODB_TARGET: &str = "DynamoDB_20120810.";
const CLOUDWATCH_TARGET: &str = "GraniteServiceVersion20100801.";
const CLOUDWATCH_PATH: &str = "/service/GraniteServiceVersion20100801/operation/";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Service {
    SageMaker,
    CloudWatch,
    Pricing,
    DynamoDb,
}

impl Service {
    /// The service's name in IAM actions, log lines and the journal.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::SageMaker => "sagemaker",
            Self::CloudWatch => "cloudwatch",
            Self::Pricing => "pricing",
            Self::DynamoDb => "dynamodb",
        }
    }

    /// The service's name in a signature's scope.
    fn signing_name(self) -> &'static str {
        match self {
            Self::SageMaker => "sagemaker",
            Self::CloudWatch => "monitoring",
            Self::Pricing => "pricing",
            Self::DynamoDb => "dynamodb",
        }
    }

    /// Whether it has an endpoint in the Region. All but the Price List's are in the stand-in's own alone.
    fn is_served_in(self, region: &str, own: &str) -> bool {
        match self {
            Self::SageMaker | Self::CloudWatch | Self::DynamoDb => region == own,
            Self::Pricing => PRICE_LIST_REGIONS.contains(&region),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protocol {
    AwsJson11,
    AwsJson10,
    RpcV2Cbor,
}

impl Protocol {
    fn content_type(self) -> &'static str {
        match self {
            Self::AwsJson11 => "application/x-amz-json-1.1",
            Self::AwsJson10 => "application/x-amz-json-1.0",
            Self::RpcV2Cbor => "application/cbor",
        }
    }
}

/// Which operation a request calls, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Call {
    pub(crate) service: Service,
    pub(crate) operation: String,
    pub(crate) protocol: Protocol,
}

/// Reads the call from a request's path and headers; none if it is no call to any service.
pub(crate) fn identify(path: &str, headers: &HeaderMap) -> Option<Call> {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if let Some(operation) = path.strip_prefix(CLOUDWATCH_PATH) {
        return (header("smithy-protocol") == "rpc-v2-cbor").then(|| Call {
            service: Service::CloudWatch,
            operation: operation.to_owned(),
            protocol: Protocol::RpcV2Cbor,
        });
    }
    let target = header("x-amz-target");
    let (service, operation, protocol) = if let Some(operation) = target.strip_prefix(SAGEMAKER_TARGET) {
        (Service::SageMaker, operation, Protocol::AwsJson11)
    } else if let Some(operation) = target.strip_prefix(PRICING_TARGET) {
        (Service::Pricing, operation, Protocol::AwsJson11)
    } else if let Some(operation) = target.strip_prefix(DYNAMODB_TARGET) {
        (Service::DynamoDb, operation, Protocol::AwsJson10)
    } else {
        (Service::CloudWatch, target.strip_prefix(CLOUDWATCH_TARGET)?, Protocol::AwsJson10)
    };
    (path == "/" && header("content-type") == protocol.content_type()).then(|| Call {
        service,
        operation: operation.to_owned(),
        protocol,
    })
}

/// Checks that the request is signed, for this service and a Region that serves it; `region` is the stand-in's own. The signature itself is not verified.
pub(crate) fn check_signature(service: Service, region: &str, headers: &HeaderMap) -> Result<(), ServiceError> {
    let authorization = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let Some((_, credential)) = authorization.split_once("Credential=") else {
        return Err(ServiceError::new(403, "MissingAuthenticationTokenException", "Missing Authentication Token"));
    };
    let scope: Vec<_> = credential.split([',', ' ']).next().unwrap_or_default().rsplit('/').collect();
    // Read backwards: aws4_request, service, Region, date, access key.
    match scope[..] {
        [_, signed_service, ..] if signed_service != service.signing_name() => Err(ServiceError::new(
            403,
            "InvalidSignatureException",
            format!("Credential should be scoped to correct service: '{}'.", service.signing_name()),
        )),
        [_, _, signed_region, ..] if !service.is_served_in(signed_region, region) => Err(ServiceError::new(
            403,
            "InvalidSignatureException",
            format!(
                "Credential should be scoped to a valid region: this stand-in is '{region}', not '{signed_region}'."
            ),
        )),
        [_, _, _, _, ..] => Ok(()),
        _ => Err(ServiceError::new(400, "IncompleteSignatureException", "Credential must have five parts.")),
    }
}

/// Reads a request's body as JSON, whatever protocol it came in.
pub(crate) fn read(protocol: Protocol, body: &[u8]) -> Result<Value, ServiceError> {
    let value = match protocol {
        Protocol::AwsJson10 | Protocol::AwsJson11 => {
            serde_json::from_slice(body).map_err(|error| ServiceError::serialization(error.to_string()))?
        }
        Protocol::RpcV2Cbor if body.is_empty() => json!({}),
        Protocol::RpcV2Cbor => cbor::read(body).map_err(ServiceError::serialization)?,
    };
    if value.is_object() { Ok(value) } else { Err(ServiceError::serialization("the input is no structure")) }
}

/// Writes a service's output. `output` names the shape that says which numbers are timestamps.
pub(crate) fn write(
    protocol: Protocol,
    model: &Model,
    output: Option<&str>,
    value: &Value,
) -> Result<Vec<u8>, ServiceError> {
    match protocol {
        Protocol::AwsJson10 | Protocol::AwsJson11 => Ok(value.to_string().into_bytes()),
        Protocol::RpcV2Cbor => cbor::write(model, output, value).map_err(ServiceError::internal),
    }
}

/// The HTTP answer to a successful call.
pub(crate) fn answer(protocol: Protocol, request_id: &str, body: Vec<u8>) -> Response<Body> {
    respond(protocol, StatusCode::OK, request_id, None, body)
}

/// The HTTP answer to a call that the service refused.
pub(crate) fn refusal(call: &Call, model: &Model, request_id: &str, error: &ServiceError) -> Response<Body> {
    let status = StatusCode::from_u16(error.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let (kind, query_error) = match call.service {
        Service::SageMaker | Service::Pricing => (error.shape.clone(), None),
        Service::CloudWatch => {
            let whose = if error.status < 500 { "Sender" } else { "Receiver" };
            (format!("com.amazonaws.cloudwatch#{}", error.shape), Some(format!("{};{whose}", error.code)))
        }
        Service::DynamoDb => (format!("com.amazonaws.dynamodb.v20120810#{}", error.shape), None),
    };
    let mut members =
        Map::from_iter([("__type".to_owned(), json!(kind)), ("message".to_owned(), json!(error.message))]);
    members.extend(error.members.clone());
    let body = write(call.protocol, model, None, &Value::Object(members)).unwrap_or_default();
    respond(call.protocol, status, request_id, query_error, body)
}

fn respond(
    protocol: Protocol,
    status: StatusCode,
    request_id: &str,
    query_error: Option<String>,
    body: Vec<u8>,
) -> Response<Body> {
    let mut builder = Response::builder()
        .status(status)
        .header(header::CONTENT_TYPE, protocol.content_type())
        .header("x-amzn-requestid", request_id);
    if protocol == Protocol::RpcV2Cbor {
        builder = builder.header("smithy-protocol", "rpc-v2-cbor");
    }
    if let Some(query_error) = query_error {
        builder = builder.header("x-amzn-query-error", query_error);
    }
    builder.body(Body::from(body)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (header::HeaderName::from_static(name), value.parse().unwrap())).collect()
    }

    #[test]
    fn calls_are_told_apart() {
        let sagemaker =
            headers(&[("x-amz-target", "SageMaker.CreateEndpoint"), ("content-type", "application/x-amz-json-1.1")]);
        let call = identify("/", &sagemaker).unwrap();
        assert_eq!((call.service, call.operation.as_str()), (Service::SageMaker, "CreateEndpoint"));
        assert_eq!(identify("/elsewhere", &sagemaker), None);

        let pricing = headers(&[
            ("x-amz-target", "AWSPriceListService.GetProducts"),
            ("content-type", "application/x-amz-json-1.1"),
        ]);
        let call = identify("/", &pricing).unwrap();
        assert_eq!((call.service, call.operation.as_str()), (Service::Pricing, "GetProducts"));

        let dynamodb =
            headers(&[("x-amz-target", "DynamoDB_20120810.GetItem"), ("content-type", "application/x-amz-json-1.0")]);
        let call = identify("/", &dynamodb).unwrap();
        assert_eq!((call.service, call.operation.as_str()), (Service::DynamoDb, "GetItem"));

        let cbor = headers(&[("smithy-protocol", "rpc-v2-cbor")]);
        let call = identify("/service/GraniteServiceVersion20100801/operation/PutDashboard", &cbor).unwrap();
        assert_eq!((call.protocol, call.operation.as_str()), (Protocol::RpcV2Cbor, "PutDashboard"));
        assert_eq!(identify("/service/GraniteServiceVersion20100801/operation/PutDashboard", &headers(&[])), None);
    }

    #[test]
    fn a_signature_is_for_one_service_and_region() {
        let signed = |scope: &str| {
            headers(&[(
                "authorization",
                &format!("AWS4-HMAC-SHA256 Credential=AKID/20261124/{scope}, SignedHeaders=host, Signature=0"),
            )])
        };
        let code = |result: Result<(), ServiceError>| result.err().map(|error| error.code);
        let check = |headers: &HeaderMap| code(check_signature(Service::CloudWatch, "us-east-1", headers));
        assert_eq!(check(&signed("us-east-1/monitoring/aws4_request")), None);
        assert_eq!(check(&signed("us-east-1/sagemaker/aws4_request")).as_deref(), Some("InvalidSignatureException"));
        assert_eq!(check(&signed("eu-west-1/monitoring/aws4_request")).as_deref(), Some("InvalidSignatureException"));
        assert_eq!(check(&headers(&[])).as_deref(), Some("MissingAuthenticationTokenException"));
        let check = |headers: &HeaderMap| code(check_signature(Service::Pricing, "eu-west-1", headers));
        assert_eq!(check(&signed("eu-central-1/pricing/aws4_request")), None);
        assert_eq!(check(&signed("eu-west-1/pricing/aws4_request")).as_deref(), Some("InvalidSignatureException"));
    }
}
