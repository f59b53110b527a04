#include "interpreter.h"

#include <dlfcn.h>
#include <pybind11/embed.h>

#include <array>

#include "host_module.h"
#include "solder/sdk/text.hpp"

namespace py = pybind11;

namespace solder::python {

namespace {

struct ModuleSource {
  const char* name;
  bool is_package;
  const char* text;
};
constexpr ModuleSource kPackage[] = {
#include "package_sources.inc"
};

// Finds the package among what this library carries, before any that is installed: both sides must be of one version.
constexpr const char* kImporter = R"(
import importlib.abc, importlib.machinery, sys

class CarriedPackage(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    def __init__(self, sources):
        self.sources = sources
    def find_spec(self, name, path=None, target=None):
        if name not in self.sources:
            return None
        return importlib.machinery.ModuleSpec(name, self, origin=self.place(name), is_package=self.sources[name][0])
    def is_package(self, name):
        return self.sources[name][0]
    def get_source(self, name):
        return self.sources[name][1]
    def exec_module(self, module):
        name = module.__spec__.name
        exec(compile(self.sources[name][1], self.place(name), "exec", dont_inherit=True), module.__dict__)
    def place(self, name):
        return f"<solder {name}>"

sys.meta_path.insert(0, CarriedPackage(sources))
)";

// The program's environment and current directory have no say in what is imported.
std::optional<std::string> initialize() {
  PyConfig config;
  PyConfig_InitIsolatedConfig(&config);
  config.install_signal_handlers = 0;
  config.write_bytecode = 0;
  PyStatus status = PyConfig_SetString(&config, &config.program_name, L"/usr/bin/python3");
  if (PyStatus_Exception(status) == 0) status = Py_InitializeFromConfig(&config);
  PyConfig_Clear(&config);
  if (PyStatus_Exception(status) == 0) return std::nullopt;
  return std::string("Python does not start: ") + (status.err_msg == nullptr ? "no reason given" : status.err_msg);
}

void install_package() {
  py::dict sources;
  for (const ModuleSource& each : kPackage) sources[each.name] = py::make_tuple(each.is_package, each.text);
  py::dict scope;
  scope["__builtins__"] = py::module_::import("builtins");
  scope["sources"] = sources;
  py::exec(kImporter, scope);
  const py::module_ sys = py::module_::import("sys");
  const py::module_ host = add_host_module();
  sys.attr("stdout") = host.attr("Output")(static_cast<uint32_t>(SOLDER_LOG_INFO));
  sys.attr("stderr") = host.attr("Output")(static_cast<uint32_t>(SOLDER_LOG_WARNING));
}

// Modules written in C do not link Python's library and expect its symbols to be there for everybody; the host opened
// it with this plugin, for this plugin alone.
std::optional<std::string> share_symbols() {
  Dl_info info{};
  if (::dladdr(reinterpret_cast<const void*>(&Py_IsInitialized), &info) != 0 &&
      ::dlopen(info.dli_fname, RTLD_NOW | RTLD_GLOBAL | RTLD_NOLOAD | RTLD_NODELETE) != nullptr) {
    return std::nullopt;
  }
  const char* words = ::dlerror();
  return std::string("Python's library cannot be opened for all: ") + (words == nullptr ? "no reason given" : words);
}

thread_local const solder_host* current_host = nullptr;
bool started = false;  // by this library

}  // namespace

bool runs_elsewhere() { return !started && Py_IsInitialized() != 0; }

std::optional<std::string> start_interpreter() {
  if (started) return std::nullopt;
  if (runs_elsewhere()) {
    return "Python runs in this process already, for another version of this plugin; this one is taken when Solder "
           "starts again";
  }
  if (auto problem = share_symbols()) return problem;
  if (auto problem = initialize()) return problem;
  started = true;
  std::optional<std::string> problem;
  try {
    install_package();
  } catch (const py::error_already_set& error) {
    problem = std::string("the package solder cannot be imported: ") + error.what();
  }
  PyEval_SaveThread();  // whoever calls takes the lock
  return problem;
}

LogScope::LogScope(const solder_host* host) : before_(current_host) { current_host = host; }
LogScope::~LogScope() { current_host = before_; }

void log_line(uint32_t level, const std::string& line) {
  if (SOLDER_HAS(current_host, log)) current_host->log(current_host->ctx, level, sdk::str(line));
}

}  // namespace solder::python
