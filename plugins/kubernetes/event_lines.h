// Pieces of an answer → lines. A watch sends one event a line. Tested by tests/unit/kubernetes/event_lines_test.cc.
#pragma once

#include <string>
#include <string_view>

namespace solder::plugins::kubernetes {

class EventLines {
 public:
  // Calls `f` with each line that is whole now, as long as it says true.
  template <typename F>
  void add(std::string_view bytes, F&& f) {
    rest_ += bytes;
    size_t begin = 0;
    for (size_t end = rest_.find('\n', searched_); end != std::string::npos; end = rest_.find('\n', begin)) {
      const std::string_view line(rest_.data() + begin, end - begin);
      begin = end + 1;
      if (!line.empty() && !f(line)) break;
    }
    rest_.erase(0, begin);
    searched_ = rest_.size();
  }
  void clear() {
    rest_.clear();
    searched_ = 0;
  }

 private:
  std::string rest_;
  size_t searched_ = 0;  // of the rest: it has no end of a line
};

}  // namespace solder::plugins::kubernetes
