//! The sources that assumptions name by short keys, as `data/published.csv` does, with their addresses.

/// Every key, with the page it stands for.
const PAGES: [(&str, &str); 12] = [
    (
        "article",
        "https://aws.amazon.com/blogs/machine-learning/enhanced-metrics-for-amazon-sagemaker-ai-endpoints-deeper-visibility-for-better-performance/",
    ),
    (
        "cw-enrichment",
        "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-OTelEnrichment-SupportedMetrics.html",
    ),
    ("custodian", "https://github.com/cloud-custodian/cloud-custodian/pull/11078"),
    ("custodian-async", "https://github.com/cloud-custodian/cloud-custodian/pull/11078"),
    ("dg-async", "https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference-monitor.html"),
    ("dg-enhanced", "https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch-enhanced-metrics.html"),
    (
        "dg-mapping",
        "https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-detailed-observability-metric-mapping.html",
    ),
    ("dg-metrics", "https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html"),
    ("dg-multicontainer", "https://docs.aws.amazon.com/sagemaker/latest/dg/multi-container-metrics.html"),
    ("dg-serverless", "https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints-monitoring.html"),
    ("dg-zero", "https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling-zero-instances.html"),
    (
        "sample",
        "https://github.com/aws-samples/sagemaker-genai-hosting-examples/blob/main/03-features/observability/endpoint_metrics_helper.py",
    ),
];

/// The keys that a source names, each with its page.
pub(super) fn pages(source: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let is_of_word = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let words: Vec<&str> = source.split(|c| !is_of_word(c)).collect();
    PAGES.into_iter().filter(move |(key, _)| words.contains(key))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use monitored_endpoint::metrics::published::rows;

    use super::*;

    #[test]
    fn every_page_that_the_table_of_metrics_names_has_an_address() {
        let is_key = |word: &&str| word.starts_with("dg-") || word.starts_with("cw-") || word.starts_with("custodian");
        let words = rows().iter().flat_map(|row| row.source.split([' ', ';', ',', '(', ')']));
        let named: BTreeSet<&str> = words.filter(is_key).collect();
        assert!(named.len() > 5, "{named:?}");
        for key in named {
            assert_eq!(pages(key).next().map(|(found, _)| found), Some(key));
        }
    }

    #[test]
    fn keys_are_found_as_whole_words() {
        let found = |source| pages(source).map(|(key, _)| key).collect::<Vec<_>>();
        assert_eq!(found("custodian-async; dg-metrics (set)"), ["custodian-async", "dg-metrics"]);
        assert_eq!(found("a resampled page"), [""; 0]);
    }
}
