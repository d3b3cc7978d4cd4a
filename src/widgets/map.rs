//! The map of instances × GPUs: how large its squares are, and what each of them says.

use maud::{Markup, html};

use crate::figure::percent;
use crate::panel_params::PanelParams;
use crate::usage::{GpuUsage, InstanceUsage, VariantUsage};

/// Pixels between squares, between the instances of a row and between rows, and for an instance's name.
const GAP: u32 = 2;
const BETWEEN: u32 = 10;
const BELOW: u32 = 5;
const NAME: u32 = 13;
/// Pixels of a square: smaller ones can't be distinguished, larger ones say no more.
const SMALLEST: u32 = 8;
const LARGEST: u32 = 30;
/// Digits of a model's number that always fit. Beyond 99 models squares get as small as they must.
const READABLE_DIGITS: u32 = 2;
/// Pixels of a digit, and of the margin around a number.
const DIGIT: u32 = 6;
const AROUND: u32 = 3;
/// Percent of each step of the scale.
const STEP: f64 = 20.0;
/// Steps of the scale, from idle to busy.
pub(super) const STEPS: usize = 5;

/// What a map has room for, and how many models are numbered in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Room {
    /// Pixels.
    pub(super) width: u32,
    /// Pixels. A map that needs more scrolls.
    pub(super) height: u32,
    /// Models.
    pub(super) numbers: usize,
}

impl Room {
    /// Pixels of the smallest square in which every number can be read.
    fn smallest(self) -> u32 {
        match self.numbers.checked_ilog10().map_or(1, |digits| digits + 1) {
            digits @ ..=READABLE_DIGITS => (AROUND + digits * DIGIT).max(SMALLEST),
            _ => SMALLEST,
        }
    }
}

/// How squares are laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Layout {
    /// Instances side by side.
    columns: u32,
    /// Pixels of a square.
    square: u32,
}

impl Layout {
    /// The largest squares with which the map fits; where none does, the smallest, and the widget scrolls.
    fn fit(room: Room, instances: u32, gpus: u32) -> Self {
        let Room { width, height, .. } = room;
        let fitting = |square: u32| {
            let columns = ((width + BETWEEN) / (Self::block(square, gpus) + BETWEEN)).clamp(1, instances.max(1));
            let layout = Self { columns, square };
            (Self::block(square, gpus) <= width && layout.height(instances) <= height).then_some(layout)
        };
        let smallest = room.smallest();
        (smallest..=LARGEST).rev().find_map(fitting).unwrap_or_else(|| {
            // Numbers give way where not even one instance fits.
            let square = if Self::block(smallest, gpus) <= width { smallest } else { SMALLEST };
            let columns = ((width + BETWEEN) / (Self::block(square, gpus) + BETWEEN)).clamp(1, instances.max(1));
            Self { columns, square }
        })
    }

    fn block(square: u32, gpus: u32) -> u32 {
        gpus.max(1) * (square + GAP)
    }

    fn row(self) -> u32 {
        NAME + self.square + BELOW
    }

    fn height(self, instances: u32) -> u32 {
        instances.div_ceil(self.columns) * self.row()
    }
}

/// Draws the variant's instances. `number` gives a model's number in the table below the map.
pub(super) fn map(
    variant: &VariantUsage,
    params: &PanelParams,
    room: Room,
    number: &dyn Fn(&str) -> Option<usize>,
) -> Markup {
    let instances = u32::try_from(variant.instances.len()).unwrap_or(u32::MAX);
    let gpus = variant.instances.iter().map(|instance| instance.gpus.len()).max().unwrap_or(0);
    let gpus = u32::try_from(gpus).unwrap_or(u32::MAX);
    let layout = Layout::fit(room, instances, gpus);
    let block = Layout::block(layout.square, gpus) + BETWEEN;
    let (across, down) = (layout.columns * block, layout.height(instances));
    html! {
        svg.map width=(across) height=(down) viewBox={"0 0 " (across) " " (down)} role="img"
            aria-label={"Instances of " (variant.name) " and their GPUs"} {
            @for (at, instance) in (0_u32..).zip(&variant.instances) {
                g.instance transform={"translate(" (at % layout.columns * block) "," (at / layout.columns * layout.row()) ")"} {
                    (name(instance, block - BETWEEN))
                    @for (place, gpu) in (0_u32..).zip(&instance.gpus) {
                        (square(gpu, instance, params, place * (layout.square + GAP), layout.square, number))
                    }
                }
            }
        }
    }
}

/// As much of the instance's id as there is room for; instances differ in the ends of their ids.
fn name(instance: &InstanceUsage, width: u32) -> Markup {
    const CHARACTER: u32 = 6;
    let room = usize::try_from(width / CHARACTER).unwrap_or(0);
    let length = instance.id.chars().count();
    let shown: String = if length <= room {
        instance.id.clone()
    } else {
        "…".chars().chain(instance.id.chars().skip(length + 1 - room.max(1))).collect()
    };
    html! {
        text x="0" y=(NAME - 4) { title { (instance.id) } (shown) }
    }
}

fn square(
    gpu: &GpuUsage,
    instance: &InstanceUsage,
    params: &PanelParams,
    x: u32,
    size: u32,
    number: &dyn Fn(&str) -> Option<usize>,
) -> Markup {
    let which = gpu.id.as_deref().map(|id| format!("GPU {id} of ")).unwrap_or_default();
    let held = match (&gpu.model, gpu.utilization) {
        (None, _) => "unused".to_owned(),
        (Some(model), Some(utilization)) => format!("{}, utilization {}", params.label(model), percent(utilization)),
        (Some(model), None) => params.label(model).to_owned(),
    };
    let number = gpu.model.as_deref().and_then(number).map(|number| number.to_string());
    // A number that doesn't fit would be read as its neighbour's.
    let fits = |number: &String| u32::try_from(number.len()).is_ok_and(|digits| AROUND + digits * DIGIT <= size);
    let number = number.filter(fits);
    html! {
        g.gpu.(class(gpu)) data-model=[gpu.model.as_deref()] {
            title { (which) (instance.id) ": " (held) }
            rect x=(x) y=(NAME) width=(size) height=(size) rx="2" {}
            @if let Some(number) = number {
                text x=(x + size / 2) y=(NAME + size / 2 + 4) { (number) }
            }
        }
    }
}

/// The step of the scale.
fn class(gpu: &GpuUsage) -> &'static str {
    const CLASSES: [&str; STEPS] = ["u0", "u1", "u2", "u3", "u4"];
    match (&gpu.model, gpu.utilization) {
        (None, _) => "unused",
        (Some(_), None) => "held",
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // saturates
        (Some(_), Some(utilization)) => CLASSES[((utilization / STEP) as usize).min(STEPS - 1)],
    }
}

/// What the colours mean.
pub(super) fn legend() -> Markup {
    html! {
        p.legend {
            "GPU utilization: "
            @for step in 0..STEPS {
                span.key { span class={"swatch u" (step)} {} (step * 20) "–" ((step + 1) * 20) " %" }
            }
            span.key { span.swatch.unused {} "unused" }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn squares_are_as_large_as_the_widget_lets_them() {
        let room = |width, height, numbers| Room { width, height, numbers };
        assert_eq!(Layout::fit(room(600, 300, 2), 2, 4), Layout { columns: 2, square: LARGEST });
        let fleet = Layout::fit(room(1200, 500, 200), 100, 8);
        assert!(fleet.square > SMALLEST && fleet.height(100) <= 500, "{fleet:?}");
        assert_eq!(Layout::fit(room(50, 50, 9), 100, 16), Layout { columns: 1, square: SMALLEST });
        assert_eq!(Layout::fit(room(0, 0, 0), 0, 0), Layout { columns: 1, square: SMALLEST });
    }

    #[test]
    fn up_to_99_models_have_a_number_that_fits_whatever_the_room() {
        for (numbers, digits) in [(1, 1), (9, 1), (10, 2), (40, 2), (99, 2)] {
            let Layout { square, .. } = Layout::fit(Room { width: 560, height: 60, numbers }, 25, 8);
            assert!(AROUND + digits * DIGIT <= square, "{numbers}: {square}");
        }
        assert_eq!(Layout::fit(Room { width: 560, height: 60, numbers: 100 }, 25, 8).square, SMALLEST);
    }

    #[test]
    fn the_scale_has_a_step_for_every_utilization() {
        let class_of = |utilization| {
            class(&GpuUsage { id: None, model: Some("m".into()), copy: None, utilization, mean_utilization: None })
        };
        let classes =
            [-1.0, 0.0, 19.9, 20.0, 99.9, 100.0, 800.0, f64::NAN].map(|utilization| class_of(Some(utilization)));
        assert_eq!(classes, ["u0", "u0", "u0", "u1", "u4", "u4", "u4", "u0"]);
        assert_eq!(class_of(None), "held");
    }
}
