#include "core/engine/gateway_parts.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <set>

#include "core/base/hash.h"
#include "core/config/decode.h"
#include "core/engine/gateway_selection.h"
#include "core/engine/label_selector.h"
#include "core/engine/schema_reads.h"
#include "core/engine/serving_version.h"

namespace solder::engine {

namespace {

using nlohmann::json;

// The bits of an address of that family, or 0 where it is none.
uint32_t address_bits(const std::string& address) {
  std::array<unsigned char, 16> parsed{};
  if (inet_pton(AF_INET, address.c_str(), parsed.data()) == 1) return 32;
  return inet_pton(AF_INET6, address.c_str(), parsed.data()) == 1 ? 128 : 0;
}

bool check_ranges(const model::GatewayPart& part, model::Diagnostics& diagnostics) {
  bool ok = true;
  for (size_t i = 0; i < part.matcher.ranges.size(); ++i) {
    const model::CidrRange& range = part.matcher.ranges[i];
    const uint32_t bits = address_bits(range.address);
    if (bits != 0 && range.prefix_length <= bits) continue;
    ok = false;
    diagnostics.push_back({.reason = "InvalidValue",
                           .object = part.object,
                           .field = part.matcher.path + "/sourcePrefixRanges/" + std::to_string(i),
                           .message = "this is no range of addresses",
                           .found = range.address + "/" + std::to_string(range.prefix_length),
                           .expected = "an IPv4 address and up to 32 bits, or an IPv6 address and up to 128"});
  }
  return ok;
}

bool usable(const model::DelegatedGateways& delegated, const model::ObjectRef& gateway,
            model::Diagnostics& diagnostics) {
  if (!delegated.selector) return true;
  for (size_t i = 0; i < delegated.selector->expressions.size(); ++i) {
    const std::string fault = fault_of(delegated.selector->expressions[i]);
    if (fault.empty()) continue;
    diagnostics.push_back({.reason = "InvalidValue",
                           .object = gateway,
                           .field = delegated.path + "/selector/expressions/" + std::to_string(i),
                           .message = "the expression of the selector cannot be used: " + fault});
    return false;
  }
  return true;
}

// Key by key, as Gloo merges them: the child's wins unless that is forbidden.
std::string handed_down(const std::string& parent, const std::string& child, bool parent_wins) {
  if (parent.empty()) return child;
  if (child.empty()) return parent;
  json merged = json::parse(parent_wins ? child : parent);
  merged.update(json::parse(parent_wins ? parent : child));
  return merged.dump();
}

std::string value_of(const model::OptionSet& options, const std::string& key) {
  for (const auto& option : options.values) {
    if (option.key == key) return option.json;
  }
  return "";
}

void set_value(model::OptionSet& options, const std::string& key, const std::string& path, const std::string& value) {
  if (value.empty()) return;
  json all = json::parse(options.json);
  all[key] = json::parse(value);
  options.json = all.dump();
  const auto at = std::find_if(options.values.begin(), options.values.end(),
                               [&](const model::OptionValue& option) { return option.key >= key; });
  if (at != options.values.end() && at->key == key) {
    at->json = value;
  } else {
    options.values.insert(at, {key, path, value});
  }
}

void hand_down(const model::DelegatedGateways& parent, model::GatewayPart& part) {
  const bool parent_wins = parent.prevent_child_overrides;
  const std::string tls = handed_down(parent.tls, value_of(part.matcher.tls, "sslConfig"), parent_wins);
  set_value(part.matcher.tls, "sslConfig", part.matcher.path + "/sslConfig", tls);
  const char* settings = "httpConnectionManagerSettings";
  const std::string manager =
      handed_down(parent.connection_manager, value_of(part.http.options, settings), parent_wins);
  set_value(part.http.options, settings, part.path + "/options/" + settings, manager);
}

void add_delegated(Translation& t, Reader& reader, const model::Gateway& gateway,
                   const model::DelegatedGateways& delegated, GatewayParts& out, model::Diagnostics& diagnostics) {
  const size_t before = out.parts.size();
  if (!usable(delegated, gateway.ref, diagnostics)) return;
  if (const auto list = t.kinds.read(reader, delegated.kind)) {
    for (const auto& ref : list->refs) {
      const auto& matchable = t.matchable_gateways.read(reader, ref);
      if (!matchable->serving || !selects(delegated, ref, matchable->labels)) continue;
      out.hash = base::hash_combine(out.hash, matchable->hash);
      model::GatewayPart part = matchable->part;
      if (!part.is_tcp) hand_down(delegated, part);
      out.parts.push_back(std::move(part));
    }
  }
  if (out.parts.size() > before) return;
  diagnostics.push_back(
      {.severity = model::Severity::kWarning,
       .reason = "GatewayPartNotFound",
       .object = gateway.ref,
       .field = delegated.path,
       .message = "no " + delegated.kind + " is what the gateway delegates to; it serves nothing there",
       .expected = "one that exists by ref, or whose labels the selector asks for"});
}

// Envoy refuses a listener with two filter chains that match alike.
void drop_equal_matchers(std::vector<model::GatewayPart>& parts, model::Diagnostics& diagnostics) {
  std::set<std::string> seen;
  std::erase_if(parts, [&](const model::GatewayPart& part) {
    if (seen.insert(part.matcher.text).second) return false;
    diagnostics.push_back({.reason = "MatcherConflict",
                           .object = part.object,
                           .field = part.matcher.path,
                           .message = "another part of the gateway has the same matcher and comes first",
                           .found = part.matcher.text,
                           .expected = "a matcher of its own for each part"});
    return true;
  });
}

}  // namespace

GatewayParts take_parts(Translation& t, Reader& reader, model::Gateway& gateway, model::Diagnostics& diagnostics) {
  GatewayParts out;
  out.parts = std::move(gateway.parts);
  gateway.parts.clear();
  std::erase_if(out.parts, [&](const model::GatewayPart& part) { return !check_ranges(part, diagnostics); });
  for (const auto& delegated : gateway.delegated) add_delegated(t, reader, gateway, delegated, out, diagnostics);
  if (gateway.delegated.empty() && gateway.hybrid && out.parts.empty() && !has_error(diagnostics)) {
    diagnostics.push_back({.reason = "MissingField",
                           .object = gateway.ref,
                           .field = "/spec/hybridGateway",
                           .message = "a hybrid gateway without parts serves nothing",
                           .expected = "matchedGateways, delegatedHttpGateways or delegatedTcpGateways"});
  }
  drop_equal_matchers(out.parts, diagnostics);
  return out;
}

std::shared_ptr<const MatchableGatewayResult> build_matchable_gateway(Translation& t, Reader& reader,
                                                                      const model::ObjectRef& ref) {
  uint64_t hash = 0;
  auto result =
      with_last_good<MatchableGatewayResult>(t, reader, ref, [&](const model::Object& object, auto& matchable) {
        hash = object.hash;
        auto decoded = decode_with_schemas(
            t, reader, [&](const auto& catalog) { return config::decode_matchable_gateway(object, catalog); }, &hash);
        matchable.diagnostics = std::move(decoded.diagnostics);
        matchable.labels = object.labels;
        if (!decoded.value) return false;
        matchable.part = std::move(*decoded.value);
        return check_ranges(matchable.part, matchable.diagnostics);
      });
  result->hash = base::hash_combine(hash, hash_flags(result->present, result->ok, result->serving));
  return result;
}

}  // namespace solder::engine
