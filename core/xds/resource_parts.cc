#include "core/xds/resource_parts.h"

#include <string_view>
#include <utility>

#include <protozero/exception.hpp>
#include <protozero/pbf_reader.hpp>
#include <protozero/pbf_writer.hpp>

#include "solder/envoy_fields.h"

namespace solder::xds {
namespace {

namespace route = envoy::config::route::v3;

// The field that the reader has just skipped, with its tag.
std::string_view field_before(const protozero::pbf_reader& reader, std::string_view rest) {
  return rest.substr(0, rest.size() - reader.length());
}

std::string name_of_host(std::string_view message) {
  protozero::pbf_reader reader(message.data(), message.size());
  return reader.next(route::VirtualHost::kName) ? reader.get_string() : std::string();
}

// Everything but the fields `tag` into `rest`; those are given to `take`.
template <typename Take>
void split(std::string_view message, uint32_t tag, std::string& rest, Take take) {
  protozero::pbf_reader reader(message.data(), message.size());
  while (!message.empty() && reader.next()) {
    if (reader.tag() == tag) {
      const auto view = reader.get_view();
      take(std::string_view(view.data(), view.size()));
    } else {
      reader.skip();
      rest += field_before(reader, message);
    }
    message.remove_prefix(message.size() - reader.length());
  }
}

void split_hosts(std::string_view message, std::string& rest, std::vector<ResourcePart>& parts) {
  split(message, route::RouteConfiguration::kVirtualHosts, rest, [&](std::string_view host) {
    parts.push_back({name_of_host(host), std::string(host)});
  });
}

// False where two parts have one name.
bool make_index(DividedResource& divided) {
  for (size_t i = 0; i < divided.parts.size(); ++i) divided.index.emplace(divided.parts[i].name, i);
  return divided.index.size() == divided.parts.size();
}

std::string with_hosts(std::string head, const std::vector<ResourcePart>& parts) {
  protozero::pbf_writer writer(head);
  for (const auto& part : parts) writer.add_message(route::RouteConfiguration::kVirtualHosts, part.bytes);
  return head;
}

}  // namespace

const ResourcePart* DividedResource::find(const std::string& name) const {
  const auto found = index.find(name);
  return found == index.end() ? nullptr : &parts[found->second];
}

std::optional<DividedResource> divide(ResourceType type, const Resource& resource) {
  if (type != ResourceType::kRoute && type != ResourceType::kScopedRoute) return std::nullopt;
  DividedResource out;
  const std::string message = resource.message.flatten();
  try {
    if (type == ResourceType::kRoute) {
      split_hosts(message, out.head, out.parts);
    } else {
      split(message, route::ScopedRouteConfiguration::kRouteConfiguration, out.head,
            [&](std::string_view inline_routes) { split_hosts(inline_routes, out.inner, out.parts); });
    }
  } catch (const protozero::exception&) {
    return std::nullopt;
  }
  if (out.parts.empty() || !make_index(out)) return std::nullopt;
  return out;
}

ResourcePtr compose(ResourceType type, const std::string& name, const DividedResource& divided) {
  std::string bytes;
  if (type == ResourceType::kRoute) {
    bytes = with_hosts(divided.head, divided.parts);
  } else {
    bytes = divided.head;
    protozero::pbf_writer(bytes).add_message(route::ScopedRouteConfiguration::kRouteConfiguration,
                                             with_hosts(divided.inner, divided.parts));
  }
  return make_resource(name, base::Bytes(std::move(bytes)));
}

}  // namespace solder::xds
