//! One call's way through the server: journal, faults, gates, the operation itself, and the answer.
//! A call is carried out by a task of its own, so that a caller that hangs up doesn't take a call along that has arrived.

use std::sync::{Arc, atomic::Ordering};

use axum::{
    body::{Body, to_bytes},
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, Response, StatusCode, header::USER_AGENT},
};
use serde_json::Value;
use tokio::{sync::oneshot, time::sleep};

use super::connection::Cut;
use crate::{
    control,
    error::ServiceError,
    fault::{self, Fault, Verdict},
    gate::{Held, Passed, Reply},
    journal::{CallRecord, is_write},
    shared::Shared,
    wire::{self, Call},
    world,
};

/// The largest request that is read, in bytes.
const LARGEST_BODY: usize = 8 * 1024 * 1024;

/// The header in which some SDKs, Rust's among them, say more of themselves than in `User-Agent`.
const AMZ_USER_AGENT: &str = "x-amz-user-agent";
/// What the journal calls the fault of a call that a gate let go on after its caller.
const LATE: &str = "lands_late";

pub(super) async fn respond(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(cut): ConnectInfo<Cut>,
    request: Request,
) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, LARGEST_BODY).await else {
        return plain(StatusCode::PAYLOAD_TOO_LARGE, "the body can't be read, or is too large");
    };
    if let Some(path) = parts.uri.path().strip_prefix(control::PREFIX) {
        return control::respond(&shared, &parts.method, path, parts.uri.query().unwrap_or_default(), &body);
    }
    let Some(call) = wire::identify(parts.uri.path(), &parts.headers) else {
        return plain(
            StatusCode::NOT_FOUND,
            "no call to SageMaker or the Price List (awsJson1.1), CloudWatch (rpcv2Cbor, awsJson1.0) or DynamoDB \
             (awsJson1.0), and no control path",
        );
    };
    let region = shared.world().config.region.clone();
    let signed = wire::check_signature(call.service, &region, &parts.headers);
    let request = signed.and_then(|()| wire::read(call.protocol, &body));
    let (arrived, verdict) = Arrived::enter(&shared, call, request, &parts.headers);
    // A caller that hangs up during this takes its call along.
    if !verdict.delay.is_zero() {
        sleep(verdict.delay).await;
    }
    // Dropped after the receiver below: by then the gates can see that the caller is gone.
    let _leaving = Leaving(Arc::clone(&shared));
    let (reply, answer) = oneshot::channel();
    tokio::spawn(arrived.carry_out(shared, reply));
    if let Ok(Some(response)) = answer.await {
        response
    } else {
        cut.now();
        Response::default()
    }
}

/// Tells the gates when a caller has left, answered or not.
struct Leaving(Arc<Shared>);

impl Drop for Leaving {
    fn drop(&mut self) {
        self.0.gates.stir();
    }
}

/// The application's name that the caller's SDK was given: `app/NAME` in its user agent
/// (<https://docs.aws.amazon.com/sdkref/latest/guide/feature-appid.html>).
fn app_name(headers: &HeaderMap) -> Option<String> {
    [AMZ_USER_AGENT, USER_AGENT.as_str()].iter().find_map(|header| {
        let mut words = headers.get(*header)?.to_str().ok()?.split(' ');
        words.find_map(|word| word.strip_prefix("app/")).map(str::to_owned)
    })
}

/// A call that is in the journal and not carried out yet.
struct Arrived {
    id: u64,
    call: Call,
    request: Result<Value, ServiceError>,
    user_agent: String,
    caller: Option<String>,
    /// Where the journal has it.
    position: usize,
    fault: Option<Fault>,
    /// What the journal calls the fault.
    injected: Option<&'static str>,
}

impl Arrived {
    /// Enters a call into the journal and asks the fault rules about it.
    fn enter(
        shared: &Shared,
        call: Call,
        request: Result<Value, ServiceError>,
        headers: &HeaderMap,
    ) -> (Self, Verdict) {
        let user_agent = headers.get(USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
        let caller = app_name(headers);
        let id = shared.calls.fetch_add(1, Ordering::Relaxed) + 1;
        let mut world = shared.world();
        let record = CallRecord {
            id,
            service: call.service.name(),
            user_agent: user_agent.clone(),
            caller: caller.clone(),
            operation: call.operation.clone(),
            write: is_write(&call.operation),
            status: None,
            error_code: None,
            fault: None,
            request: request.as_ref().cloned().unwrap_or_default(),
            at_ms: world.clock.since_start(),
            done: None,
        };
        let (position, verdict) = (world.journal.open(record), world.faults.strike(&call.operation));
        let injected = verdict.fault.as_ref().map(Fault::name).or((!verdict.delay.is_zero()).then_some("delay_ms"));
        let fault = verdict.fault.clone();
        (Self { id, call, request, user_agent, caller, position, fault, injected }, verdict)
    }

    fn held(&self) -> Held {
        Held {
            id: self.id,
            service: self.call.service.name(),
            operation: self.call.operation.clone(),
            write: is_write(&self.call.operation),
            request: self.request.as_ref().cloned().unwrap_or_default(),
            user_agent: self.user_agent.clone(),
            caller: self.caller.clone(),
            caller_gone: false,
        }
    }

    async fn carry_out(self, shared: Arc<Shared>, reply: Reply) {
        let Passed { way, passing } = shared.gates.pass(|| self.held(), reply).await;
        let answer = if way.dropped || matches!(self.fault, Some(Fault::Drop {})) {
            shared.world().journal.close(self.position, |record| record.fault = Some(Fault::Drop {}.name()));
            None
        } else {
            let waits = way.reply.as_ref().is_some_and(|reply| !reply.is_closed());
            let injected = if way.late { Some(LATE) } else { self.injected };
            let answered = waits && !matches!(self.fault, Some(Fault::DropAnswer {}));
            self.act(&shared, answered, injected)
        };
        if let Some(reply) = way.reply {
            // The caller may have hung up by now.
            let _ = reply.send(answer);
        }
        // Whoever let the call go on has waited until here.
        drop(passing);
    }

    /// Does what the call asks for, or what its fault makes of that; gives the answer where there is to be one.
    fn act(self, shared: &Shared, answered: bool, injected: Option<&'static str>) -> Option<Response<Body>> {
        let Self { id, call, request, fault, position, .. } = self;
        let mut world = shared.world();
        let error = fault.as_ref().and_then(|fault| {
            let request = request.as_ref().unwrap_or(&Value::Null);
            fault::error(fault, call.service, &call.operation, request, &world.config)
        });
        let mut done = None;
        let result = match error {
            Some(error) => Err(error),
            None => request.and_then(|request| {
                done = Some(world.journal.next_done());
                world::carry_out(&mut world, &shared.models, call.service, &call.operation, call.protocol, &request)
            }),
        };
        world.journal.close(position, |record| {
            record.fault = injected;
            record.done = done;
            record.status = answered.then(|| result.as_ref().map_or_else(|error| error.status, |_| 200));
            record.error_code = result.as_ref().err().map(|error| error.code.clone());
        });
        let request_id = format!("00000000-0000-4000-8000-{id:012x}");
        answered.then(|| match result {
            Ok(body) => wire::answer(call.protocol, &request_id, body),
            Err(error) => wire::refusal(&call, shared.models.of(call.service), &request_id, &error),
        })
    }
}

fn plain(status: StatusCode, text: &'static str) -> Response<Body> {
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    response
}
