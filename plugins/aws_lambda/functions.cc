#include "functions.h"

#include <algorithm>
#include <cctype>
#include <set>
#include <utility>

#include "solder/sdk/web_endpoint.hpp"

namespace solder::plugins::aws_lambda {

using sdk::Json;

namespace {

constexpr size_t kShownNames = 12;

const Json& functions_of(const Json& upstream) {
  static const Json kNone = Json::array();
  const Json* list = sdk::find(upstream, "lambdaFunctions");
  return list == nullptr ? kNone : *list;
}

bool is_account(std::string_view text) {
  return text.size() == 12 &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
}

std::string partition_of(std::string_view region) {
  if (region.starts_with("cn-")) return "aws-cn";
  return region.starts_with("us-gov-") ? "aws-us-gov" : "aws";
}

}  // namespace

void check_functions(const Json& upstream, sdk::Out& out) {
  const std::string account = sdk::get_string(upstream, "awsAccountId");
  if (!account.empty() && !is_account(account)) {
    out.error({"/awsAccountId", "InvalidAccount", "this is no account of AWS", account, "12 digits"});
  }
  std::set<std::string> names;
  const Json& functions = functions_of(upstream);
  for (size_t i = 0; i < functions.size(); ++i) {
    const std::string at = "/lambdaFunctions/" + std::to_string(i);
    const std::string logical = sdk::get_string(functions[i], "logicalName");
    if (sdk::get_string(functions[i], "lambdaFunctionName").empty()) {
      out.warning({at, "MissingField", "a function without a name cannot be called", logical, "lambdaFunctionName"});
    }
    if (!logical.empty() && !names.insert(logical).second) {
      out.info({at + "/logicalName", "DuplicateFunction", "routes that name it call the first function of this name",
                logical, "a name of its own"});
    }
  }
}

// A function without a logical name goes by its own, with the qualifier behind a colon or, as Gloo's API says, just
// behind it. Of several the first counts.
FunctionIndex::FunctionIndex(const Json& upstream) {
  const Json& functions = functions_of(upstream);
  for (size_t i = 0; i < functions.size(); ++i) {
    const std::string logical = sdk::get_string(functions[i], "logicalName");
    if (!logical.empty()) {
      by_name_.emplace(logical, i);
      continue;
    }
    const std::string own = sdk::get_string(functions[i], "lambdaFunctionName");
    const std::string qualifier = sdk::get_string(functions[i], "qualifier");
    by_name_.emplace("", i);
    by_name_.emplace(own + qualifier, i);
    by_name_.emplace(own + ":" + qualifier, i);
  }
}

std::optional<std::string> FunctionIndex::path_of(const Json& upstream, const std::string& logical_name,
                                                  bool fallback) const {
  const Json& functions = functions_of(upstream);
  const auto found = by_name_.find(logical_name);
  if (found == by_name_.end() && (!fallback || functions.empty())) return std::nullopt;
  const Json* at = &functions[found == by_name_.end() ? 0 : found->second];
  std::string name = sdk::get_string(*at, "lambdaFunctionName");
  if (name.empty()) return std::nullopt;
  if (const std::string account = sdk::get_string(upstream, "awsAccountId"); !account.empty()) {
    const std::string region = sdk::get_string(upstream, "region");
    name = "arn:" + partition_of(region) + ":lambda:" + region + ":" + account + ":function:" + name;
  }
  // The colon stays: it stands in ARNs, and AWS takes it as it is.
  std::string path = "/2015-03-31/functions/" + sdk::percent_encoded(name, ":") + "/invocations";
  const std::string qualifier = sdk::get_string(*at, "qualifier");
  if (!qualifier.empty()) path += "?Qualifier=" + sdk::percent_encoded(qualifier);
  return path;
}

std::string names_of(const Json& upstream) {
  std::string out;
  size_t count = 0;
  for (const Json& function : functions_of(upstream)) {
    std::string name = sdk::get_string(function, "logicalName");
    if (name.empty()) name = sdk::get_string(function, "lambdaFunctionName");
    if (count++ == kShownNames) return out + ", ...";
    out += (out.empty() ? "" : ", ") + name;
  }
  return out;
}

}  // namespace solder::plugins::aws_lambda
