// solder/sdk/period.hpp - the configuration of a plugin that asks somebody again and again: {"listEverySeconds": 60}.
// Not included by sdk.hpp. Tested by tests/unit/sdk/backoff_test.cc.
#ifndef SOLDER_SDK_PERIOD_HPP_
#define SOLDER_SDK_PERIOD_HPP_

#include <chrono>
#include <cstdint>
#include <stdexcept>

#include "solder/sdk/json.hpp"

namespace solder::sdk {

// Throws std::invalid_argument where something else is in it.
inline std::chrono::milliseconds read_period(const Json& config, double seconds) {
  constexpr double kShortest = 1, kLongest = 86400;
  for (const auto& [name, value] : config.items()) {
    if (name != "listEverySeconds" || !value.is_number() || value < kShortest || value > kLongest)
      throw std::invalid_argument("unknown, of the wrong type or out of its range: " + name +
                                  "; right is listEverySeconds, a number from 1 to 86400");
    seconds = value.get<double>();
  }
  return std::chrono::milliseconds(static_cast<int64_t>(seconds * 1000));
}

}  // namespace solder::sdk

#endif
