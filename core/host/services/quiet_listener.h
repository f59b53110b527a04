// Hears what a source says of objects and does nothing about it: for those who want only some of it.
#pragma once

#include <string>
#include <string_view>

#include "core/host/services/watcher.h"

namespace solder::host {

class QuietObjectListener : public ObjectListener {
 public:
  base::Status put(const std::string&, std::string_view) override { return {}; }
  void remove(const std::string&, const model::ObjectRef&) override {}
  void begin_list(const std::string&, const std::string&, const std::string&) override {}
  void end_list(const std::string&, const std::string&, const std::string&) override {}
  void keep(const std::string&, const std::string&, const std::string&) override {}
  void complete(const std::string&) override {}
  void reported(const std::string&, model::Diagnostics) override {}
  void holds_lease(const std::string&, std::chrono::steady_clock::time_point) override {}
};

}  // namespace solder::host
