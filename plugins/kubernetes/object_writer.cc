#include "object_writer.h"

#include <stdexcept>
#include <utility>

namespace solder::plugins::kubernetes {

using sdk::Json;

ObjectWriter::ObjectWriter(const sdk::Host& host, WatchSettings settings)
    : host_(host), settings_(std::move(settings)), http_(host), objects_(host), credential_(host, [this] {
        for (const One& each : std::exchange(waiting_, {})) begin(each);
      }) {}

void ObjectWriter::change(const sdk::StoreChange& change) {
  const One one{change.id,
                change.remove,
                std::string(change.api_version),
                std::string(change.object.kind),
                std::string(change.object.ns),
                std::string(change.object.name),
                std::string(change.json)};
  begin(one);
}

void ObjectWriter::begin(const One& one) {
  try {
    connection_ = connect_to(host_, settings_);
  } catch (const std::runtime_error& error) {
    objects_.changed(one.id, SOLDER_FAILED_PRECONDITION, error.what());
    return;
  }
  if (credential_.use(connection_)) return find(one);
  if (credential_.running()) return waiting_.push_back(one);
  objects_.changed(one.id, SOLDER_FAILED_PRECONDITION, credential_.problem() ? credential_.problem()->message : "");
}

void ObjectWriter::send(const One& one, sdk::HttpRequest request, const std::string& path, sdk::Http::Then then) {
  const solder_http_identity identity = connection_.identity();
  const std::string url = connection_.server + path;
  request.url = url;
  request.identity = &identity;
  const auto status = http_.send(request, std::move(then));
  if (status != SOLDER_OK) objects_.changed(one.id, status, "no request can be made now");
}

// What the API calls the kind.
void ObjectWriter::find(const One& one) {
  const bool core = one.api_version.find('/') == std::string::npos;
  send(one, {}, (core ? "/api/" : "/apis/") + one.api_version, [this, one](const sdk::HttpAnswer& answered) {
    if (answered.status != SOLDER_OK || answered.code >= sdk::status::kFirstError) return answer(one, answered);
    const auto served = read_resources(sdk::parse_json(answered.body), one.api_version);
    const auto at = served.find(one.kind);
    if (at != served.end()) return write(one, at->second);
    objects_.changed(
        one.id, SOLDER_FAILED_PRECONDITION,
        "the API server serves no " + one.kind + " of " + one.api_version + "; `solder crds` prints the definitions");
  });
}

void ObjectWriter::write(const One& one, const Resource& resource) {
  std::string path = resource.path(one.ns) + "/" + one.name, body;
  sdk::HttpRequest request;
  request.method = "DELETE";
  request.headers = {{"accept", "application/json"}};
  if (!one.remove) {
    Json object = sdk::parse_json(one.json);
    object.erase("status");
    object["metadata"].erase("resourceVersion");
    if (resource.namespaced) object["metadata"]["namespace"] = one.ns;
    body = object.dump(-1, ' ', false, Json::error_handler_t::replace);
    path += "?fieldManager=solder-apply&force=true";
    request.method = "PATCH";
    request.headers.emplace_back("content-type", "application/apply-patch+yaml");
    request.body = body;
  }
  send(one, request, path, [this, one](const sdk::HttpAnswer& answered) { answer(one, answered); });
}

void ObjectWriter::answer(const One& one, const sdk::HttpAnswer& answer) {
  if (answer.status != SOLDER_OK) {
    objects_.changed(one.id, answer.status,
                     "the API server at " + connection_.server + ": " + std::string(answer.message));
    return;
  }
  if (answer.code < sdk::status::kFirstError) {
    objects_.changed(one.id, SOLDER_OK, "");
    return;
  }
  const Json said = sdk::parse_json(answer.body);
  std::string words = said.is_object() ? sdk::get_string(said, "message") : "";
  if (words.empty()) words = "HTTP " + std::to_string(answer.code);
  const solder_status status = answer.code == sdk::status::kNotFound    ? SOLDER_NOT_FOUND
                               : answer.code == sdk::status::kForbidden ? SOLDER_PERMISSION_DENIED
                                                                        : SOLDER_UNKNOWN;
  objects_.changed(one.id, status, words);
}

}  // namespace solder::plugins::kubernetes
