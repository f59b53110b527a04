//! What a plugin says to one input: parts of Envoy's configuration, problems, and what it wants to read.
use std::mem::{size_of, MaybeUninit};

use crate::abi::{self, Str};
use crate::input::ObjectRef;
use crate::json::Value;

/// A problem of the object at hand.
#[derive(Clone, Debug)]
pub struct Problem {
    reason: String,
    pub(crate) message: String,
    field: String,
    found: String,
    expected: String,
}

impl Problem {
    /// `reason` is a word in CamelCase that does not change; `message` one sentence for a person.
    pub fn new(reason: &str, message: impl Into<String>) -> Self {
        let empty = String::new;
        Problem { reason: reason.to_owned(), message: message.into(), field: empty(), found: empty(), expected: empty() }
    }
    /// JSON pointer below the value: "/hosts/0/port".
    pub fn field(mut self, pointer: impl Into<String>) -> Self {
        self.field = pointer.into();
        self
    }
    pub fn found(mut self, what: impl Into<String>) -> Self {
        self.found = what.into();
        self
    }
    pub fn expected(mut self, what: impl Into<String>) -> Self {
        self.expected = what.into();
        self
    }
}

/// What an SDS secret is made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretForm<'a> {
    TlsCertificate,
    ValidationContext,
    /// The value under that key.
    Generic(&'a str),
}

/// For one input of a call.
pub struct Out<'a> {
    call: Option<&'a abi::Call>,
    out: &'a abi::Out,
    index: u64,
}

/// The parts of a fragment that few need.
#[derive(Default)]
struct Extra<'a> {
    name: &'a str,
    type_url: String,
    weight: i32,
    flags: u32,
}

fn type_url(name: &str) -> String {
    match name.is_empty() || name.contains('/') {
        true => name.to_owned(),
        false => format!("type.googleapis.com/{name}"),
    }
}

impl<'a> Out<'a> {
    pub(crate) fn new(call: Option<&'a abi::Call>, out: &'a abi::Out, index: u64) -> Self {
        Out { call, out, index }
    }

    /// A part of the slot's message, as proto3 JSON. False: the host refused it, and the object's report says why.
    pub fn fragment(&mut self, slot: &str, message: &Value) -> bool {
        self.json(slot, message, Extra::default())
    }
    /// The same as wire bytes.
    pub fn fragment_wire(&mut self, slot: &str, message: &[u8]) -> bool {
        self.emit(slot, Str::of_bytes(message), abi::ENCODING_WIRE, &Extra::default(), abi::Span::EMPTY)
    }
    /// Where the slot does not fix the type; `message_type` is an Envoy message's full name.
    pub fn typed(&mut self, slot: &str, message_type: &str, message: &Value) -> bool {
        self.json(slot, message, Extra { type_url: type_url(message_type), ..Extra::default() })
    }
    /// An HTTP filter on the listeners that need it; `weight` -1, 0, 1 is before, during and after the stage.
    pub fn filter(&mut self, stage: &str, name: &str, message_type: &str, message: &Value, weight: i32) -> bool {
        let extra = Extra { name, type_url: type_url(message_type), weight, flags: 0 };
        self.json(&format!("http_filter/{stage}"), message, extra)
    }
    /// One that works only where `per_filter` names it.
    pub fn disabled_filter(&mut self, stage: &str, name: &str, message_type: &str, message: &Value, weight: i32) -> bool {
        let extra = Extra { name, type_url: type_url(message_type), weight, flags: 1 };
        self.json(&format!("http_filter/{stage}"), message, extra)
    }
    /// A filter's configuration for this route, destination or virtual host.
    pub fn per_filter(&mut self, filter: &str, message_type: &str, message: &Value) -> bool {
        self.typed(&format!("per_filter/{filter}"), message_type, message)
    }
    /// Metadata of the cluster, route or virtual host.
    pub fn metadata(&mut self, namespace: &str, value: &Value) -> bool {
        self.fragment(&format!("metadata/{namespace}"), value)
    }
    /// A resource of its own.
    pub fn resource(&mut self, name: &str, message_type: &str, message: &Value) -> bool {
        self.typed(&format!("resource/{name}"), message_type, message)
    }
    /// Unsets fields that others set: dotted proto paths.
    pub fn clear(&mut self, slot: &str, paths: &[&str]) -> bool {
        let paths: Vec<Str> = paths.iter().map(|path| Str::of(path)).collect();
        let span =
            abi::Span { data: paths.as_ptr().cast(), count: paths.len() as u64, stride: size_of::<Str>() as u64 };
        self.emit(slot, Str::EMPTY, abi::ENCODING_WIRE, &Extra::default(), span)
    }
    /// Has the host serve an SDS secret of that name from a Secret.
    pub fn secret_use(&mut self, sds_name: &str, namespace: &str, name: &str, form: SecretForm) -> bool {
        let (form, key) = match form {
            SecretForm::TlsCertificate => (1, ""),
            SecretForm::ValidationContext => (2, ""),
            SecretForm::Generic(key) => (3, key),
        };
        let item = abi::ItemSecretUse {
            head: abi::Item { size: size_of::<abi::ItemSecretUse>() as u32, r#type: abi::ITEM_SECRET_USE },
            index: self.index,
            sds_name: Str::of(sds_name),
            r#ref: ObjectRef { kind: "Secret", namespace, name }.raw(),
            form,
            reserved: 0,
            key: Str::of(key),
            patch: Str::EMPTY,
            field: Str::EMPTY,
        };
        unsafe { (self.out.emit)(self.out.ctx, &item.head) == abi::OK }
    }
    /// `Discovery` alone: an object that follows from the source, whole, as a user would write it.
    pub fn object(&mut self, object: &Value) -> bool {
        let json = object.to_string();
        let item = abi::ItemObject {
            head: abi::Item { size: size_of::<abi::ItemObject>() as u32, r#type: abi::ITEM_OBJECT },
            index: self.index,
            json: Str::of(&json),
        };
        unsafe { (self.out.emit)(self.out.ctx, &item.head) == abi::OK }
    }

    /// An error drops what was said to this input.
    pub fn error(&mut self, problem: Problem) {
        self.tell(&problem, abi::SEVERITY_ERROR);
    }
    pub fn warning(&mut self, problem: Problem) {
        self.tell(&problem, abi::SEVERITY_WARNING);
    }
    pub fn info(&mut self, problem: Problem) {
        self.tell(&problem, abi::SEVERITY_INFO);
    }

    /// Another object, or nothing. The input is translated again when that changes.
    pub fn lookup(&mut self, kind: &str, namespace: &str, name: &str) -> Option<Value> {
        let call = self.call?;
        let wanted = ObjectRef { kind, namespace, name }.raw();
        let mut found = MaybeUninit::<abi::Object>::zeroed();
        unsafe {
            (*found.as_mut_ptr()).size = size_of::<abi::Object>() as u32;
            let status = (call.lookup)(call.ctx, self.index, &wanted, found.as_mut_ptr());
            if status != abi::OK {
                return None;
            }
            Value::parse((*found.as_ptr()).json.text()).ok()
        }
    }
    /// All objects of a declared kind with that text at a declared index, in order of name. Nothing where no manifest
    /// declares them.
    pub fn list(&mut self, kind: &str, namespace: &str, field: &str, value: &str) -> Option<Vec<(ObjectRef<'a>, Value)>> {
        let call = self.call?;
        let selector = abi::Selector {
            size: size_of::<abi::Selector>() as u32,
            reserved: 0,
            kind: Str::of(kind),
            ns: Str::of(namespace),
            field: Str::of(field),
            value: Str::of(value),
        };
        let mut found = abi::Span::EMPTY;
        unsafe {
            if (call.list)(call.ctx, self.index, &selector, &mut found) != abi::OK {
                return None;
            }
            let objects = (0..found.count).map(|i| found.at::<abi::Object>(i));
            Some(
                objects
                    .map(|each| (ObjectRef::of(&each.r#ref), Value::parse(each.json.text()).unwrap_or(Value::Null)))
                    .collect(),
            )
        }
    }

    fn json(&mut self, slot: &str, message: &Value, extra: Extra) -> bool {
        let json = message.to_string();
        self.emit(slot, Str::of(&json), abi::ENCODING_JSON, &extra, abi::Span::EMPTY)
    }

    fn emit(&mut self, slot: &str, bytes: Str, encoding: u32, extra: &Extra, clear: abi::Span) -> bool {
        let item = abi::ItemFragment {
            head: abi::Item { size: size_of::<abi::ItemFragment>() as u32, r#type: abi::ITEM_FRAGMENT },
            index: self.index,
            slot: Str::of(slot),
            name: Str::of(extra.name),
            message: abi::Typed { type_url: Str::of(&extra.type_url), bytes, encoding, reserved: 0 },
            clear,
            weight: extra.weight,
            flags: extra.flags,
            field: Str::EMPTY,
        };
        unsafe { (self.out.emit)(self.out.ctx, &item.head) == abi::OK }
    }

    fn tell(&mut self, problem: &Problem, severity: u32) {
        let diag = abi::Diag {
            size: size_of::<abi::Diag>() as u32,
            severity,
            index: self.index,
            field: Str::of(&problem.field),
            reason: Str::of(&problem.reason),
            message: Str::of(&problem.message),
            found: Str::of(&problem.found),
            expected: Str::of(&problem.expected),
            related: abi::Ref::EMPTY,
        };
        unsafe { (self.out.diag)(self.out.ctx, &diag) }
    }
}
