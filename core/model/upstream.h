// Upstream (gloo.solo.io/v1), decoded: the type's key and value belong to a plugin, as do all other keys.
#pragma once

#include <string>

#include "core/model/object.h"
#include "core/model/options.h"

namespace solder::model {

struct Upstream {
  ObjectRef ref;
  std::string type;       // the upstream type's key: "static"
  std::string type_path;  // "/spec/static"
  std::string type_json;
  OptionSet options;      // every other claimed key of spec
  std::string spec_json;  // the whole checked spec
};

}  // namespace solder::model
