#include "core/engine/attached_options.h"

#include <algorithm>
#include <tuple>

#include "core/base/hash.h"
#include "core/config/decode.h"
#include "core/config/option_merge.h"
#include "core/engine/schema_reads.h"
#include "core/engine/serving_version.h"

namespace solder::engine {

namespace {

using Target = model::AttachedOptions::Target;

constexpr std::string_view kGatewayGroup = "gateway.solo.io";

bool names_gateway(const Target& target) { return target.group == kGatewayGroup && target.kind == "Gateway"; }

bool is_for(const model::AttachedOptions& attached, const model::ObjectRef& gateway) {
  return std::any_of(attached.targets.begin(), attached.targets.end(), [&](const Target& target) {
    return names_gateway(target) && target.section.empty() && target.ns == gateway.ns && target.name == gateway.name;
  });
}

struct Attached {
  std::string created;
  model::ObjectRef ref;
  std::shared_ptr<const AttachedOptionsResult> result;
};

// Those that are for the gateway, the strongest first.
std::vector<Attached> find(Translation& t, Reader& reader, const char* kind, const model::ObjectRef& gateway) {
  std::vector<Attached> out;
  const auto list = t.kinds.read(reader, kind);
  if (!list) return out;
  for (const model::ObjectRef& ref : list->refs) {
    const auto& result = t.attached_options.read(reader, ref);
    if (result->serving && is_for(result->attached, gateway)) out.push_back({result->attached.created, ref, result});
  }
  std::sort(out.begin(), out.end(), [](const Attached& a, const Attached& b) {
    return std::tie(a.created, a.ref) < std::tie(b.created, b.ref);
  });
  return out;
}

void check_target(Translation& t, Reader& reader, const model::ObjectRef& object, const Target& target,
                  model::Diagnostics& diagnostics) {
  const auto warn = [&](const char* reason, std::string message, std::string found, std::string expected,
                        model::ObjectRef related = {}) {
    diagnostics.push_back({.severity = model::Severity::kWarning,
                           .reason = reason,
                           .object = object,
                           .field = target.path,
                           .message = std::move(message),
                           .found = std::move(found),
                           .expected = std::move(expected),
                           .related = std::move(related)});
  };
  if (!names_gateway(target)) {
    return warn("TargetNotServed", "options attach to the gateways of Gloo's own API only; they have no effect there",
                target.group + "/" + target.kind, "group gateway.solo.io, kind Gateway");
  }
  if (!target.section.empty()) {
    return warn("TargetNotServed", "a gateway has no named sections; the options have no effect there", target.section,
                "no sectionName");
  }
  const model::ObjectRef gateway{"Gateway", target.ns, target.name};
  if (t.objects.read(reader, gateway)) return;
  warn("GatewayNotFound", "Gateway " + target.ns + "/" + target.name + " is not there", target.ns + "/" + target.name,
       "", gateway);
}

}  // namespace

uint64_t attach_options(Translation& t, Reader& reader, model::Gateway& gateway,
                        std::vector<model::GatewayPart>& parts) {
  uint64_t hash = 0;
  for (const Attached& one : find(t, reader, "ListenerOption", gateway.ref)) {
    gateway.options = config::merge_options(gateway.options, one.result->attached.options.json, "/spec/options");
    hash = base::hash_combine(hash, one.result->hash);
  }
  for (const Attached& one : find(t, reader, "HttpListenerOption", gateway.ref)) {
    hash = base::hash_combine(hash, one.result->hash);
    for (model::GatewayPart& part : parts) {
      if (part.is_tcp) continue;
      part.http.options =
          config::merge_options(part.http.options, one.result->attached.options.json, part.path + "/options");
    }
  }
  return hash;
}

std::shared_ptr<const AttachedOptionsResult> build_attached_options(Translation& t, Reader& reader,
                                                                    const model::ObjectRef& ref) {
  uint64_t hash = 0;
  auto result = with_last_good<AttachedOptionsResult>(t, reader, ref, [&](const model::Object& object, auto& options) {
    hash = object.hash;
    auto decoded = decode_with_schemas(
        t, reader, [&](const auto& catalog) { return config::decode_attached_options(object, catalog); }, &hash);
    options.diagnostics = std::move(decoded.diagnostics);
    if (!decoded.value) return false;
    options.attached = std::move(*decoded.value);
    return true;
  });
  if (result->ok) {
    for (const Target& target : result->attached.targets) check_target(t, reader, ref, target, result->diagnostics);
  }
  for (const auto& problem : result->diagnostics)
    hash = base::hash_combine(hash, base::hash_bytes(problem.field + problem.message));
  result->hash = base::hash_combine(hash, hash_flags(result->present, result->ok, result->serving));
  return result;
}

}  // namespace solder::engine
