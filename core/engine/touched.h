// What a run of the translation computed anew or collected, by what it is about: where to look for what is new.
#pragma once

#include <string>
#include <vector>

#include "core/model/object.h"

namespace solder::engine {

struct Touched {
  std::vector<model::ObjectRef> objects;    // whose own step it was (object_steps.h), in any order, perhaps twice
  std::vector<model::ObjectRef> gateways;   // whose plan it was
  std::vector<model::ObjectRef> listeners;  // by gateway
  std::vector<std::string> proxies;
  bool settings = false;
};

}  // namespace solder::engine
