// A plugin's file, run as a module, and what it declared. The interpreter's lock is held by whoever calls. Failures are
// exceptions whose words are for people: file, line, and what Python said.
#pragma once

#include <pybind11/pybind11.h>

#include <string>
#include <string_view>

namespace solder::python {

class LoadedModule {
 public:
  // `file`: where the operator put it; `source`: what stands in it.
  LoadedModule(const std::string& file, const std::string& source);

  [[nodiscard]] const pybind11::object& declaration() const { return declaration_; }
  [[nodiscard]] std::string manifest() const;
  // Whether some upstream type of it, or its source, has the method.
  [[nodiscard]] bool has(const char* operation) const;
  // solder._discovery.Discoverer and solder._source.Sourcing, with the host's services.
  [[nodiscard]] pybind11::object discoverer(const pybind11::object& services) const;
  [[nodiscard]] pybind11::object sourcing(const pybind11::object& services) const;
  void configure(std::string_view config_json) const;
  // solder.state/1.
  [[nodiscard]] std::string save() const;
  void restore(std::string_view version, std::string_view state) const;
  // Takes it out of the interpreter; what it made lives as long as somebody holds it.
  void leave() const noexcept;

 private:
  std::string name_;
  pybind11::object declaration_;
};

}  // namespace solder::python
