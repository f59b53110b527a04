// solder/sdk/grpc_services.hpp - Gloo's serviceSpec.grpc: the services of an upstream with their descriptors, whose
// methods a route's destinationSpec.grpc calls. Source: Gloo's grpc options and plugin. Tested by
// plugins/static/testdata, plugins/transformation/testdata/grpc.json and tests/e2e/grpc_functions_test.py.
#ifndef SOLDER_SDK_GRPC_SERVICES_HPP_
#define SOLDER_SDK_GRPC_SERVICES_HPP_

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "solder/sdk/base64.hpp"
#include "solder/sdk/descriptor_set.hpp"
#include "solder/sdk/json.hpp"
#include "solder/sdk/out.hpp"

namespace solder::sdk {

struct GrpcServices {
  std::string descriptors;  // a FileDescriptorSet
  DescriptorSet set;        // what is in it
  std::vector<std::string> names;
};

// Some of the names, for people.
inline std::string shown_names(const std::vector<std::string>& names, const std::string& none) {
  constexpr size_t kShown = 5;
  std::string out;
  for (size_t i = 0; i < names.size() && i < kShown; ++i) out += (i == 0 ? "" : ", ") + names[i];
  if (names.size() > kShown) out += " and " + std::to_string(names.size() - kShown) + " more";
  return out.empty() ? none : out;
}

// package.Service
inline std::string grpc_service_name(const std::string& package, const std::string& service) {
  return package.empty() ? service : package + "." + service;
}

// The bytes in base64 of `descriptors`. Gloo's discovery writes base64 of base64, others write it once.
inline std::optional<std::string> decode_descriptors(std::string_view text) {
  auto once = decode_base64(text);
  if (!once) return std::nullopt;
  auto twice = decode_base64(*once);
  const auto set = twice ? read_descriptor_set(*twice) : std::nullopt;
  return set && !set->files.empty() ? twice : once;
}

// Of serviceSpec.grpc, which stands at `at` below the input. Nothing where it names no services, which only says that
// the upstream is spoken to by HTTP/2, or where it is wrong, which is reported where `out` is not null.
inline std::optional<GrpcServices> read_grpc_services(const Json& grpc, const std::string& at, Out* out) {
  const Json* list = find(grpc, "grpcServices");
  if (list == nullptr || !list->is_array() || list->empty()) return std::nullopt;
  const auto error = [&](const std::string& field, const std::string& message, const std::string& found,
                         const std::string& expected) {
    if (out != nullptr) out->error({at + field, "InvalidDescriptors", message, found, expected});
  };
  GrpcServices services;
  auto bytes = decode_descriptors(get_string(grpc, "descriptors"));
  auto set = bytes ? read_descriptor_set(*bytes) : std::nullopt;
  if (!set || set->files.empty()) {
    error("/descriptors", "descriptors is not a valid FileDescriptorSet", "",
          "the base64 of what `protoc --include_imports --descriptor_set_out` wrote");
    return std::nullopt;
  }
  services.descriptors = std::move(*bytes);
  services.set = std::move(*set);
  if (!services.set.missing_imports.empty()) {
    error("/descriptors", "the descriptors lack files that they import", services.set.missing_imports.front(),
          "descriptors written with `protoc --include_imports`");
    return std::nullopt;
  }
  const auto& there = services.set.services;
  for (size_t i = 0; i < list->size(); ++i) {
    const std::string name =
        grpc_service_name(get_string((*list)[i], "packageName"), get_string((*list)[i], "serviceName"));
    if (std::find(there.begin(), there.end(), name) == there.end()) {
      error("/grpcServices/" + std::to_string(i), "the descriptors have no such service", name,
            shown_names(there, "descriptors with services"));
      return std::nullopt;
    }
    services.names.push_back(name);
  }
  return services;
}

}  // namespace solder::sdk

#endif
