#include "core/engine/composed_routes.h"

#include <string.h>

namespace solder::engine {

// Words without a quote before them: those are found fast, as their first letters are rare.
bool composed(std::string_view text) {
  if (text.empty()) return false;  // memmem takes no null pointer, and no text may be one
  for (std::string_view word :
       {"elegate", "onfigRefs\"", "onfig_refs\"", "nheritTransformation\"", "nherit_transformation\""}) {
    if (memmem(text.data(), text.size(), word.data(), word.size()) != nullptr) return true;
  }
  return false;
}

std::string_view all_of(const std::vector<std::string_view>& texts) {
  if (texts.empty()) return {};
  return {texts.front().data(), static_cast<size_t>(texts.back().data() + texts.back().size() - texts.front().data())};
}

}  // namespace solder::engine
