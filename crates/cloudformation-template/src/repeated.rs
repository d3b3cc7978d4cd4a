//! Keys that a mapping has more than once. YAML's own loader keeps the last one, as CloudFormation does, and forgets the others.

use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScanError, Span, SpannedEventReceiver};

/// Deeper than any template is, and shallow enough for what goes through it step by step.
const DEEPEST: usize = 200;

/// A mapping or a list that is being read.
enum Frame {
    List,
    /// Lines of the keys so far, and whether a key comes next.
    Mapping(HashMap<String, usize>, bool),
}

/// What a text's events say before its values are built.
#[derive(Default)]
pub(crate) struct Keys {
    frames: Vec<Frame>,
    /// What to say of each, with its line.
    pub repeated: Vec<(usize, String)>,
    /// Lines with an alias.
    pub aliases: Vec<usize>,
    pub too_deep: bool,
}

impl Keys {
    pub(crate) fn of(text: &str) -> Result<Self, ScanError> {
        let mut keys = Self::default();
        Parser::new_from_str(text).load(&mut keys, true)?;
        Ok(keys)
    }

    /// A node of the frame on top is complete; it is called `key` where it is a scalar.
    fn node(&mut self, key: Option<(&str, usize)>) {
        let Some(Frame::Mapping(lines, key_next)) = self.frames.last_mut() else { return };
        if let Some((key, line)) = key.filter(|_| *key_next)
            && let Some(first) = lines.insert(key.to_owned(), line)
        {
            let said = format!("{key} is there already, on line {first}; CloudFormation takes the last one");
            self.repeated.push((line, said));
        }
        *key_next = !*key_next;
    }
}

impl SpannedEventReceiver<'_> for Keys {
    fn on_event(&mut self, event: Event<'_>, span: Span) {
        let line = span.start.line();
        match event {
            Event::Scalar(text, ..) => self.node(Some((&text, line))),
            Event::Alias(_) => {
                self.aliases.push(line);
                self.node(None);
            }
            Event::SequenceStart(..) => self.frames.push(Frame::List),
            Event::MappingStart(..) => self.frames.push(Frame::Mapping(HashMap::new(), true)),
            Event::SequenceEnd | Event::MappingEnd => {
                self.frames.pop();
                self.node(None);
            }
            _ => {}
        }
        self.too_deep |= self.frames.len() > DEEPEST;
    }
}
