//! Requests: how many, how many fail and how long they take.

use crate::metrics::{
    ComponentMetric, Expr, IdLetter, MetricId, Order, Stat, copy_requests, invocation_metric, queue_metric,
    requests_by_model,
};
use crate::spec::{AlarmKind, Serving};

use super::alarms::threshold;
use super::grid::Grid;
use super::requests::{MILLISECOND, MINUTE, Model, per_minute, percent};
use super::series::{MOST_LINES_OF_MODELS, PanelContext, PanelVariant, query_id};
use super::widget::{Line, Panel};

/// Models whose errors and percentiles are all in one panel; of more, one line each.
const FEW: usize = 4;

pub(super) fn traffic(grid: &mut Grid<'_>, context: &PanelContext<'_>) {
    let mut panels = vec![requests(context), failures(context), latency(context)];
    let serving = |wanted: Serving| context.variants().any(move |variant| variant.serving == wanted);
    if serving(Serving::Asynchronous) {
        panels.extend(queue(context));
    } else if context.variants().any(|variant| variant.serving.is_serverless()) {
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
fn requests(context: &PanelContext<'_>) -> Panel {
    let mut lines = Vec::new();
    let models = context.answering();
    for model in &models {
        let id = model.id(IdLetter::INVOCATIONS);
        let label = model.label(context, "requests per minute");
        let calls = model.metric(model.counted(), Stat::Sum);
        lines.extend(Line::of_metric(&id, calls, label, |calls| per_minute(calls, &id)));
    }
    if let Some(host) = context.host().filter(|_| models.is_empty()) {
        lines.extend(biggest(context, host));
    }
    if let Some(total) = context.total().filter(|_| context.sees_copies()) {
        let all = total.per_minute();
        // Those that failed are another panel's.
        lines.extend(total.parts.into_iter().take(2));
        lines.push(Line::expression(all, "All models requests per minute"));
    }
    let thresholds = threshold(context, AlarmKind::NoTraffic).into_iter().collect();
    let shows = "Requests of each model, and of all together also where nobody listed a model.";
    Panel { thresholds, ..Panel::of("Requests per minute", shows, lines, "Requests per minute") }
}

/// The models with the most requests, of all or of the listed ones.
fn biggest(context: &PanelContext<'_>, host: PanelVariant<'_>) -> Vec<Line> {
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
    let found = context.biggest_of(ComponentMetric::Invocation("Invocations"), Stat::Sum).into_iter();
    let rate = |biggest| Line::expression(per_minute(biggest, &host.instances_id()), LABEL);
    std::iter::once(context.instance_samples(host)).chain(found.map(rate)).collect()
}

/// Of 100 requests, those that failed, and why: the model's mistake, or the caller's.
fn failures(context: &PanelContext<'_>) -> Panel {
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
            let label = model.label(context, &format!("{what} (%)"));
            let share = |failed| percent(failed, Expr::series(&requests));
            lines.extend(Line::of_metric(&model.id(letter), model.metric(name, Stat::Sum), label, share));
        }
    }
    if lines.is_empty()
        && let Some(total) = context.total()
    {
        let share = total.failed_percent();
        lines.extend(total.parts);
        lines.push(Line::expression(share, "All models 5xx (%)"));
    }
    let broken = broken_calls(context, &models);
    let right = (!broken.is_empty()).then_some("Per minute");
    lines.extend(broken);
    let shows = "Of 100 requests, those that failed: 5xx is the model's or SageMaker's mistake, 4xx the caller's. \
        On the right, streams that broke off and calls that met no copy of their model.";
    Panel { most: Some(100), right, ..Panel::of("Failed requests (% of requests)", shows, lines, "%") }
}

/// Failures that no share of requests tells of: streams that broke off, and calls that met no copy.
fn broken_calls(context: &PanelContext<'_>, models: &[Model<'_>]) -> Vec<Line> {
    let mut kinds = vec![("MidStreamErrors", "streams broken off per minute")];
    if context.host().is_some() {
        kinds.push(("NoCapacityInvocationFailures", "calls that met no copy per minute"));
    }
    let few = if models.len() <= FEW { models } else { &[] };
    let mut lines = Vec::new();
    for (kind, (name, what)) in kinds.into_iter().enumerate() {
        for model in few.iter().filter(|model| model.streams()) {
            let id = model.id(IdLetter::SECOND).part(kind);
            let [calls, rate] =
                Line::of_metric(&id, model.metric(name, Stat::Sum), model.label(context, what), |calls| {
                    per_minute(calls, &id)
                });
            lines.extend([calls, rate.on_the_right()]);
        }
    }
    lines
}

/// How long models take, and the first chunk of a stream.
fn latency(context: &PanelContext<'_>) -> Panel {
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
        models.iter().flat_map(|model| in_milliseconds(context, *model, &shown(*model))).collect();
    if models.is_empty() && context.sees_copies() {
        let copies = copy_requests("ModelLatency", Stat::P99, &context.monitoring.endpoint_name);
        let slowest = Expr::search(copies).sorted_by_mean(Order::HighestFirst, MOST_LINES_OF_MODELS);
        lines.push(Line::expression(slowest / MILLISECOND, "p99 of"));
    }
    let explanation =
        "Time that requests take in the model, in milliseconds, and until the first chunk of a stream comes.";
    Panel::of("Latency (ms)", explanation, lines, "Milliseconds")
}

/// Lines of a model's times, which are published in microseconds.
fn in_milliseconds(
    context: &PanelContext<'_>,
    model: Model<'_>,
    shown: &[(&'static str, Stat, &'static str)],
) -> Vec<Line> {
    let lines = shown.iter().enumerate().flat_map(|(number, (name, stat, label))| {
        let id = model.id(IdLetter::LATENCY).part(number);
        Line::of_metric(&id, model.metric(name, *stat), model.label(context, label), |time| time / MILLISECOND)
    });
    lines.collect()
}

/// How much each copy or instance has to do at once.
fn load(context: &PanelContext<'_>) -> Panel {
    let of_components = context.host().is_some();
    let name = if of_components { "ConcurrentRequestsPerCopy" } else { "ConcurrentRequestsPerModel" };
    let models = context.answering();
    let line = |model: &Model<'_>| {
        Line::metric(model.metric(name, Stat::Maximum), model.label(context, "requests at once, most"))
    };
    let mut lines: Vec<Line> = models.iter().map(line).collect();
    if of_components && models.is_empty() {
        let biggest = context.biggest_of(ComponentMetric::Invocation(name), Stat::Maximum).into_iter();
        lines.extend(biggest.map(|most| Line::expression(most, "Requests at once, most, of")));
    }
    let title = if of_components { "Requests at once on a copy (most)" } else { "Requests at once on a model (most)" };
    let shows = "Requests under way at the same time: near a copy's limit they begin to wait.";
    Panel::of(title, shows, lines, "Requests")
}

/// Requests that wait, for how long, and what an asynchronous endpoint does apart from the model's work.
fn queue(context: &PanelContext<'_>) -> Vec<Panel> {
    let endpoint = &context.monitoring.endpoint_name;
    let backlog = |name, label: &str| Line::metric(queue_metric(name, Stat::Maximum, endpoint), label);
    let lines = vec![
        backlog("ApproximateBacklogSize", "Requests in the queue"),
        backlog("ApproximateBacklogSizePerInstance", "Requests in the queue for each instance"),
        backlog("ApproximateAgeOfOldestRequest", "Oldest request (s)").on_the_right(),
    ];
    let models = context.answering();
    // `TotalProcessingTime` is in milliseconds, the others in microseconds (`data/published.csv`).
    let microseconds = [
        ("TimeInBacklog", Stat::P90, "p90 in the queue"),
        ("RequestDownloadLatency", Stat::P90, "p90 of downloads"),
        ("ResponseUploadLatency", Stat::P90, "p90 of uploads"),
    ];
    let mut times: Vec<Line> =
        models.iter().flat_map(|model| in_milliseconds(context, *model, &microseconds)).collect();
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
            let label = model.label(context, &format!("{what} per minute"));
            let rate = |calls| per_minute(calls, &id);
            failures.extend(Line::of_metric(&id, model.metric(name, Stat::Sum), label, rate));
        }
    }
    vec![
        Panel {
            right: Some("Seconds"),
            ..Panel::of(
                "Queue",
                "Requests that wait for an asynchronous endpoint, and how long the oldest has waited.",
                lines,
                "Requests",
            )
        },
        Panel::of(
            "Time in the queue and in all (ms)",
            "How long requests wait, how long what is around the model's work takes, and all of it together.",
            times,
            "Milliseconds",
        ),
        Panel::of(
            "Failures around the model's work (per minute)",
            "What went wrong apart from the model: downloads, uploads, notifications, and requests that waited too long.",
            failures,
            "Per minute",
        ),
    ]
}

/// Concurrency and cold starts of serverless variants.
fn serverless(context: &PanelContext<'_>) -> Vec<Panel> {
    let endpoint = &context.monitoring.endpoint_name;
    let variants = || context.variants().filter(|variant| variant.serving.is_serverless());
    let (mut setup, mut used) = (Vec::new(), Vec::new());
    for variant in variants() {
        let metric = |name, stat| invocation_metric(name, stat, endpoint, &variant.name);
        let id = MetricId::numbered(IdLetter::LATENCY, variant.number);
        let label = context.label("Cold start p90", variant);
        setup.extend(Line::of_metric(&id, metric("ModelSetupTime", Stat::P90), label, |time| time / MILLISECOND));
        let share = |name, number, label: &str| {
            let id = MetricId::numbered(IdLetter::SECOND, variant.number).part(number);
            // A part of one, as the developer guide's page on serverless monitoring has it.
            Line::of_metric(&id, metric(name, Stat::Maximum), context.label(label, variant), |part| part * 100.0)
        };
        used.extend(share("ServerlessConcurrentExecutionsUtilization", 0, "Concurrency in use"));
        if variant.serving == (Serving::Serverless { provisioned: true }) {
            used.extend(share("ServerlessProvisionedConcurrencyUtilization", 1, "Provisioned concurrency in use"));
        }
    }
    vec![
        Panel::of(
            "Cold starts (ms)",
            "Time that it takes to start a serverless model when no one is ready.",
            setup,
            "Milliseconds",
        ),
        Panel {
            most: Some(100),
            ..Panel::of(
                "Concurrency in use (%)",
                "The part of the concurrency that is in use: at 100 % calls are refused.",
                used,
                "%",
            )
        },
    ]
}

/// What it takes to have the model at hand that a request asks for.
fn loading(context: &PanelContext<'_>) -> Vec<Panel> {
    let endpoint = &context.monitoring.endpoint_name;
    let (mut cache, mut times) = (Vec::new(), Vec::new());
    for variant in context.variants().filter(|variant| variant.serving == Serving::MultiModel) {
        let hits = MetricId::numbered(IdLetter::SECOND, variant.number);
        let hit = invocation_metric("ModelCacheHit", Stat::Average, endpoint, &variant.name);
        let label = context.label("Model was loaded (% of requests)", variant);
        cache.extend(Line::of_metric(&hits, hit, label, |part| part * 100.0));
        let loaded = context.instance_metric("LoadedModelCount", Stat::Average, variant);
        cache.push(Line::metric(loaded, context.label("Models loaded on an instance", variant)).on_the_right());
        let kinds = [
            ("ModelLoadingWaitTime", "wait for a model p90"),
            ("ModelDownloadingTime", "download p90"),
            ("ModelLoadingTime", "loading p90"),
            ("ModelUnloadingTime", "unloading p90"),
        ];
        for (number, (name, label)) in kinds.into_iter().enumerate() {
            let id = MetricId::numbered(IdLetter::LATENCY, variant.number).part(number);
            let metric = invocation_metric(name, Stat::P90, endpoint, &variant.name);
            times.extend(Line::of_metric(&id, metric, context.label(label, variant), |time| time / MILLISECOND));
        }
    }
    vec![
        Panel {
            right: Some("Models"),
            ..Panel::of(
                "Models at hand (% of requests, count)",
                "How often the model that a request asks for was loaded already, and how many are loaded.",
                cache,
                "%",
            )
        },
        Panel::of(
            "Loading models (ms)",
            "Time that it takes to wait for a model, to fetch it, to load it and to unload another.",
            times,
            "Milliseconds",
        ),
    ]
}
