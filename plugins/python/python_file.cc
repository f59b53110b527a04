#include "python_file.h"

#include <pybind11/pybind11.h>

#include <fstream>
#include <iterator>
#include <memory>
#include <utility>

#include "batches.h"
#include "deadline.h"
#include "host_module.h"
#include "interpreter.h"
#include "loaded_module.h"
#include "side_services.h"
#include "solder/kinds/config_watcher.h"
#include "solder/kinds/discovery.h"
#include "solder/kinds/endpoint_discovery.h"
#include "solder/kinds/options.h"
#include "solder/kinds/state.h"
#include "solder/kinds/upstream_type.h"
#include "solder/sdk/out.hpp"

namespace py = pybind11;

namespace solder::python {

namespace {

constexpr auto kStatePatience = std::chrono::seconds(2);

struct Instance {
  const solder_host* host;
  LoadedModule module;
  // Of an instance that works by itself, from when it is told something first: solder's Discoverer or Sourcing.
  std::unique_ptr<SideServices> services{};
  py::object worker{};
};

// Runs `operation` of solder._calls; gives a failure of the whole call only where the package itself fails.
solder_status run(void* self, const solder_call* call, const solder_out* out, const char* operation,
                  py::list (*tuples)(const solder_span&)) noexcept {
  const auto& instance = *static_cast<Instance*>(self);
  const py::gil_scoped_acquire lock;
  const LogScope log(instance.host);
  try {
    CallSink sink(call, out);
    const Deadline deadline(call->deadline_ns);
    const py::object python_sink = py::cast(&sink, py::return_value_policy::reference);
    const auto end = [&sink](void*) { sink.close(); };
    const std::unique_ptr<void, decltype(end)> closed(&sink, end);
    py::module_::import("solder._calls").attr(operation)(instance.module.declaration(), tuples(call->in), python_sink);
    return SOLDER_OK;
  } catch (const std::exception& error) {
    log_line(SOLDER_LOG_ERROR, std::string(operation) + ": " + error.what());
    return SOLDER_INTERNAL;
  }
}

solder_status options(void* self, const solder_call* call, const solder_out* out) noexcept {
  return run(self, call, out, "options", &option_tuples);
}
solder_status clusters(void* self, const solder_call* call, const solder_out* out) noexcept {
  return run(self, call, out, "clusters", &upstream_tuples);
}
solder_status destinations(void* self, const solder_call* call, const solder_out* out) noexcept {
  return run(self, call, out, "destinations", &destination_tuples);
}
solder_status endpoints(void* self, const solder_call* call, const solder_out* out) noexcept {
  return run(self, call, out, "endpoints", &upstream_tuples);
}
solder_status derive(void* self, const solder_call* call, const solder_out* out) noexcept {
  return run(self, call, out, "derive", &source_tuples);
}

// Tells solder._discovery or solder._source; what they start goes on by timers and answers.
solder_status tell(void* self, const solder_call* call, const char* what, py::list (*tuples)(const solder_span&),
                   py::object (LoadedModule::*worker)(const py::object&) const) noexcept {
  auto& instance = *static_cast<Instance*>(self);
  const py::gil_scoped_acquire lock;
  const LogScope log(instance.host);
  try {
    const Deadline deadline(call->deadline_ns);
    if (!instance.services) {
      instance.services = std::make_unique<SideServices>(instance.host);
      instance.worker =
          (instance.module.*worker)(py::cast(instance.services.get(), py::return_value_policy::reference));
    }
    instance.worker.attr(what)(tuples(call->in));
    return SOLDER_OK;
  } catch (const std::exception& error) {
    log_line(SOLDER_LOG_ERROR, std::string(what) + ": " + error.what());
    return SOLDER_INTERNAL;
  }
}

solder_status follow(void* self, const solder_call* call, const solder_out*) noexcept {
  return tell(self, call, "follow", &upstream_tuples, &LoadedModule::discoverer);
}
solder_status forget(void* self, const solder_call* call, const solder_out*) noexcept {
  return tell(self, call, "forget", &source_tuples, &LoadedModule::discoverer);
}
solder_status watch(void* self, const solder_call* call, const solder_out*) noexcept {
  return tell(self, call, "watch", &kind_tuples, &LoadedModule::sourcing);
}
solder_status statuses(void* self, const solder_call* call, const solder_out*) noexcept {
  return tell(self, call, "statuses", &source_tuples, &LoadedModule::sourcing);
}

solder_status save(void* self, void* ctx, void (*write)(void* ctx, solder_str bytes)) noexcept {
  const auto& instance = *static_cast<Instance*>(self);
  const py::gil_scoped_acquire lock;
  const LogScope log(instance.host);
  const Deadline deadline(Deadline::after(kStatePatience));
  try {
    write(ctx, sdk::str(instance.module.save()));
    return SOLDER_OK;
  } catch (const std::exception& error) {
    log_line(SOLDER_LOG_ERROR, std::string("save: ") + error.what());
    return SOLDER_INTERNAL;
  }
}

solder_status restore(void* self, solder_str version, solder_str state) noexcept {
  const auto& instance = *static_cast<Instance*>(self);
  const py::gil_scoped_acquire lock;
  const LogScope log(instance.host);
  const Deadline deadline(Deadline::after(kStatePatience));
  try {
    instance.module.restore(sdk::text(version), sdk::text(state));
    return SOLDER_OK;
  } catch (const std::exception& error) {
    log_line(SOLDER_LOG_ERROR, std::string("restore: ") + error.what());
    return SOLDER_INVALID_ARGUMENT;
  }
}

std::string read(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

solder_status create(const solder_host* host, solder_str config, void** self, const solder_out* out) noexcept {
  sdk::Out problems(nullptr, out, 0);
  const py::gil_scoped_acquire lock;
  const LogScope log(host);
  try {
    auto instance = std::make_unique<Instance>(Instance{
        host, LoadedModule(std::string(sdk::text(host->original_file)), read(std::string(sdk::text(host->file))))});
    instance->module.configure(sdk::text(config));
    *self = instance.release();
    return SOLDER_OK;
  } catch (const std::exception& error) {
    problems.error({.field = "", .reason = "", .message = error.what()});
    return SOLDER_INVALID_ARGUMENT;
  }
}

void destroy(void* self) noexcept {
  const py::gil_scoped_acquire lock;
  const std::unique_ptr<Instance> instance(static_cast<Instance*>(self));
  const LogScope log(instance->host);
  if (instance->services) {
    try {
      // The host lets nothing come any more; coroutines run what they have in `finally`.
      const Deadline deadline(Deadline::after(kStatePatience));
      instance->worker.attr("end")();
    } catch (const std::exception& error) {
      log_line(SOLDER_LOG_ERROR, std::string("end: ") + error.what());
    }
    instance->services->end();
  }
  instance->module.leave();
}

// Tables of upstream types: without the operations that no type of the file has.
constexpr solder_cap_upstream_type upstream_table(bool with_destinations, bool with_endpoints) {
  return {sizeof(solder_cap_upstream_type), 0, &clusters, with_destinations ? &destinations : nullptr,
          with_endpoints ? &endpoints : nullptr};
}

const void* upstream_types(const LoadedModule& module) {
  static constexpr solder_cap_upstream_type kTables[2][2] = {
      {upstream_table(false, false), upstream_table(false, true)},
      {upstream_table(true, false), upstream_table(true, true)}};
  return &kTables[module.has("destinations") ? 1 : 0][module.has("endpoints") ? 1 : 0];
}

const void* source(const LoadedModule& module) {
  static constexpr solder_cap_config_watcher kTells = {
      sizeof(solder_cap_config_watcher), 0, &watch, &statuses, nullptr, nullptr};
  static constexpr solder_cap_config_watcher kTellsNot = {
      sizeof(solder_cap_config_watcher), 0, &watch, nullptr, nullptr, nullptr};
  return module.has("status") ? &kTells : &kTellsNot;
}

const void* capability(void* self, solder_str id) noexcept {
  static constexpr solder_cap_options kOptions = {sizeof kOptions, 0, &options};
  static constexpr solder_cap_discovery kDiscovery = {sizeof kDiscovery, 0, &derive};
  static constexpr solder_cap_function_discovery kFinder = {sizeof kFinder, 0, &follow, &forget};
  static constexpr solder_cap_state kState = {sizeof kState, 0, &save, &restore};
  if (solder_str_eq(id, SOLDER_CAP_OPTIONS)) return &kOptions;
  if (solder_str_eq(id, SOLDER_CAP_DISCOVERY)) return &kDiscovery;
  if (solder_str_eq(id, SOLDER_CAP_STATE)) return &kState;
  const bool finds =
      solder_str_eq(id, SOLDER_CAP_ENDPOINT_DISCOVERY) || solder_str_eq(id, SOLDER_CAP_FUNCTION_DISCOVERY);
  if (finds) return &kFinder;
  const bool brings = solder_str_eq(id, SOLDER_CAP_CONFIG_WATCHER);
  if (!brings && !solder_str_eq(id, SOLDER_CAP_UPSTREAM_TYPE)) return nullptr;
  const py::gil_scoped_acquire lock;
  try {
    const LoadedModule& module = static_cast<Instance*>(self)->module;
    return brings ? source(module) : upstream_types(module);
  } catch (const std::exception&) {
    return nullptr;
  }
}

}  // namespace

PythonFile::PythonFile(std::string name, std::string version)
    : name_(std::move(name)),
      version_(std::move(version)),
      table_{sizeof(solder_plugin),
             SOLDER_PLUGIN_UNLOADABLE,
             0,
             0,
             sdk::str(name_),
             sdk::str(version_),
             &create,
             &destroy,
             &capability} {}

}  // namespace solder::python
