use serde_json::{Value, json};

use super::{Attributes, Condition};

fn object(value: &Value) -> Attributes {
    value.as_object().cloned().unwrap_or_default()
}

/// Reads an expression in which `#a` to `#c` stand for attributes a to c and `:one`, `:x` and `:yes` for values, as
/// far as it uses them.
fn read(expression: &str) -> Result<Condition, String> {
    let names = [("#a", "a"), ("#b", "b"), ("#c", "c")];
    let values = [(":one", json!({"N": "1"})), (":x", json!({"S": "x"})), (":yes", json!({"BOOL": true}))];
    let used = |placeholder: &str| expression.contains(placeholder);
    let names = names.into_iter().filter(|(placeholder, _)| used(placeholder));
    let values = values.into_iter().filter(|(placeholder, _)| used(placeholder));
    Condition::read(
        expression,
        &names.map(|(placeholder, name)| (placeholder.to_owned(), json!(name))).collect(),
        &values.map(|(placeholder, value)| (placeholder.to_owned(), value)).collect(),
    )
}

fn holds(expression: &str, item: &Value) -> bool {
    read(expression).unwrap().holds(&object(item))
}

#[test]
fn comparisons_compare_values_of_one_type() {
    let two = json!({"a": {"N": "2"}});
    for (comparator, expected) in [("=", false), ("<>", true), ("<", false), ("<=", false), (">", true), (">=", true)] {
        assert_eq!(holds(&format!("#a {comparator} :one"), &two), expected, "2 {comparator} 1");
        let missing = comparator == "<>";
        assert_eq!(holds(&format!("#a {comparator} :one"), &json!({})), missing, "nothing {comparator} 1");
        assert_eq!(holds(&format!("#a {comparator} :x"), &two), missing, "2 {comparator} x");
    }
    assert!(holds("#a = #b", &json!({"a": {"S": "x"}, "b": {"S": "x"}})));
    assert!(!holds("#a = #b", &json!({})), "what isn't there equals nothing");
}

#[test]
fn existence_is_asked_along_a_path() {
    let item = json!({"a": {"M": {"b": {"L": [{"S": "x"}, {"NULL": true}]}}}});
    assert!(holds("attribute_exists(#a.#b[1])", &item));
    assert!(holds("attribute_not_exists ( #a.#b[2] )", &item));
    assert!(holds("attribute_not_exists(#a.#b.#c)", &item));
    assert!(holds("#a.#b[0] = :x", &item));
}

#[test]
fn not_binds_more_tightly_than_and_and_that_more_than_or() {
    let item = json!({"a": {"N": "1"}});
    assert!(holds("#a = :one OR #b = :one AND #c = :one", &item));
    assert!(!holds("(#a = :one OR #b = :one) AND #c = :one", &item));
    assert!(!holds("NOT #a = :one AND #b = :one", &item));
    assert!(holds("not (#a = :one and #b = :one)", &item));
}

#[test]
fn what_is_no_expression_is_refused() {
    for (expression, told) in [
        ("", "can not be empty"),
        ("#a", "Syntax error; token: \"<EOF>\", near: \"#a\""),
        ("#a = :one #b", "Syntax error; token: \"#b\", near: \":one #b\""),
        ("(#a = :one", "Syntax error; token: \"<EOF>\""),
        ("#a == :one", "Syntax error; token: \"=\""),
        ("#a = :no", "value used in expression is not defined; attribute value: :no"),
        ("#n = :one", "name used in the document path is not defined; attribute name: #n"),
        ("size(#a) = :one", "Syntax error; token: \"size\""),
        ("ATTRIBUTE_EXISTS(#a)", "Syntax error"),
        ("a = :one", "#placeholders only; bare name: a"),
        ("#a < :yes", "operator or function: <, operand type: BOOL"),
        ("#a[x] = :one", "Syntax error; token: \"x\""),
    ] {
        let refused = read(expression).unwrap_err();
        assert!(refused.contains(told), "{expression}: {refused}");
    }
    assert!(read(&format!("#a = :one{}", " ".repeat(4096))).unwrap_err().contains("Expression size"));
}

#[test]
fn placeholders_that_nothing_uses_are_refused() {
    let names = object(&json!({"#a": "a", "#b": "b"}));
    let refused = Condition::read("attribute_exists(#a)", &names, &Attributes::new()).unwrap_err();
    assert_eq!(refused, "Value provided in ExpressionAttributeNames unused in expressions: keys: {#b}");
    let (names, values) = (object(&json!({"#a": "a"})), object(&json!({":v": {"S": "x"}})));
    let refused = Condition::read("attribute_exists(#a)", &names, &values).unwrap_err();
    assert_eq!(refused, "Value provided in ExpressionAttributeValues unused in expressions: keys: {:v}");
}
