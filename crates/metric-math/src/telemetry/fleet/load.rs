//! What a copy or an instance does.

use serde::{Deserialize, Serialize};

/// What a copy or an instance does.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Load {
    /// Percentage of each of its GPUs that computes.
    pub gpu_percent: f64,
    /// Percentage of each of its GPUs' memory in use.
    pub gpu_memory_percent: f64,
    /// Percentage of the instance's processors in use.
    pub cpu_percent: f64,
    /// Percentage of the instance's memory in use.
    pub memory_percent: f64,
    /// Requests per minute; on an asynchronous variant, those that are worked off.
    pub invocations_per_minute: f64,
    /// Of those, the part that fails with a 4xx status.
    pub share_4xx: f64,
    /// Of those, the part that fails with a 5xx status.
    pub share_5xx: f64,
    /// Milliseconds that the model takes for a request.
    pub model_latency_ms: f64,
    /// Of the requests, the part that is answered as a stream.
    pub streaming_share: f64,
    /// Milliseconds that the model takes for the first part of a stream.
    pub first_chunk_ms: f64,
    /// Of the streams, the part that breaks off.
    pub mid_stream_error_share: f64,
    /// Requests per minute to a component while it has no copy at all.
    pub calls_without_copy_per_minute: f64,
    /// Requests that wait in the queue of an asynchronous endpoint.
    pub backlog: f64,
    /// Models in the memory of a multi-model container.
    pub loaded_models: f64,
    /// Of the requests to a multi-model container, the part that finds its model loaded.
    pub cache_hit_share: f64,
}

impl Default for Load {
    fn default() -> Self {
        Self {
            gpu_percent: 40.0,
            gpu_memory_percent: 70.0,
            cpu_percent: 10.0,
            memory_percent: 30.0,
            invocations_per_minute: 60.0,
            share_4xx: 0.0,
            share_5xx: 0.0,
            model_latency_ms: 400.0,
            streaming_share: 0.0,
            first_chunk_ms: 120.0,
            mid_stream_error_share: 0.0,
            calls_without_copy_per_minute: 0.0,
            backlog: 0.0,
            loaded_models: 3.0,
            cache_hit_share: 0.9,
        }
    }
}

impl Load {
    /// A model that is loaded and that nobody calls.
    pub const IDLE: Self = Self {
        gpu_percent: 0.0,
        gpu_memory_percent: 70.0,
        cpu_percent: 1.0,
        memory_percent: 30.0,
        invocations_per_minute: 0.0,
        share_4xx: 0.0,
        share_5xx: 0.0,
        model_latency_ms: 0.0,
        streaming_share: 0.0,
        first_chunk_ms: 0.0,
        mid_stream_error_share: 0.0,
        calls_without_copy_per_minute: 0.0,
        backlog: 0.0,
        loaded_models: 3.0,
        cache_hit_share: 0.0,
    };
}
