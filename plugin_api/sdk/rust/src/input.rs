//! One element of a batch, and the host, as Rust sees them. Everything borrowed lives for the call. Values are what the
//! host has checked against the manifest's schema: lowerCamel names, durations as "5s", enums by name.
use crate::abi;
use crate::json::Value;

/// Names one object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ObjectRef<'a> {
    pub kind: &'a str,
    pub namespace: &'a str,
    pub name: &'a str,
}

impl<'a> ObjectRef<'a> {
    pub(crate) unsafe fn of(raw: &abi::Ref) -> Self {
        unsafe { ObjectRef { kind: raw.kind.text(), namespace: raw.ns.text(), name: raw.name.text() } }
    }
    pub(crate) fn raw(&self) -> abi::Ref {
        abi::Ref { kind: abi::Str::of(self.kind), ns: abi::Str::of(self.namespace), name: abi::Str::of(self.name) }
    }
}

/// What the host checked is JSON; an empty text is null.
fn parsed(text: &str) -> Value {
    Value::parse(text).unwrap_or(Value::Null)
}

/// Where an option stands (`kinds/options.h`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    Settings,
    Gateway,
    HttpGateway,
    TcpGateway,
    VirtualService,
    VirtualHost,
    Route,
    WeightedDestination,
    Upstream,
    /// One that this crate does not know.
    Other(u32),
}

/// What a route does; `None` for what is no route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    None,
    Forward,
    Redirect,
    DirectResponse,
}

macro_rules! texts {
    ($($(#[$about:meta])* $name:ident = $member:ident;)*) => {$(
        $(#[$about])*
        pub fn $name(&self) -> &'a str {
            unsafe { self.raw.$member.text() }
        }
    )*};
}
macro_rules! refs {
    ($($(#[$about:meta])* $name:ident;)*) => {$(
        $(#[$about])*
        pub fn $name(&self) -> ObjectRef<'a> {
            unsafe { ObjectRef::of(&self.raw.$name) }
        }
    )*};
}

/// A value under a claimed key.
pub struct OptionInput<'a> {
    pub(crate) raw: &'a abi::OptionInput,
}

impl<'a> OptionInput<'a> {
    pub fn scope(&self) -> Scope {
        match self.raw.scope {
            1 => Scope::Settings,
            2 => Scope::Gateway,
            3 => Scope::HttpGateway,
            4 => Scope::TcpGateway,
            5 => Scope::VirtualService,
            6 => Scope::VirtualHost,
            7 => Scope::Route,
            8 => Scope::WeightedDestination,
            9 => Scope::Upstream,
            other => Scope::Other(other),
        }
    }
    pub fn action(&self) -> Action {
        match self.raw.action {
            1 => Action::Forward,
            2 => Action::Redirect,
            3 => Action::DirectResponse,
            _ => Action::None,
        }
    }
    refs! {
        /// Whose option it is. Of what stands in a route only the namespace is told, with the kind `Route`.
        object;
    }
    texts! {
        key = key;
        /// JSON pointer of the value.
        path = path;
        /// The value as JSON.
        json = value;
    }
    pub fn value(&self) -> Value {
        parsed(self.json())
    }
    /// All options at that place, the neighbours included.
    pub fn options(&self) -> Value {
        parsed(unsafe { self.raw.options.text() })
    }
}

/// An Upstream of a type that the plugin owns.
pub struct UpstreamInput<'a> {
    pub(crate) raw: &'a abi::UpstreamInput,
}

impl<'a> UpstreamInput<'a> {
    refs! { upstream; }
    texts! {
        key = key;
        path = path;
        json = value;
        cluster_name = cluster_name;
    }
    /// What stands under `spec.<key>`.
    pub fn value(&self) -> Value {
        parsed(self.json())
    }
    pub fn spec(&self) -> Value {
        parsed(unsafe { self.raw.spec.text() })
    }
}

/// A route's destination on such an Upstream.
pub struct DestinationInput<'a> {
    pub(crate) raw: &'a abi::DestinationInput,
}

impl<'a> DestinationInput<'a> {
    refs! { object; upstream; }
    texts! {
        key = key;
        path = path;
        cluster_name = cluster_name;
    }
    /// One of several: the slot `weighted_cluster` takes the place of `route` and `route_action`.
    pub fn weighted(&self) -> bool {
        self.raw.weighted != 0
    }
    pub fn upstream_value(&self) -> Value {
        parsed(unsafe { self.raw.upstream_value.text() })
    }
    /// `destinationSpec.<key>`, or null.
    pub fn destination(&self) -> Value {
        parsed(unsafe { self.raw.destination_spec.text() })
    }
}

/// An object of a kind that the manifest lists with `"derive": true`.
pub struct SourceInput<'a> {
    pub(crate) raw: &'a abi::Object,
}

impl<'a> SourceInput<'a> {
    pub fn object(&self) -> ObjectRef<'a> {
        unsafe { ObjectRef::of(&self.raw.r#ref) }
    }
    texts! { json = json; }
    pub fn value(&self) -> Value {
        parsed(self.json())
    }
}

/// The host, for as long as the instance lives.
#[derive(Clone, Copy)]
pub struct Host {
    pub(crate) raw: *const abi::Host,
}

// What it offers may be called from any thread.
unsafe impl Send for Host {}
unsafe impl Sync for Host {}

impl Host {
    pub fn log_debug(&self, message: &str) {
        self.log(0, message);
    }
    pub fn log_info(&self, message: &str) {
        self.log(1, message);
    }
    pub fn log_warning(&self, message: &str) {
        self.log(2, message);
    }
    pub fn log_error(&self, message: &str) {
        self.log(3, message);
    }
    fn log(&self, level: u32, message: &str) {
        unsafe { ((*self.raw).log)((*self.raw).ctx, level, abi::Str::of(message)) }
    }
    /// Where the operator put the plugin's file.
    pub fn original_file(&self) -> String {
        unsafe { (*self.raw).original_file.text() }.to_owned()
    }
}
