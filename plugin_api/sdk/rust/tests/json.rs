use solder::json;
use solder::json::Value;

#[test]
fn what_is_read_is_written() {
    for text in [
        "null",
        "true",
        "-12.5e3",
        "18446744073709551615",
        r#""""#,
        r#"{"a":[1,{"b":null},[]],"c":{}}"#,
        "\"ключ ☃ \\\"quoted\\\" \\\\ \\u000a\"",
    ] {
        assert_eq!(Value::parse(text).unwrap().to_string(), text);
    }
    assert_eq!(Value::parse(" { \"a\" : [ 1 , 2 ] } ").unwrap().to_string(), r#"{"a":[1,2]}"#);
    assert_eq!(Value::parse(r#""\ud83d\ude00\u00e4\/""#).unwrap().as_str(), Some("😀ä/"));
}

#[test]
fn what_is_no_json_is_named() {
    let deep = "[".repeat(100_000);
    for text in ["", "{", "[1,", "[1 2]", "{1:2}", "\"a", r#""\x""#, r#""\u12"#, "1 2", "nul", "-", "1.2.3", "[1,]", &deep, "\"\\é\""] {
        assert!(Value::parse(text).is_err(), "{text}");
    }
    assert_eq!(Value::parse("[1 2]").unwrap_err(), "at byte 3: expected a comma or the end");
}

#[test]
fn members_are_found() {
    let name = "x";
    let value = json!({"text": name, "list": [1, true, null], "number": 7, "of": {"parts": (1 + 1)}});
    assert_eq!(value.to_string(), r#"{"text":"x","list":[1,true,null],"number":7,"of":{"parts":2}}"#);
    assert_eq!(value.get("text").as_str(), Some("x"));
    assert_eq!(value.get("number").as_i64(), Some(7));
    assert_eq!(value.get("list").entries().len(), 3);
    assert_eq!(value.get("of").get("parts").as_f64(), Some(2.0));
    assert!(value.get("nothing").get("below").is_null());
    assert_eq!(value.members().len(), 4);
}
