#include "core/store/file_names.h"

namespace solder::store {

bool passed_over(std::string_view name) {
  if (name.empty() || name.front() == '.' || name.front() == '#' || name == "4913") return true;
  for (const std::string_view end : {"~", "#", ".swp", ".swx", ".swo", ".tmp", ".bak"}) {
    if (name.ends_with(end)) return true;
  }
  return false;
}

bool is_manifest(std::string_view name) {
  return !passed_over(name) && (name.ends_with(".yaml") || name.ends_with(".yml") || name.ends_with(".json"));
}

}  // namespace solder::store
