// The bridge as a plugin: "solder.plugin-files/1" for *.py. Python starts with the first file, so that a Solder without
// one pays nothing; it stays then: no Python is ended and started again in one process.
#include <pybind11/pybind11.h>

#include <memory>
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
  std::unique_ptr<PythonFile> last;
};

// Runs the file once for its manifest; instances run it again, as modules of their own.
void describe_one(const solder_plugin_file& file, sdk::Out& out) {
  const LoadedModule module(std::string(sdk::text(file.original)), std::string(sdk::text(file.content)));
  const std::string manifest = module.manifest();
  module.leave();
  out.object(manifest);
}

solder_status describe(void* self, const solder_call* call, const solder_out* out) noexcept {
  const auto problem = start_interpreter();
  for (uint64_t i = 0; i < call->in.count; ++i) {
    sdk::Out item(call, out, i);
    if (problem) {
      item.error({.field = "", .reason = "", .message = *problem});
      continue;
    }
    const py::gil_scoped_acquire lock;
    const LogScope log(static_cast<Bridge*>(self)->host);
    try {
      describe_one(*SOLDER_AT(solder_plugin_file, call->in, i), item);
    } catch (const std::exception& error) {
      item.error({.field = "", .reason = "", .message = error.what()});
    }
  }
  return SOLDER_OK;
}

const solder_plugin* entry(void* self, const solder_plugin_file* file, const solder_out* out) noexcept {
  auto& bridge = *static_cast<Bridge*>(self);
  if (const auto problem = start_interpreter()) {
    sdk::Out(nullptr, out, 0).error({.field = "", .reason = "", .message = *problem});
    return nullptr;
  }
  bridge.last = std::make_unique<PythonFile>(std::string(sdk::text(file->name)), std::string(sdk::text(file->version)));
  return bridge.last->table();
}

solder_status create(const solder_host* host, solder_str, void** self, const solder_out* out) noexcept {
  if (runs_elsewhere()) {
    sdk::Out(nullptr, out, 0)
        .warning({.field = "",
                  .reason = "",
                  .message = "Python runs already, for another version of this plugin: files go on with that until "
                             "Solder starts again"});
  }
  *self = std::make_unique<Bridge>(Bridge{host, nullptr}).release();
  return SOLDER_OK;
}

void destroy(void* self) noexcept { std::unique_ptr<Bridge>(static_cast<Bridge*>(self)).reset(); }

const void* capability(void*, solder_str id) noexcept {
  static constexpr solder_cap_plugin_files kTable = {sizeof kTable, 0, &describe, &entry};
  return solder_str_eq(id, SOLDER_CAP_PLUGIN_FILES) != 0 ? &kTable : nullptr;
}

constexpr solder_plugin kBridge = {sizeof(solder_plugin), 0,       0,        0,          SOLDER_STR("python"),
                                   SOLDER_STR("1.0.0"),   &create, &destroy, &capability};

}  // namespace
}  // namespace solder::python

SOLDER_EXPORT const solder_plugin* solder_plugin_entry_v1(uint32_t) SOLDER_NOEXCEPT { return &solder::python::kBridge; }
