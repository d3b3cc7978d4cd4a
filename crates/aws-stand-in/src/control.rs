//! The control interface under `/_stand-in/`, for tests and scripts that aren't Rust.
//! Each path does what the method of `StandIn` of the same meaning does; nothing is decided here.
//!
//! | request | what it does |
//! |---|---|
//! | `POST /faults` | makes a fault rule |
//! | `DELETE /faults` | forgets all fault rules |
//! | `GET /calls`, `DELETE /calls` | the journal; emptying it |
//! | `GET /state`, `DELETE /state` | everything that exists; forgetting it |
//! | `POST /tables` `{"name": "requests"}` | makes a `DynamoDB` table |
//! | `GET /tables/NAME` | its items |
//! | `POST /clock` `{"advance_ms": 1000}` | winds the clock forward |
//! | `POST /endpoints/NAME/next` | scripts the next transition of an endpoint |
//! | `POST /endpoints/NAME/scale` `{"variant": "v", "instances": 2}` | sets an instance count, as autoscaling would |
//! | `POST /metrics` `[{"namespace": …, "name": …, "dimensions": {…}}]` | declares metric streams |
//! | `POST /prices` `[{"region": …, "instance_type": …, "per_hour": "5.752", "effective": "2026-11-01"}]` | puts prices on the Price List |
//! | `POST /enrichment` `{"running": true}` | whether `OTel` enrichment runs |
//! | `POST /fleet` `{"fleet": {…}, "started_ago_s": 10800}` | simulates a fleet, from then on and until another of its endpoint |
//! | `GET /dashboards/NAME?from=-PT3H&to=…&theme=dark` | a dashboard drawn as an HTML page; further parameters choose in its drop-downs, by their ids. It shows whole periods |
//! | `GET /dashboards/NAME/calls?…` | the calls of custom widgets' functions that the console would make for that page |
//! | `POST /dashboards/NAME?…` `[{"number": 3, "dark": false, "html": "…"}]` | the page with what they answered |

use std::time::Duration;

use axum::{
    body::Body,
    http::{Method, Response, StatusCode, header},
};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};

use crate::{
    HostingPrice,
    fault::FaultRule,
    sagemaker::transition::Script,
    served::{self, PageError},
    shared::Shared,
    world::World,
};
use dashboard_picture::CustomAnswer;
use metric_math::telemetry::{Fleet, Metric};

/// Where the control interface begins.
pub(crate) const PREFIX: &str = "/_stand-in/";
const JSON: &str = "application/json";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wind {
    advance_ms: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Scale {
    variant: String,
    instances: i32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Enrichment {
    running: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewTable {
    name: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Simulate {
    fleet: Fleet,
    #[serde(default)]
    started_ago_s: u64,
}

/// A refusal: the status and why.
type Refusal = (StatusCode, String);

pub(crate) fn respond(shared: &Shared, method: &Method, path: &str, query: &str, body: &[u8]) -> Response<Body> {
    if let Some(name) = path.strip_prefix("dashboards/") {
        return match dashboard(shared, method, name, query, body) {
            Ok((kind, content)) => answer(StatusCode::OK, kind, content),
            Err((status, error)) => answer(status, JSON, json!({ "error": error }).to_string()),
        };
    }
    let (status, value) = match act(shared, method, path, body) {
        Ok(value) => (StatusCode::OK, value),
        Err((status, error)) => (status, json!({ "error": error })),
    };
    answer(status, JSON, value.to_string())
}

/// A page or calls: the content's type and the content.
fn dashboard(
    shared: &Shared,
    method: &Method,
    name: &str,
    query: &str,
    body: &[u8],
) -> Result<(&'static str, String), Refusal> {
    let refused = |error: PageError| match error {
        PageError::Unknown(_) => (StatusCode::NOT_FOUND, error.to_string()),
        _ => bad_request(error),
    };
    if let (&Method::GET, Some(name)) = (method, name.strip_suffix("/calls")) {
        let calls = served::calls(&mut shared.world(), name, query).map_err(refused)?;
        return serde_json::to_string(&calls).map(|calls| (JSON, calls)).map_err(internal);
    }
    let answers: Vec<CustomAnswer> = match *method {
        Method::GET => Vec::new(),
        Method::POST => read(body)?,
        _ => return Err((StatusCode::NOT_FOUND, format!("there is no {method} {PREFIX}dashboards/{name}"))),
    };
    let page = served::page(&mut shared.world(), name, query, &answers).map_err(refused)?;
    Ok(("text/html; charset=utf-8", page))
}

fn answer(status: StatusCode, kind: &'static str, body: String) -> Response<Body> {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static(kind));
    response
}

fn act(shared: &Shared, method: &Method, path: &str, body: &[u8]) -> Result<Value, Refusal> {
    let steps: Vec<_> = path.split('/').collect();
    let mut world = shared.world();
    match (method.as_str(), &steps[..]) {
        ("POST", ["faults"]) => {
            let rule: FaultRule = read(body)?;
            world.add_fault(rule, &shared.models).map_err(bad_request)?;
        }
        ("DELETE", ["faults"]) => world.faults.clear(),
        ("GET", ["calls"]) => {
            return serde_json::to_value(world.journal.records()).map_err(internal);
        }
        ("DELETE", ["calls"]) => world.journal.clear(),
        ("GET", ["state"]) => return world.describe().map_err(|error| internal(error.message)),
        ("DELETE", ["state"]) => world.reset(),
        ("POST", ["tables"]) => {
            let table: NewTable = read(body)?;
            world.dynamodb.make_table(&table.name);
        }
        ("GET", ["tables", name]) => {
            let unknown = || (StatusCode::NOT_FOUND, format!("there is no table {name:?}"));
            return world.dynamodb.items(name).map(Value::Array).ok_or_else(unknown);
        }
        ("POST", ["clock"]) => {
            let wind: Wind = read(body)?;
            world.clock.wind(Duration::from_millis(wind.advance_ms));
            return Ok(json!({ "now_ms": world.clock.since_start() }));
        }
        ("POST", ["endpoints", name, "next"]) => {
            let script: Script = read(body)?;
            world.sagemaker.script(name, script);
        }
        ("POST", ["endpoints", name, "scale"]) => {
            let scale: Scale = read(body)?;
            world.sagemaker.scale(name, &scale.variant, scale.instances).map_err(bad_request)?;
        }
        ("POST", ["metrics"]) => {
            let streams: Vec<Metric> = read(body)?;
            world.cloudwatch.declare(streams);
        }
        ("POST", ["prices"]) => {
            let prices: Vec<HostingPrice> = read(body)?;
            world.pricing.set(prices);
        }
        ("POST", ["enrichment"]) => {
            let enrichment: Enrichment = read(body)?;
            world.cloudwatch.set_enrichment(enrichment.running);
        }
        ("POST", ["fleet"]) => simulate(&mut world, body)?,
        _ => {
            return Err((StatusCode::NOT_FOUND, format!("there is no {method} {PREFIX}{path}")));
        }
    }
    Ok(json!({}))
}

fn simulate(world: &mut World, body: &[u8]) -> Result<(), Refusal> {
    let mut simulate: Simulate = read(body)?;
    world.config.facts.apply(&mut simulate.fleet);
    let started_ago = simulate.started_ago_s.saturating_mul(1000);
    let now = world.clock.now();
    world.cloudwatch.simulate(simulate.fleet, started_ago, now).map_err(bad_request)
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(body).map_err(bad_request)
}

#[allow(clippy::needless_pass_by_value)] // it stands where map_err wants a function
fn bad_request(error: impl ToString) -> Refusal {
    (StatusCode::BAD_REQUEST, error.to_string())
}

#[allow(clippy::needless_pass_by_value)] // as above
fn internal(error: impl ToString) -> Refusal {
    (StatusCode::INTERNAL_SERVER_ERROR, error.to_string())
}
