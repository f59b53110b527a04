#include "listing.h"

#include <algorithm>
#include <cctype>

#include "solder/sdk/json.hpp"
#include "solder/sdk/web_endpoint.hpp"

namespace solder::plugins::gcf {

using sdk::Json;

namespace {

constexpr size_t kMaxName = 128, kMaxWords = 300;
constexpr const char* kPageSize = "500";

// The last part of projects/P/locations/R/functions/NAME, where it can stand in a path and in a report.
std::string name_of(const Json& each) {
  const std::string whole = sdk::get_string(each, "name");
  std::string name = whole.substr(whole.rfind('/') + 1);
  const bool good = !name.empty() && name.size() <= kMaxName && whole.size() > name.size() &&
                    std::all_of(name.begin(), name.end(),
                                [](unsigned char c) { return std::isalnum(c) != 0 || c == '-' || c == '_'; });
  return good ? name : "";
}

std::string url_of(Method method, const Json& each) {
  if (method == Method::kFunctionsV1) {
    const Json* trigger = sdk::find(each, "httpsTrigger");
    return trigger == nullptr ? "" : sdk::get_string(*trigger, "url");
  }
  if (method == Method::kServices) return sdk::get_string(each, "uri");
  if (const std::string url = sdk::get_string(each, "url"); !url.empty()) return url;
  const Json* service = sdk::find(each, "serviceConfig");
  return service == nullptr ? "" : sdk::get_string(*service, "uri");
}

// Those that answer requests: not those that something else triggers, nor what is a function's own service.
bool is_called(Method method, const Json& each) {
  if (method == Method::kServices) {
    const Json* labels = sdk::find(each, "labels");
    return labels == nullptr || sdk::get_string(*labels, "goog-managed-by") != "cloudfunctions";
  }
  const std::string state = sdk::get_string(each, method == Method::kFunctionsV1 ? "status" : "state");
  for (const char* gone : {"DELETING", "DELETE_IN_PROGRESS", "OFFLINE"}) {
    if (state == gone) return false;
  }
  return sdk::find(each, "eventTrigger") == nullptr;
}

// Nothing: it is no URL that could be called.
std::optional<Place> place_of(const std::string& name, std::string_view functions_host, std::string_view url) {
  if (!url.starts_with("https://")) return std::nullopt;
  const std::string_view rest = url.substr(8), host = rest.substr(0, rest.find('/'));
  std::string path(rest.substr(host.size()));
  while (path.ends_with('/')) path.pop_back();
  if (!sdk::is_host_name(host)) return std::nullopt;
  if (host == functions_host) return Place{path == "/" + name ? "" : path, ""};
  return Place{path, std::string(host)};
}

}  // namespace

std::optional<Page> parse_page(Method method, std::string_view host, std::string_view body) {
  const Json answer = sdk::parse_json(body);
  if (!answer.is_object()) return std::nullopt;
  Page page;
  page.next_page = sdk::get_string(answer, "nextPageToken");
  if (const auto unreachable = sdk::get_strings(answer, "unreachable"); !unreachable.empty())
    page.unreachable = unreachable.front().substr(0, kMaxWords);
  // Without anything in it a list is left out.
  const Json* list = sdk::find(answer, method == Method::kServices ? "services" : "functions");
  if (list == nullptr) {
    const size_t known = (page.next_page.empty() ? 0U : 1U) + (page.unreachable.empty() ? 0U : 1U);
    return answer.size() == known ? std::optional(page) : std::nullopt;
  }
  if (!list->is_array()) return std::nullopt;
  for (const Json& each : *list) {
    if (!each.is_object()) return std::nullopt;
    const std::string name = name_of(each);
    if (name.empty()) return std::nullopt;
    const auto place = is_called(method, each) ? place_of(name, host, url_of(method, each)) : std::nullopt;
    if (place) page.functions.emplace(name, *place);
  }
  return page;
}

std::string target_of(Method method, std::string_view project, std::string_view region, std::string_view page) {
  std::string out = method == Method::kFunctionsV1 ? "/v1" : "/v2";
  out += "/projects/" + sdk::percent_encoded(project) + "/locations/" + sdk::percent_encoded(region);
  out += std::string(method == Method::kServices ? "/services" : "/functions") + "?pageSize=" + kPageSize;
  return page.empty() ? out : out + "&pageToken=" + sdk::percent_encoded(page);
}

std::string error_words(std::string_view body) {
  const Json answer = sdk::parse_json(body);
  const Json* error = answer.is_object() ? sdk::find(answer, "error") : nullptr;
  if (error == nullptr || !error->is_object()) return "";
  std::string out = sdk::get_string(*error, "status").substr(0, kMaxWords);
  const std::string message = sdk::get_string(*error, "message").substr(0, kMaxWords);
  if (!message.empty()) out += (out.empty() ? "" : ": ") + message;
  for (char& c : out) {
    if (static_cast<unsigned char>(c) < 0x20) c = ' ';
  }
  return out;
}

std::string items_json(const Places& functions) {
  Json out = Json::array();
  for (const auto& [name, place] : functions) {
    Json item{{"functionName", name}};
    if (!place.path.empty()) item["path"] = place.path;
    if (!place.host.empty()) item["host"] = place.host;
    out.push_back(std::move(item));
  }
  return out.dump();
}

}  // namespace solder::plugins::gcf
