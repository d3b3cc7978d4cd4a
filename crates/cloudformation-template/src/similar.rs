//! The name that was probably meant by one that isn't known.

/// The known name nearest to `given`, where one is near enough to be what was meant.
#[must_use]
pub fn nearest<'k>(given: &str, known: impl Iterator<Item = &'k str>) -> Option<&'k str> {
    const NEAR_ENOUGH: f64 = 0.82;
    /// A name that is only missing its first or last words is nearer than any that shares letters.
    const PART_OF_IT: f64 = 0.96;
    let given = given.to_ascii_lowercase();
    let likeness = |name: &str| {
        let name = name.to_ascii_lowercase();
        let is_part = given.len() > 4 && (name.starts_with(&given) || name.ends_with(&given));
        let likeness = strsim::jaro_winkler(&given, &name);
        if is_part { likeness.max(PART_OF_IT) } else { likeness }
    };
    known
        .map(|name| (likeness(name), name))
        .filter(|(likeness, _)| *likeness >= NEAR_ENOUGH)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name)
}

/// `; did you mean Chat?`, or nothing.
pub fn did_you_mean<'k>(given: &str, known: impl Iterator<Item = &'k str>) -> String {
    nearest(given, known).map(|name| format!("; did you mean {name}?")).unwrap_or_default()
}
