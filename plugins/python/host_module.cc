#include "host_module.h"

#include <stdexcept>
#include <vector>

#include "interpreter.h"
#include "side_services.h"

namespace py = pybind11;

namespace solder::python {

namespace {

using sdk::str;
using sdk::text;

constexpr const char* kHostModule = "_solder_host";
constexpr size_t kLongestLine = 4096;

std::string_view view_of(const py::bytes& bytes) { return static_cast<std::string_view>(bytes); }

// A reference as Python gives it: (kind, namespace, name).
struct RefText {
  explicit RefText(const py::tuple& from)
      : kind(from[0].cast<std::string>()), ns(from[1].cast<std::string>()), name(from[2].cast<std::string>()) {}
  [[nodiscard]] sdk::Ref ref() const { return {kind, ns, name}; }
  std::string kind, ns, name;
};

py::str python_text(solder_str from) {
  const std::string_view view = text(from);
  return {view.data(), view.size()};
}

}  // namespace

const solder_out& CallSink::out() const {
  if (out_ == nullptr) throw std::runtime_error("this call has ended; what it was given holds no longer");
  return *out_;
}

sdk::Out CallSink::item(uint64_t index) const { return {call_, &out(), index}; }

bool CallSink::fragment(uint64_t index, const std::string& slot, const std::string& name, const std::string& type_url,
                        const py::bytes& message, bool is_json, const py::sequence& clear, int32_t weight,
                        uint32_t flags, const std::string& field) {
  std::vector<std::string> paths;
  for (const py::handle& path : clear) paths.push_back(path.cast<std::string>());
  std::vector<solder_str> views;
  for (const std::string& path : paths) views.push_back(str(path));
  solder_item_fragment item{};
  item.head = {sizeof item, SOLDER_ITEM_FRAGMENT};
  item.index = index;
  item.slot = str(slot);
  item.name = str(name);
  item.message = {str(type_url), str(view_of(message)), is_json ? SOLDER_ENCODING_JSON : SOLDER_ENCODING_WIRE, 0};
  item.clear = {views.data(), views.size(), sizeof(solder_str)};
  item.weight = weight;
  item.flags = flags;
  item.field = str(field);
  return out().emit(out().ctx, &item.head) == SOLDER_OK;
}

bool CallSink::secret_use(uint64_t index, const std::string& sds_name, const py::tuple& ref, uint32_t form,
                          const std::string& key, const py::bytes& patch, const std::string& field) {
  const RefText secret(ref);
  return item(index).secret_use({sds_name, secret.ref(), form, key, view_of(patch), field});
}

bool CallSink::secret_field(uint64_t index, const std::string& resource, const std::string& path, const py::tuple& ref,
                            const std::string& key, const std::string& field) {
  const RefText secret(ref);
  return item(index).secret_field({resource, path, secret.ref(), key, field});
}

bool CallSink::object(uint64_t index, const std::string& json) { return item(index).object(json); }

void CallSink::problem(uint64_t index, uint32_t severity, const std::string& field, const std::string& reason,
                       const std::string& message, const std::string& found, const std::string& expected,
                       const py::tuple& related) {
  const RefText other(related);
  const solder_diag diag{sizeof diag,  severity,   index,         str(field),     str(reason),
                         str(message), str(found), str(expected), other.ref().c()};
  out().diag(out().ctx, &diag);
}

py::object CallSink::lookup(uint64_t index, const std::string& kind, const std::string& ns, const std::string& name) {
  const auto found = item(index).lookup({kind, ns, name});
  return found ? py::object(py::str(found->data(), found->size())) : py::object(py::none());
}

py::list CallSink::list(uint64_t index, const std::string& kind, const std::string& ns, const std::string& field,
                        const std::string& value) {
  static_cast<void>(out());
  py::list all;
  if (!SOLDER_HAS(call_, list)) return all;
  const solder_selector selector{sizeof selector, 0, str(kind), str(ns), str(field), str(value)};
  solder_span found{};
  if (call_->list(call_->ctx, index, &selector, &found) != SOLDER_OK) {
    throw std::invalid_argument("no manifest declares the kind " + kind + " with the index \"" + field + "\"");
  }
  for (uint64_t i = 0; i < found.count; ++i) {
    const solder_object& one = *SOLDER_AT(solder_object, found, i);
    all.append(py::make_tuple(python_text(one.ref.kind), python_text(one.ref.ns), python_text(one.ref.name),
                              python_text(one.json)));
  }
  return all;
}

size_t Output::write(const std::string& text) {
  for (const char c : text) {
    if (c == '\n' || line_.size() >= kLongestLine) flush();
    if (c != '\n') line_ += c;
  }
  return text.size();
}

void Output::flush() {
  if (!line_.empty()) log_line(level_, line_);
  line_.clear();
}

py::module_ add_host_module() {
  static PyModuleDef definition;
  py::module_ module = py::module_::create_extension_module(kHostModule, nullptr, &definition);
  py::class_<CallSink>(module, "CallSink")
      .def("fragment", &CallSink::fragment)
      .def("secret_use", &CallSink::secret_use)
      .def("secret_field", &CallSink::secret_field)
      .def("object", &CallSink::object)
      .def("problem", &CallSink::problem)
      .def("lookup", &CallSink::lookup)
      .def("list", &CallSink::list);
  py::class_<Output>(module, "Output")
      .def(py::init<uint32_t>())
      .def("write", &Output::write)
      .def("flush", &Output::flush)
      .def("isatty", [](const Output&) { return false; });
  add_side_services(module);
  py::module_::import("sys").attr("modules")[kHostModule] = module;
  return module;
}

}  // namespace solder::python
