// Users in words. Any thread. Tested by tests/unit/base/user_name_test.cc.
#pragma once

#include <sys/types.h>

#include <string>

namespace solder::base {

// The user's name, or "uid 1000" where there is none.
std::string user_name(uid_t user);

}  // namespace solder::base
