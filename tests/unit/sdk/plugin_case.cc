#include "plugin_case.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>

#include "core/config/schema.h"
#include "core/host/slot_rules.h"
#include "solder/draft/kinds/options.h"
#include "solder/draft/kinds/upstream_type.h"

namespace solder {

namespace {

using nlohmann::json;
using nlohmann::ordered_json;

const std::map<std::string, uint32_t> kScopes = {{"settings", SOLDER_SCOPE_SETTINGS},
                                                 {"gateway", SOLDER_SCOPE_GATEWAY},
                                                 {"http_gateway", SOLDER_SCOPE_HTTP_GATEWAY},
                                                 {"tcp_gateway", SOLDER_SCOPE_TCP_GATEWAY},
                                                 {"virtual_service", SOLDER_SCOPE_SSL},
                                                 {"virtual_host", SOLDER_SCOPE_VIRTUAL_HOST},
                                                 {"route", SOLDER_SCOPE_ROUTE},
                                                 {"weighted_destination", SOLDER_SCOPE_WEIGHTED_DESTINATION},
                                                 {"upstream", SOLDER_SCOPE_UPSTREAM}};
const std::map<std::string, uint32_t> kActions = {{"forward", SOLDER_ACTION_FORWARD},
                                                  {"redirect", SOLDER_ACTION_REDIRECT},
                                                  {"direct_response", SOLDER_ACTION_DIRECT_RESPONSE}};
const std::string kPath = "/value", kName = "one", kNamespace = "ns", kClusterName = "one_ns";

solder_str view(const std::string& text) { return {text.data(), text.size()}; }

json schema_of(const host::PluginSet& plugins, const std::string& scope, const std::string& key) {
  for (const auto& plugin : plugins.loaded()) {
    for (const auto& claim : plugin.claims) {
      if (claim.scope == scope && claim.key == key) return json::parse(claim.schema_json);
    }
  }
  return nullptr;
}

ordered_json problem_json(const model::Diagnostic& problem) {
  ordered_json out{{"severity", model::to_string(problem.severity)}, {"reason", problem.reason}};
  out["field"] = problem.field.starts_with(kPath) ? problem.field.substr(kPath.size()) : problem.field;
  out["message"] = problem.message;
  if (!problem.found.empty()) out["found"] = problem.found;
  if (!problem.expected.empty()) out["expected"] = problem.expected;
  if (!problem.related.name.empty()) out["related"] = model::to_string(problem.related);
  return out;
}

ordered_json fragment_json(const services::MessageTypes& types, host::Site site, const engine::Fragment& fragment) {
  ordered_json out{{"slot", fragment.slot}};
  if (!fragment.name.empty()) out["name"] = fragment.name;
  std::string type = fragment.type_url;
  const auto use = host::find_slot(site, fragment.slot);
  if (const auto* rule = std::get_if<host::SlotUse>(&use); rule != nullptr && !rule->fixed_type.empty())
    type = rule->fixed_type;
  else
    out["type"] = fragment.type_url.substr(fragment.type_url.rfind('.') + 1);
  if (fragment.disabled) out["disabled"] = true;
  if (fragment.only) out["only"] = true;
  if (fragment.absent) out["absent"] = true;
  if (!fragment.clear.empty()) out["clear"] = fragment.clear;
  const std::string field = fragment.origin.field.substr(kPath.size());
  if (!field.empty()) out["field"] = field;
  const auto* descriptor = types.find(type);
  if (descriptor == nullptr) {
    ADD_FAILURE() << "no message type " << type;
    return out;
  }
  if (fragment.encoding == engine::Encoding::kJson) {
    out["message"] = ordered_json::parse(fragment.bytes);
  } else if (auto text = types.wire_to_json(*descriptor, fragment.bytes); text.ok()) {
    out["message"] = ordered_json::parse(*text);
  } else {
    ADD_FAILURE() << text.status().message();
  }
  return out;
}

ordered_json secret_json(const engine::SecretUse& use) {
  static const char* const kForms[] = {"", "certificate", "validation context", "generic"};
  return {{"sds_name", use.sds_name},
          {"secret", model::to_string(use.secret)},
          {"form", kForms[static_cast<int>(use.form)]}};
}

ordered_json secret_field_json(const engine::SecretField& field) {
  return {{"resource", field.resource},
          {"path", field.path},
          {"secret", model::to_string(field.secret)},
          {"key", field.key}};
}

class Case {
 public:
  Case(host::PluginSet& plugins, const services::MessageTypes& types, const ordered_json& one)
      : plugins_(plugins),
        types_(types),
        one_(one),
        key_(one.value("key", "")),
        upstream_type_(!one.contains("scope")) {}

  ordered_json run() {
    if (one_.contains("source")) return derive();
    const std::string scope = upstream_type_ ? "upstream_type" : one_.at("scope").get<std::string>();
    const auto schema = config::compile_schema(schema_of(plugins_, scope, key_));
    EXPECT_TRUE(schema.ok()) << schema.status().message();
    if (!schema.ok()) return {};
    model::Diagnostics problems;
    const model::ObjectRef object{upstream_type_ ? "Upstream" : "VirtualService", kNamespace, kName};
    const json value = config::check_value(**schema, json::parse(one_.at("value").dump()), kPath, object, problems);
    host::ItemOutput output;
    host::Site site = host::Site::kUpstreamType;
    if (problems.empty()) {
      output = upstream_type_           ? upstream(value, site)
               : scope == "destination" ? destination(value, site)
                                        : option(value, site);
    }
    problems.insert(problems.end(), output.diagnostics.begin(), output.diagnostics.end());
    ordered_json out{{"fragments", ordered_json::array()}};
    for (const auto& fragment : output.fragments) out["fragments"].push_back(fragment_json(types_, site, fragment));
    for (const auto& use : output.secret_uses) out["secrets"].push_back(secret_json(use));
    for (const auto& field : output.secret_fields) out["secret_fields"].push_back(secret_field_json(field));
    for (const auto& problem : problems) out["problems"].push_back(problem_json(problem));
    return out;
  }

 private:
  std::string beside(const char* name, const json& value) const {
    json whole = one_.contains(name) ? json::parse(one_.at(name).dump()) : json::object();
    whole[key_] = value;
    return whole.dump();
  }

  template <typename Input>
  host::ItemOutput call(host::Plugin* owner, host::Operation operation, const Input& input, host::Site& site) {
    if (owner == nullptr) {
      ADD_FAILURE() << "nobody owns " << key_;
      return {};
    }
    const solder_span in{&input, 1, sizeof input};
    site = host::site_of(operation, in, 0);
    const host::Subject subject{{"Upstream", kNamespace, kName}, kPath};
    return plugins_.call(*owner, operation, in, {&subject, 1}, lookup()).at(0);
  }

  host::Lookup lookup() {
    return {[this](size_t, const model::ObjectRef& ref) { return object(model::to_string(ref)); },
            [this](size_t, const host::Selector& selector) { return list(selector); }};
  }

  const std::string* object(const std::string& name) {
    if (!one_.contains("objects") || !one_["objects"].contains(name)) return nullptr;
    return &(objects_[name] = one_["objects"][name].dump());
  }

  // By the index that the manifest has to declare.
  std::optional<std::vector<host::Listed>> list(const host::Selector& selector) {
    const auto& index = plugins_.kinds().at(selector.kind).index;
    if (std::find(index.begin(), index.end(), selector.field) == index.end()) return std::nullopt;
    std::vector<host::Listed> out;
    const std::string prefix = selector.kind + " " + selector.ns + "/";
    const ordered_json objects = one_.value("objects", ordered_json::object());
    for (const auto& [name, value] : objects.items()) {
      const ordered_json::json_pointer pointer(selector.field);
      if (!name.starts_with(prefix) || !value.contains(pointer) || value.at(pointer) != selector.value) continue;
      out.push_back({{selector.kind, selector.ns, name.substr(prefix.size())}, object(name)});
    }
    return out;
  }

  ordered_json derive() {
    const std::string name = one_.at("source");
    const size_t space = name.find(' '), slash = name.find('/');
    const std::string kind = name.substr(0, space), ns = name.substr(space + 1, slash - space - 1),
                      own = name.substr(slash + 1), whole = *object(name);
    const solder_object input{sizeof input, 0, {view(kind), view(ns), view(own)}, view(whole)};
    const host::Subject subject{{kind, ns, own}, ""};
    ordered_json out{{"objects", ordered_json::array()}};
    for (host::Plugin* plugin : plugins_.kinds().at(kind).derivers) {
      const solder_span in{&input, 1, sizeof input};
      const auto output = plugins_.call(*plugin, host::Operation::kDerive, in, {&subject, 1}, lookup()).at(0);
      for (const auto& text : output.objects) out["objects"].push_back(ordered_json::parse(text));
      for (const auto& problem : output.diagnostics) out["problems"].push_back(problem_json(problem));
    }
    return out;
  }

  host::ItemOutput upstream(const json& value, host::Site& site) {
    const std::string kind = "Upstream", text = value.dump(), spec = beside("spec", value);
    const solder_upstream_input input{sizeof input,
                                      0,
                                      {view(kind), view(kNamespace), view(kName)},
                                      view(key_),
                                      view(kPath),
                                      view(text),
                                      view(spec),
                                      view(kClusterName)};
    const bool endpoints = one_.value("operation", "clusters") == "endpoints";
    return call(plugins_.upstream_type(key_), endpoints ? host::Operation::kEndpoints : host::Operation::kClusters,
                input, site);
  }

  // `upstream` is the upstream's value; a null value is a destination that says nothing.
  host::ItemOutput destination(const json& value, host::Site& site) {
    const std::string kind = "Route", of = "Upstream", none;
    const std::string text = value.is_null() ? "" : value.dump(), upstream = one_.at("upstream").dump();
    const solder_destination_input input{sizeof input,
                                         one_.value("weighted", false) ? 1u : 0u,
                                         {view(kind), view(kNamespace), view(none)},
                                         view(kPath),
                                         {view(of), view(kNamespace), view(kName)},
                                         view(upstream),
                                         view(text),
                                         view(kClusterName),
                                         view(key_)};
    return call(plugins_.upstream_type(key_), host::Operation::kDestinations, input, site);
  }

  host::ItemOutput option(const json& value, host::Site& site) {
    const std::string scope = one_.at("scope");
    const std::string kind = scope == "upstream" ? "Upstream" : "VirtualService";
    const std::string text = value.dump(), options = beside("options", value);
    const uint32_t action = scope == "route" ? kActions.at(one_.value("action", "forward")) : 0;
    const solder_option_input input{
        sizeof input, kScopes.at(scope), action,       0, {view(kind), view(kNamespace), view(kName)}, view(key_),
        view(kPath),  view(text),        view(options)};
    return call(plugins_.option(scope, key_), host::Operation::kOptions, input, site);
  }

  host::PluginSet& plugins_;
  const services::MessageTypes& types_;
  const ordered_json& one_;
  std::string key_;
  bool upstream_type_;
  std::map<std::string, std::string> objects_;  // as texts, by name
};

}  // namespace

ordered_json run_plugin_case(host::PluginSet& plugins, const services::MessageTypes& types, const ordered_json& one) {
  return Case(plugins, types, one).run();
}

}  // namespace solder
