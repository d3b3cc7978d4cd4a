//! Readers by Region: a dashboard belongs to an account and shows endpoints of any Region.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// More Regions than AWS has.
const MOST_REGIONS: usize = 64;

/// A reader, and those of other Regions, made when they are needed first.
#[derive(Clone, Debug)]
pub(super) struct Regional<R> {
    here: R,
    elsewhere: Arc<Mutex<BTreeMap<String, R>>>,
}

impl<R: Clone> Regional<R> {
    pub(super) fn new(here: R) -> Self {
        Self { here, elsewhere: Arc::default() }
    }

    /// The reader of `region`. `in_region` makes it, and none where the one at hand reads that Region already.
    pub(super) fn of(&self, region: Option<&str>, in_region: fn(&R, &str) -> Option<R>) -> R {
        let Some(region) = region else { return self.here.clone() };
        let mut readers = self.elsewhere.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = readers.get(region) {
            return known.clone();
        }
        let Some(reader) = in_region(&self.here, region) else { return self.here.clone() };
        // The name comes with an event, which anyone may send who may invoke the function.
        if readers.len() >= MOST_REGIONS {
            readers.clear();
        }
        readers.insert(region.to_owned(), reader.clone());
        reader
    }
}
