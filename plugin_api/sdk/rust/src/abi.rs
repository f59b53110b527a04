//! The contract's structs as C has them: `plugin_api/include/solder/*.h`, which say what each member means.
//! Written by hand; `tests/layout.rs` compares them with the layout that is on record.
use std::ffi::c_void;

pub type Status = i32;
pub const OK: Status = 0;
pub const INVALID_ARGUMENT: Status = 3;
pub const INTERNAL: Status = 13;

pub const SEVERITY_INFO: u32 = 0;
pub const SEVERITY_WARNING: u32 = 1;
pub const SEVERITY_ERROR: u32 = 2;
pub const ENCODING_WIRE: u32 = 0;
pub const ENCODING_JSON: u32 = 1;
pub const ITEM_FRAGMENT: u32 = 1;
pub const ITEM_SECRET_USE: u32 = 2;
pub const ITEM_OBJECT: u32 = 3;

pub const CAP_OPTIONS: &str = "solder.options/1";
pub const CAP_UPSTREAM_TYPE: &str = "solder.upstream-type/1";
pub const CAP_DISCOVERY: &str = "solder.discovery/1";
pub const CAP_STATE: &str = "solder.state/1";

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Str {
    pub data: *const u8,
    pub len: u64,
}

impl Str {
    pub const EMPTY: Str = Str { data: std::ptr::null(), len: 0 };

    pub const fn of(text: &str) -> Str {
        Str { data: text.as_ptr(), len: text.len() as u64 }
    }

    pub const fn of_bytes(bytes: &[u8]) -> Str {
        Str { data: bytes.as_ptr(), len: bytes.len() as u64 }
    }

    /// # Safety
    /// What it points to must live as long as `'a`.
    pub unsafe fn bytes<'a>(self) -> &'a [u8] {
        if self.len == 0 {
            return &[];
        }
        unsafe { std::slice::from_raw_parts(self.data, self.len as usize) }
    }

    /// The host gives UTF-8 only; what is none is empty.
    ///
    /// # Safety
    /// As for `bytes`.
    pub unsafe fn text<'a>(self) -> &'a str {
        std::str::from_utf8(unsafe { self.bytes() }).unwrap_or_default()
    }
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Span {
    pub data: *const c_void,
    pub count: u64,
    pub stride: u64,
}

impl Span {
    pub const EMPTY: Span = Span { data: std::ptr::null(), count: 0, stride: 0 };

    /// Element `i`, by the stride of who made the span.
    ///
    /// # Safety
    /// It must be a span of `T` with more than `i` elements, which live as long as `'a`.
    pub unsafe fn at<'a, T>(self, i: u64) -> &'a T {
        unsafe { &*(self.data.cast::<u8>().add((i * self.stride) as usize).cast::<T>()) }
    }
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Ref {
    pub kind: Str,
    pub ns: Str,
    pub name: Str,
}

impl Ref {
    pub const EMPTY: Ref = Ref { kind: Str::EMPTY, ns: Str::EMPTY, name: Str::EMPTY };
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Typed {
    pub type_url: Str,
    pub bytes: Str,
    pub encoding: u32,
    pub reserved: u32,
}

#[repr(C)]
pub struct Diag {
    pub size: u32,
    pub severity: u32,
    pub index: u64,
    pub field: Str,
    pub reason: Str,
    pub message: Str,
    pub found: Str,
    pub expected: Str,
    pub related: Ref,
}

#[repr(C)]
pub struct Item {
    pub size: u32,
    pub r#type: u32,
}

#[repr(C)]
pub struct ItemFragment {
    pub head: Item,
    pub index: u64,
    pub slot: Str,
    pub name: Str,
    pub message: Typed,
    pub clear: Span,
    pub weight: i32,
    pub flags: u32,
    pub field: Str,
}

#[repr(C)]
pub struct ItemSecretUse {
    pub head: Item,
    pub index: u64,
    pub sds_name: Str,
    pub r#ref: Ref,
    pub form: u32,
    pub reserved: u32,
    pub key: Str,
    pub patch: Str,
    pub field: Str,
}

#[repr(C)]
pub struct ItemObject {
    pub head: Item,
    pub index: u64,
    pub json: Str,
}

#[repr(C)]
pub struct Out {
    pub size: u32,
    pub reserved: u32,
    pub ctx: *mut c_void,
    pub emit: unsafe extern "C" fn(ctx: *mut c_void, item: *const Item) -> Status,
    pub diag: unsafe extern "C" fn(ctx: *mut c_void, diag: *const Diag),
}

#[repr(C)]
pub struct Object {
    pub size: u32,
    pub reserved: u32,
    pub r#ref: Ref,
    pub json: Str,
}

#[repr(C)]
pub struct Selector {
    pub size: u32,
    pub reserved: u32,
    pub kind: Str,
    pub ns: Str,
    pub field: Str,
    pub value: Str,
}

#[repr(C)]
pub struct Call {
    pub size: u32,
    pub flags: u32,
    pub deadline_ns: u64,
    pub r#in: Span,
    pub ctx: *mut c_void,
    pub lookup: unsafe extern "C" fn(ctx: *mut c_void, index: u64, wanted: *const Ref, found: *mut Object) -> Status,
    pub list: unsafe extern "C" fn(ctx: *mut c_void, index: u64, wanted: *const Selector, found: *mut Span) -> Status,
}

pub type Op = unsafe extern "C" fn(this: *mut c_void, call: *const Call, out: *const Out) -> Status;

#[repr(C)]
pub struct Host {
    pub size: u32,
    pub reserved: u32,
    pub abi_major: u32,
    pub abi_minor: u32,
    pub name: Str,
    pub version: Str,
    pub ctx: *mut c_void,
    pub service: unsafe extern "C" fn(ctx: *mut c_void, id: Str) -> *const c_void,
    pub log: unsafe extern "C" fn(ctx: *mut c_void, level: u32, message: Str),
    pub file: Str,
    pub original_file: Str,
}

#[repr(C)]
pub struct Plugin {
    pub size: u32,
    pub flags: u32,
    pub abi_minor_min: u32,
    pub reserved: u32,
    pub name: Str,
    pub version: Str,
    pub create: unsafe extern "C" fn(host: *const Host, config: Str, this: *mut *mut c_void, out: *const Out) -> Status,
    pub destroy: unsafe extern "C" fn(this: *mut c_void),
    pub capability: unsafe extern "C" fn(this: *mut c_void, id: Str) -> *const c_void,
}

#[repr(C)]
pub struct OptionInput {
    pub size: u32,
    pub scope: u32,
    pub action: u32,
    pub reserved: u32,
    pub object: Ref,
    pub key: Str,
    pub path: Str,
    pub value: Str,
    pub options: Str,
}

#[repr(C)]
pub struct UpstreamInput {
    pub size: u32,
    pub reserved: u32,
    pub upstream: Ref,
    pub key: Str,
    pub path: Str,
    pub value: Str,
    pub spec: Str,
    pub cluster_name: Str,
}

#[repr(C)]
pub struct DestinationInput {
    pub size: u32,
    pub weighted: u32,
    pub object: Ref,
    pub path: Str,
    pub upstream: Ref,
    pub upstream_value: Str,
    pub destination_spec: Str,
    pub cluster_name: Str,
    pub key: Str,
}

#[repr(C)]
pub struct CapOptions {
    pub size: u32,
    pub reserved: u32,
    pub apply: Op,
}

#[repr(C)]
pub struct CapUpstreamType {
    pub size: u32,
    pub reserved: u32,
    pub clusters: Op,
    pub destinations: Option<Op>,
    pub endpoints: Option<Op>,
}

#[repr(C)]
pub struct CapDiscovery {
    pub size: u32,
    pub reserved: u32,
    pub derive: Op,
}

pub type Write = unsafe extern "C" fn(ctx: *mut c_void, bytes: Str);

#[repr(C)]
pub struct CapState {
    pub size: u32,
    pub reserved: u32,
    pub save: unsafe extern "C" fn(this: *mut c_void, ctx: *mut c_void, write: Write) -> Status,
    pub restore: unsafe extern "C" fn(this: *mut c_void, version: Str, state: Str) -> Status,
}
