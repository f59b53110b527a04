#include "batches.h"

#include <array>

#include "solder/kinds/config_watcher.h"
#include "solder/kinds/options.h"
#include "solder/kinds/upstream_type.h"
#include "solder/sdk/text.hpp"

namespace py = pybind11;

namespace solder::python {

namespace {

// By SOLDER_SCOPE_* and SOLDER_ACTION_*.
constexpr std::array kScopes = {"",
                                "settings",
                                "gateway",
                                "http_gateway",
                                "tcp_gateway",
                                "virtual_service",
                                "virtual_host",
                                "route",
                                "weighted_destination",
                                "upstream"};
constexpr std::array kActions = {"", "forward", "redirect", "direct_response"};

template <typename Words>
const char* word(const Words& words, uint32_t number) {
  return number < words.size() ? words[number] : "";
}

py::str value(solder_str from) {
  const std::string_view view = sdk::text(from);
  return {view.data(), view.size()};
}

// Refs become solder.Ref, which is a tuple with names.
class Refs {
 public:
  py::object operator()(const solder_ref& ref) const { return type_(value(ref.kind), value(ref.ns), value(ref.name)); }

 private:
  py::object type_ = py::module_::import("solder").attr("Ref");
};

template <typename T, typename F>
py::list tuples(const solder_span& in, F&& make) {
  py::list all(in.count);
  for (uint64_t i = 0; i < in.count; ++i) all[i] = make(*SOLDER_AT(T, in, i));
  return all;
}

}  // namespace

py::list option_tuples(const solder_span& in) {
  const Refs ref;
  return tuples<solder_option_input>(in, [&](const solder_option_input& each) {
    return py::make_tuple(word(kScopes, each.scope), word(kActions, each.action), ref(each.object), value(each.key),
                          value(each.path), value(each.value), value(each.options));
  });
}

py::list upstream_tuples(const solder_span& in) {
  const Refs ref;
  return tuples<solder_upstream_input>(in, [&](const solder_upstream_input& each) {
    return py::make_tuple(ref(each.upstream), value(each.key), value(each.path), value(each.value), value(each.spec),
                          value(each.cluster_name));
  });
}

py::list destination_tuples(const solder_span& in) {
  const Refs ref;
  return tuples<solder_destination_input>(in, [&](const solder_destination_input& each) {
    return py::make_tuple(each.weighted != 0, ref(each.object), value(each.key), value(each.path), ref(each.upstream),
                          value(each.upstream_value), value(each.destination_spec), value(each.cluster_name));
  });
}

py::list source_tuples(const solder_span& in) {
  const Refs ref;
  return tuples<solder_object>(
      in, [&](const solder_object& each) { return py::make_tuple(ref(each.ref), value(each.json)); });
}

py::list kind_tuples(const solder_span& in) {
  return tuples<solder_watched_kind>(
      in, [&](const solder_watched_kind& each) { return py::make_tuple(value(each.kind), value(each.api_version)); });
}

}  // namespace solder::python
