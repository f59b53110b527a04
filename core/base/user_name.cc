#include "core/base/user_name.h"

#include <pwd.h>

#include <array>

namespace solder::base {

std::string user_name(uid_t user) {
  passwd entry{};
  passwd* found = nullptr;
  std::array<char, 4096> buffer{};
  if (::getpwuid_r(user, &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr) return entry.pw_name;
  return "uid " + std::to_string(user);
}

}  // namespace solder::base
