//! Plugins for Solder, in Rust: a `cdylib` whose type implements [`Plugin`] and what it is capable of, made known by
//! [`plugin!`].
//!
//! ```ignore
//! use solder::{json, json::Value, Host, OptionInput, Options, Out, Plugin, Problem};
//!
//! struct Closed;
//! impl Plugin for Closed {
//!     fn create(_host: Host, _config: &Value) -> Result<Self, Problem> { Ok(Closed) }
//! }
//! impl Options for Closed {
//!     fn options(&self, input: &OptionInput, out: &mut Out) {
//!         let text = input.value();
//!         out.fragment("route", &json!({"directResponse": {"status": 503, "body": {"inlineString": text}}}));
//!     }
//! }
//! solder::plugin! {
//!     plugin: Closed, name: "closed", version: "1.0.0", manifest: include_str!("../manifest.json"), capabilities: [options],
//! }
//! ```
//!
//! Calls are pure: what comes out depends on the input, the configuration and look-ups. A panic becomes the problem
//! `PluginThrew` of the item at hand and never leaves the library. The library is resident (`"unload": "never"`): Rust's
//! runtime keeps thread-locals with destructors, which no library may leave behind.
#![deny(unsafe_op_in_unsafe_fn)]

pub mod abi;
mod input;
pub mod json;
#[doc(hidden)]
pub mod note;
mod out;
mod plugin;

pub use input::{Action, DestinationInput, Host, ObjectRef, OptionInput, Scope, SourceInput, UpstreamInput};
pub use out::{Out, Problem, SecretForm};
#[doc(hidden)]
pub use plugin::Tables;
pub use plugin::{Discovery, Options, Plugin, State, UpstreamType};
