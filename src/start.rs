//! Making what a function needs while its process goes on starting.

use std::process;
use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};
use tokio::runtime::Handle;

/// Something that is made once, on a thread of its own, and awaited by whoever needs it first: root certificates take
/// longer to read than everything else takes to start (docs/performance.md).
#[derive(Clone, Debug)]
pub struct Made<T>(Shared<BoxFuture<'static, Arc<T>>>);

impl<T: Send + Sync + 'static> Made<T> {
    /// Begins to make what `making` makes. Has to be called within a runtime.
    pub fn begin(making: impl Future<Output = T> + Send + 'static) -> Self {
        let runtime = Handle::current();
        let made = tokio::task::spawn_blocking(move || Arc::new(runtime.block_on(making)));
        let made = made.map(|made| {
            made.unwrap_or_else(|error| {
                // As from a panic in `main`: Lambda starts another process, which may fare better.
                tracing::error!(%error, "the function could not be started");
                process::exit(1)
            })
        });
        Self(made.boxed().shared())
    }

    /// What was made, as soon as it is.
    pub async fn get(&self) -> Arc<T> {
        self.0.clone().await
    }
}
