// What is decided about a plugin file before any of its code can run: may it be read safely, is it a whole shared
// object for this machine, does it carry a manifest of our major, does it export the entry and nothing else, and does
// it bring no library that would abort the process from inside dlopen (a second protobuf registers its files twice and
// dies). Tested by tests/plugin/refusals_test.cc.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "core/host/manifest.h"
#include "core/host/refusal.h"

namespace solder::host {

// The bytes of a plugin file, read once: gate, copy and hash all speak about the same bytes.
std::variant<std::string, Refusal> read_plugin_file(const std::string& path);

struct Gated {
  Manifest manifest;
  bool can_unmap = false;  // neither the manifest nor the file's flags forbid dlclose
};

// The manifest alone; its part in gate(). `name` is set as soon as it was told, also where it is refused.
std::variant<Manifest, Refusal> accept_manifest(std::string_view json, std::string& name);

// `name`: as above.
std::variant<Gated, Refusal> gate(std::string_view bytes, std::string& name);

}  // namespace solder::host
