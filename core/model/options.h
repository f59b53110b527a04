// Options as they stand in an object: keys that plugins own, with checked values in canonical proto3 JSON.
#pragma once

#include <string>
#include <vector>

namespace solder::model {

struct OptionValue {
  std::string key;   // "timeout"
  std::string path;  // JSON pointer of the value in its object
  std::string json;  // the checked value
};

struct OptionSet {
  std::vector<OptionValue> values;  // sorted by key
  std::string json = "{}";          // all of them as one JSON object
};

}  // namespace solder::model
