// Secret (v1), decoded: the type and the values, base64 taken off. The values never leave services/secrets.
#pragma once

#include <map>
#include <string>

#include "core/model/object.h"

namespace solder::model {

struct Secret {
  ObjectRef ref;
  std::string type;  // "kubernetes.io/tls", "Opaque"
  std::map<std::string, std::string> data;
};

}  // namespace solder::model
