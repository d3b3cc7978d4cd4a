//! Tokens of names, and partial matches by them.
//!
//! A name falls into tokens where its capitalization changes, where digits begin and at anything that is no letter or
//! digit; one token is matched without regard to case
//! (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/search-expression-syntax.html>, "Tokenization" and
//! "Partial matches").

/// Whether a search term without quotes matches a name.
pub(super) fn partially_matches(term: &str, name: &str) -> bool {
    let (wanted, there) = (tokens(term), tokens(name));
    match wanted.as_slice() {
        [] => false,
        // One token is matched without regard to case, also by the whole name, which is a token too.
        [one] => there.iter().any(|token| token.eq_ignore_ascii_case(one)) || joined(&there).eq_ignore_ascii_case(one),
        several => {
            // Written in one, `CustomCount` for `CustomCount1`, it is matched with regard to case; with other characters
            // between the tokens, `network/errors` for `NetworkErrors2`, without.
            let in_one = term.chars().all(char::is_alphanumeric);
            there.windows(several.len()).any(|run| {
                if in_one { joined(run) == joined(several) } else { joined(run).eq_ignore_ascii_case(&joined(several)) }
            })
        }
    }
}

fn joined(tokens: &[&str]) -> String {
    tokens.concat()
}

/// Splits a name into tokens.
fn tokens(name: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let characters: Vec<(usize, char)> = name.char_indices().collect();
    let mut start = None;
    for (number, (at, character)) in characters.iter().copied().enumerate() {
        if !character.is_alphanumeric() {
            if let Some(from) = start.take() {
                tokens.push(&name[from..at]);
            }
            continue;
        }
        let Some(from) = start else {
            start = Some(at);
            continue;
        };
        let before = characters[number - 1].1;
        let next = characters.get(number + 1).map(|(_, next)| *next);
        let begins = (character.is_numeric() && !before.is_numeric())
            || (!character.is_numeric() && before.is_numeric())
            || (character.is_uppercase() && before.is_lowercase())
            // The last capital of several belongs to the word after them: SDBFailure is SDB and Failure.
            || (character.is_uppercase() && before.is_uppercase() && next.is_some_and(char::is_lowercase));
        if begins {
            tokens.push(&name[from..at]);
            start = Some(at);
        }
    }
    if let Some(from) = start {
        tokens.push(&name[from..]);
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples of the documentation.
    #[test]
    fn names_fall_into_the_documented_tokens() {
        assert_eq!(tokens("CustomCount1"), ["Custom", "Count", "1"]);
        assert_eq!(tokens("SDBFailure"), ["SDB", "Failure"]);
        assert_eq!(tokens("Project2-trial333"), ["Project", "2", "trial", "333"]);
        assert_eq!(tokens("Network-Errors_2"), ["Network", "Errors", "2"]);
        assert_eq!(tokens("GPUUtilizationNormalized"), ["GPU", "Utilization", "Normalized"]);
    }

    #[test]
    fn terms_match_as_in_the_documentation() {
        for (term, matches) in [
            ("count", true),
            ("Count", true),
            ("COUNT", true),
            ("couNT", false),
            ("CustomCount", true),
            ("Count1", true),
            ("customcount", false),
            ("count2", false),
        ] {
            assert_eq!(partially_matches(term, "CustomCount1"), matches, "{term}");
        }
        for term in ["network/errors", "network+errors", "network-errors", "Network_Errors"] {
            for name in ["Network-Errors-2", "NetworkErrors2"] {
                assert!(partially_matches(term, name), "{term} in {name}");
            }
        }
    }
}
