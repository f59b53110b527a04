#include "listing.h"

#include <algorithm>
#include <map>

#include "solder/sdk/json.hpp"

namespace solder::plugins::aws_lambda {

using sdk::Json;

namespace {

constexpr size_t kMaxName = 256, kMaxWords = 300;

// A name that can stand in a path and in a report.
bool usable(const std::string& name) {
  if (name.empty() || name.size() > kMaxName) return false;
  for (const unsigned char c : name) {
    if (c <= 0x20 || c >= 0x7f) return false;
  }
  return true;
}

const Json* list_in(const Json& answer, const char* name) {
  if (!answer.is_object()) return nullptr;
  const Json* list = sdk::find(answer, name);
  return list != nullptr && list->is_array() ? list : nullptr;
}

}  // namespace

std::optional<Page> parse_functions(std::string_view body) {
  const Json answer = sdk::parse_json(body);
  const Json* list = list_in(answer, "Functions");
  if (list == nullptr) return std::nullopt;
  Page page;
  for (const Json& each : *list) {
    if (!each.is_object()) return std::nullopt;
    std::string name = sdk::get_string(each, "FunctionName"), version = sdk::get_string(each, "Version");
    if (version.empty()) version = "$LATEST";
    if (!usable(name) || !usable(version)) return std::nullopt;
    page.functions.emplace_back(std::move(name), std::move(version));
  }
  page.next_marker = sdk::get_string(answer, "NextMarker");
  return page;
}

std::optional<AliasPage> parse_aliases(std::string_view body) {
  const Json answer = sdk::parse_json(body);
  const Json* list = list_in(answer, "Aliases");
  if (list == nullptr) return std::nullopt;
  AliasPage page;
  for (const Json& each : *list) {
    std::string name = each.is_object() ? sdk::get_string(each, "Name") : "";
    if (!usable(name)) return std::nullopt;
    page.names.push_back(std::move(name));
  }
  page.next_marker = sdk::get_string(answer, "NextMarker");
  return page;
}

ApiError parse_error(std::string_view type_header, std::string_view body) {
  ApiError error{std::string(type_header.substr(0, type_header.find(':'))), ""};
  const Json answer = sdk::parse_json(body);
  if (answer.is_object()) {
    for (const char* name : {"Message", "message"}) {
      if (error.message.empty()) error.message = sdk::get_string(answer, name);
    }
    for (const char* name : {"__type", "code", "Code"}) {
      if (error.type.empty()) error.type = sdk::get_string(answer, name);
    }
  }
  // Behind the first line AWS may repeat the whole request, a session token included.
  error.message.resize(std::min(error.message.size(), error.message.find('\n')));
  if (error.type.size() > kMaxWords) error.type.resize(kMaxWords);
  if (error.message.size() > kMaxWords) error.message.resize(kMaxWords);
  return error;
}

bool is_passing(unsigned status, const ApiError& error) {
  return status == 429 || status >= 500 || error.type.find("TooManyRequests") != std::string::npos ||
         error.type.find("Throttl") != std::string::npos;
}

std::string items_json(const Qualifiers& functions) {
  std::map<std::string, Json> items;
  for (const auto& [name, qualifier] : functions) {
    const std::string logical = qualifier == "$LATEST" ? name : name + ":" + qualifier;
    items.emplace(logical, Json{{"logicalName", logical}, {"lambdaFunctionName", name}, {"qualifier", qualifier}});
  }
  Json list = Json::array();
  for (auto& [logical, item] : items) list.push_back(std::move(item));
  return list.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace solder::plugins::aws_lambda
