#include "core/engine/secret_fields.h"

#include <nlohmann/json.hpp>
#include <protozero/pbf_writer.hpp>

#include "core/engine/slots.h"
#include "solder/envoy_fields.h"

namespace solder::engine {

namespace core = solder::envoy::config::core::v3;

namespace {

using nlohmann::json;

// "a.b.c" → {"a":{"b":{"c":value}}}
json nested(const std::string& path, const std::string& value) {
  json root;
  json* at = &root;
  for (size_t begin = 0; begin <= path.size();) {
    const size_t end = std::min(path.find('.', begin), path.size());
    at = &(*at)[path.substr(begin, end - begin)];
    begin = end + 1;
  }
  *at = value;
  return root;
}

// A text that is not UTF-8 gives no JSON.
std::optional<Fragment> fragment_for(const SecretField& field, const std::string& value) {
  Fragment fragment;
  fragment.encoding = Encoding::kJson;
  fragment.bytes = nested(field.path, value).dump(-1, ' ', false, json::error_handler_t::ignore);
  if (json::parse(fragment.bytes, nullptr, false) != nested(field.path, value)) return std::nullopt;
  return fragment;
}

}  // namespace

std::optional<std::string> fill_fields(const Translation& t, std::string_view type, const std::string& bytes,
                                       const std::vector<SecretField>& fields, const SecretValue& value_of) {
  const auto* descriptor = t.types.find(type);
  if (descriptor == nullptr) return std::nullopt;
  std::vector<Fragment> values;
  for (const SecretField& field : fields) {
    const std::string* value = value_of(field);
    if (value == nullptr || value->empty()) return std::nullopt;
    auto fragment = fragment_for(field, *value);
    if (!fragment) return std::nullopt;
    values.push_back(std::move(*fragment));
  }
  Fragment rest;
  rest.bytes = bytes;
  std::vector<const Fragment*> all{&rest};
  for (const Fragment& value : values) all.push_back(&value);
  Merged merged = merge(t.types, *descriptor, all, false);
  if (!merged.bad.empty()) return std::nullopt;
  return std::move(merged.bytes);
}

std::optional<std::string> fill_stand_ins(const Translation& t, std::string_view type, const std::string& bytes,
                                          const std::vector<SecretField>& fields) {
  const std::string stand_in = kSecretStandIn;
  return fill_fields(t, type, bytes, fields, [&](const SecretField&) { return &stand_in; });
}

std::string extension_config(const std::string& name, std::string_view type_url, std::string_view bytes) {
  std::string config;
  protozero::pbf_writer writer(config);
  writer.add_string(core::TypedExtensionConfig::kName, name);
  writer.add_message(core::TypedExtensionConfig::kTypedConfig, pack_any(type_url, bytes));
  return config;
}

xds::ResourcePtr filled_resource(Translation& t, Reader& reader, const SecretUse& use) {
  const std::string_view type = std::string_view(use.type_url).substr(use.type_url.rfind('/') + 1);
  const auto value_of = [&](const SecretField& field) -> const std::string* {
    const auto& secret = t.secrets.read(reader, field.secret);
    const auto at = secret->data.find(field.key);
    return at == secret->data.end() ? nullptr : &at->second;
  };
  const auto filled = fill_fields(t, type, use.patch, use.fields, value_of);
  const auto shown = fill_stand_ins(t, type, use.patch, use.fields);
  if (!filled || !shown || !t.types.check(*t.types.find(type), *filled).ok()) return nullptr;
  return xds::make_secret_resource(use.sds_name, base::Bytes(extension_config(use.sds_name, use.type_url, *filled)),
                                   base::Bytes(extension_config(use.sds_name, use.type_url, *shown)));
}

}  // namespace solder::engine
