//! What all connections share: the world behind its lock, the models of the services, and the gates.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, atomic::AtomicU64};

use crate::{
    gate::Gates,
    world::{Models, World},
};

/// What all connections share.
pub(crate) struct Shared {
    world: Mutex<World>,
    pub(crate) models: Models,
    pub(crate) calls: AtomicU64,
    pub(crate) gates: Arc<Gates>,
}

impl Shared {
    pub(crate) fn new(world: World, models: Models) -> Self {
        Self { world: Mutex::new(world), models, calls: AtomicU64::new(0), gates: Arc::default() }
    }

    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
