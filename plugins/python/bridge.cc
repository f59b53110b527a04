// The bridge as a plugin: "solder.plugin-files/1" for *.py. It stays in the process: no Python is ended and started
// again in one.
#include <pybind11/pybind11.h>

#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "interpreter.h"
#include "loaded_module.h"
#include "python_file.h"
#include "solder/sdk/out.hpp"

namespace py = pybind11;

namespace solder::python {

namespace {

struct Bridge {
  const solder_host* host;
  std::map<std::string, std::unique_ptr<PythonFile>, std::less<>> files;  // by path of the private copy
};

std::string read(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

// Runs the file once for its manifest; instances run it again, as modules of their own.
void describe_one(Bridge& bridge, const solder_plugin_file& file, sdk::Out& out) {
  const std::string path(sdk::text(file.path)), original(sdk::text(file.original));
  const LoadedModule module(original, read(path));
  const std::string manifest = module.manifest();
  module.leave();
  const auto parsed = nlohmann::json::parse(manifest);
  auto& known = bridge.files[path];
  if (!known) known = std::make_unique<PythonFile>(parsed.at("name"), parsed.at("version"));
  out.object(manifest);
}

solder_status describe(void* self, const solder_call* call, const solder_out* out) noexcept {
  auto& bridge = *static_cast<Bridge*>(self);
  const py::gil_scoped_acquire lock;
  const LogScope log(bridge.host);
  for (uint64_t i = 0; i < call->in.count; ++i) {
    sdk::Out item(call, out, i);
    try {
      describe_one(bridge, *SOLDER_AT(solder_plugin_file, call->in, i), item);
    } catch (const std::exception& error) {
      item.error({.field = "", .reason = "PluginThrew", .message = error.what()});
    }
  }
  return SOLDER_OK;
}

const solder_plugin* entry(void* self, const solder_plugin_file* file, const solder_out*) noexcept {
  const auto& files = static_cast<Bridge*>(self)->files;
  const auto found = files.find(sdk::text(file->path));
  return found == files.end() ? nullptr : found->second->table();
}

solder_status create(const solder_host* host, solder_str, void** self, const solder_out* out) noexcept {
  if (auto problem = start_interpreter()) {
    sdk::Out problems(nullptr, out, 0);
    problems.error({.field = "", .reason = "NoInterpreter", .message = *problem});
    return SOLDER_UNAVAILABLE;
  }
  *self = std::make_unique<Bridge>(Bridge{host, {}}).release();
  return SOLDER_OK;
}

void destroy(void* self) noexcept { std::unique_ptr<Bridge>(static_cast<Bridge*>(self)).reset(); }

const void* capability(void*, solder_str id) noexcept {
  static constexpr solder_cap_plugin_files kTable = {sizeof kTable, 0, &describe, &entry};
  return solder_str_eq(id, SOLDER_CAP_PLUGIN_FILES) != 0 ? &kTable : nullptr;
}

constexpr solder_plugin kBridge = {sizeof(solder_plugin),       0,       0,        0,
                                   SOLDER_STR("python"),        SOLDER_STR("1.0.0"),
                                   &create,                     &destroy, &capability};

}  // namespace
}  // namespace solder::python

SOLDER_EXPORT const solder_plugin* solder_plugin_entry_v1(uint32_t) SOLDER_NOEXCEPT {
  return &solder::python::kBridge;
}
