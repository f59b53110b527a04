#include "question.h"

namespace solder::plugins::consul {

std::string Question::url(bool surely) const {
  const auto mode = surely && can_be_surer() ? Consistency::kConsistent : consistency;
  std::string out = path;
  const auto add = [&out](const char* parameter) {
    if (*parameter == '\0') return;
    if (out.back() != '?') out += '&';
    out += parameter;
  };
  if (mode) add(parameter_of(*mode));
  // What an agent has cached cannot be asked for as consistent.
  if (cached && mode != Consistency::kConsistent) add("cached");
  return out;
}

}  // namespace solder::plugins::consul
