//! What panels and alarms are about, in words. The product's formulas aren't repeated here: they are shown as they are planned.

/// What a panel shows, by a part of its title; the first that fits is taken.
const PANELS: [(&str, &str); 30] = [
    (
        "who holds them",
        "An interactive panel: every GPU of every instance, the model that holds it, and how much it computes, over a time of your choice.",
    ),
    (
        "Cost by model",
        "An interactive panel: what each model and the GPUs that no model holds cost over a time of your choice, the dearest first.",
    ),
    ("Now", "The newest values: how many instances and GPUs there are, and what an hour costs at this moment."),
    (
        "Instances and GPUs",
        "Instances, and their GPUs in total, used (a model holds them) and unused. Used and unused add up to the total. The gap \
         between total and used is paid for and does nothing.",
    ),
    ("GPUs by model", "GPUs that each model holds, also of models that the declaration doesn't list."),
    ("Cost of models per hour", "What each model costs an hour, by the GPUs that it holds."),
    (
        "Cost of 1,000 invocations",
        "A model's dollars divided by its requests, over the time range that is shown. Dear models with few requests stand out.",
    ),
    (
        "Cost of GPUs that no model holds",
        "What the unused GPUs cost. With the models' dollars it adds up to what the instances cost.",
    ),
    ("Cost of instances", "What the instances cost: instances × price × time."),
    (
        "Cost of ",
        "What each model costs: the GPUs that it holds × the price of one GPU, in each period and summed up from the left.",
    ),
    ("GPU memory", "How much of the GPUs' memory is in use. Loaded weights count, also when nobody calls."),
    ("Memory of each held GPU", "Memory in use on each single GPU that a model holds."),
    ("Each held GPU", "How much each single GPU that a model holds computes."),
    ("Busiest copies", "The copies whose GPUs compute most. Above 80 % the next request may have to wait."),
    ("Idlest copies", "The copies whose GPUs compute least. Under 30 % for long, a copy less may do."),
    ("GPU utilization", "How much the GPUs compute, as a mean, with guide lines at 30 % (idle) and 80 % (busy)."),
    ("CPU utilization by model", "How much of the processors that a model was given compute."),
    ("CPU", "How much the processors compute. Summed over cores, so that it may exceed 100 %."),
    ("Memory", "How much of the instances' memory (and disk) is in use."),
    (
        "Utilization of the selected model",
        "CPU, memory and GPUs of the model that is chosen at the top of the dashboard.",
    ),
    (
        "Traffic of the selected model",
        "Requests, errors and latency of the model that is chosen at the top of the dashboard.",
    ),
    (
        "GPUs and cost of the selected model",
        "GPUs and dollars of the model that is chosen at the top of the dashboard.",
    ),
    (
        "Invocations and errors",
        "Requests, and those that failed: 4xx is the caller's mistake, 5xx the model's or SageMaker's.",
    ),
    ("Invocations by instance", "Requests of each instance and container: lines far apart mean uneven routing."),
    ("Invocations by model", "Requests of each model."),
    ("latency", "Time that requests take, in microseconds: in the model, and in SageMaker around it (overhead)."),
    ("Load on each model", "Requests under way at the same time, and requests of each instance."),
    ("Model copies", "Copies of each model that were running."),
    ("Alarms", "The alarms that the declaration has, and their states."),
    ("Concurrent requests", "Requests under way at the same time: near a copy's limit they begin to wait."),
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
        starts("Cost of instances ($)", "What the instances cost");
        starts("Cost of Llama 8B ($)", "What each model costs");
        starts("Cost of 1,000 invocations, over the time range ($)", "A model's dollars");
        starts("GPU memory by model (%)", "How much of the GPUs' memory");
        starts("Model and overhead latency (µs)", "Time that requests take");
        assert_eq!(panel("Weather"), None);
    }
}
