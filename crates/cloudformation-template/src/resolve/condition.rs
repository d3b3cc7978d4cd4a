//! Conditions: true, false, or only known to a deployment.

use serde_json::Value;

use super::{Resolver, TemplateError, did_you_mean, error, parts, text};

impl Resolver<'_> {
    /// Whether a condition of the template holds; none where only a deployment knows.
    pub fn holds(&self, name: &str, path: &str) -> Result<Option<bool>, TemplateError> {
        let Some(condition) = self.section("Conditions", name) else {
            if self.is_complete() {
                let known = self.template.get("Conditions").and_then(Value::as_object).into_iter().flatten();
                let similar = did_you_mean(name, known.map(|(name, _)| name.as_str()));
                return Err(error(path, &format!("the template has no condition {name}{similar}")));
            }
            return Ok(None);
        };
        self.once(&format!("Conditions.{name}"), || self.decide(condition, &format!("Conditions.{name}")))
    }

    /// As [`Self::holds`], with what nobody knows taken as true.
    pub fn holds_or_may(&self, name: &str, path: &str) -> Result<bool, TemplateError> {
        Ok(self.holds(name, path)?.unwrap_or_else(|| {
            self.assumed.borrow_mut().insert(name.to_owned());
            true
        }))
    }

    pub(super) fn decide(&self, condition: &Value, path: &str) -> Result<Option<bool>, TemplateError> {
        let wrong = || error(path, "not a condition; use Fn::Equals, Fn::And, Fn::Or, Fn::Not or Condition");
        let (name, argument) = condition.as_object().and_then(|only| only.iter().next()).ok_or_else(wrong)?;
        let each = || -> Result<Vec<Option<bool>>, TemplateError> {
            argument.as_array().ok_or_else(wrong)?.iter().map(|one| self.decide(one, path)).collect()
        };
        match name.as_str() {
            "Condition" => self.holds(text(argument, name, path)?, path),
            "Fn::Equals" => {
                let [one, other] = parts(argument, name, path)?;
                let (one, other) = (self.resolve(one, path)?, self.resolve(other, path)?);
                let open = |value: &Option<Value>| value.as_ref().is_some_and(|value| self.placeholders.is_open(value));
                Ok(if open(&one) || open(&other) { None } else { Some(one == other) })
            }
            "Fn::Not" => Ok(each()?.first().copied().ok_or_else(wrong)?.map(|holds| !holds)),
            "Fn::And" => Ok(all(&each()?)),
            "Fn::Or" => {
                let negated: Vec<_> = each()?.into_iter().map(|holds| holds.map(|holds| !holds)).collect();
                Ok(all(&negated).map(|none| !none))
            }
            _ => Err(wrong()),
        }
    }
}

/// All of them, as far as it is known.
fn all(conditions: &[Option<bool>]) -> Option<bool> {
    if conditions.contains(&Some(false)) {
        return Some(false);
    }
    conditions.iter().all(Option::is_some).then_some(true)
}
