//! A type as the contract's tables. No panic leaves a function of these.
use std::any::Any;
use std::ffi::c_void;
use std::marker::PhantomData;
use std::mem::size_of;
use std::panic::{catch_unwind, AssertUnwindSafe};

use crate::abi::{self, Str};
use crate::input::{DestinationInput, Host, OptionInput, SourceInput, UpstreamInput};
use crate::json::Value;
use crate::out::{Out, Problem};

/// What every plugin is. Instances share nothing that changes; calls into one come one after the other, from any thread.
pub trait Plugin: Sized + Send {
    /// `config` is the operator's configuration of this plugin, an empty object where there is none.
    fn create(host: Host, config: &Value) -> Result<Self, Problem>;
}

/// `solder.options/1`: each value under a claimed key.
pub trait Options: Plugin {
    fn options(&self, input: &OptionInput, out: &mut Out);
}

/// `solder.upstream-type/1`.
pub trait UpstreamType: Plugin {
    fn clusters(&self, input: &UpstreamInput, out: &mut Out);
    /// What a route to such an Upstream needs beyond the cluster's name.
    fn destinations(&self, _input: &DestinationInput, _out: &mut Out) {}
    /// The endpoints of an EDS cluster, apart from it.
    fn endpoints(&self, _input: &UpstreamInput, _out: &mut Out) {}
}

/// `solder.discovery/1`: objects that follow from others.
pub trait Discovery: Plugin {
    fn derive(&self, input: &SourceInput, out: &mut Out);
}

/// `solder.state/1`: what the next generation is to know.
pub trait State: Plugin {
    fn save(&self) -> Vec<u8>;
    fn restore(&mut self, version: &str, state: &[u8]) -> Result<(), Problem>;
}

/// The tables of a plugin, for `plugin!`.
pub struct Tables<P>(PhantomData<P>);

impl<P: Plugin> Tables<P> {
    pub const fn plugin(name: &'static str, version: &'static str, capability: Capability) -> abi::Plugin {
        abi::Plugin {
            size: size_of::<abi::Plugin>() as u32,
            flags: 0,
            abi_minor_min: 0,
            reserved: 0,
            name: Str::of(name),
            version: Str::of(version),
            create: create::<P>,
            destroy: destroy::<P>,
            capability,
        }
    }
}

impl<P: Options> Tables<P> {
    pub const OPTIONS: &'static abi::CapOptions =
        &abi::CapOptions { size: size_of::<abi::CapOptions>() as u32, reserved: 0, apply: options::<P> };
}

impl<P: UpstreamType> Tables<P> {
    pub const UPSTREAM_TYPE: &'static abi::CapUpstreamType = &abi::CapUpstreamType {
        size: size_of::<abi::CapUpstreamType>() as u32,
        reserved: 0,
        clusters: clusters::<P>,
        destinations: Some(destinations::<P>),
        endpoints: Some(endpoints::<P>),
    };
}

impl<P: Discovery> Tables<P> {
    pub const DISCOVERY: &'static abi::CapDiscovery =
        &abi::CapDiscovery { size: size_of::<abi::CapDiscovery>() as u32, reserved: 0, derive: derive::<P> };
}

impl<P: State> Tables<P> {
    pub const STATE: &'static abi::CapState =
        &abi::CapState { size: size_of::<abi::CapState>() as u32, reserved: 0, save: save::<P>, restore: restore::<P> };
}

// What the host holds of a plugin.
struct Instance<P> {
    host: Host,
    plugin: P,
}

impl<P> Instance<P> {
    /// Why a state was not saved or taken: the contract has no place for words there but the log.
    fn tell(&self, what: &str, words: &str) {
        let _ = catch_unwind(AssertUnwindSafe(|| self.host.log_error(&format!("{what}: {words}"))));
    }
}

pub type Capability = unsafe extern "C" fn(this: *mut c_void, id: Str) -> *const c_void;

fn words_of(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    format!("the plugin panicked: {}", text.unwrap_or("no words"))
}

/// Calls `each` for every input of the batch.
unsafe fn for_each<'a, P: 'a, I: 'a>(
    this: *mut c_void,
    call: *const abi::Call,
    out: *const abi::Out,
    each: impl Fn(&'a P, &'a I, &mut Out<'a>),
) -> abi::Status {
    let (plugin, call, out) = unsafe { (&(*this.cast::<Instance<P>>()).plugin, &*call, &*out) };
    for i in 0..call.r#in.count {
        let item = || each(plugin, unsafe { call.r#in.at::<I>(i) }, &mut Out::new(Some(call), out, i));
        if let Err(panic) = catch_unwind(AssertUnwindSafe(item)) {
            Out::new(Some(call), out, i).error(Problem::new("PluginThrew", words_of(&*panic)));
        }
    }
    abi::OK
}

macro_rules! operation {
    ($name:ident, $capability:ident, $input:ident) => {
        unsafe extern "C" fn $name<P: $capability>(
            this: *mut c_void,
            call: *const abi::Call,
            out: *const abi::Out,
        ) -> abi::Status {
            unsafe { for_each::<P, _>(this, call, out, |plugin, raw, out| plugin.$name(&$input { raw }, out)) }
        }
    };
}
operation!(options, Options, OptionInput);
operation!(clusters, UpstreamType, UpstreamInput);
operation!(destinations, UpstreamType, DestinationInput);
operation!(endpoints, UpstreamType, UpstreamInput);
operation!(derive, Discovery, SourceInput);

unsafe extern "C" fn create<P: Plugin>(
    host: *const abi::Host,
    config: Str,
    this: *mut *mut c_void,
    out: *const abi::Out,
) -> abi::Status {
    let made = catch_unwind(AssertUnwindSafe(|| {
        let config = Value::parse(unsafe { config.text() }).unwrap_or(Value::Null);
        P::create(Host { raw: host }, &config)
    }));
    let problem = match made {
        Ok(Ok(plugin)) => {
            unsafe { *this = Box::into_raw(Box::new(Instance { host: Host { raw: host }, plugin })).cast() };
            return abi::OK;
        }
        Ok(Err(problem)) => problem,
        Err(panic) => Problem::new("BadConfiguration", words_of(&*panic)),
    };
    Out::new(None, unsafe { &*out }, 0).error(problem);
    abi::INVALID_ARGUMENT
}

unsafe extern "C" fn destroy<P: Plugin>(this: *mut c_void) {
    // What panics while it is dropped is gone all the same.
    let _ = catch_unwind(AssertUnwindSafe(|| drop(unsafe { Box::from_raw(this.cast::<Instance<P>>()) })));
}

unsafe extern "C" fn save<P: State>(this: *mut c_void, ctx: *mut c_void, write: abi::Write) -> abi::Status {
    let instance = unsafe { &*this.cast::<Instance<P>>() };
    match catch_unwind(AssertUnwindSafe(|| instance.plugin.save())) {
        Ok(state) => {
            unsafe { write(ctx, Str::of_bytes(&state)) };
            abi::OK
        }
        Err(panic) => {
            instance.tell("save", &words_of(&*panic));
            abi::INTERNAL
        }
    }
}

unsafe extern "C" fn restore<P: State>(this: *mut c_void, version: Str, state: Str) -> abi::Status {
    let instance = unsafe { &mut *this.cast::<Instance<P>>() };
    let (version, state) = unsafe { (version.text(), state.bytes()) };
    match catch_unwind(AssertUnwindSafe(|| instance.plugin.restore(version, state))) {
        Ok(Ok(())) => abi::OK,
        Ok(Err(problem)) => {
            instance.tell("restore", &problem.message);
            abi::INVALID_ARGUMENT
        }
        Err(panic) => {
            instance.tell("restore", &words_of(&*panic));
            abi::INTERNAL
        }
    }
}

/// Makes a type the plugin of this library: once, anywhere. Name and version are the manifest's; capabilities are
/// `options`, `upstream_type`, `discovery`, `state`.
#[macro_export]
macro_rules! plugin {
    (plugin: $plugin:ty, name: $name:expr, version: $version:expr, manifest: $manifest:expr,
     capabilities: [$($capability:ident),* $(,)?] $(,)?) => {
        const _: () = {
            const MANIFEST: &str = $manifest;

            #[used]
            #[link_section = ".note.solder"]
            static NOTE: $crate::note::Note<{ $crate::note::padded(MANIFEST.len()) }> = $crate::note::Note::new(MANIFEST);

            unsafe extern "C" fn capability(_: *mut ::std::ffi::c_void, id: $crate::abi::Str) -> *const ::std::ffi::c_void {
                $(
                    let (known, table) = $crate::plugin!(@table $plugin, $capability);
                    if unsafe { id.bytes() } == known.as_bytes() {
                        return table;
                    }
                )*
                ::std::ptr::null()
            }

            struct Table($crate::abi::Plugin);
            // Nothing in it ever changes.
            unsafe impl Sync for Table {}
            static TABLE: Table = Table($crate::Tables::<$plugin>::plugin($name, $version, capability));

            #[no_mangle]
            pub extern "C" fn solder_plugin_entry_v1(_host_abi_minor: u32) -> *const $crate::abi::Plugin {
                &TABLE.0
            }
        };
    };
    (@table $plugin:ty, options) => {
        ($crate::abi::CAP_OPTIONS, ($crate::Tables::<$plugin>::OPTIONS as *const $crate::abi::CapOptions).cast())
    };
    (@table $plugin:ty, upstream_type) => {
        ($crate::abi::CAP_UPSTREAM_TYPE, ($crate::Tables::<$plugin>::UPSTREAM_TYPE as *const $crate::abi::CapUpstreamType).cast())
    };
    (@table $plugin:ty, discovery) => {
        ($crate::abi::CAP_DISCOVERY, ($crate::Tables::<$plugin>::DISCOVERY as *const $crate::abi::CapDiscovery).cast())
    };
    (@table $plugin:ty, state) => {
        ($crate::abi::CAP_STATE, ($crate::Tables::<$plugin>::STATE as *const $crate::abi::CapState).cast())
    };
}
