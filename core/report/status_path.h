// The name of an object's status file. Inside core/report only. Tested by tests/unit/report/status_writer_test.cc.
#pragma once

#include <string>

#include "core/model/object.h"

namespace solder::report {

// "VirtualService/default/petstore.yaml". Different objects have different paths, none leaves the directory, and no
// part is longer than a file system takes. An object without a namespace stands under "_".
std::string status_path(const model::ObjectRef& object);

}  // namespace solder::report
