//! Where in a file something stands, by its path within the template.

use std::collections::BTreeMap;
use std::rc::Rc;

use monitored_endpoint::properties::is_within;

/// Lines by path: `Resources.Chat.Properties.Tags[0].Key`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Lines(pub(super) BTreeMap<String, usize>);

impl Lines {
    /// The line of `path`, or of the nearest thing around it that the file has.
    pub(super) fn of(&self, path: &str) -> Option<usize> {
        let mut path = path;
        loop {
            if let Some(line) = self.0.get(path) {
                return Some(*line);
            }
            path = &path[..path.rfind(['.', '['])?];
        }
    }
}

/// A resource's place in its file.
#[derive(Clone, Debug, Default)]
pub(crate) struct Place {
    pub(super) file: String,
    /// What stands in the file before the paths that problems name, and what of these the file doesn't have.
    pub(super) before: String,
    pub(super) not_there: &'static str,
    /// Members that another resource declares, each with what stands before its path there.
    pub(super) elsewhere: Vec<(String, String)>,
    pub(super) lines: Rc<Lines>,
}

impl Place {
    /// `template.yaml:12` for a problem's path.
    pub(crate) fn of(&self, path: &str) -> String {
        match self.line(path) {
            Some(line) => format!("{}:{line}", self.file),
            None => self.file.clone(),
        }
    }

    pub(crate) fn line(&self, path: &str) -> Option<usize> {
        let elsewhere = self.elsewhere.iter().find(|(member, _)| is_within(path, member));
        if let Some((_, before)) = elsewhere {
            return self.lines.of(&format!("{before}{path}"));
        }
        let path = path.strip_prefix(self.not_there).map_or(path, |rest| rest.trim_start_matches('.'));
        self.lines.of(&format!("{}{path}", self.before))
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
