//! Something sound with some things wrong in it, decided by a number alone.

use fastrand::Rng;
use serde_json::{Map, Value, json};

/// Changes made to one thing at most.
const CHANGES: usize = 6;

/// What `seed` makes of one of `sound`, with its changes under one of `roots` each: JSON pointers, of which one may be there
/// several times to be hit more often.
pub(crate) fn of(sound: &[Value], roots: &[&str], seed: u64) -> Value {
    let mut rng = Rng::with_seed(seed);
    let mut changed = sound[rng.usize(..sound.len())].clone();
    for _ in 0..rng.usize(0..=CHANGES) {
        let root = roots[rng.usize(..roots.len())];
        let Some(part) = changed.pointer(root) else { continue };
        let pointer = format!("{root}{}", somewhere(part, &mut rng));
        let Some(place) = changed.pointer_mut(&pointer) else { continue };
        change(place, &mut rng);
    }
    changed
}

/// A JSON pointer into `value`; deeper places are likelier than their few ways in would make them.
fn somewhere(value: &Value, rng: &mut Rng) -> String {
    let mut pointer = String::new();
    let mut at = value;
    loop {
        let steps: Vec<(String, &Value)> = match at {
            Value::Object(members) => {
                members.iter().map(|(name, inner)| (name.replace('~', "~0").replace('/', "~1"), inner)).collect()
            }
            Value::Array(items) => items.iter().enumerate().map(|(at, inner)| (at.to_string(), inner)).collect(),
            _ => return pointer,
        };
        if steps.is_empty() || (!pointer.is_empty() && rng.u8(..) < 48) {
            return pointer;
        }
        let (step, inner) = &steps[rng.usize(..steps.len())];
        pointer.push('/');
        pointer.push_str(step);
        at = inner;
    }
}

fn change(place: &mut Value, rng: &mut Rng) {
    match (rng.u8(0..8), &mut *place) {
        (0, Value::Object(members)) => without_one(members, rng),
        (1, Value::Object(members)) => renamed(members, rng),
        (0, Value::Array(items)) if !items.is_empty() => drop(items.swap_remove(rng.usize(..items.len()))),
        (1, Value::Array(items)) if !items.is_empty() => {
            let doubled = items[rng.usize(..items.len())].clone();
            items.extend(vec![doubled; rng.usize(1..30)]);
        }
        (0 | 1, Value::String(text)) => {
            let cut = text.char_indices().nth(rng.usize(0..=text.chars().count())).map_or(text.len(), |(at, _)| at);
            text.insert_str(cut, &strange_text(rng));
        }
        (2, _) => *place = json!([place.clone()]),
        (3, _) => *place = json!({ strange_text(rng): place.clone() }),
        _ => *place = strange(rng),
    }
}

fn without_one(members: &mut Map<String, Value>, rng: &mut Rng) {
    let name = members.keys().nth(rng.usize(0..members.len().max(1))).cloned();
    name.map(|name| members.remove(&name));
}

fn renamed(members: &mut Map<String, Value>, rng: &mut Rng) {
    let Some(name) = members.keys().nth(rng.usize(0..members.len().max(1))).cloned() else { return };
    let value = members.remove(&name).unwrap_or_default();
    let other = if rng.bool() { name.to_lowercase() } else { format!("{name}{}", strange_text(rng)) };
    members.insert(other, value);
}

fn strange(rng: &mut Rng) -> Value {
    match rng.u8(0..12) {
        0 => Value::Null,
        1 => json!(rng.bool()),
        2 => json!(rng.i64(..)),
        3 => json!(rng.i64(-2..400)),
        4 => json!(rng.i64(-2..400).to_string()),
        5 => json!(f64::from_bits(rng.u64(..))),
        6 => json!([]),
        7 => json!({}),
        8 => (0..rng.usize(1..60)).fold(json!(1), |inner, _| json!([inner])),
        9 => json!("true"),
        _ => json!(strange_text(rng)),
    }
}

fn strange_text(rng: &mut Rng) -> String {
    const TEXTS: [&str; 22] = [
        "",
        " ",
        "0",
        "-1",
        "1e400",
        "NaN",
        "inf",
        "9223372036854775808",
        "0x10",
        "TRUE",
        "False",
        "null",
        "Auto",
        "é",
        "𝕏",
        "\u{0}",
        "\n",
        "'",
        "\"",
        "${AWS::Region}",
        "</script>",
        "-PT",
    ];
    match rng.u8(0..6) {
        0 => "a".repeat(rng.usize(1..2000)),
        1 => std::iter::repeat_with(|| rng.char(..)).take(8).collect(),
        _ => TEXTS[rng.usize(..TEXTS.len())].to_owned(),
    }
}
