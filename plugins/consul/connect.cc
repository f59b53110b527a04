#include "connect.h"

#include <utility>

#include "solder/sdk/base64.hpp"
#include "solder/sdk/json.hpp"

namespace solder::plugins::consul {

using sdk::Json;

namespace {

constexpr std::chrono::milliseconds kPause{1000};

std::string leaf_path(const Settings& settings) {
  return "/v1/agent/connect/ca/leaf/" + in_url(settings.connect_service, false) + "?";
}

}  // namespace

Connect::Connect(const sdk::Host& host, Api& api, const sdk::Objects& objects, std::function<void()> changed)
    : api_(api),
      objects_(objects),
      changed_(std::move(changed)),
      leaf_(host, api, Question{leaf_path(api.settings()), std::nullopt},
            "the certificate of the service " + api.settings().connect_service,
            "service \"" + api.settings().connect_service + "\" { policy = \"write\" }",
            {[this](const Reply& reply, bool) { take_leaf(reply); }, changed_}),
      roots_(host, api, Question{"/v1/agent/connect/ca/roots?", std::nullopt}, "the mesh's authorities",
             "a valid token", {[this](const Reply& reply, bool) { take_roots(reply); }, changed_}) {}

void Connect::start() {
  leaf_.start();
  roots_.start();
}

void Connect::take_leaf(const Reply& reply) {
  const Json leaf = sdk::parse_json(reply.body);
  leaf_.next(kPause);
  if (!leaf.is_object()) return;
  certificate_ = sdk::get_string(leaf, "CertPEM");
  key_ = sdk::get_string(leaf, "PrivateKeyPEM");
  put();
}

// While authorities rotate there are several, and what any of them signed is good.
void Connect::take_roots(const Reply& reply) {
  const Json answer = sdk::parse_json(reply.body);
  roots_.next(kPause);
  const Json* roots = answer.is_object() ? sdk::find(answer, "Roots") : nullptr;
  if (roots == nullptr || !roots->is_array()) return;
  authorities_.clear();
  for (const Json& root : *roots) {
    if (!root.is_object()) continue;
    authorities_ += sdk::get_string(root, "RootCert");
    if (!authorities_.empty() && authorities_.back() != '\n') authorities_ += '\n';
  }
  put();
}

void Connect::put() {
  if (certificate_.empty() || key_.empty() || authorities_.empty()) return;
  const Json data = {{"tls.crt", sdk::encode_base64(certificate_)},
                     {"tls.key", sdk::encode_base64(key_)},
                     {"ca.crt", sdk::encode_base64(authorities_)}};
  const Json secret = {{"apiVersion", "v1"},
                       {"kind", "Secret"},
                       {"type", "kubernetes.io/tls"},
                       {"metadata", {{"name", kConnectSecret}, {"namespace", api_.settings().write_namespace}}},
                       {"data", data}};
  objects_.put(secret.dump());
  if (!std::exchange(put_, true)) changed_();
}

std::vector<Trouble> Connect::troubles() const {
  std::vector<Trouble> out;
  for (const BlockingQuery* query : {&leaf_, &roots_}) {
    if (query->trouble()) out.push_back(*query->trouble());
  }
  return out;
}

}  // namespace solder::plugins::consul
