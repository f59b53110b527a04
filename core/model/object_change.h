// What is new about one object after a translation: its content, what is wrong with it, or both.
#pragma once

#include "core/model/diagnostic.h"
#include "core/model/object.h"

namespace solder::model {

struct ObjectChange {
  ObjectRef ref;
  ObjectPtr object;         // null: there is none, or not any more
  Diagnostics diagnostics;  // all that there are now
};

}  // namespace solder::model
