//! Which alarms there are.

use std::fmt;

/// What an alarm watches. The order is the one in which alarms are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AlarmKind {
    /// Too many GPUs that no model holds.
    UnusedGpu,
    /// Too few GPUs left to scale or to place a model.
    GpuBuffer,
    /// GPUs that models hold and hardly use.
    IdleGpu,
    /// No invocation while money runs.
    NoTraffic,
}

impl AlarmKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::UnusedGpu, Self::GpuBuffer, Self::IdleGpu, Self::NoTraffic];

    /// The property that declares it, which is also what its attributes start with.
    #[must_use]
    pub fn property(self) -> &'static str {
        match self {
            Self::UnusedGpu => "UnusedGpuAlarm",
            Self::GpuBuffer => "GpuBufferAlarm",
            Self::IdleGpu => "IdleGpuAlarm",
            Self::NoTraffic => "NoTrafficAlarm",
        }
    }

    /// The attribute that holds its name.
    #[must_use]
    pub fn name_attribute(self) -> &'static str {
        match self {
            Self::UnusedGpu => "UnusedGpuAlarmName",
            Self::GpuBuffer => "GpuBufferAlarmName",
            Self::IdleGpu => "IdleGpuAlarmName",
            Self::NoTraffic => "NoTrafficAlarmName",
        }
    }

    /// The attribute that holds its ARN.
    #[must_use]
    pub fn arn_attribute(self) -> &'static str {
        match self {
            Self::UnusedGpu => "UnusedGpuAlarmArn",
            Self::GpuBuffer => "GpuBufferAlarmArn",
            Self::IdleGpu => "IdleGpuAlarmArn",
            Self::NoTraffic => "NoTrafficAlarmArn",
        }
    }

    /// What its default name ends with, after the endpoint's name and a hyphen.
    #[must_use]
    pub fn suffix(self) -> &'static str {
        match self {
            Self::UnusedGpu => "unused-gpu",
            Self::GpuBuffer => "gpu-buffer",
            Self::IdleGpu => "idle-gpu",
            Self::NoTraffic => "no-traffic",
        }
    }
}

impl fmt::Display for AlarmKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.property())
    }
}
