// solder/sdk/configuration.hpp - a plugin's configuration as a map whose members each have a reader. Not included by
// sdk.hpp.
//
//   read_members(config, "", {{"address", text_into(address)}, {"tls", flag_into(tls)}});
//
// A member that is not known, or whose reader says false, throws std::invalid_argument, which names it and what would
// be right. Tested by tests/unit/consul/settings_test.cc and tests/unit/cloud_foundry/settings_test.cc.
#ifndef SOLDER_SDK_CONFIGURATION_HPP_
#define SOLDER_SDK_CONFIGURATION_HPP_

#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "solder/sdk/json.hpp"

namespace solder::sdk {

using MemberReader = std::function<bool(const Json&)>;  // false: of the wrong type, or out of its range
using MemberReaders = std::map<std::string, MemberReader>;

// `into` must outlive the reader, here and below. A text that is empty is none.
inline MemberReader text_into(std::string& into) {
  return [&into](const Json& value) {
    if (!value.is_string() || value.get_ref<const std::string&>().empty()) return false;
    into = value.get<std::string>();
    return true;
  };
}

inline MemberReader flag_into(bool& into) {
  return [&into](const Json& value) {
    if (!value.is_boolean()) return false;
    into = value.get<bool>();
    return true;
  };
}

inline MemberReader texts_into(std::vector<std::string>& into) {
  return [&into](const Json& value) {
    if (!value.is_array()) return false;
    for (const Json& each : value) {
      if (!each.is_string()) return false;
      into.push_back(each.get<std::string>());
    }
    return true;
  };
}

// `where`: the map's own name, for messages; empty: the whole configuration.
inline void read_members(const Json& map, const std::string& where, const MemberReaders& readers) {
  std::string right;
  for (const auto& [name, reader] : readers) right += (right.empty() ? "" : ", ") + name;
  if (!map.is_object()) throw std::invalid_argument(where + " is no map; in it can stand: " + right);
  for (const auto& [name, value] : map.items()) {
    const auto at = readers.find(name);
    if (at == readers.end() || !at->second(value)) {
      throw std::invalid_argument("unknown, of the wrong type or out of its range: " +
                                  (where.empty() ? "" : where + ".") + name + "; right are: " + right);
    }
  }
}

}  // namespace solder::sdk

#endif
