//! Rules of composite alarms: states of other alarms, put together.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html>, `AlarmRule`. `AT_LEAST` and
//! suppressors are not evaluated here.

use super::AlarmState;

/// A rule, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AlarmRule {
    /// `TRUE` or `FALSE`.
    Constant(bool),
    /// `ALARM(name)`, `OK(name)` or `INSUFFICIENT_DATA(name)`: an alarm, by name or ARN, in a state.
    State(AlarmState, String),
    /// `NOT …`.
    Not(Box<AlarmRule>),
    /// `… AND …`.
    All(Vec<AlarmRule>),
    /// `… OR …`.
    Any(Vec<AlarmRule>),
}

/// Why a rule can't be read: the text from there on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the rule can't be read at {0:?}")]
pub struct RuleError(pub String);

impl AlarmRule {
    /// Reads a rule.
    ///
    /// # Errors
    /// Where it can't be read on.
    pub fn read(text: &str) -> Result<Self, RuleError> {
        const DEEPEST: usize = 64;
        let mut reader = Reader { rest: text.trim(), depth: DEEPEST };
        let rule = reader.any()?;
        if reader.rest.is_empty() { Ok(rule) } else { Err(reader.error()) }
    }

    /// The names or ARNs of the alarms it looks at.
    #[must_use]
    pub fn alarms(&self) -> Vec<&str> {
        match self {
            Self::Constant(_) => Vec::new(),
            Self::State(_, name) => vec![name],
            Self::Not(rule) => rule.alarms(),
            Self::All(rules) | Self::Any(rules) => rules.iter().flat_map(Self::alarms).collect(),
        }
    }

    /// Whether it holds, which is the composite alarm's ALARM state. `state_of` tells an alarm's state by name or ARN.
    pub fn holds(&self, state_of: &dyn Fn(&str) -> AlarmState) -> bool {
        match self {
            Self::Constant(holds) => *holds,
            Self::State(state, name) => state_of(name) == *state,
            Self::Not(rule) => !rule.holds(state_of),
            Self::All(rules) => rules.iter().all(|rule| rule.holds(state_of)),
            Self::Any(rules) => rules.iter().any(|rule| rule.holds(state_of)),
        }
    }
}

struct Reader<'t> {
    rest: &'t str,
    depth: usize,
}

impl Reader<'_> {
    fn error(&self) -> RuleError {
        RuleError(self.rest.to_owned())
    }

    fn take(&mut self, text: &str) -> bool {
        let Some(rest) = self.rest.strip_prefix(text) else { return false };
        let word = text.starts_with(char::is_alphabetic);
        if word && rest.starts_with(|c: char| c.is_alphanumeric() || c == '_') {
            return false;
        }
        self.rest = rest.trim_start();
        true
    }

    fn any(&mut self) -> Result<AlarmRule, RuleError> {
        let mut rules = vec![self.all()?];
        while self.take("OR") {
            rules.push(self.all()?);
        }
        Ok(if rules.len() == 1 { rules.remove(0) } else { AlarmRule::Any(rules) })
    }

    fn all(&mut self) -> Result<AlarmRule, RuleError> {
        let mut rules = vec![self.one()?];
        while self.take("AND") {
            rules.push(self.one()?);
        }
        Ok(if rules.len() == 1 { rules.remove(0) } else { AlarmRule::All(rules) })
    }

    fn one(&mut self) -> Result<AlarmRule, RuleError> {
        self.depth = self.depth.checked_sub(1).ok_or_else(|| self.error())?;
        let rule = self.term();
        self.depth += 1;
        rule
    }

    fn term(&mut self) -> Result<AlarmRule, RuleError> {
        if self.take("NOT") {
            return Ok(AlarmRule::Not(Box::new(self.one()?)));
        }
        for (word, holds) in [("TRUE", true), ("FALSE", false)] {
            if self.take(word) {
                return Ok(AlarmRule::Constant(holds));
            }
        }
        for state in [AlarmState::Alarm, AlarmState::Ok, AlarmState::InsufficientData] {
            if self.take(state.name()) {
                return self.name(state);
            }
        }
        if !self.take("(") {
            return Err(self.error());
        }
        let rule = self.any()?;
        if self.take(")") { Ok(rule) } else { Err(self.error()) }
    }

    /// A name in parentheses, in double quotes where it has other characters than a name without them can have.
    fn name(&mut self, state: AlarmState) -> Result<AlarmRule, RuleError> {
        if !self.take("(") {
            return Err(self.error());
        }
        let (name, after) = match self.rest.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').ok_or_else(|| self.error())?,
            None => self.rest.find(')').map(|end| self.rest.split_at(end)).ok_or_else(|| self.error())?,
        };
        let name = name.trim().to_owned();
        self.rest = after.trim_start();
        if self.take(")") { Ok(AlarmRule::State(state, name)) } else { Err(self.error()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_put_states_together() {
        let state_of = |name: &str| match name {
            "hot" => AlarmState::Alarm,
            "my cold one" => AlarmState::Ok,
            _ => AlarmState::InsufficientData,
        };
        for (rule, holds) in [
            ("ALARM(hot)", true),
            ("ALARM(\"hot\") AND OK(\"my cold one\")", true),
            ("ALARM(\"my cold one\") OR INSUFFICIENT_DATA(new)", true),
            ("NOT ALARM(hot) OR FALSE", false),
            ("NOT (ALARM(hot) AND OK(hot))", true),
            ("TRUE AND ALARM(new)", false),
        ] {
            assert_eq!(AlarmRule::read(rule).unwrap().holds(&state_of), holds, "{rule}");
        }
        assert_eq!(AlarmRule::read("ALARM(a) OR NOT OK(\"b\")").unwrap().alarms(), ["a", "b"]);
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        for (rule, at) in [("ALARM(a) x", "x"), ("ALARM a", "a"), ("", ""), ("(TRUE", ""), ("ALARMS(a)", "ALARMS(a)")] {
            assert_eq!(AlarmRule::read(rule), Err(RuleError(at.to_owned())), "{rule}");
        }
        assert!(AlarmRule::read(&"NOT ".repeat(100)).is_err());
    }
}
