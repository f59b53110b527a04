#include "core/admission/review.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "core/config/decode.h"
#include "core/config/documents.h"

namespace solder::admission {

using nlohmann::json;

namespace {

constexpr const char* kVersion = "admission.k8s.io/v1";
constexpr const char* kKind = "AdmissionReview";
constexpr int kForbidden = 403;
constexpr size_t kMaxWarnings = 20, kMaxWarning = 250;  // clients cut what is longer

const json& member(const json& value, const char* name) {
  static const json kNone;
  const auto at = value.is_object() ? value.find(name) : value.end();
  return value.is_object() && at != value.end() ? *at : kNone;
}

std::string text(const json& value, const char* name) {
  const json& found = member(value, name);
  return found.is_string() ? found.get<std::string>() : std::string();
}

// What the server adds is none of the user's, and large. "VirtualServiceList" is a list like any other.
void trim(json& object) {
  if (!object.is_object()) return;
  if (const auto items = object.find("items");
      items != object.end() && items->is_array() && text(object, "kind").ends_with("List")) {
    object["kind"] = "List";
    for (json& item : *items) trim(item);
    return;
  }
  object.erase("status");
  if (const auto metadata = object.find("metadata"); metadata != object.end() && metadata->is_object())
    metadata->erase("managedFields");
}

// `ns`: of those that do not say theirs.
void add_changes(json object, const std::string& ns, bool gone, Review& review) {
  trim(object);
  if (!ns.empty() && object.contains("metadata") && object["metadata"].is_object() &&
      !object["metadata"].contains("namespace"))
    object["metadata"]["namespace"] = ns;
  auto documents = config::parse_documents(object.dump(), "object.json");
  for (auto& problem : documents.problems) {
    problem.where = {};
    review.problems.push_back(std::move(problem));
  }
  for (const auto& each : documents.objects) {
    if (!config::known_kind(each->ref.kind)) continue;
    auto plain = std::make_shared<model::Object>(*each);
    plain->source = {};
    review.changes.push_back({plain->ref, gone ? nullptr : std::move(plain)});
  }
}

}  // namespace

base::Result<Review> read_review(std::string_view body) {
  const json document = json::parse(body, nullptr, false);
  const json& request = member(document, "request");
  if (text(document, "kind") != kKind || text(document, "apiVersion") != kVersion || !request.is_object() ||
      text(request, "uid").empty()) {
    return base::invalid_argument(std::string("right is an ") + kKind + " of " + kVersion + " with a request");
  }
  Review review;
  review.uid = text(request, "uid");
  review.dry_run = member(request, "dryRun") == true;
  const std::string operation = text(request, "operation");
  // Statuses and the like say nothing that is translated.
  if (!text(request, "subResource").empty() || operation == "CONNECT") return review;
  const bool gone = operation == "DELETE";
  const json& object = member(request, gone ? "oldObject" : "object");
  if (!object.is_object()) return review;
  add_changes(object, text(request, "namespace"), gone, review);
  return review;
}

std::string answer(const std::string& uid, const Verdict& verdict) {
  json response = {{"uid", uid}, {"allowed", verdict.allowed}};
  if (!verdict.allowed)
    response["status"] = {{"code", kForbidden}, {"reason", "Forbidden"}, {"message", verdict.message}};
  for (const auto& warning : verdict.warnings) {
    if (response["warnings"].size() == kMaxWarnings) break;
    response["warnings"].push_back(warning.size() > kMaxWarning ? warning.substr(0, kMaxWarning) + "..." : warning);
  }
  const json out = {{"apiVersion", kVersion}, {"kind", kKind}, {"response", std::move(response)}};
  return out.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace solder::admission
