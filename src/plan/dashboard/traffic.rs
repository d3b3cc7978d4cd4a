//! Requests: how many, how many fail and how long they take.

use crate::metrics::{
    ComponentMetric, Expr, Graph, IdLetter, MetricId, Order, Stat, copy_requests, invocation_metric, queue_metric,
    requests_by_model,
};
use crate::spec::{AlarmKind, Serving};

use super::alarms::{alarm_period_s, threshold};
use super::grid::Grid;
use super::requests::{MINUTE, Model, per_minute, percent};
use super::series::{Context, MOST_LINES_OF_MODELS, Numbered, query_id};
use super::widget::{Line, Panel};

pub(super) const MILLISECOND: f64 = 1000.0;
/// Models whose errors and percentiles are all in one panel; of more, one line each.
const FEW: usize = 4;

pub(super) fn traffic(grid: &mut Grid<'_>, context: &Context<'_>) {
    let mut panels = vec![requests(context), failures(context), latency(context)];
    let serving = |wanted: Serving| context.variants().any(move |on| on.variant.serving == wanted);
    if serving(Serving::Asynchronous) {
        panels.extend(queue(context));
    } else if context.variants().any(|on| on.variant.serving.is_serverless()) {
        panels.extend(serverless(context));
    } else {
        panels.push(load(context));
    }
    if serving(Serving::MultiModel) {
        panels.extend(loading(context));
    }
    grid.row(panels);
}

/// By model, and of the whole endpoint where models are found that nobody listed.
fn requests(context: &Context<'_>) -> Panel {
    let mut lines = Vec::new();
    let models = context.answering();
    for model in &models {
        let id = model.id(IdLetter::INVOCATIONS);
        lines.push(Line::hidden_metric(id.clone(), model.metric(model.counted(), Stat::Sum)));
        lines.push(Line::expression(per_minute(Expr::series(&id), &id), model.label(context, "requests per minute")));
    }
    let host = context.host();
    if let Some(host) = host.filter(|_| models.is_empty()) {
        lines.extend(biggest(context, host));
    }
    if let Some(total) = context.total().filter(|_| context.sees_copies()) {
        let all = total.per_minute();
        lines.extend(total.parts.into_iter().take(2).filter(|part| !lines.contains(part)).collect::<Vec<_>>());
        lines.push(Line::expression(all, "All models requests per minute"));
    }
    let a_minute = |count: f64| count * MINUTE / f64::from(alarm_period_s(context, AlarmKind::NoTraffic).unwrap_or(60));
    let no_traffic = threshold(context, AlarmKind::NoTraffic, |count| format!("{} a minute", a_minute(count)));
    let no_traffic = no_traffic.map(|mut threshold| {
        threshold.value = a_minute(threshold.value);
        threshold
    });
    Panel {
        title: "Requests per minute".to_owned(),
        lines,
        thresholds: no_traffic.into_iter().collect(),
        left: "Requests per minute",
        ..Panel::default()
    }
}

/// The models with the most requests, of all or of the listed ones.
fn biggest(context: &Context<'_>, host: Numbered<'_>) -> Vec<Line> {
    const LABEL: &str = "Requests per minute of";
    if context.monitoring.enhanced_metrics {
        let query = requests_by_model(&context.monitoring.endpoint_name, MOST_LINES_OF_MODELS);
        let rate = Expr::series(&query_id()) * MINUTE / context.period_of_query(host);
        return vec![
            context.instance_samples(host),
            Line::hidden_query(query_id(), query),
            Line::expression(rate, LABEL),
        ];
    }
    let names = context.models().iter().map(|model| model.name.as_str());
    let found = ComponentMetric::Invocation("Invocations").search(Stat::Sum).with_each("InferenceComponentName", names);
    let rate = |search| {
        let biggest = Expr::search(search).sorted_by_mean(Order::HighestFirst, MOST_LINES_OF_MODELS);
        Line::expression(per_minute(biggest, &host.instances_id()), LABEL)
    };
    std::iter::once(context.instance_samples(host)).chain(found.into_iter().map(rate)).collect()
}

/// Of 100 requests, those that failed, and why: the model's mistake, or the caller's.
fn failures(context: &Context<'_>) -> Panel {
    let models = context.answering();
    let mut lines = Vec::new();
    for model in models.iter().take(if models.len() <= FEW { FEW } else { 0 }) {
        let requests = model.id(IdLetter::INVOCATIONS);
        lines.push(Line::hidden_metric(requests.clone(), model.metric(model.counted(), Stat::Sum)));
        let kinds = [
            (IdLetter::ERRORS, model.failed(), if model.failed() == "InvocationFailures" { "failed" } else { "5xx" }),
            (IdLetter::CALLER_ERRORS, "Invocation4XXErrors", "4xx"),
        ];
        for (letter, name, what) in kinds {
            let id = model.id(letter);
            lines.push(Line::hidden_metric(id.clone(), model.metric(name, Stat::Sum)));
            let share = percent(Expr::series(&id), Expr::series(&requests));
            lines.push(Line::expression(share, model.label(context, &format!("{what} (%)"))));
        }
    }
    if lines.is_empty()
        && let Some(total) = context.total()
    {
        let share = total.failed_percent();
        lines.extend(total.parts);
        lines.push(Line::expression(share, "All models 5xx (%)"));
    }
    let beside = beside(context, &models);
    let right = (!beside.is_empty()).then_some("Per minute");
    lines.extend(beside);
    let title = "Failed requests (% of requests)".to_owned();
    Panel { title, lines, left: "%", most: Some(100), right, ..Panel::default() }
}

/// Failures that no share of requests tells of: streams that broke off, and calls that met no copy.
fn beside(context: &Context<'_>, models: &[Model<'_>]) -> Vec<Line> {
    let mut kinds = vec![("MidStreamErrors", "streams broken off per minute")];
    if context.host().is_some() {
        kinds.push(("NoCapacityInvocationFailures", "calls that met no copy per minute"));
    }
    let few = if models.len() <= FEW { models } else { &[] };
    let mut lines = Vec::new();
    for (kind, (name, what)) in kinds.into_iter().enumerate() {
        for model in few.iter().filter(|model| model.streams()) {
            let id = model.id(IdLetter::BESIDE).part(kind);
            lines.push(Line::hidden_metric(id.clone(), model.metric(name, Stat::Sum)));
            lines.push(Line::expression(per_minute(Expr::series(&id), &id), model.label(context, what)).on_the_right());
        }
    }
    lines
}

/// How long models take, and the first chunk of a stream.
fn latency(context: &Context<'_>) -> Panel {
    let models = context.answering();
    let every =
        [("ModelLatency", Stat::P50, "p50"), ("ModelLatency", Stat::P90, "p90"), ("ModelLatency", Stat::P99, "p99")];
    let of_stream = ("FirstChunkLatency", Stat::P90, "first chunk p90");
    let few = models.len() <= FEW;
    let shown = |model: Model<'_>| {
        let mut shown = if few { every.to_vec() } else { every[2..].to_vec() };
        shown.extend((few && model.streams()).then_some(of_stream));
        let has_overhead = context.host().is_none() && model.counted() == "Invocations";
        shown.extend(has_overhead.then_some(("OverheadLatency", Stat::P99, "overhead p99")));
        shown
    };
    let mut lines: Vec<Line> =
        models.iter().flat_map(|model| in_milliseconds(context, *model, &shown(*model), MILLISECOND)).collect();
    if models.is_empty() && context.sees_copies() {
        let copies = copy_requests("ModelLatency", Stat::P99, &context.monitoring.endpoint_name);
        let slowest = Expr::search(copies).sorted_by_mean(Order::HighestFirst, MOST_LINES_OF_MODELS);
        lines.push(Line::expression(slowest / MILLISECOND, "p99 of"));
    }
    Panel { title: "Latency (ms)".to_owned(), lines, left: "Milliseconds", ..Panel::default() }
}

/// Lines of a model's times, which are published in so many parts of a millisecond.
fn in_milliseconds(
    context: &Context<'_>,
    model: Model<'_>,
    shown: &[(&'static str, Stat, &'static str)],
    parts: f64,
) -> Vec<Line> {
    let lines = shown.iter().enumerate().flat_map(|(number, (name, stat, label))| {
        let id = model.id(IdLetter::LATENCY).part(number);
        let line = Line::expression(Expr::series(&id) / parts, model.label(context, label));
        [Line::hidden_metric(id, model.metric(name, *stat)), line]
    });
    lines.collect()
}

/// How much each copy or instance has to do at once.
fn load(context: &Context<'_>) -> Panel {
    let of_components = context.host().is_some();
    let name = if of_components { "ConcurrentRequestsPerCopy" } else { "ConcurrentRequestsPerModel" };
    let models = context.answering();
    let line = |model: &Model<'_>| {
        Line::metric(model.metric(name, Stat::Maximum), model.label(context, "requests at once, most"))
    };
    let mut lines: Vec<Line> = models.iter().map(line).collect();
    if let Some(host) = context.host().filter(|_| models.is_empty()) {
        let names = context.models().iter().map(|model| model.name.as_str());
        let found = ComponentMetric::Invocation(name).search(Stat::Maximum).with_each("InferenceComponentName", names);
        let _ = host;
        lines.extend(found.into_iter().map(|search| {
            let most = Expr::search(search).sorted_by_mean(Order::HighestFirst, MOST_LINES_OF_MODELS);
            Line::expression(most, "Requests at once, most, of")
        }));
    }
    let title = if of_components { "Requests at once on a copy (most)" } else { "Requests at once on a model (most)" };
    Panel { title: title.to_owned(), lines, left: "Requests", ..Panel::default() }
}

/// Requests that wait, for how long, and what an asynchronous endpoint does beside the model's work.
fn queue(context: &Context<'_>) -> Vec<Panel> {
    let endpoint = &context.monitoring.endpoint_name;
    let backlog = |name, stat, label: &str| Line::metric(queue_metric(name, stat, endpoint), label);
    let lines = vec![
        backlog("ApproximateBacklogSize", Stat::Maximum, "Requests in the queue"),
        backlog("ApproximateBacklogSizePerInstance", Stat::Maximum, "Requests in the queue for each instance"),
        backlog("ApproximateAgeOfOldestRequest", Stat::Maximum, "Oldest request (s)").on_the_right(),
    ];
    let models = context.answering();
    // `TotalProcessingTime` is in milliseconds, the others in microseconds (`data/published.csv`).
    let microseconds = [
        ("TimeInBacklog", Stat::P90, "p90 in the queue"),
        ("RequestDownloadLatency", Stat::P90, "p90 of downloads"),
        ("ResponseUploadLatency", Stat::P90, "p90 of uploads"),
    ];
    let mut times: Vec<Line> =
        models.iter().flat_map(|model| in_milliseconds(context, *model, &microseconds, MILLISECOND)).collect();
    let total = |model: &Model<'_>| {
        Line::metric(model.metric("TotalProcessingTime", Stat::P90), model.label(context, "p90 in all"))
    };
    times.extend(models.iter().map(total));
    let kinds = [
        ("RequestDownloadFailures", "downloads that failed"),
        ("ResponseUploadFailures", "uploads that failed"),
        ("NotificationFailures", "notifications that failed"),
        ("ExpiredRequests", "requests that expired"),
    ];
    let mut failures = Vec::new();
    for model in &models {
        for (number, (name, what)) in kinds.into_iter().enumerate() {
            let id = model.id(IdLetter::ERRORS).part(number);
            failures.push(Line::hidden_metric(id.clone(), model.metric(name, Stat::Sum)));
            let label = model.label(context, &format!("{what} per minute"));
            failures.push(Line::expression(per_minute(Expr::series(&id), &id), label));
        }
    }
    let panel = |title: &str, lines, left| Panel { title: title.to_owned(), lines, left, ..Panel::default() };
    vec![
        Panel { right: Some("Seconds"), ..panel("Queue", lines, "Requests") },
        panel("Time in the queue and in all (ms)", times, "Milliseconds"),
        panel("Failures around the model's work (per minute)", failures, "Per minute"),
    ]
}

/// Concurrency and cold starts of serverless variants.
fn serverless(context: &Context<'_>) -> Vec<Panel> {
    let endpoint = &context.monitoring.endpoint_name;
    let variants = || context.variants().filter(|on| on.variant.serving.is_serverless());
    let (mut setup, mut used) = (Vec::new(), Vec::new());
    for on in variants() {
        let metric = |name, stat| invocation_metric(name, stat, endpoint, &on.variant.name);
        let id = MetricId::numbered(IdLetter::LATENCY, on.number);
        setup.push(Line::hidden_metric(id.clone(), metric("ModelSetupTime", Stat::P90)));
        let line: Expr<Graph> = Expr::series(&id) / MILLISECOND;
        setup.push(Line::expression(line, context.label("Cold start p90", on)));
        let share = |name, number, label: &str| {
            let id = MetricId::numbered(IdLetter::BESIDE, on.number).part(number);
            // A part of one, as the developer guide's page on serverless monitoring has it.
            let line = Line::expression(Expr::series(&id) * 100.0, context.label(label, on));
            [Line::hidden_metric(id, metric(name, Stat::Maximum)), line]
        };
        used.extend(share("ServerlessConcurrentExecutionsUtilization", 0, "Concurrency in use"));
        if on.variant.serving == (Serving::Serverless { provisioned: true }) {
            used.extend(share("ServerlessProvisionedConcurrencyUtilization", 1, "Provisioned concurrency in use"));
        }
    }
    let panel = |title: &str, lines, left| Panel { title: title.to_owned(), lines, left, ..Panel::default() };
    vec![
        panel("Cold starts (ms)", setup, "Milliseconds"),
        Panel { most: Some(100), ..panel("Concurrency in use (%)", used, "%") },
    ]
}

/// What it takes to have the model at hand that a request asks for.
fn loading(context: &Context<'_>) -> Vec<Panel> {
    let endpoint = &context.monitoring.endpoint_name;
    let (mut cache, mut times) = (Vec::new(), Vec::new());
    for on in context.variants().filter(|on| on.variant.serving == Serving::MultiModel) {
        let hits = MetricId::numbered(IdLetter::BESIDE, on.number);
        cache.push(Line::hidden_metric(
            hits.clone(),
            invocation_metric("ModelCacheHit", Stat::Average, endpoint, &on.variant.name),
        ));
        cache
            .push(Line::expression(Expr::series(&hits) * 100.0, context.label("Model was loaded (% of requests)", on)));
        let loaded = context.instance_metric("LoadedModelCount", Stat::Average, on);
        cache.push(Line::metric(loaded, context.label("Models loaded on an instance", on)).on_the_right());
        let kinds = [
            ("ModelLoadingWaitTime", "wait for a model p90"),
            ("ModelDownloadingTime", "download p90"),
            ("ModelLoadingTime", "loading p90"),
            ("ModelUnloadingTime", "unloading p90"),
        ];
        for (number, (name, label)) in kinds.into_iter().enumerate() {
            let id = MetricId::numbered(IdLetter::LATENCY, on.number).part(number);
            let metric = invocation_metric(name, Stat::P90, endpoint, &on.variant.name);
            times.push(Line::hidden_metric(id.clone(), metric));
            times.push(Line::expression(Expr::series(&id) / MILLISECOND, context.label(label, on)));
        }
    }
    let panel = |title: &str, lines, left| Panel { title: title.to_owned(), lines, left, ..Panel::default() };
    vec![
        Panel { right: Some("Models"), ..panel("Models at hand (% of requests, count)", cache, "%") },
        panel("Loading models (ms)", times, "Milliseconds"),
    ]
}
