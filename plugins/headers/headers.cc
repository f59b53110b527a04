// headerManipulation, the same at three levels: headers that are added and removed on the way in and out.
// Source: Gloo's options/headers; Envoy HeaderValueOption. Tested by plugins/headers/testdata.
#include "header_rules.h"
#include "solder/envoy_fields.h"
#include "solder/sdk/json.hpp"

namespace solder::plugins::headers {

namespace core = envoy::config::core::v3;
namespace route = envoy::config::route::v3;
using sdk::Json;
using sdk::Message;

namespace {

// The four lists have numbers of their own in each of the three messages.
struct Level {
  std::string_view slot;
  uint32_t request_add, request_remove, response_add, response_remove;
};

Level level_of(uint32_t scope) {
  if (scope == SOLDER_SCOPE_VIRTUAL_HOST) {
    namespace fields = route::VirtualHost;
    return {"virtual_host", fields::kRequestHeadersToAdd, fields::kRequestHeadersToRemove,
            fields::kResponseHeadersToAdd, fields::kResponseHeadersToRemove};
  }
  if (scope == SOLDER_SCOPE_WEIGHTED_DESTINATION) {
    namespace fields = route::WeightedCluster::ClusterWeight;
    return {"weighted_cluster", fields::kRequestHeadersToAdd, fields::kRequestHeadersToRemove,
            fields::kResponseHeadersToAdd, fields::kResponseHeadersToRemove};
  }
  namespace fields = route::Route;
  return {"route", fields::kRequestHeadersToAdd, fields::kRequestHeadersToRemove, fields::kResponseHeadersToAdd,
          fields::kResponseHeadersToRemove};
}

// HeaderValueOption; empty where something is wrong.
Message header_option(const Json& entry, const std::string& field, sdk::Out& out) {
  Message option;
  if (sdk::find(entry, "headerSecretRef") != nullptr) {
    out.error({field + "/headerSecretRef", "SecretHeaderNotServed",
               "headers from a Secret are not served: the value would stand in Envoy's routes in clear", "",
               "header: {key, value}"});
    return option;
  }
  const Json* header = sdk::find(entry, "header");
  if (header == nullptr) {
    out.error({field, "MissingField", "a header to add needs its key and value", "", "header: {key, value}"});
    return option;
  }
  const std::string name = sdk::get_string(*header, "key"), value = sdk::get_string(*header, "value");
  const bool good_name = check_name(name, field + "/header/key", out);
  if (!check_value(value, field + "/header/value", out) || !good_name) return option;
  Message pair;
  pair.add_string(core::HeaderValue::kKey, name);
  if (!value.empty()) pair.add_string(core::HeaderValue::kValue, value);
  option.add_message(core::HeaderValueOption::kHeader, pair);
  // Appending is the default of both sides; `append: false` is the newer append_action, as Gloo writes it.
  if (!sdk::get_bool(entry, "append").value_or(true)) {
    option.add_enum(core::HeaderValueOption::kAppendAction,
                    core::HeaderValueOption::HeaderAppendAction::kOVERWRITE_IF_EXISTS_OR_ADD);
  }
  return option;
}

}  // namespace

class Plugin {
 public:
  void options(const sdk::OptionInput& in, sdk::Out& out) {
    const Json value = sdk::parse_json(in.json);
    const Level level = level_of(in.scope);
    add(level.slot, level.request_add, value, "requestHeadersToAdd", out);
    remove(level.slot, level.request_remove, value, "requestHeadersToRemove", out);
    add(level.slot, level.response_add, value, "responseHeadersToAdd", out);
    remove(level.slot, level.response_remove, value, "responseHeadersToRemove", out);
  }

 private:
  static void add(std::string_view slot, uint32_t field, const Json& value, const char* key, sdk::Out& out) {
    Message message;
    const Json* list = sdk::find(value, key);
    for (size_t i = 0; list != nullptr && i < list->size(); ++i) {
      const Message option = header_option((*list)[i], "/" + std::string(key) + "/" + std::to_string(i), out);
      if (!option.empty()) message.add_message(field, option);
    }
    if (!message.empty()) out.fragment(slot, message, "/" + std::string(key));
  }

  static void remove(std::string_view slot, uint32_t field, const Json& value, const char* key, sdk::Out& out) {
    Message message;
    const std::vector<std::string> names = sdk::get_strings(value, key);
    for (size_t i = 0; i < names.size(); ++i) {
      if (check_name(names[i], "/" + std::string(key) + "/" + std::to_string(i), out))
        message.add_string(field, names[i]);
    }
    if (!message.empty()) out.fragment(slot, message, "/" + std::string(key));
  }
};

}  // namespace solder::plugins::headers

SOLDER_PLUGIN(solder::plugins::headers::Plugin, "headers", "1.0.0")
