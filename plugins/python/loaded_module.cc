#include "loaded_module.h"

#include <chrono>
#include <stdexcept>

#include "deadline.h"

namespace py = pybind11;

namespace solder::python {

namespace {

// A file that imports much may take its time.
constexpr auto kPatience = std::chrono::seconds(10);

// Names in sys.modules are used once: instances of one file, and its older contents, live beside each other.
std::string unused_name(const std::string& file) {
  const py::object modules = py::module_::import("sys").attr("modules");
  const std::string stem = py::module_::import("pathlib").attr("Path")(file).attr("stem").cast<std::string>();
  for (size_t i = 1;; ++i) {
    std::string name = "solder_plugin_" + stem + "_" + std::to_string(i);
    if (!modules.contains(name)) return name;
  }
}

// The exception as solder._calls tells one of an item.
[[noreturn]] void rethrow(const py::error_already_set& error) {
  // Python keeps them apart until somebody asks.
  if (error.trace()) PyException_SetTraceback(error.value().ptr(), error.trace().ptr());
  const py::object words = py::module_::import("solder._calls").attr("where_thrown")(error.value());
  throw std::runtime_error(words.cast<std::string>());
}

// Runs Python; its exceptions become ours.
template <typename F>
auto told(const F& call) {
  try {
    return call();
  } catch (const py::error_already_set& error) {
    rethrow(error);
  }
}

}  // namespace

LoadedModule::LoadedModule(const std::string& file, const std::string& source) : name_(unused_name(file)) {
  const Deadline deadline(Deadline::after(kPatience));
  declaration_ = told([&] {
    const py::tuple loaded = py::module_::import("solder._load").attr("load_file")(file, py::bytes(source), name_);
    return py::object(loaded[0]);
  });
}

std::string LoadedModule::manifest() const {
  return told([&] { return declaration_.attr("manifest_text")().cast<std::string>(); });
}

bool LoadedModule::has(const char* operation) const {
  return py::module_::import("solder._calls").attr("has")(declaration_, operation).cast<bool>();
}

py::object LoadedModule::discoverer(const py::object& services) const {
  return told(
      [&] { return py::object(py::module_::import("solder._discovery").attr("Discoverer")(declaration_, services)); });
}

py::object LoadedModule::sourcing(const py::object& services) const {
  return told(
      [&] { return py::object(py::module_::import("solder._source").attr("Sourcing")(declaration_, services)); });
}

void LoadedModule::configure(std::string_view config_json) const {
  told([&] {
    py::module_::import("solder._calls")
        .attr("configure")(declaration_, py::str(config_json.data(), config_json.size()));
  });
}

std::string LoadedModule::save() const {
  return told([&] {
    const py::object state = py::module_::import("solder._calls").attr("save")(declaration_);
    return state.is_none() ? std::string() : std::string(py::bytes(state));
  });
}

void LoadedModule::restore(std::string_view version, std::string_view state) const {
  told([&] {
    py::module_::import("solder._calls")
        .attr("restore")(declaration_, py::str(version.data(), version.size()), py::bytes(state.data(), state.size()));
  });
}

void LoadedModule::leave() const noexcept {
  try {
    py::module_::import("solder._load").attr("unload")(name_);
    py::module_::import("gc").attr("collect")();
  } catch (const std::exception&) {
    // Its module stays; nothing calls it any more.
  }
}

}  // namespace solder::python
