//! A Solder plugin: it claims the route option `@KEY@`, whose value is a text, and lets such a route answer 503 with it.
//! manifest.json says what it claims; the schema there is checked before `options` is called.
use solder::json::Value;
use solder::{Host, OptionInput, Options, Out, Plugin, Problem};

struct @CLASS@;

impl Plugin for @CLASS@ {
    fn create(_host: Host, _config: &Value) -> Result<Self, Problem> {
        Ok(@CLASS@)
    }
}

impl Options for @CLASS@ {
    fn options(&self, input: &OptionInput, out: &mut Out) {
        let value = input.value();
        let text = value.as_str().unwrap_or_default();
        if text.is_empty() {
            out.error(Problem::new("EmptyText", "say why the route is closed"));
            return;
        }
        let answer = solder::json!({"directResponse": {"status": 503, "body": {"inlineString": text}}});
        out.fragment("route", &answer);
    }
}

solder::plugin! {
    plugin: @CLASS@,
    name: "@NAME@",
    version: "0.1.0",
    manifest: include_str!("../manifest.json"),
    capabilities: [options],
}
