//! Dashboards as text that a person reads: whole, or as what differs from one that is read already.

use std::fmt::Write;

use serde_json::{Map, Value};
use similar::TextDiff;

/// A value that is longer than this is written over several lines.
const LONGEST_LINE: usize = 140;
/// Begins a widget, and nothing else.
const TITLE: &str = "## ";

/// A dashboard's body, with nothing left out: where its widgets are, then what they are. A metric has one line.
pub(crate) fn text(body: &Value) -> String {
    let mut text = String::new();
    let members = body.as_object().unwrap();
    for (name, value) in members.iter().filter(|(name, _)| *name != "widgets") {
        write(&mut text, 0, name, value);
    }
    text += &layout(body);
    text.push('\n');
    for widget in body["widgets"].as_array().unwrap() {
        writeln!(text, "\n{TITLE}{}", title(widget)).unwrap();
        let written = ["x", "y", "width", "height", "properties"];
        for (name, value) in widget.as_object().unwrap().iter().filter(|(name, _)| !written.contains(&name.as_str())) {
            write(&mut text, 0, name, value);
        }
        for (name, value) in widget["properties"].as_object().unwrap().iter().filter(|(name, _)| *name != "title") {
            write(&mut text, 1, name, value);
        }
    }
    text
}

/// Where each widget is, how large, and what it is called, a line for each.
pub(crate) fn layout(body: &Value) -> String {
    let line = |widget: &Value| {
        let at = |name: &str| widget[name].as_u64().unwrap();
        let (x, y, width, height) = (at("x"), at("y"), at("width"), at("height"));
        format!("{x:>2},{y:>3}  {width:>2}x{height}  {}", title(widget))
    };
    body["widgets"].as_array().unwrap().iter().map(line).collect::<Vec<_>>().join("\n")
}

/// What turns the text of one dashboard into that of another, in the manner of a unified diff. A hunk names the line at which
/// it begins and the widget that it is in.
pub(crate) fn difference(base: &Value, body: &Value) -> String {
    let (before, after) = (text(base), text(body));
    let widget_of = |line: usize| before.lines().take(line + 1).filter(|line| line.starts_with(TITLE)).last();
    let diff = TextDiff::from_lines(&before, &after);
    let mut text = String::new();
    for hunk in diff.unified_diff().context_radius(0).iter_hunks() {
        let line = hunk.ops().first().map_or(0, |op| op.old_range().start);
        let widget = widget_of(line).unwrap_or("## (body and layout)").trim_start_matches(TITLE);
        writeln!(text, "@@ {} {widget}", line + 1).unwrap();
        for change in hunk.iter_changes() {
            write!(text, "{}{change}", change.tag()).unwrap();
        }
    }
    text
}

fn title(widget: &Value) -> &str {
    widget["properties"]["title"].as_str().unwrap_or("(text)")
}

fn write(text: &mut String, indent: usize, name: &str, value: &Value) {
    let space = "  ".repeat(indent);
    let line = value.to_string();
    match value {
        Value::String(long) if long.contains('\n') => {
            writeln!(text, "{space}{name} |").unwrap();
            for line in long.split('\n') {
                writeln!(text, "{space}  | {line}").unwrap();
            }
        }
        Value::Array(items) if is_long(&line, name) => {
            writeln!(text, "{space}{name} [").unwrap();
            for item in items {
                match item {
                    Value::Object(members) if item.to_string().len() > LONGEST_LINE => {
                        write_members(text, indent + 1, "-", members);
                    }
                    item => writeln!(text, "{space}  {item}").unwrap(),
                }
            }
        }
        Value::Object(members) if is_long(&line, name) => write_members(text, indent, name, members),
        _ => writeln!(text, "{space}{name} {line}").unwrap(),
    }
}

fn write_members(text: &mut String, indent: usize, name: &str, members: &Map<String, Value>) {
    writeln!(text, "{}{name} {{", "  ".repeat(indent)).unwrap();
    for (name, value) in members {
        write(text, indent + 1, name, value);
    }
}

fn is_long(line: &str, name: &str) -> bool {
    line.len() > LONGEST_LINE || name == "metrics"
}
