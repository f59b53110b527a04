// What Python code sees of the host: the module `_solder_host` with the sink of a call and the streams behind print().
// Tested by tests/plugin/python_test.cc.
#pragma once

#include <pybind11/pybind11.h>

#include <string>

#include "solder/sdk/out.hpp"

namespace solder::python {

// One call's answers and look-ups (solder._inputs.Sink). Lives for the call: closed afterwards, so that a plugin which
// keeps it is told so and reaches nothing.
class CallSink {
 public:
  CallSink(const solder_call* call, const solder_out* out) : call_(call), out_(out) {}
  void close() { call_ = nullptr, out_ = nullptr; }

  bool fragment(uint64_t index, const std::string& slot, const std::string& name, const std::string& type_url,
                const pybind11::bytes& message, bool is_json, const pybind11::sequence& clear, int32_t weight,
                uint32_t flags, const std::string& field);
  bool secret_use(uint64_t index, const std::string& sds_name, const pybind11::tuple& ref, uint32_t form,
                  const std::string& key, const pybind11::bytes& patch, const std::string& field);
  bool secret_field(uint64_t index, const std::string& resource, const std::string& path, const pybind11::tuple& ref,
                    const std::string& key, const std::string& field);
  bool object(uint64_t index, const std::string& json);
  void problem(uint64_t index, uint32_t severity, const std::string& field, const std::string& reason,
               const std::string& message, const std::string& found, const std::string& expected,
               const pybind11::tuple& related);
  pybind11::object lookup(uint64_t index, const std::string& kind, const std::string& ns, const std::string& name);
  pybind11::list list(uint64_t index, const std::string& kind, const std::string& ns, const std::string& field,
                      const std::string& value);

 private:
  const solder_out& out() const;
  sdk::Out item(uint64_t index) const;
  const solder_call* call_;
  const solder_out* out_;
};

// Whole lines to the log of whoever prints.
class Output {
 public:
  explicit Output(uint32_t level) : level_(level) {}
  size_t write(const std::string& text);
  void flush();

 private:
  uint32_t level_;
  std::string line_;
};

// Makes the module, once Python runs. Not by a static constructor: another version of this library may be opened while
// Python runs for the one before.
pybind11::module_ add_host_module();

}  // namespace solder::python
