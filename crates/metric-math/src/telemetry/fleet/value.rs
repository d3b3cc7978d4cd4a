//! What a sample comes to: of an instance by what is on it, of requests by how many there are.

use super::{Fleet, IdleReservation, Load, PublishedReading, Serving, Timestamp, placement::PlacedCopy, table::Row};

/// Requests at once that a serverless variant takes (`MaxConcurrency`), and of those that are kept ready.
const SERVERLESS_CONCURRENCY: f64 = 20.0;
const PROVISIONED_CONCURRENCY: f64 = 4.0;
/// Percentage of an instance's processors and memory that a copy reserves.
const RESERVED_BY_COPY: f64 = 12.5;
const OVERHEAD_MICROSECONDS: f64 = 5000.0;

/// An instance.
pub(super) struct Machine {
    cpu: f64,
    memory: f64,
    /// Percentages of computing time and of memory, for each GPU.
    pub(super) gpus: Vec<(f64, f64)>,
    /// Percentage of the GPUs that copies hold.
    held: f64,
    copies: f64,
    /// Whether there is what `…Normalized` metrics are about: any copy on the variant.
    pub(super) active: bool,
    /// Whether it publishes its reservations.
    reserves: bool,
    /// Models in the memory of a multi-model container.
    loaded_models: f64,
}

impl Machine {
    pub(super) fn of(fleet: &Fleet, copies: &[PlacedCopy], number: usize, instance: usize) -> Self {
        let variant = &fleet.variants[number];
        let here: Vec<&PlacedCopy> =
            copies.iter().filter(|copy| copy.variant == number && copy.instance == instance).collect();
        let hosts = fleet.serving(variant) == Serving::Components;
        let own = if hosts { Load { gpu_memory_percent: 0.0, ..Load::IDLE } } else { variant.load };
        let load_of = |copy: &PlacedCopy| fleet.components[copy.component].load;
        let summed = |value: fn(&Load) -> f64| {
            if here.is_empty() {
                value(&own)
            } else {
                here.iter().map(|copy| value(&load_of(copy))).sum::<f64>().min(100.0)
            }
        };
        let parts = variant.partitions_per_gpu.max(1);
        let of_part = |part: u32, value: fn(&Load) -> f64| match here.iter().find(|copy| copy.gpus.contains(&part)) {
            Some(copy) => value(&load_of(copy)),
            None => value(&own),
        };
        let of_gpu = |gpu: u32, value: fn(&Load) -> f64| {
            (gpu * parts..(gpu + 1) * parts).map(|part| of_part(part, value)).sum::<f64>() / f64::from(parts)
        };
        let gpus = (0..variant.gpus_per_instance)
            .map(|gpu| (of_gpu(gpu, |load| load.gpu_percent), of_gpu(gpu, |load| load.gpu_memory_percent)))
            .collect();
        let held = u32::try_from(here.iter().map(|copy| copy.gpus.len()).sum::<usize>()).unwrap_or(u32::MAX);
        let active = copies.iter().any(|copy| copy.variant == number);
        let normalized = !hosts && fleet.reads(PublishedReading::NormalizedOnOwnModels);
        Self {
            cpu: summed(|load| load.cpu_percent),
            memory: summed(|load| load.memory_percent),
            gpus,
            held: 100.0 * f64::from(held) / f64::from(variant.places().max(1)),
            copies: here.iter().map(|_| 1.0).sum(),
            active: active || normalized,
            reserves: active && (!here.is_empty() || fleet.idle_reservation == IdleReservation::Zero),
            loaded_models: variant.load.loaded_models,
        }
    }

    /// The value of a metric of instances.
    pub(super) fn value(&self, metric: &str) -> Option<f64> {
        let sum = |part: fn(&(f64, f64)) -> f64| self.gpus.iter().map(part).sum::<f64>();
        let many: f64 = self.gpus.iter().map(|_| 1.0).sum();
        Some(match metric {
            "CPUUtilization" => self.cpu,
            "MemoryUtilization" => self.memory,
            "DiskUtilization" => 20.0,
            // Summed over the devices, so up to 100 times their number.
            "GPUUtilization" => sum(|gpu| gpu.0),
            "GPUMemoryUtilization" => sum(|gpu| gpu.1),
            "LoadedModelCount" => self.loaded_models,
            // Only while inference components are active.
            "CPUUtilizationNormalized" if self.active => self.cpu,
            "GPUUtilizationNormalized" if self.active => sum(|gpu| gpu.0) / many,
            "GPUMemoryUtilizationNormalized" if self.active => sum(|gpu| gpu.1) / many,
            "CPUReservation" | "MemoryReservation" if self.reserves => (RESERVED_BY_COPY * self.copies).min(100.0),
            "GPUReservation" if self.reserves => self.held,
            _ => return None,
        })
    }
}

/// The requests to one copy or instance within one interval.
pub(super) struct Requests {
    pub(super) load: Load,
    /// In milliseconds.
    pub(super) interval: Timestamp,
    /// Copies or instances that share all requests among them.
    pub(super) sharing: f64,
    /// Whether nothing comes while nobody calls, where no source says what does.
    pub(super) silent: bool,
}

impl Requests {
    fn within_interval(&self, per_minute: f64) -> f64 {
        #[allow(clippy::cast_precision_loss)] // minutes at most
        let requests = per_minute * self.interval as f64 / 60_000.0;
        requests
    }

    /// Requests to a component that has no copy, where there are any.
    pub(super) fn met_no_copy(&self) -> Option<f64> {
        Some(self.within_interval(self.load.calls_without_copy_per_minute)).filter(|calls| *calls > 0.0)
    }

    /// The value of a metric of requests, as the row says it comes while nobody calls.
    pub(super) fn value(&self, row: &Row) -> Option<f64> {
        let streaming = row.conditions.contains(&"streaming");
        let part = if streaming { self.load.streaming_share } else { 1.0 };
        let requests = self.within_interval(self.load.invocations_per_minute * part);
        // Nobody streams from what nobody has called for a stream.
        if (streaming && part <= 0.0) || !self.comes(row, requests > 0.0) {
            return None;
        }
        self.of_requests(row.metric, requests)
    }

    /// The value of a metric of an endpoint's queue.
    pub(super) fn queue(&self, row: &Row) -> Option<f64> {
        let load = self.load;
        if !self.comes(row, load.backlog > 0.0 || load.invocations_per_minute > 0.0) {
            return None;
        }
        Some(match row.metric {
            "ApproximateBacklogSize" => load.backlog,
            // There is nothing to divide by at zero instances, which is what the other metric is for.
            "ApproximateBacklogSizePerInstance" if self.sharing > 0.0 => load.backlog / self.sharing,
            "HasBacklogWithoutCapacity" => f64::from(u8::from(load.backlog > 0.0 && self.sharing <= 0.0)),
            "ApproximateAgeOfOldestRequest" => self.seconds_in_backlog(),
            _ => return None,
        })
    }

    /// Whether a sample comes at all.
    fn comes(&self, row: &Row, called: bool) -> bool {
        // A request that wasn't made took no time.
        let takes_time = matches!(row.unit, "Microseconds" | "Milliseconds");
        called
            || match row.idle {
                "values" | "zeros" => !takes_time,
                "unknown" => !takes_time && !self.silent,
                _ => false,
            }
    }

    fn seconds_in_backlog(&self) -> f64 {
        // At zero instances nothing is worked off, and an hour is as good as any age.
        let per_minute = self.load.invocations_per_minute * self.sharing;
        if per_minute > 0.0 {
            self.load.backlog * 60.0 / per_minute
        } else {
            3600.0 * f64::from(self.load.backlog > 0.0)
        }
    }

    fn of_requests(&self, metric: &str, requests: f64) -> Option<f64> {
        let load = self.load;
        let concurrent = load.invocations_per_minute / 60.0 * load.model_latency_ms / 1000.0;
        let model = load.model_latency_ms * 1000.0;
        let first_chunk = load.first_chunk_ms * 1000.0;
        let missed = requests * (1.0 - load.cache_hit_share);
        let loads = |microseconds: f64| (missed > 0.0).then_some(microseconds);
        Some(match metric {
            "Invocations" | "InvocationsProcessed" => requests,
            "Invocation4XXErrors" => requests * load.share_4xx,
            "Invocation5XXErrors" | "InvocationModelErrors" => requests * load.share_5xx,
            "InvocationFailures" => requests * (load.share_4xx + load.share_5xx),
            // Each request counts as the part of one that falls to each instance or copy.
            "InvocationsPerInstance" | "InvocationsPerCopy" => requests / self.sharing.max(1.0),
            "ConcurrentRequestsPerModel" | "ConcurrentRequestsPerCopy" => concurrent,
            "ModelLatency" => model,
            "OverheadLatency" | "FirstChunkOverheadLatency" => OVERHEAD_MICROSECONDS,
            "FirstChunkModelLatency" => first_chunk,
            "FirstChunkLatency" => first_chunk + OVERHEAD_MICROSECONDS,
            "MidStreamErrors" => requests * load.mid_stream_error_share,
            "ModelSetupTime" => 2_500_000.0,
            "ServerlessConcurrentExecutionsUtilization" => concurrent / SERVERLESS_CONCURRENCY,
            "ServerlessProvisionedConcurrencyUtilization" => (concurrent / PROVISIONED_CONCURRENCY).min(1.0),
            "ServerlessProvisionedConcurrencyExecutions" => concurrent.min(PROVISIONED_CONCURRENCY),
            "ServerlessProvisionedConcurrencyInvocations" => {
                requests * (PROVISIONED_CONCURRENCY / concurrent.max(PROVISIONED_CONCURRENCY))
            }
            "ServerlessProvisionedConcurrencySpilloverInvocations" => {
                requests * (1.0 - PROVISIONED_CONCURRENCY / concurrent.max(PROVISIONED_CONCURRENCY))
            }
            "RequestDownloadFailures" | "ResponseUploadFailures" | "NotificationFailures" | "ExpiredRequests" => 0.0,
            "RequestDownloadLatency" => 20_000.0,
            "ResponseUploadLatency" => 30_000.0,
            "TimeInBacklog" => self.seconds_in_backlog() * 1e6,
            "TotalProcessingTime" => self.seconds_in_backlog() * 1000.0 + load.model_latency_ms + 50.0,
            "ModelCacheHit" => {
                if requests > 0.0 {
                    load.cache_hit_share
                } else {
                    0.0
                }
            }
            "ModelLoadingWaitTime" => loads(900_000.0)?,
            "ModelUnloadingTime" => loads(40_000.0)?,
            "ModelDownloadingTime" => loads(500_000.0)?,
            "ModelLoadingTime" => loads(350_000.0)?,
            _ => return None,
        })
    }
}
