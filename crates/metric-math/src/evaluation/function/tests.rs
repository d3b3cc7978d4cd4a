//! The functions, one example each from the documentation's words, and what they refuse.

use crate::{
    evaluation::{
        Data, EvaluationError, FillOfEmpty, MissingOperand, Queries, Query, QuerySource, Reading, functions, read,
    },
    telemetry::{MINUTE, Metric, MetricStore, Points, SECOND, Statistic, Window},
};

/// Three metrics over five minutes: `m1`, `m2` and `m3`, and `none` without any data. `s1` is at 10 seconds.
const DATA: [(&str, [Option<f64>; 5]); 5] = [
    ("m1", [Some(1.0), Some(1.0), Some(0.0), Some(0.0), None]),
    ("m2", [Some(30.0), None, Some(0.0), Some(0.0), Some(30.0)]),
    ("m3", [Some(0.0), Some(0.0), Some(20.0), None, Some(20.0)]),
    ("none", [None; 5]),
    ("s1", [Some(4.0), None, None, Some(10.0), None]),
];

fn evaluate(text: &str, reading: Reading) -> Result<Vec<Vec<Option<f64>>>, EvaluationError> {
    let mut store = MetricStore::default();
    let mut queries = Vec::new();
    for (name, values) in DATA {
        let metric = Metric::new("NS", name, &[("Name", name)]);
        for (minute, value) in (0..).zip(values) {
            if let Some(value) = value {
                store.put(&metric, minute * MINUTE, value);
            }
        }
        queries.push(Query {
            id: name.to_owned(),
            source: QuerySource::Metric(metric, Statistic::Average),
            label: None,
            period: (name == "s1").then_some(60),
        });
    }
    let window = Window::aligned(0, 5 * MINUTE, 60, 5 * MINUTE);
    let expression = |id: &str, text: &str| -> Result<Query, EvaluationError> {
        Ok(Query { id: id.to_owned(), source: QuerySource::Expression(read(text)?), label: None, period: None })
    };
    queries.push(expression("e1", "m2 * 2")?);
    queries.push(expression("loop", "loop + m1")?);
    queries.push(expression("asked", text)?);
    let asked = queries.len() - 1;
    let series = Queries::new(Data { store: &store, reading }, window, queries)?.series(asked)?;
    let row = |points: Points| (0..5).map(|minute| points.get(&(minute * MINUTE)).copied()).collect();
    Ok(series.into_iter().map(|one| row(one.points)).collect())
}

/// Values of the one series that an expression comes to, `-` for a missing one.
fn one(text: &str) -> String {
    let all = evaluate(text, Reading::default()).unwrap_or_else(|error| panic!("{text}: {error}"));
    assert_eq!(all.len(), 1, "{text}");
    shown(&all[0])
}

fn shown(values: &[Option<f64>]) -> String {
    let shown: Vec<String> =
        values.iter().map(|value| value.map_or_else(|| "-".to_owned(), |value| value.to_string())).collect();
    shown.join(" ")
}

#[test]
fn functions_of_single_series() {
    for (text, expected) in [
        ("ABS(-m2)", "30 - 0 0 30"),
        ("CEIL(m2 / 7)", "5 - 0 0 5"),
        ("FLOOR(m2 / 7)", "4 - 0 0 4"),
        ("LOG10(s1 * 25)", "2 - - 2.3979400086720375 -"),
        ("LOG(m1)", "0 0 - - -"),
        ("DIFF(s1)", "- - - 6 -"),
        ("DIFF_TIME(s1)", "- - - 180 -"),
        ("RATE(s1) * 60", "- - - 2 -"),
        ("RUNNING_SUM(m2)", "30 - 30 30 60"),
        ("m1 - AVG(m1)", "0.5 0.5 -0.5 -0.5 -"),
        ("m2 / SUM(m2)", "0.5 - 0 0 0.5"),
        ("m2 / MAX(m2) + MIN(m2)", "1 - 0 0 1"),
        ("m1 * DATAPOINT_COUNT(m2)", "4 4 0 0 -"),
        ("s1 * STDDEV(s1)", "12 - - 30 -"),
        ("s1 * PERIOD(s1)", "240 - - 600 -"),
        ("TIME_SERIES(MAX(s1))", "10 10 10 10 10"),
        ("MINUTE(s1)", "0 1 2 3 4"),
        ("m2 ^ 2", "900 - 0 0 900"),
    ] {
        assert_eq!(one(text), expected, "{text}");
    }
}

#[test]
fn fill_takes_its_values_from_four_sources() {
    for (text, expected) in [
        ("FILL(s1, 7)", "4 7 7 10 7"),
        ("FILL(s1, MIN(s1))", "4 4 4 10 4"),
        ("FILL(s1, REPEAT)", "4 4 4 10 10"),
        ("FILL(s1, LINEAR)", "4 6 8 10 -"),
        ("FILL(s1, m2)", "4 - 0 10 30"),
        ("FILL(DIFF(s1), REPEAT)", "- - - 6 6"),
    ] {
        assert_eq!(one(text), expected, "{text}");
    }
    let empty = |fill_of_empty| {
        let reading = Reading { fill_of_empty, ..Reading::default() };
        shown(&evaluate("FILL(none, 0)", reading).unwrap()[0])
    };
    assert_eq!(empty(FillOfEmpty::Filled), "0 0 0 0 0");
    assert_eq!(empty(FillOfEmpty::Empty), "- - - - -");
}

/// The documentation's tables for `IF`.
#[test]
fn if_chooses_at_every_time() {
    for (text, expected) in [
        ("IF(m1, m2, m3)", "30 0 20 - -"),
        ("IF(m1, 5, m3)", "5 5 20 - -"),
        ("IF(m1, m2, 5)", "30 0 5 5 -"),
        ("IF(m1, m2)", "30 0 - - -"),
        ("IF(m2 > 15, 1, 0)", "1 - 0 0 1"),
        ("IF(1, m2, m3)", "30 - 0 0 30"),
        ("IF(0, m2, m3)", "0 0 20 - 20"),
        ("IF(0, m2)", "- - - - -"),
        ("IF(PERIOD(s1) < 60, m2, m3)", "0 0 20 - 20"),
    ] {
        assert_eq!(one(text), expected, "{text}");
    }
}

#[test]
fn functions_of_arrays() {
    for (text, expected) in [
        ("SUM([m1, m2])", "31 1 0 0 30"),
        ("MAX([m1, m2, m3])", "30 1 20 0 30"),
        ("MIN([m1, m2])", "1 1 0 0 30"),
        ("SUM([METRICS(\"m1\"), METRICS(\"m2\")])", "31 1 0 0 30"),
        ("FIRST([m1, m2])", "1 1 0 0 -"),
        ("LAST([m1, m2])", "30 - 0 0 30"),
        ("FIRST(SORT([m1, m2, m3, none], SUM, DESC))", "30 - 0 0 30"),
        ("LAST(SORT([m1, m2, none], AVG, ASC))", "- - - - -"),
        ("LAST(SORT([m1, m2, m3], AVG, ASC, 1))", "1 1 0 0 -"),
        ("FIRST(SLICE([m1, m2, m3], 1, 2))", "30 - 0 0 30"),
        ("LAST(SLICE([m1, m2, m3], 1))", "0 0 20 - 20"),
        ("m1 * METRIC_COUNT(REMOVE_EMPTY(METRICS()))", "4 4 0 0 -"),
        ("SUM(FILL(METRICS(\"m\"), 1))", "31 2 20 1 51"),
        ("SUM(SEARCH('{NS,Name} MetricName=\"m1\" OR MetricName=\"m2\"', 'Average'))", "31 1 0 0 30"),
        ("AVG([m1, m2])", "15.5 1 0 0 30"),
    ] {
        assert_eq!(one(text), expected, "{text}");
    }
    let zeros = Reading { missing_operand: MissingOperand::Zero, ..Reading::default() };
    assert_eq!(shown(&evaluate("AVG([m1, m2])", zeros).unwrap()[0]), "15.5 0.5 0 0 15");
    assert_eq!(evaluate("[m1, m2] * 2", Reading::default()).unwrap().len(), 2);
    assert_eq!(evaluate("100 / METRICS()", Reading::default()).unwrap().len(), 5);
}

#[test]
fn an_empty_search_gives_no_series_whatever_is_made_of_it() {
    for text in [
        "SEARCH('{NS,Other}', 'Sum')",
        "SUM(SEARCH('{NS,Other}', 'Sum'))",
        "FILL(SUM(SEARCH('{NS,Other}', 'Sum')), 0)",
        "m1 * 4 - FILL(SUM(SEARCH('{NS,Other}', 'Sum')), 0)",
        "RUNNING_SUM(m1 - SUM(SEARCH('{NS,Other}', 'Sum')))",
        "IF(m1, SUM(SEARCH('{NS,Other}', 'Sum')), 0)",
        "-MAX(SEARCH('{NS,Other}', 'Sum'))",
    ] {
        for reading in Reading::ALL {
            assert_eq!(evaluate(text, reading), Ok(vec![]), "{text}, {reading:?}");
        }
    }
    assert_eq!(one("SUM([m1 * 0, SEARCH('{NS,Other}', 'Sum')])"), "0 0 0 0 -", "but in an array it leaves the others");
}

#[test]
fn what_has_no_value_is_refused() {
    for (text, message) in [
        ("AVG(m1)", "the result is a number, not a time series"),
        ("PERIOD(m1) / 60", "the result is a number, not a time series"),
        ("m1 * PERIOD(e1)", "PERIOD takes the id of a metric, not of an expression"),
        ("m1 * PERIOD(SEARCH('x', 'Sum'))", "PERIOD takes the id of a metric, not of an expression"),
        ("m1 + gone", "no metric or expression has the id \"gone\""),
        ("m1 + loop", "the expression \"loop\" refers to itself"),
        ("METRICS() + METRICS()", "+ can't stand between these: see the arguments it takes"),
        ("ABS(3)", "ABS takes other arguments than these"),
        ("IF(METRICS(), 1, 0)", "IF takes single series and numbers, at least one of them a series"),
        ("SLICE(METRICS(), 0.5)", "SLICE takes whole numbers from 0"),
        ("ANOMALY_DETECTION_BAND(m1)", "ANOMALY_DETECTION_BAND is not evaluated here"),
        ("SEARCH('{NS,Name', 'Sum')", "the search ends too early"),
        ("m1 * 'x'", "\"x\" takes no place of its own"),
        ("SELECT SUM(x)", "the query can't be read at position 14: expected FROM"),
    ] {
        assert_eq!(
            evaluate(text, Reading::default()).map_err(|error| error.to_string()),
            Err(message.to_owned()),
            "{text}"
        );
    }
    let searched = evaluate("SEARCH('{NS,Name}', 'tm99')", Reading::default());
    assert!(matches!(searched, Err(EvaluationError::Statistic(_))));
}

#[test]
fn a_metric_of_another_period_keeps_it() {
    let mut store = MetricStore::default();
    let metric = Metric::new("NS", "fast", &[]);
    for at in 0..60 {
        store.put(&metric, at * 10 * SECOND, 1.0);
    }
    let window = Window::aligned(0, 10 * MINUTE, 60, 10 * MINUTE);
    let query = |id: &str, source, period| Query { id: id.to_owned(), source, label: None, period };
    let queries = vec![
        query("m1", QuerySource::Metric(metric, Statistic::SampleCount), Some(300)),
        query("e1", QuerySource::Expression(read("m1 * 10 / PERIOD(m1)").unwrap()), None),
    ];
    let found = Queries::new(Data::of(&store), window, queries).unwrap().series(1).unwrap();
    assert_eq!((found[0].points.len(), found[0].last(), found[0].period), (2, Some(1.0), 300));
}

#[test]
fn each_function_is_there_once_and_the_readme_names_those_that_are_not_evaluated() {
    let readme = include_str!("../../../README.md");
    for function in functions() {
        assert_eq!(functions().filter(|other| other.name == function.name).count(), 1, "{function:?}");
        assert!(function.is_evaluated() || readme.contains(&format!("`{}`", function.name)), "{function:?}");
    }
}
