#include "boolean_expr.h"

#include <algorithm>
#include <cctype>
#include <set>
#include <string_view>

namespace solder::plugins::ext_auth {

using sdk::Json;

namespace {

constexpr std::string_view kOperators[] = {"&&", "||", "!", "(", ")"};

bool in_name(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-' || c == '.'; }

// Names and operators; an empty one stands for what is neither.
std::vector<std::string> tokens(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    if (std::isspace(static_cast<unsigned char>(text.front())) != 0) {
      text.remove_prefix(1);
      continue;
    }
    size_t length = 0;
    while (length < text.size() && in_name(text[length])) ++length;
    for (const std::string_view each : kOperators) {
      if (length == 0 && text.starts_with(each)) length = each.size();
    }
    out.emplace_back(text.substr(0, length));
    text.remove_prefix(std::max<size_t>(length, 1));
  }
  return out;
}

// Whether names and operators follow each other as they must; ! and || included.
bool well_formed(const std::vector<std::string>& words) {
  bool wants_name = true;
  int open = 0;
  for (const std::string& word : words) {
    if (word.empty()) return false;
    const bool joins = word == "&&" || word == "||";
    const bool ends = joins || word == ")";
    if (ends == wants_name) return false;  // an operator where a name is due, or the other way round
    if (word == "(") ++open;
    if (word == ")" && --open < 0) return false;
    if (word != "(" && word != ")" && word != "!") wants_name = joins;
  }
  return !wants_name && open == 0;
}

std::vector<std::string> words_of(const Json& spec) { return tokens(sdk::get_string(spec, "booleanExpr")); }

}  // namespace

Json asked_configs(const Json& spec) {
  Json configs = spec.value("configs", Json::array());
  const std::vector<std::string> words = words_of(spec);
  if (words.empty()) return configs;
  for (Json& config : configs) {
    const std::string name = sdk::get_string(config, "name");
    if (name.empty() || std::find(words.begin(), words.end(), name) == words.end()) config = Json::object();
  }
  return configs;
}

void check_expression(const Json& spec, const std::string& field, sdk::Out& out) {
  const std::string at = field + "/booleanExpr";
  const std::string text = sdk::get_string(spec, "booleanExpr");
  const std::vector<std::string> words = words_of(spec);
  if (words.empty()) return;
  if (!well_formed(words))
    return out.error({at, "InvalidValue", "this is no expression of config names", text, "names joined by &&"});
  std::set<std::string> names;
  const Json configs = spec.value("configs", Json::array());
  for (const Json& config : configs) names.insert(sdk::get_string(config, "name"));
  for (const std::string& word : words) {
    if (word == "||" || word == "!") {
      return out.error({at, "NotServed", "Envoy asks one config after the other and wants all of them to agree", text,
                        "names joined by &&, or one server that decides, behind passThroughAuth"});
    }
    if (std::find(std::begin(kOperators), std::end(kOperators), word) == std::end(kOperators) && !names.contains(word))
      out.error({at, "InvalidValue", "there is no config of this name", word, "the name of one of the configs"});
  }
}

}  // namespace solder::plugins::ext_auth
