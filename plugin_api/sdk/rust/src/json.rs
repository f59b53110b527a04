//! JSON values, read and written: what options hold and what fragments are made of. Members keep their order.
use std::fmt;

#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Null,
    Bool(bool),
    /// As it is written: 64-bit numbers keep every digit.
    Number(String),
    Text(String),
    List(Vec<Value>),
    Object(Vec<(String, Value)>),
}

impl Value {
    /// What stands in the text, or what is wrong with it.
    pub fn parse(text: &str) -> Result<Value, String> {
        let mut reader = Reader { text, at: 0, depth: 0 };
        let value = reader.value()?;
        reader.blanks();
        if reader.at == text.len() {
            Ok(value)
        } else {
            Err(reader.wrong("the end"))
        }
    }

    /// The member of that name of an object; null where there is none.
    pub fn get(&self, name: &str) -> &Value {
        match self {
            Value::Object(members) => members.iter().find(|(key, _)| key == name).map_or(&Value::Null, |(_, value)| value),
            _ => &Value::Null,
        }
    }

    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Value::Bool(value) => Some(*value),
            _ => None,
        }
    }

    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Value::Number(text) => text.parse().ok(),
            _ => None,
        }
    }

    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Value::Number(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// The entries of a list; none where it is no list.
    pub fn entries(&self) -> &[Value] {
        match self {
            Value::List(entries) => entries,
            _ => &[],
        }
    }

    /// The members of an object in their order; none where it is no object.
    pub fn members(&self) -> &[(String, Value)] {
        match self {
            Value::Object(members) => members,
            _ => &[],
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::Text(text.to_owned())
    }
}
impl From<String> for Value {
    fn from(text: String) -> Self {
        Value::Text(text)
    }
}
impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Value::Bool(value)
    }
}
macro_rules! from_numbers {
    ($($number:ty),*) => {$(
        impl From<$number> for Value {
            fn from(number: $number) -> Self {
                Value::Number(number.to_string())
            }
        }
    )*};
}
from_numbers!(i32, i64, u32, u64, usize);
impl From<f64> for Value {
    /// What is no number in JSON is null.
    fn from(number: f64) -> Self {
        if number.is_finite() {
            Value::Number(number.to_string())
        } else {
            Value::Null
        }
    }
}
impl From<Vec<Value>> for Value {
    fn from(entries: Vec<Value>) -> Self {
        Value::List(entries)
    }
}
impl From<&Value> for Value {
    fn from(value: &Value) -> Self {
        value.clone()
    }
}

/// A value as JSON is written: `json!({"status": 503, "body": {"inlineString": text}})`. Values are literals, names of
/// variables, objects, lists, or an expression in parentheses.
#[macro_export]
macro_rules! json {
    (null) => { $crate::json::Value::Null };
    ([$($entry:tt),* $(,)?]) => { $crate::json::Value::List(vec![$($crate::json!($entry)),*]) };
    ({$($name:tt : $value:tt),* $(,)?}) => {
        $crate::json::Value::Object(vec![$(((&$name).to_string(), $crate::json!($value))),*])
    };
    ($value:expr) => { $crate::json::Value::from($value) };
}

impl fmt::Display for Value {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Null => to.write_str("null"),
            Value::Bool(value) => write!(to, "{value}"),
            Value::Number(text) => to.write_str(text),
            Value::Text(text) => write_text(text, to),
            Value::List(entries) => {
                to.write_str("[")?;
                for (i, entry) in entries.iter().enumerate() {
                    to.write_str(if i == 0 { "" } else { "," })?;
                    entry.fmt(to)?;
                }
                to.write_str("]")
            }
            Value::Object(members) => {
                to.write_str("{")?;
                for (i, (name, value)) in members.iter().enumerate() {
                    to.write_str(if i == 0 { "" } else { "," })?;
                    write_text(name, to)?;
                    to.write_str(":")?;
                    value.fmt(to)?;
                }
                to.write_str("}")
            }
        }
    }
}

fn write_text(text: &str, to: &mut fmt::Formatter<'_>) -> fmt::Result {
    to.write_str("\"")?;
    for c in text.chars() {
        match c {
            '"' => to.write_str("\\\"")?,
            '\\' => to.write_str("\\\\")?,
            c if (c as u32) < 0x20 => write!(to, "\\u{:04x}", c as u32)?,
            c => write!(to, "{c}")?,
        }
    }
    to.write_str("\"")
}

const DEEPEST: usize = 200;

struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
}

impl Reader<'_> {
    fn wrong(&self, expected: &str) -> String {
        format!("at byte {}: expected {expected}", self.at)
    }

    fn peek(&self) -> u8 {
        self.text.as_bytes().get(self.at).copied().unwrap_or(0)
    }

    fn blanks(&mut self) {
        while matches!(self.peek(), b' ' | b'\n' | b'\r' | b'\t') {
            self.at += 1;
        }
    }

    fn take(&mut self, word: &str) -> bool {
        let there = self.text[self.at..].starts_with(word);
        self.at += if there { word.len() } else { 0 };
        there
    }

    fn value(&mut self) -> Result<Value, String> {
        self.blanks();
        match self.peek() {
            b'{' | b'[' if self.depth >= DEEPEST => Err(self.wrong("no deeper nesting")),
            b'{' => self.object(),
            b'[' => self.list(),
            b'"' => self.string().map(Value::Text),
            b'-' | b'0'..=b'9' => self.number(),
            _ if self.take("true") => Ok(Value::Bool(true)),
            _ if self.take("false") => Ok(Value::Bool(false)),
            _ if self.take("null") => Ok(Value::Null),
            _ => Err(self.wrong("a value")),
        }
    }

    /// Entries between `open`, which is at hand, and `close`.
    fn series(&mut self, close: &str, entry: &mut dyn FnMut(&mut Self) -> Result<(), String>) -> Result<(), String> {
        self.at += 1;
        self.depth += 1;
        self.blanks();
        let mut first = true;
        while !self.take(close) {
            if !first && !self.take(",") {
                return Err(self.wrong("a comma or the end"));
            }
            first = false;
            entry(self)?;
            self.blanks();
        }
        self.depth -= 1;
        Ok(())
    }

    fn object(&mut self) -> Result<Value, String> {
        let mut members = Vec::new();
        self.series("}", &mut |reader| {
            reader.blanks();
            if reader.peek() != b'"' {
                return Err(reader.wrong("a name"));
            }
            let name = reader.string()?;
            reader.blanks();
            if !reader.take(":") {
                return Err(reader.wrong("a colon"));
            }
            members.push((name, reader.value()?));
            Ok(())
        })?;
        Ok(Value::Object(members))
    }

    fn list(&mut self) -> Result<Value, String> {
        let mut entries = Vec::new();
        self.series("]", &mut |reader| {
            entries.push(reader.value()?);
            Ok(())
        })?;
        Ok(Value::List(entries))
    }

    fn number(&mut self) -> Result<Value, String> {
        let start = self.at;
        while matches!(self.peek(), b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9') {
            self.at += 1;
        }
        let text = &self.text[start..self.at];
        match text.parse::<f64>() {
            Ok(_) => Ok(Value::Number(text.to_owned())),
            Err(_) => Err(self.wrong("a number before this")),
        }
    }

    fn string(&mut self) -> Result<String, String> {
        self.at += 1;
        let mut out = String::new();
        loop {
            let rest = &self.text[self.at..];
            let plain = rest.find(['"', '\\']).ok_or_else(|| self.wrong("the end of a text"))?;
            out.push_str(&rest[..plain]);
            self.at += plain + 1;
            if rest.as_bytes()[plain] == b'"' {
                return Ok(out);
            }
            out.push(self.escape()?);
        }
    }

    fn escape(&mut self) -> Result<char, String> {
        let c = self.peek();
        self.at += 1;
        Ok(match c {
            b'"' | b'\\' | b'/' => c as char,
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let first = self.hex()?;
                let pair = (0xd800..0xdc00).contains(&first) && self.take("\\u");
                let second = if pair { self.hex()? } else { 0 };
                let code = if pair && (0xdc00..0xe000).contains(&second) {
                    0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00)
                } else {
                    first
                };
                char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)
            }
            _ => return Err(self.wrong("an escape before this")),
        })
    }

    fn hex(&mut self) -> Result<u32, String> {
        let digits = self.text.get(self.at..self.at + 4).ok_or_else(|| self.wrong("four hex digits"))?;
        let code = u32::from_str_radix(digits, 16).map_err(|_| self.wrong("four hex digits"))?;
        self.at += 4;
        Ok(code)
    }
}
