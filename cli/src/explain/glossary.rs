//! What panels and alarms are about, in words. The product's formulas aren't repeated here: they are shown as they are planned.

/// What a panel shows, by a part of its title; the first that fits is taken.
const PANELS: [(&str, &str); 35] = [
    (
        "who holds them",
        "An interactive panel: every GPU of every instance, the model that holds it, and how much it computes, over a time of your choice.",
    ),
    (
        "Cost by model",
        "An interactive panel: what each model and the GPUs that no model holds cost over a time of your choice, the dearest first.",
    ),
    ("Alarms", "The alarms that the declaration has, and their states."),
    (
        "Now",
        "The newest values: instances and GPUs, what an hour costs at this moment, requests, failures and the slowest model.",
    ),
    (
        "requests per minute and latency",
        "Requests, failures and latency of the model that is chosen at the top of the dashboard.",
    ),
    (": utilization", "CPU, memory and GPUs of the model that is chosen at the top of the dashboard."),
    ("SELECTED_MODEL", "GPUs and dollars of the model that is chosen at the top of the dashboard."),
    ("Requests per minute by", "Requests of each copy, instance or container: lines far apart mean uneven routing."),
    ("Requests per minute", "Requests of each model, and of all together also where nobody listed a model."),
    (
        "Failed requests",
        "Of 100 requests, those that failed: 5xx is the model's or SageMaker's mistake, 4xx the caller's. Beside it, on the right, \
         streams that broke off and calls that met no copy of their model.",
    ),
    ("Latency", "Time that requests take in the model, in milliseconds, and until the first chunk of a stream comes."),
    ("Requests at once", "Requests under way at the same time: near a copy's limit they begin to wait."),
    ("Queue", "Requests that wait for an asynchronous endpoint, and how long the oldest has waited."),
    (
        "Time in the queue",
        "How long requests wait, how long what is around the model's work takes, and all of it together.",
    ),
    (
        "Failures around",
        "What went wrong beside the model: downloads, uploads, notifications, and requests that waited too long.",
    ),
    ("Cold starts", "Time that it takes to start a serverless model when no one is ready."),
    ("Concurrency in use", "The part of the concurrency that is in use: at 100 % calls are refused."),
    ("Models at hand", "How often the model that a request asks for was loaded already, and how many are loaded."),
    ("Loading models", "Time that it takes to wait for a model, to fetch it, to load it and to unload another."),
    (
        "Instances and GPU",
        "Instances, and their GPUs in total, used (a model holds them) and unused. Used and unused add up to the total. The gap \
         between total and used is paid for and does nothing.",
    ),
    ("Instances (count)", "Instances that run."),
    (
        "held by each",
        "GPUs that each model holds, also of models that the declaration doesn't list where a query finds them.",
    ),
    (
        "$ per hour: models",
        "What each model and the GPUs that none holds cost an hour. Stacked, they come to what the instances cost.",
    ),
    ("$ per hour of instances", "What the instances cost an hour."),
    ("$ cumulative", "What has been spent since the left edge of what is shown. The bill is the instances' line."),
    (
        "$ per 1,000 requests",
        "Dollars divided by requests, over the time range that is shown. Dear models with few requests stand out.",
    ),
    (
        "in one publish interval",
        "What was spent in one publish interval, as the launch article of enhanced metrics shows it.",
    ),
    ("GPU memory", "How much of the GPUs' memory is in use. Loaded weights count, also when nobody calls."),
    ("hottest GPUs", "The GPUs that compute most. Above 80 % the next request may have to wait."),
    (
        "GPU utilization",
        "How much the GPUs compute, as a mean, with guide lines at 30 % (underused) and 80 % (saturated).",
    ),
    ("CPU and memory by model", "How much of the processors and the memory that a model was given is in use."),
    (
        "Memory, disk and CPU",
        "How full the fullest instance is, and how busy the busiest. CPU is summed over cores and may exceed 100 %.",
    ),
    ("CPU and memory of containers", "How much each container of a variant uses."),
    ("Memory (%)", "How much of a serverless variant's memory is in use."),
    ("Model copies", "Copies of each model that were running."),
];

/// What a panel of this title shows.
pub(super) fn panel(title: &str) -> Option<&'static str> {
    PANELS.iter().find(|(part, _)| title.contains(part)).map(|(_, words)| *words)
}

/// What the parts of an expression mean, for those that are in it.
const TERMS: [(&str, &str); 9] = [
    ("SEARCH(", "SEARCH finds all series of a kind, whoever publishes them; SUM over it adds them up"),
    ("SUM([", "SUM([a, b]) adds series up period by period; one without data there counts as nothing"),
    ("RUNNING_SUM(", "RUNNING_SUM adds up from the left edge of what is shown"),
    ("PERIOD(", "PERIOD is the seconds that one datapoint covers, which follows the time range"),
    ("FILL(", "FILL gives a value to periods in which nothing was published"),
    ("SORT(", "SORT keeps the highest or lowest series"),
    ("SELECT ", "SELECT is a Metrics Insights query: it reads whatever matches, at one minute at the finest"),
    ("IF(", "IF takes the first value where the condition isn't 0"),
    (
        "SampleCount",
        "SampleCount counts samples: each instance, and each GPU that a model holds, publishes one every publish interval",
    ),
];

/// The terms of an expression, in words.
pub(super) fn terms(expressions: &str) -> Vec<&'static str> {
    TERMS.iter().filter(|(term, _)| expressions.contains(term)).map(|(_, words)| *words).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_telling_part_of_a_title_wins() {
        let starts = |title: &str, words: &str| assert!(panel(title).unwrap().starts_with(words), "{title}");
        starts("Requests per minute by copy, the 20 with the most: is the routing even?", "Requests of each copy");
        starts("Requests per minute", "Requests of each model");
        starts("SELECTED_MODEL: utilization (%)", "CPU, memory and GPUs");
        starts("SELECTED_MODEL: GPUs and $ per hour", "GPUs and dollars");
        starts("GPU memory by model (%)", "How much of the GPUs' memory");
        assert_eq!(panel("Weather"), None);
    }
}
