//! What a command says, once for people and once for programs, and what its process ends with.

use comfy_table::presets::ASCII_MARKDOWN;
use comfy_table::{CellAlignment, ContentArrangement, Table};
use serde_json::Value;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Status {
    /// Nothing is wrong.
    Fine,
    /// The declaration has problems, or can't be carried out.
    Problems,
    /// It couldn't be validated: a value is missing, or a file.
    Unusable,
}

impl Status {
    /// The exit code.
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Fine => 0,
            Self::Problems => 1,
            Self::Unusable => 2,
        }
    }

    /// The status as JSON shows it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Fine => "fine",
            Self::Problems => "problems",
            Self::Unusable => "unusable",
        }
    }
}

/// What a command says.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) text: String,
    pub(crate) json: Value,
    pub(crate) status: Status,
}

/// A number to so many decimals, without the noise of binary fractions, and 0 in place of −0.
pub(crate) fn rounded(number: f64, decimals: i32) -> f64 {
    let scale = 10_f64.powi(decimals);
    (number * scale).round() / scale + 0.0
}

/// A table whose columns from the `numbers`th on are read from the right.
pub(crate) fn table<const N: usize>(head: [&str; N], numbers: usize, rows: Vec<[String; N]>) -> Table {
    let mut table = Table::new();
    table.load_style(ASCII_MARKDOWN).set_content_arrangement(ContentArrangement::Disabled).set_header(head);
    table.add_rows(rows);
    for column in table.column_iter_mut().skip(numbers) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

/// Each text on a line of its own.
pub(crate) fn lines<'t>(head: &str, texts: impl IntoIterator<Item = &'t String>) -> String {
    let mut out = String::new();
    for text in texts {
        out.push_str(head);
        out.push_str(text);
        out.push('\n');
    }
    out
}

/// JSON over several lines.
pub(crate) fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}
