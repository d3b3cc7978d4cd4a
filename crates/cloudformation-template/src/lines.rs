//! The lines of a template's text, by path.

use std::collections::BTreeMap;

/// Lines by path: `Resources.Chat.Properties.Tags[0].Key`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lines(pub BTreeMap<String, usize>);

impl Lines {
    /// The line of `path`, or of the nearest thing around it that the file has.
    #[must_use]
    pub fn of(&self, path: &str) -> Option<usize> {
        let mut path = path;
        loop {
            if let Some(line) = self.0.get(path) {
                return Some(*line);
            }
            path = &path[..path.rfind(['.', '['])?];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_isn_t_there_has_the_line_of_what_is_around_it() {
        let lines = [("A".to_owned(), 1), ("A.B[0]".to_owned(), 3)].into();
        let lines = Lines(lines);
        assert_eq!(lines.of("A.B[0].C.D"), Some(3));
        assert_eq!(lines.of("A.C"), Some(1));
        assert_eq!(lines.of("X.Y"), None);
    }
}
