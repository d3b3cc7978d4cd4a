//! Builds what a function needs on a second thread, while its process waits for its first event.

use std::sync::Arc;
use std::{env, process};

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};
use thiserror::Error;
use tokio::runtime::Handle;

/// Turns of the runtime in which it connects to the Runtime API and sends its first request. Fewer or more cost no more than the time
/// of a turn.
const TURNS_TO_ASK_FOR_WORK: u32 = 8;

/// Something that is made once, on a thread of its own, and awaited by whoever needs it first: root certificates take
/// longer to read than everything else takes to start (docs/contributors/performance.md).
#[derive(Clone, Debug)]
pub struct Built<T>(Shared<BoxFuture<'static, Result<Arc<T>, NotBuilt>>>);

/// What a function needs could not be made: a panic, whose place is in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the function could not be started")]
pub struct NotBuilt;

impl<T: Send + Sync + 'static> Built<T> {
    /// Starts building the value on a blocking thread, once the runtime's other tasks wait for the network. Has to be called
    /// within a runtime.
    pub fn begin(making: impl Future<Output = T> + Send + 'static) -> Self {
        let runtime = Handle::current();
        let made = tokio::spawn(async move {
            // Lambda counts a process as started when it asks for work. A second thread's page faults would slow that down.
            for _ in 0..TURNS_TO_ASK_FOR_WORK {
                tokio::task::yield_now().await;
            }
            tokio::task::spawn_blocking(move || Arc::new(runtime.block_on(making))).await
        });
        Self(made.map(|made| made.and_then(|made| made).map_err(|_| NotBuilt)).boxed().shared())
    }

    /// What was made, as soon as it is.
    ///
    /// # Errors
    /// [`NotBuilt`], now and ever after.
    pub async fn get(&self) -> Result<Arc<T>, NotBuilt> {
        self.0.clone().await
    }
}

/// Ends the process, as a panic in `main` would: Lambda starts another, which may fare better, and delivers the event to it.
pub fn give_up(error: NotBuilt) -> ! {
    tracing::error!(%error, "the process ends");
    process::exit(1)
}

/// The value of an environment variable, where it has one.
#[must_use]
pub fn given(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

/// Whether an environment variable switches something on.
#[must_use]
pub fn is_on(name: &str) -> bool {
    given(name).is_some_and(|value| value == "true")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_was_made_is_the_same_for_everyone() {
        let made = Built::begin(async { String::from("provider") });
        let (first, second) = (made.get().await.unwrap(), made.get().await.unwrap());
        assert!(Arc::ptr_eq(&first, &second));
    }

    #[tokio::test]
    async fn a_panic_while_making_is_told_to_everyone_who_asks() {
        let made = Built::<String>::begin(async { panic!("no certificates") });
        assert_eq!((made.get().await, made.get().await), (Err(NotBuilt), Err(NotBuilt)));
    }
}
