#include "functions.h"

#include <algorithm>

namespace solder::plugins::azure {

using sdk::Json;

namespace {

constexpr const char* kMasterKey = "_master";
// Gloo's own form of a Secret, as the host names its values.
constexpr const char* kForm = "azure.apiKeys.";
constexpr size_t kShownNames = 12;

bool contains(const std::vector<std::string>& list, const std::string& word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

}  // namespace

Keys::Keys(const Json& upstream, bool report, sdk::Out& out) {
  const Json* reference = sdk::find(upstream, "secretRef");
  if (reference == nullptr) return;
  ns_ = sdk::get_string(*reference, "namespace");
  name_ = sdk::get_string(*reference, "name");
  if (name_.empty()) return;
  ref_ = {"Secret", ns_, name_};
  const auto found = out.lookup(ref_);
  if (!found) {
    if (report) {
      out.error({"/secretRef", "SecretNotFound", "the Secret " + sdk::to_string(ref_) + " is not there",
                 sdk::to_string(ref_), "a Secret with the keys of the functions by their names", ref_});
    }
    return;
  }
  const Json shape = sdk::parse_json(*found);
  keys_ = sdk::get_strings(shape, "keys");
  unusable_ = sdk::get_strings(shape, "empty");
  for (const std::string& key : sdk::get_strings(shape, "notOneLine")) {
    unusable_.push_back(key);
    if (!report) continue;
    out.warning({"/secretRef", "InvalidKey",
                 "the value " + key + " of the Secret " + sdk::to_string(ref_) +
                     " has a line break, a blank at an end, or characters that no key has",
                 "", "one line of printable characters; mind the line break of echo", ref_});
  }
  if (keys_.empty() && report) {
    out.error({"/secretRef", "MissingKey", "the Secret " + sdk::to_string(ref_) + " has no keys", "",
               "the keys of the functions by their names", ref_});
  }
}

std::optional<std::string> Keys::find(const std::string& name) const {
  for (const std::string& key : {kForm + name, name}) {
    if (contains(keys_, key) && !contains(unusable_, key)) return key;
  }
  return std::nullopt;
}

std::optional<std::string> Keys::key_for(const Json& function) const {
  if (sdk::get_string(function, "authLevel") == "Function") {
    if (auto own = find(sdk::get_string(function, "functionName"))) return own;
  }
  return find(kMasterKey);
}

const Json& functions_of(const Json& upstream) {
  static const Json kNone = Json::array();
  const Json* list = sdk::find(upstream, "functions");
  return list == nullptr ? kNone : *list;
}

const Json* find_function(const Json& upstream, const std::string& name) {
  for (const Json& function : functions_of(upstream)) {
    if (sdk::get_string(function, "functionName") == name) return &function;
  }
  return nullptr;
}

bool needs_key(const Json& function) {
  const std::string level = sdk::get_string(function, "authLevel");
  return level == "Function" || level == "Admin";
}

std::string names_of(const Json& upstream) {
  std::string out;
  size_t count = 0;
  for (const Json& function : functions_of(upstream)) {
    if (count++ == kShownNames) return out + ", ...";
    out += (out.empty() ? "" : ", ") + sdk::get_string(function, "functionName");
  }
  return out;
}

}  // namespace solder::plugins::azure
