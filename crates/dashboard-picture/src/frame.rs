//! Where widgets stand on the grid, and how much room is in their frames.

use serde_json::Value;

/// The page's width without its margins; the style sheet has the same.
const WIDTH: f64 = 1440.0;
/// Columns of a dashboard.
const COLUMNS: u32 = 24;
/// Height of a row, and the gap between neighbours.
const ROW: f64 = 40.0;
const GAP: f64 = 10.0;
/// What a frame takes: border and padding on both sides, and the title.
const FRAME: f64 = 26.0;
const PADDING: f64 = 18.0;
const TITLE: f64 = 25.0;

/// Room for what is inside a frame, in pixels.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    pub(crate) width: f64,
    pub(crate) height: f64,
}

/// Where a widget is, in columns and rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) x: u32,
    pub(crate) y: u32,
    pub(crate) width: u32,
    pub(crate) height: u32,
}

impl Place {
    /// As the widget says it; sizes that it leaves out are the service's defaults.
    pub(crate) fn of(widget: &Value) -> Self {
        let part = |name: &str, default: u32| {
            widget.get(name).and_then(Value::as_u64).and_then(|part| u32::try_from(part).ok()).unwrap_or(default)
        };
        let x = part("x", 0).min(COLUMNS - 1);
        Self {
            x,
            y: part("y", 0),
            width: part("width", 6).clamp(1, COLUMNS - x),
            height: part("height", 6).clamp(1, 1000),
        }
    }

    /// The style that puts a widget there on the page's grid.
    pub(crate) fn style(self) -> String {
        format!("grid-area:{}/{}/span {}/span {}", self.y.saturating_add(1), self.x + 1, self.height, self.width)
    }

    fn pixels(self) -> (f64, f64) {
        let column = (WIDTH - GAP * f64::from(COLUMNS - 1)) / f64::from(COLUMNS);
        let across = |count: u32, each: f64| f64::from(count) * each + f64::from(count - 1) * GAP;
        (across(self.width, column), across(self.height, ROW))
    }
}

/// Height of the whole grid in pixels.
pub(crate) fn grid_height(widgets: &[Value]) -> f64 {
    let rows = widgets.iter().map(Place::of).map(|place| place.y.saturating_add(place.height)).max().unwrap_or(0);
    f64::from(rows) * (ROW + GAP)
}

/// Room inside a widget's frame, below its title.
pub(crate) fn inside(widget: &Value) -> Size {
    let (width, height) = Place::of(widget).pixels();
    let titled = widget.pointer("/properties/title").and_then(Value::as_str).is_some_and(|title| !title.is_empty());
    Size { width: width - FRAME, height: height - PADDING - if titled { TITLE } else { 0.0 } }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn places_off_the_grid_stay_on_the_page() {
        let place = Place::of(&json!({"x": 99, "y": 1, "width": 99, "height": 0}));
        assert_eq!(place, Place { x: 23, y: 1, width: 1, height: 1 });
    }
}
