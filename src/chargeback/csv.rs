//! Comma-separated values as RFC 4180 has them, with one line feed at the end of a line: <https://www.rfc-editor.org/rfc/rfc4180>.

/// One line. A cell with a comma, a quotation mark or a line break is quoted.
pub(super) fn line(cells: impl IntoIterator<Item = String>) -> String {
    let cells: Vec<String> = cells.into_iter().map(cell).collect();
    cells.join(",") + "\n"
}

fn cell(text: String) -> String {
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_end_a_cell_is_quoted() {
        let cells = ["plain", "", "a,b", "{\"a\":\"b\"}", "two\nlines"].map(str::to_owned);
        assert_eq!(line(cells), "plain,,\"a,b\",\"{\"\"a\"\":\"\"b\"\"}\",\"two\nlines\"\n");
    }
}
