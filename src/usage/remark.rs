//! What must be known to read the numbers, most of all what is left out and why.

use std::fmt;

use serde::{Serialize, Serializer};

/// A sentence about the numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Remark {
    /// What ended since the start of the range can't be found any more.
    Ended,
    /// Models hold GPUs that no copy is found for.
    NotListed,
    /// One GPU of a copy stands for all.
    ByCopy,
    /// Only some models' requests were read.
    MostExpensive(usize),
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ended => f.write_str(
                "The range begins more than two weeks ago, and CloudWatch no longer lists what ended before then: what \
                 models held and cost, what was unused, and the sum of requests are left out.",
            ),
            Self::NotListed => f.write_str(
                "Models hold more GPUs than CloudWatch lists copies for, as in a copy's first 15 minutes: what is \
                 unused and unallocated is left out, and figures of models lack those copies.",
            ),
            Self::ByCopy => f.write_str("The fleet is large: a copy's first GPU stands for all its GPUs."),
            Self::MostExpensive(models) => {
                write!(f, "Requests are read for the {models} models that cost most, and not summed.")
            }
        }
    }
}

impl Serialize for Remark {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
