//! The grammar of search expressions.

use super::{Pattern, Schema, Search, SearchError, Term};

pub(super) fn read(text: &str) -> Result<Search, SearchError> {
    let mut parser = Parser { rest: text.trim() };
    let schema = if parser.take('{') { Some(parser.schema()?) } else { None };
    // Older pages put a comma between schema and term.
    if schema.is_some() {
        parser.take(',');
    }
    let term = if parser.rest.is_empty() { None } else { Some(parser.any()?) };
    match parser.rest.chars().next() {
        Some(unexpected) => Err(SearchError::Unexpected(unexpected.to_string())),
        None if schema.is_none() && term.is_none() => Err(SearchError::Empty),
        None => Ok(Search { schema, term }),
    }
}

struct Parser<'t> {
    rest: &'t str,
}

impl Parser<'_> {
    fn skip(&mut self, bytes: usize) {
        self.rest = self.rest[bytes..].trim_start();
    }

    fn take(&mut self, character: char) -> bool {
        let found = self.rest.starts_with(character);
        if found {
            self.skip(character.len_utf8());
        }
        found
    }

    /// Takes an operator, which stands as a word of its own and in capitals.
    fn take_word(&mut self, word: &str) -> bool {
        let found = self
            .rest
            .strip_prefix(word)
            .is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '='));
        if found {
            self.skip(word.len());
        }
        found
    }

    fn schema(&mut self) -> Result<Schema, SearchError> {
        let mut names = Vec::new();
        loop {
            names.push(self.schema_name()?);
            if self.take('}') {
                break;
            }
            if !self.take(',') {
                return Err(SearchError::Unfinished);
            }
        }
        let namespace = names.remove(0);
        let dimensions = (!names.is_empty()).then(|| names.into_iter().collect());
        Ok(Schema { namespace, dimensions })
    }

    fn schema_name(&mut self) -> Result<String, SearchError> {
        if self.rest.starts_with('"') {
            return self.quoted();
        }
        let end = self.rest.find([',', '}']).ok_or(SearchError::Unfinished)?;
        let name = self.rest[..end].trim().to_owned();
        if name.is_empty() {
            return Err(SearchError::Unexpected(self.rest[end..=end].to_owned()));
        }
        self.skip(end);
        Ok(name)
    }

    /// A text in double quotes, in which a backslash takes `"`, `\`, `(` and `)` as they are.
    fn quoted(&mut self) -> Result<String, SearchError> {
        let mut content = String::new();
        let mut characters = self.rest.char_indices().skip(1);
        while let Some((at, character)) = characters.next() {
            match character {
                '"' => {
                    self.skip(at + 1);
                    return Ok(content);
                }
                '\\' => content.push(characters.next().ok_or(SearchError::Unfinished)?.1),
                other => content.push(other),
            }
        }
        Err(SearchError::Unfinished)
    }

    fn any(&mut self) -> Result<Term, SearchError> {
        let mut terms = vec![self.all()?];
        while self.take_word("OR") {
            terms.push(self.all()?);
        }
        Ok(if terms.len() == 1 { terms.remove(0) } else { Term::Any(terms) })
    }

    /// Terms side by side must all match, with AND between them or without.
    fn all(&mut self) -> Result<Term, SearchError> {
        let mut terms = vec![self.one()?];
        loop {
            if self.take_word("AND") {
                terms.push(self.one()?);
                continue;
            }
            let or =
                self.rest.strip_prefix("OR").is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '(', '"']));
            if self.rest.is_empty() || self.rest.starts_with(')') || or {
                break;
            }
            terms.push(self.one()?);
        }
        Ok(if terms.len() == 1 { terms.remove(0) } else { Term::All(terms) })
    }

    fn one(&mut self) -> Result<Term, SearchError> {
        if self.take_word("NOT") {
            return Ok(Term::Not(Box::new(self.one()?)));
        }
        if self.take('(') {
            let inner = self.any()?;
            return if self.take(')') { Ok(inner) } else { Err(SearchError::Unfinished) };
        }
        if self.rest.starts_with('"') {
            let text = self.quoted()?;
            // A property's name may be in quotes as well.
            return if self.take('=') { self.at_property(text) } else { Ok(exact(None, text)) };
        }
        let word = self.word()?;
        if self.take('=') { self.at_property(word) } else { Ok(partial(None, word)) }
    }

    fn at_property(&mut self, property: String) -> Result<Term, SearchError> {
        if self.rest.starts_with('"') {
            let text = self.quoted()?;
            return Ok(exact(Some(property), text));
        }
        if self.take('(') {
            // One property, several values: `Name=(a OR b)`.
            let inner = self.any()?;
            return if self.take(')') { Ok(at(&property, inner)) } else { Err(SearchError::Unfinished) };
        }
        let word = self.word()?;
        Ok(partial(Some(property), word))
    }

    fn word(&mut self) -> Result<String, SearchError> {
        let end = self.rest.find([' ', '\t', '\n', '(', ')', '"', '=']).unwrap_or(self.rest.len());
        if end == 0 {
            let unexpected = self.rest.chars().next();
            return Err(unexpected.map_or(SearchError::Unfinished, |c| SearchError::Unexpected(c.to_string())));
        }
        let word = self.rest[..end].to_owned();
        self.skip(end);
        Ok(word)
    }
}

fn exact(property: Option<String>, text: String) -> Term {
    Term::Match { property, pattern: Pattern::Exact(text) }
}

fn partial(property: Option<String>, text: String) -> Term {
    Term::Match { property, pattern: Pattern::Partial(text) }
}

fn at(name: &str, term: Term) -> Term {
    match term {
        Term::Match { property: None, pattern } => Term::Match { property: Some(name.to_owned()), pattern },
        Term::All(terms) => Term::All(terms.into_iter().map(|term| at(name, term)).collect()),
        Term::Any(terms) => Term::Any(terms.into_iter().map(|term| at(name, term)).collect()),
        Term::Not(term) => Term::Not(Box::new(at(name, *term))),
        named @ Term::Match { .. } => named,
    }
}
