//! What AWS's pages leave open, or say otherwise than people observe: each a choice, with a default.
//!
//! A proof runs under [`Reading::ALL`]; a number that holds under one reading only isn't proved.

/// One way to read the documentation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// Arithmetic on two series of which one has no data point at a time.
    pub missing_operand: MissingOperand,
    /// `FILL` of a metric that has no data point in the whole range.
    pub fill_of_empty: FillOfEmpty,
    /// How far back Metrics Insights looks.
    pub insights_reach: InsightsReach,
}

/// The syntax page says of arithmetic operators that missing values are treated as 0
/// (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html>, "Basic arithmetic
/// functions"); people who graph `m1 + m2` find no data point where either has none, and are advised to use `FILL` or `SUM`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MissingOperand {
    /// No data point where either series has none.
    #[default]
    Dropped,
    /// 0 where one series has none and the other has one.
    Zero,
}

/// The syntax page says that `FILL` fills the missing values of a series and not whether a series without any is one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FillOfEmpty {
    /// It is filled over the whole range, as users of alarms on missing data rely on.
    #[default]
    Filled,
    /// It stays empty.
    Empty,
}

/// The quotas page says two weeks for graphs and three hours for alarms
/// (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-metrics-insights-limits.html>), the
/// reference of `GetMetricData` three hours
/// (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html>).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum InsightsReach {
    /// Three hours everywhere.
    ThreeHours,
    /// Two weeks in graphs, three hours in alarms.
    #[default]
    TwoWeeks,
}

impl Reading {
    /// Every combination that bears on metric math.
    pub const ALL: [Self; 4] = [
        Self::of(MissingOperand::Dropped, FillOfEmpty::Filled),
        Self::of(MissingOperand::Dropped, FillOfEmpty::Empty),
        Self::of(MissingOperand::Zero, FillOfEmpty::Filled),
        Self::of(MissingOperand::Zero, FillOfEmpty::Empty),
    ];

    const fn of(missing_operand: MissingOperand, fill_of_empty: FillOfEmpty) -> Self {
        Self { missing_operand, fill_of_empty, insights_reach: InsightsReach::TwoWeeks }
    }
}
