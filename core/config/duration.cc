#include "core/config/duration.h"

#include "solder/sdk/duration_text.hpp"

namespace solder::config {

std::optional<std::string> canonical_duration(std::string_view text) { return sdk::canonical_duration(text); }

}  // namespace solder::config
