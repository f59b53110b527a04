#include "kv_writer.h"

#include <utility>

#include "kv_object.h"
#include "solder/sdk/json.hpp"

namespace solder::plugins::consul {

using sdk::Json;

namespace {

constexpr int kIndent = 2;

// As Gloo writes it: the spec's fields beside the metadata.
std::string value_of(const Json& object) {
  Json out = object.contains("spec") && object["spec"].is_object() ? object["spec"] : Json::object();
  out["metadata"] = object.value("metadata", Json::object());
  return out.dump(kIndent, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace

bool is_kept_in_consul(std::string_view api_version) {
  const std::string_view group = api_version.substr(0, api_version.find('/'));
  return group == "solo.io" || group.ends_with(".solo.io");
}

KvWriter::KvWriter(const sdk::Host& host, const Settings& settings) : api_(host, settings), objects_(host) {}

void KvWriter::change(const sdk::StoreChange& change) {
  const std::string kind(change.object.kind);
  One one{change.id, kind + " " + sdk::to_string(change.object),
          kind_prefix(api_.settings().root, change.api_version, kind) + sdk::to_string(change.object)};
  if (!is_kept_in_consul(change.api_version)) {
    objects_.changed(one.id, SOLDER_INVALID_ARGUMENT,
                     "Consul keeps Gloo's own kinds; a " + kind + " belongs into a file or into Kubernetes");
    return;
  }
  if (change.remove) return look(one);
  const Json object = sdk::parse_json(change.json);
  if (!object.is_object()) {
    objects_.changed(one.id, SOLDER_INVALID_ARGUMENT, one.what + " is no map");
    return;
  }
  put(std::move(one), value_of(object));
}

void KvWriter::send(const Api::Request& request, const One& one, Api::Then then) {
  const auto status = api_.send(request, std::move(then));
  if (status != SOLDER_OK) objects_.changed(one.id, status, "no request can be made now");
}

void KvWriter::put(One one, const std::string& value) {
  one.bytes = value.size();
  send({.method = "PUT", .path = "/v1/kv/" + in_url(one.key, true), .body = value}, one,
       [this, one](const Reply& reply) { answer(one, reply); });
}

void KvWriter::look(const One& one) {
  send({.path = "/v1/kv/" + in_url(one.key, true)}, one,
       [this, one](const Reply& reply) { reply.ok() ? remove(one) : answer(one, reply); });
}

void KvWriter::remove(const One& one) {
  send({.method = "DELETE", .path = "/v1/kv/" + in_url(one.key, true)}, one,
       [this, one](const Reply& reply) { answer(one, reply); });
}

void KvWriter::answer(const One& one, const Reply& reply) {
  if (reply.ok() && reply.body.starts_with("true")) {
    objects_.changed(one.id, SOLDER_OK, "");
  } else if (reply.answered() && reply.code == sdk::status::kNotFound) {
    objects_.changed(one.id, SOLDER_NOT_FOUND, one.what + " is not at the key " + one.key);
  } else if (reply.answered() && reply.code == sdk::status::kTooLarge) {
    objects_.changed(one.id, SOLDER_RESOURCE_EXHAUSTED,
                     one.what + " has " + std::to_string(one.bytes) +
                         " bytes, which is more than Consul takes for one key (limits.kv_max_value_size, 524288 unless "
                         "it says otherwise); split it, for example into RouteTables");
  } else {
    const Trouble trouble = api_.trouble_of(reply, one.what);
    const bool forbidden =
        reply.answered() && reply.code == sdk::status::kForbidden && trouble.reason == "AccessDenied";
    objects_.changed(one.id, SOLDER_PERMISSION_DENIED,
                     forbidden ? one.what + " cannot be written: " + reply.words() + "; right is key_prefix \"" +
                                     api_.settings().root + "/\" { policy = \"write\" }"
                               : trouble.message);
  }
}

}  // namespace solder::plugins::consul
