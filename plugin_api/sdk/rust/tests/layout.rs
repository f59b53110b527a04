//! The structs as Rust lays them out are those on record: `tests/abi/layout.txt` of Solder, which a C compiler wrote.
use std::mem::{size_of, MaybeUninit};
use std::ptr::addr_of;

use solder::abi;

fn size_behind<T>(_: *const T) -> usize {
    size_of::<T>()
}

macro_rules! lines {
    ($name:literal, $type:ident, [$($member:ident $c_name:literal),*]) => {{
        let place = MaybeUninit::<abi::$type>::uninit();
        let base = place.as_ptr();
        let mut text = format!("{}: {} bytes\n", $name, size_of::<abi::$type>());
        $(
            let member = unsafe { addr_of!((*base).$member) };
            let offset = member as usize - base as usize;
            text += &format!("  {:3} +{:<2} {}\n", offset, size_behind(member), $c_name);
        )*
        text
    }};
}

#[test]
fn structs_are_those_on_record() {
    let record = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../tests/abi/layout.txt");
    let record = std::fs::read_to_string(record).unwrap();
    let structs = [
        lines!("solder_str", Str, [data "data", len "len"]),
        lines!("solder_span", Span, [data "data", count "count", stride "stride"]),
        lines!("solder_ref", Ref, [kind "kind", ns "ns", name "name"]),
        lines!("solder_typed", Typed, [type_url "type_url", bytes "bytes", encoding "encoding", reserved "reserved"]),
        lines!("solder_diag", Diag, [size "size", severity "severity", index "index", field "field", reason "reason",
            message "message", found "found", expected "expected", related "related"]),
        lines!("solder_item", Item, [size "size", r#type "type"]),
        lines!("solder_item_fragment", ItemFragment, [head "head", index "index", slot "slot", name "name",
            message "message", clear "clear", weight "weight", flags "flags", field "field"]),
        lines!("solder_item_secret_use", ItemSecretUse, [head "head", index "index", sds_name "sds_name", r#ref "ref",
            form "form", reserved "reserved", key "key", patch "patch", field "field"]),
        lines!("solder_item_object", ItemObject, [head "head", index "index", json "json"]),
        lines!("solder_out", Out, [size "size", reserved "reserved", ctx "ctx", emit "emit", diag "diag"]),
        lines!("solder_object", Object, [size "size", reserved "reserved", r#ref "ref", json "json"]),
        lines!("solder_selector", Selector, [size "size", reserved "reserved", kind "kind", ns "ns", field "field",
            value "value"]),
        lines!("solder_call", Call, [size "size", flags "flags", deadline_ns "deadline_ns", r#in "in", ctx "ctx",
            lookup "lookup", list "list"]),
        lines!("solder_host", Host, [size "size", reserved "reserved", abi_major "abi_major", abi_minor "abi_minor",
            name "name", version "version", ctx "ctx", service "service", log "log", file "file",
            original_file "original_file"]),
        lines!("solder_plugin", Plugin, [size "size", flags "flags", abi_minor_min "abi_minor_min", reserved "reserved",
            name "name", version "version", create "create", destroy "destroy", capability "capability"]),
        lines!("solder_option_input", OptionInput, [size "size", scope "scope", action "action", reserved "reserved",
            object "object", key "key", path "path", value "value", options "options"]),
        lines!("solder_upstream_input", UpstreamInput, [size "size", reserved "reserved", upstream "upstream", key "key",
            path "path", value "value", spec "spec", cluster_name "cluster_name"]),
        lines!("solder_destination_input", DestinationInput, [size "size", weighted "weighted", object "object",
            path "path", upstream "upstream", upstream_value "upstream_value", destination_spec "destination_spec",
            cluster_name "cluster_name", key "key"]),
        lines!("solder_cap_options", CapOptions, [size "size", reserved "reserved", apply "apply"]),
        lines!("solder_cap_upstream_type", CapUpstreamType, [size "size", reserved "reserved", clusters "clusters",
            destinations "destinations", endpoints "endpoints"]),
        lines!("solder_cap_discovery", CapDiscovery, [size "size", reserved "reserved", derive "derive"]),
        lines!("solder_cap_state", CapState, [size "size", reserved "reserved", save "save", restore "restore"]),
    ];
    for text in structs {
        assert!(record.contains(&text), "not on record:\n{text}");
    }
}
