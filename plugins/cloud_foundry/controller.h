// One Cloud Controller: asked again and again for its lists, page by page, and for the instances of those processes
// that somebody wants to know of; one request at a time, no more of them in a minute than are allowed. Only whole lists
// count. What fails is tried again later and later, and what was known before stays. Tested by
// tests/e2e/cloud_foundry_faults_test.py.
#pragma once

#include <array>
#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "pacer.h"
#include "resolve.h"
#include "session.h"
#include "solder/sdk.hpp"
#include "solder/sdk/backoff.hpp"
#include "solder/sdk/http.hpp"
#include "solder/sdk/timer.hpp"
#include "world.h"

namespace solder::plugins::cloud_foundry {

class Controller {
 public:
  struct Ends {
    std::function<void()> listed;                           // the world is another one, or there is one at last
    std::function<void(const std::string& process)> heard;  // of its instances, and they are others than before
    std::function<void()> troubled;                         // other troubles than before
  };

  Controller(const sdk::Host& host, Foundation foundation, Ends ends);
  ~Controller();
  Controller(const Controller&) = delete;
  Controller& operator=(const Controller&) = delete;

  void start();
  // The lists are read once more, soon.
  void look_again();
  // Of which processes the instances count; those that are not named any more are forgotten.
  void want(const std::set<std::string>& processes);

  [[nodiscard]] const World& world() const { return world_; }
  // True once every list was read.
  [[nodiscard]] bool is_known() const;
  // True once they were, or it is clear that it may take long.
  [[nodiscard]] bool is_settled() const { return told_ || trouble_.has_value(); }
  [[nodiscard]] const Stats& stats(const std::string& process) const;
  [[nodiscard]] std::vector<Trouble> troubles() const;
  [[nodiscard]] const Foundation& foundation() const { return foundation_; }

 private:
  using Clock = std::chrono::steady_clock;

  // One process whose instances are wanted.
  struct Watched {
    Stats stats;
    Clock::time_point asked{};
    std::string updated;  // the process's, when it was asked for
  };

  void later(std::chrono::milliseconds wait);
  void step();
  void log_in();
  void begin_lists();
  void ask_page();
  void take_page(const sdk::HttpAnswer& answer);
  void list_done();
  void list_failed(std::string reason, const std::string& words, std::string expected);
  void lists_done();
  [[nodiscard]] std::string next_process(Clock::time_point now, Clock::time_point& due) const;
  void ask_instances(const std::string& process);
  void take_instances(const std::string& process, const sdk::HttpAnswer& answer);
  [[nodiscard]] Stats stats_of(const sdk::HttpAnswer& answer, const Stats& before) const;
  void send(const std::string& path, std::function<void(const sdk::HttpAnswer&)> then);
  void failed(std::string reason, const std::string& words, std::string expected, std::chrono::seconds pause,
              bool lasting);
  void answer_failed(const sdk::HttpAnswer& answer, const std::string& doing);
  void set_trouble(std::optional<Trouble> trouble);

  const sdk::Host host_;
  const Foundation foundation_;
  const Ends ends_;
  Session session_;
  Pacer pacer_;
  sdk::Backoff backoff_;
  sdk::Timer timer_;
  Clock::time_point not_before_{};  // as the other side, or a failure, wants it

  World world_, fresh_;  // the latter: what was read of the lists so far, this time
  bool listing_ = false, stale_ = false;
  size_t list_ = 0, pages_ = 0;
  std::string page_;  // the path that is next
  std::set<std::string> asked_pages_, guids_;
  std::array<bool, kLists.size()> whole_{}, read_{};  // of `fresh_`, and of `world_`
  std::array<std::optional<Trouble>, kLists.size()> list_troubles_;
  bool told_ = false;
  Clock::time_point next_lists_{};

  std::map<std::string, Watched> watched_;
  std::optional<Trouble> trouble_;
  int refusals_ = 0;  // of tokens that were just had

  sdk::Http http_;  // last: what is under way leaves first
  sdk::Http::Id under_way_ = 0;
};

}  // namespace solder::plugins::cloud_foundry
