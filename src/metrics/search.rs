//! `SEARCH`: every metric series that has exactly these dimensions, and these values of some of them.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/search-expression-syntax.html>.

use std::fmt;

use super::Stat;

/// Stands between the values that a dimension may have.
const OR: &str = " OR ";

/// A search. Its period follows the widget's: none is written, so the same expression is right at any zoom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Search {
    namespace: &'static str,
    /// The whole dimension set: a series with one dimension more or less is not found.
    dimensions: Vec<&'static str>,
    metric_name: &'static str,
    /// The values that a dimension may have.
    values: Vec<(&'static str, Vec<String>)>,
    stat: Stat,
}

impl Search {
    /// Characters that what is searched for may have.
    pub const LONGEST: usize = 1024;

    /// Finds the series of `metric_name` that have exactly `dimensions`.
    #[must_use]
    pub fn new(namespace: &'static str, dimensions: &[&'static str], metric_name: &'static str, stat: Stat) -> Self {
        Self { namespace, dimensions: dimensions.to_vec(), metric_name, values: Vec::new(), stat }
    }

    /// Narrows to series whose dimension has this value. Values are names of endpoints, variants and components,
    /// which are letters, digits and hyphens: nothing that would need escaping inside the quotes.
    #[must_use]
    pub fn with(self, dimension: &'static str, value: &str) -> Self {
        self.with_any(dimension, [value])
    }

    /// Narrows to series whose dimension has one of these values.
    #[must_use]
    pub fn with_any<'v>(mut self, dimension: &'static str, values: impl IntoIterator<Item = &'v str>) -> Self {
        self.values.push((dimension, values.into_iter().map(str::to_owned).collect()));
        self
    }

    /// As few searches as find, together, the series whose dimension has one of these values: none of them longer than
    /// [`Self::LONGEST`] for having more than one.
    #[must_use]
    pub fn with_each<'v>(&self, dimension: &'static str, values: impl IntoIterator<Item = &'v str>) -> Vec<Self> {
        let without_values = self.term().len() + format!(" {dimension}=()").len();
        let mut searches: Vec<(usize, Vec<&str>)> = Vec::new();
        for value in values {
            let length = value.len() + "\"\"".len();
            let one_more = OR.len() + length;
            match searches.last_mut().filter(|(so_far, _)| so_far + one_more <= Self::LONGEST) {
                Some((so_far, found)) => {
                    *so_far += one_more;
                    found.push(value);
                }
                None => searches.push((without_values + length, vec![value])),
            }
        }
        searches.into_iter().map(|(_, found)| self.clone().with_any(dimension, found)).collect()
    }

    /// What is searched for: the first argument of `SEARCH`, and what a dashboard variable takes.
    #[must_use]
    pub fn term(&self) -> String {
        Term(self).to_string()
    }
}

impl fmt::Display for Search {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SEARCH('{}', '{}')", Term(self), self.stat.name())
    }
}

/// What is searched for.
struct Term<'s>(&'s Search);

impl fmt::Display for Term<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Search { namespace, dimensions, metric_name, values, stat: _ } = self.0;
        write!(f, "{{{namespace}")?;
        for dimension in dimensions {
            write!(f, ",{dimension}")?;
        }
        write!(f, "}} MetricName=\"{metric_name}\"")?;
        for (dimension, values) in values {
            if let [only] = values.as_slice() {
                write!(f, " {dimension}=\"{only}\"")?;
                continue;
            }
            write!(f, " {dimension}=(")?;
            for (at, value) in values.iter().enumerate() {
                let before = if at == 0 { "" } else { OR };
                write!(f, "{before}\"{value}\"")?;
            }
            f.write_str(")")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn search() -> Search {
        let dimensions = ["EndpointName", "VariantName"];
        Search::new("/aws/sagemaker/Endpoints", &dimensions, "CPUUtilization", Stat::SampleCount)
    }

    #[test]
    fn a_search_names_its_whole_dimension_set_and_no_period() {
        assert_eq!(
            search().with("EndpointName", "chat").to_string(),
            "SEARCH('{/aws/sagemaker/Endpoints,EndpointName,VariantName} MetricName=\"CPUUtilization\" EndpointName=\"chat\"', 'SampleCount')"
        );
    }

    #[test]
    fn one_of_several_values_is_enough() {
        let term = search().with_any("VariantName", ["a", "b"]).term();
        assert!(term.ends_with(" VariantName=(\"a\" OR \"b\")"), "{term}");
    }

    proptest! {
        #[test]
        fn many_values_are_divided_into_as_few_searches_as_hold_them(
            lengths in proptest::collection::vec(1_usize..600, 0..40),
        ) {
            let values = lengths.iter().zip(('a'..='z').cycle()).map(|(length, letter)| letter.to_string().repeat(*length));
            let values: Vec<String> = values.collect();
            let values: Vec<&str> = values.iter().map(String::as_str).collect();
            let searches = search().with_each("VariantName", values.iter().copied());
            let held = |search: &Search| search.values[0].1.clone();
            prop_assert_eq!(searches.iter().flat_map(held).collect::<Vec<_>>(), &values[..]);
            let mut before: Option<&Search> = None;
            for one in &searches {
                prop_assert!(held(one).len() == 1 || one.term().len() <= Search::LONGEST);
                if let Some(before) = before {
                    let (held, next) = (held(before), &held(one)[0]);
                    let with_next = held.iter().chain([next]).map(String::as_str);
                    prop_assert!(search().with_any("VariantName", with_next).term().len() > Search::LONGEST);
                }
                before = Some(one);
            }
        }
    }
}
