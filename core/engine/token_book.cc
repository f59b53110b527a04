#include "core/engine/token_book.h"

#include <memory>
#include <protozero/pbf_writer.hpp>

#include "core/base/hash.h"
#include "core/host/services/google_key.h"
#include "solder/envoy_fields.h"

namespace solder::engine {

namespace tls = solder::envoy::extensions::transport_sockets::tls::v3;
namespace core = solder::envoy::config::core::v3;

namespace {

uint64_t hash_of(const host::IdTokenState& state) {
  return base::hash_combine(base::hash_bytes(state.token), state.settled ? 1 : 0);
}

}  // namespace

xds::ResourcePtr token_resource(const host::IdTokenState* state, const std::string& sds_name) {
  if (state == nullptr || !state->settled) return nullptr;
  std::string out;
  protozero::pbf_writer writer(out);
  writer.add_string(tls::Secret::kName, sds_name);
  {
    protozero::pbf_writer generic(writer, tls::Secret::kGenericSecret);
    protozero::pbf_writer source(generic, tls::GenericSecret::kSecret);
    source.add_string(core::DataSource::kInlineString, state->token);
  }
  return xds::make_resource(sds_name, base::Bytes(std::move(out)));
}

void TokenBook::take(Translation& t, const host::IdTokenStates& states) {
  for (const auto& [name, state] : states_) {
    if (states.count(name) == 0) t.id_tokens.set(name, nullptr, 0);
  }
  for (const auto& [name, state] : states)
    t.id_tokens.set(name, std::make_shared<const host::IdTokenState>(state), hash_of(state));
  states_ = states;
}

TokenWishes TokenBook::wishes(const Translation& t, const TokenUses& uses) {
  TokenWishes out;
  for (const auto& [name, use] : uses) {
    host::GoogleSource source{.audience = use.key};
    if (!use.secret.name.empty()) {
      const auto secret = t.secrets.peek(use.secret);
      if (!secret) continue;
      for (const char* key : host::kGoogleKeyNames) {
        const auto at = secret->data.find(key);
        if (source.key_json.empty() && at != secret->data.end()) source.key_json = at->second;
      }
      if (source.key_json.empty()) continue;
    }
    out.emplace(name, std::move(source));
  }
  return out;
}

model::Diagnostics TokenBook::problems(const TokenUses& uses) const {
  model::Diagnostics out;
  for (const auto& [name, use] : uses) {
    const auto at = states_.find(name);
    if (at == states_.end() || at->second.problem.empty()) continue;
    const std::string what = at->second.token.empty()
                                 ? "there is no ID token for " + use.key + ", so requests are answered 500: "
                                 : "the ID token for " + use.key + " is not renewed, and good until it expires: ";
    out.push_back({.severity = model::Severity::kWarning,
                   .reason = "TokenUnavailable",
                   .object = use.origin.object,
                   .field = use.origin.field,
                   .message = what + at->second.problem,
                   .related = use.secret.name.empty() ? model::ObjectRef{} : use.secret});
  }
  return out;
}

}  // namespace solder::engine
