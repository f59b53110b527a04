#include "core/conformance/plugin_case.h"

#include <map>

#include "core/config/schema.h"
#include "solder/kinds/options.h"

namespace solder::conformance {

namespace {

using nlohmann::json;
using nlohmann::ordered_json;

const std::map<std::string, uint32_t, std::less<>> kScopes = {
    {"settings", SOLDER_SCOPE_SETTINGS},
    {"gateway", SOLDER_SCOPE_GATEWAY},
    {"http_gateway", SOLDER_SCOPE_HTTP_GATEWAY},
    {"tcp_gateway", SOLDER_SCOPE_TCP_GATEWAY},
    {"virtual_service", SOLDER_SCOPE_SSL},
    {"virtual_host", SOLDER_SCOPE_VIRTUAL_HOST},
    {"route", SOLDER_SCOPE_ROUTE},
    {"weighted_destination", SOLDER_SCOPE_WEIGHTED_DESTINATION},
    {"upstream", SOLDER_SCOPE_UPSTREAM}};
const std::map<std::string, uint32_t, std::less<>> kActions = {{"forward", SOLDER_ACTION_FORWARD},
                                                               {"redirect", SOLDER_ACTION_REDIRECT},
                                                               {"direct_response", SOLDER_ACTION_DIRECT_RESPONSE}};
const std::string kUpstreamType = "upstream_type", kDestination = "destination";
const std::string kPath = "/value", kName = "one", kNamespace = "ns", kClusterName = "one_ns";

const host::ClaimInfo* claim_of(const std::vector<host::ClaimInfo>& claims, const std::string& scope,
                                const std::string& key) {
  for (const auto& claim : claims)
    if (claim.scope == scope && claim.key == key) return &claim;
  return nullptr;
}

json plain(const ordered_json& value) { return json::parse(value.dump()); }

ordered_json problem_json(const model::Diagnostic& problem) {
  ordered_json out{{"severity", model::to_string(problem.severity)}, {"reason", problem.reason}};
  out["field"] = problem.field.starts_with(kPath) ? problem.field.substr(kPath.size()) : problem.field;
  out["message"] = problem.message;
  if (!problem.found.empty()) out["found"] = problem.found;
  if (!problem.expected.empty()) out["expected"] = problem.expected;
  if (!problem.related.name.empty()) out["related"] = model::to_string(problem.related);
  return out;
}

const char* words_of(engine::SecretForm form) {
  switch (form) {
    case engine::SecretForm::kTlsCertificate:
      return "certificate";
    case engine::SecretForm::kValidationContext:
      return "validation context";
    case engine::SecretForm::kGeneric:
      return "generic";
    case engine::SecretForm::kGoogleIdToken:
      return "Google ID token";
    default:
      return "filled";
  }
}

ordered_json secret_json(const engine::SecretUse& use) {
  return {{"sds_name", use.sds_name}, {"secret", model::to_string(use.secret)}, {"form", words_of(use.form)}};
}

ordered_json secret_field_json(const engine::SecretField& field) {
  return {{"resource", field.resource},
          {"path", field.path},
          {"secret", model::to_string(field.secret)},
          {"key", field.key}};
}

std::string beside(const ordered_json& one, const char* name, const std::string& key, const json& value) {
  json whole = one.contains(name) ? plain(one.at(name)) : json::object();
  whole[key] = value;
  return whole.dump();
}

base::Result<Question> read_source(const ordered_json& one, Question out) {
  const std::string name = one.at("source");
  const size_t space = name.find(' '), slash = name.find('/');
  if (space == std::string::npos || slash == std::string::npos || slash < space)
    return base::invalid_argument("its source is " + name + "; right is \"Kind namespace/name\"");
  out.probe.operation = host::Operation::kDerive;
  out.probe.object = {name.substr(0, space), name.substr(space + 1, slash - space - 1), name.substr(slash + 1)};
  const auto at = out.probe.objects->find(name);
  if (at == out.probe.objects->end()) return base::invalid_argument("its objects lack its source, " + name);
  out.probe.value = at->second;
  return out;
}

using Answer = base::Result<host::ItemOutput>;

Answer ask(host::PluginSet& plugins, const Probe& probe, const Indexes& indexes, host::Site& site) {
  host::Plugin* owner = plugins.upstream_type(probe.key);
  if (owner == nullptr) owner = plugins.option("service", probe.key);
  if (probe.operation == host::Operation::kOptions) {
    for (const auto& [word, scope] : kScopes)
      if (scope == probe.scope) owner = plugins.option(word, probe.key);
  }
  if (owner == nullptr) return base::not_found("nobody owns " + probe.key);
  PlainMemory memory;
  const Batch batch({&probe}, indexes, memory);
  site = host::site_of(probe.operation, batch.in(), 0);
  return plugins.call(*owner, probe.operation, batch.in(), batch.subjects(), batch.lookup()).at(0);
}

base::Result<ordered_json> derive(host::PluginSet& plugins, const Probe& probe, const Indexes& indexes) {
  ordered_json out{{"objects", ordered_json::array()}};
  const auto kind = plugins.kinds().find(probe.object.kind);
  if (kind == plugins.kinds().end()) return base::not_found("no manifest lists the kind " + probe.object.kind);
  PlainMemory memory;
  const Batch batch({&probe}, indexes, memory);
  for (host::Plugin* plugin : kind->second.derivers) {
    const auto output = plugins.call(*plugin, probe.operation, batch.in(), batch.subjects(), batch.lookup()).at(0);
    for (const auto& text : output.objects) out["objects"].push_back(ordered_json::parse(text));
    for (const auto& problem : output.diagnostics) out["problems"].push_back(problem_json(problem));
  }
  return out;
}

}  // namespace

base::Result<ordered_json> fragment_json(const services::MessageTypes& types, host::Site site,
                                         const engine::Fragment& fragment) {
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
  if (descriptor == nullptr) return base::invalid_argument("there is no message type " + type);
  const auto wrong = [&](const base::Status& status) {
    return base::invalid_argument("in the slot " + fragment.slot + ": " + status.message());
  };
  if (fragment.encoding == engine::Encoding::kJson) {
    if (const auto wire = types.json_to_wire(*descriptor, fragment.bytes); !wire.ok()) return wrong(wire.status());
    out["message"] = ordered_json::parse(fragment.bytes);
    return out;
  }
  auto text = types.wire_to_json(*descriptor, fragment.bytes);
  if (!text.ok()) return wrong(text.status());
  out["message"] = ordered_json::parse(*text);
  return out;
}

Probe probe_of(const std::string& scope, const std::string& key, const json& value) {
  Probe out;
  const bool upstream_type = scope == kUpstreamType;
  out.object = {upstream_type || scope == "upstream" ? "Upstream" : "VirtualService", kNamespace, kName};
  out.key = key;
  out.path = kPath;
  out.value = value.dump();
  out.around = json{{key, value}}.dump();
  out.cluster = kClusterName;
  if (const auto at = kScopes.find(scope); at != kScopes.end()) {
    out.scope = at->second;
    if (scope == "route") out.action = SOLDER_ACTION_FORWARD;
    return out;
  }
  out.operation = upstream_type ? host::Operation::kClusters : host::Operation::kDestinations;
  if (upstream_type) return out;
  // A null value is a destination that says nothing.
  out.destination = value.is_null() ? "" : out.value;
  out.object = {"Route", kNamespace, ""};
  out.upstream = {"Upstream", kNamespace, kName};
  return out;
}

base::Result<Question> read_case(const std::vector<host::ClaimInfo>& claims, const ordered_json& one) {
  Question out;
  Objects objects;
  if (one.contains("objects"))
    for (const auto& [name, value] : one.at("objects").items()) objects[name] = value.dump();
  const auto shared = std::make_shared<const Objects>(std::move(objects));
  out.probe.objects = shared;
  if (one.contains("source")) return read_source(one, std::move(out));
  const std::string scope = one.value("scope", kUpstreamType), key = one.at("key");
  const auto* claim = claim_of(claims, scope, key);
  if (claim == nullptr) return base::not_found("no manifest claims " + scope + ":" + key);
  const auto schema = config::compile_schema(json::parse(claim->schema_json));
  if (!schema.ok()) return schema.status();
  const model::ObjectRef whose{scope == kUpstreamType ? "Upstream" : "VirtualService", kNamespace, kName};
  const json value = config::check_value(**schema, plain(one.at("value")), kPath, whose, out.problems);
  out.probe = probe_of(scope, key, value);
  out.probe.objects = shared;
  if (scope == kUpstreamType) {
    out.probe.around = beside(one, "spec", key, value);
    if (one.value("operation", "clusters") == "endpoints") out.probe.operation = host::Operation::kEndpoints;
  } else if (scope == kDestination) {
    out.probe.value = one.at("upstream").dump();
    out.probe.weighted = one.value("weighted", false) ? 1 : 0;
  } else {
    out.probe.around = beside(one, "options", key, value);
    if (scope == "route") {
      const auto action = kActions.find(one.value("action", "forward"));
      if (action == kActions.end()) return base::invalid_argument("its action is forward, redirect or direct_response");
      out.probe.action = action->second;
    }
  }
  return out;
}

base::Result<ordered_json> run_plugin_case(host::PluginSet& plugins, const services::MessageTypes& types,
                                           const ordered_json& one) {
  std::vector<host::ClaimInfo> claims;
  for (const auto& plugin : plugins.loaded()) claims.insert(claims.end(), plugin.claims.begin(), plugin.claims.end());
  Indexes indexes;
  for (const auto& [name, kind] : plugins.kinds()) indexes[name] = kind.index;
  const auto question = read_case(claims, one);
  if (!question.ok()) return question.status();
  const Probe& probe = question->probe;
  if (probe.operation == host::Operation::kDerive) return derive(plugins, probe, indexes);
  model::Diagnostics problems = question->problems;
  host::ItemOutput output;
  host::Site site = host::Site::kUpstreamType;
  if (problems.empty()) {
    auto answer = ask(plugins, probe, indexes, site);
    if (!answer.ok()) return answer.status();
    output = std::move(*answer);
  }
  problems.insert(problems.end(), output.diagnostics.begin(), output.diagnostics.end());
  ordered_json out{{"fragments", ordered_json::array()}};
  for (const auto& fragment : output.fragments) {
    auto text = fragment_json(types, site, fragment);
    if (!text.ok()) return text.status();
    out["fragments"].push_back(std::move(*text));
  }
  for (const auto& use : output.secret_uses) out["secrets"].push_back(secret_json(use));
  for (const auto& field : output.secret_fields) out["secret_fields"].push_back(secret_field_json(field));
  for (const auto& problem : problems) out["problems"].push_back(problem_json(problem));
  return out;
}

}  // namespace solder::conformance
