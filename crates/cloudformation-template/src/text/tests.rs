//! Texts as they are written, and what is read from them.

use proptest::prelude::*;

use super::*;

fn value_of(text: &str) -> Value {
    read(text).unwrap().value
}

fn said(text: &str) -> Vec<(usize, String)> {
    read(text).unwrap().remarks.into_iter().map(|remark| (remark.line, remark.message)).collect()
}

#[test]
fn short_tags_get_their_long_form_at_any_depth() {
    let text =
        "A: !Sub ${X}-y\nB: !If [C, [!Ref T], !Ref AWS::NoValue]\nD: !GetAtt R.Outputs.X\nE: !Not [!Condition C]\n";
    assert_eq!(
        value_of(text),
        json!({
            "A": {"Fn::Sub": "${X}-y"},
            "B": {"Fn::If": ["C", [{"Ref": "T"}], {"Ref": "AWS::NoValue"}]},
            "D": {"Fn::GetAtt": ["R", "Outputs.X"]},
            "E": {"Fn::Not": [{"Condition": "C"}]},
        })
    );
}

#[test]
fn scalars_are_the_text_that_arrives() {
    let text = "{account: 012345678901, price: 5.70, on: yes, text: 'yes', tagged: !!str yes, none: , list: [1, 2]}";
    assert_eq!(
        value_of(text),
        json!({
            "account": "012345678901", "price": "5.70", "on": "true", "text": "yes", "tagged": "yes", "none": null,
            "list": ["1", "2"]
        })
    );
    assert_eq!(value_of(r#"{"on": true, "n": 5.5, "y": "yes"}"#), json!({"on": "true", "n": "5.5", "y": "yes"}));
}

#[test]
fn the_last_of_repeated_keys_is_taken_and_said() {
    let text = "a:\n  b: 1\n  c: 2\n  b: 3\n";
    assert_eq!(value_of(text), json!({"a": {"b": "3", "c": "2"}}));
    assert_eq!(said(text), [(4, "b is there already, on line 2; CloudFormation takes the last one".to_owned())]);
    assert_eq!(said("- {a: 1}\n- {a: {a: 1}}\n- [a, a]\n"), [], "the same name elsewhere is another key");
}

#[test]
fn merge_keys_and_aliases_are_resolved_and_said() {
    let text = "base: &base {x: 1, y: 2}\nmine:\n  <<: *base\n  x: 3\n";
    assert_eq!(value_of(text)["mine"], json!({"x": "3", "y": "2"}));
    let said_of_merge = said(text);
    assert!(said_of_merge.len() == 1 && said_of_merge[0].0 == 3, "{said_of_merge:?}");
    assert!(said_of_merge[0].1.starts_with("a merge key (<<)"), "{said_of_merge:?}");
    assert!(said("a: &a 1\nb: *a\n")[0].1.starts_with("an alias"));
}

#[test]
fn a_letter_that_is_a_boolean_is_said() {
    let document = read("a:\n  - VariantName: Y\n  - VariantName: 'Y'\n").unwrap();
    assert_eq!(document.value["a"][0], json!({"VariantName": "true"}));
    assert_eq!(document.value["a"][1], json!({"VariantName": "Y"}));
    assert_eq!(document.remarks.len(), 1);
    assert_eq!((document.remarks[0].line, document.remarks[0].path.as_deref()), (2, Some("a[0].VariantName")));
}

#[test]
fn every_value_has_its_line() {
    let lines = read("a:\n  b:\n    - x\n    - c: 1\n").unwrap().lines;
    assert_eq!((lines.of("a.b"), lines.of("a.b[1].c"), lines.of("a.b[1].d")), (Some(2), Some(4), Some(4)));
    let lines = read("{\n  \"a\": {\n    \"b\": true\n  }\n}").unwrap().lines;
    assert_eq!(lines.of("a.b"), Some(3));
}

#[test]
fn what_is_no_template_is_refused_with_its_place() {
    assert!(matches!(read("---\na: 1\n---\nb: 2\n"), Err(TextError::Documents(2))));
    assert!(matches!(read(" \n"), Err(TextError::Empty)));
    assert!(matches!(read(&"[".repeat(100_000)), Err(TextError::Yaml(_) | TextError::Strange(_))));
    let error = read("a: [1\n").unwrap_err().to_string();
    assert!(error.contains("line"), "{error}");
}

#[test]
fn values_alone_are_the_document_s() {
    for text in ["a: !Ref b\n", "{a: [yes, 010]}", "\u{feff}{\"a\": true, \"a\": [null]}", "{\t\"a\":\t5.50}"] {
        assert_eq!(read_value(text).unwrap(), value_of(text), "{text}");
    }
    assert!(matches!(read_value("\u{feff} \n"), Err(TextError::Empty)));
    assert!(matches!(read_value("---\na: 1\n---\nb: 2\n"), Err(TextError::Documents(2))));
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in any::<String>()) {
        let values = read_value(&text).map_err(|error| error.to_string());
        prop_assert_eq!(read(&text).map(|document| document.value).map_err(|error| error.to_string()), values);
    }
}
