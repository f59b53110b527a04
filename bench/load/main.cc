// solder-load: a steady stream of HTTP/1.1 requests over keep-alive connections, and a JSON line with what became of
// them. Paced by a timer, so a server that stalls shows as a gap and as late requests, never as a lower rate unnoticed.
// Usage: solder-load --address IP:PORT [--rate 2000] [--connections 20] [--seconds 10] HOST/PATH ...
// Ends after --seconds or on SIGINT/SIGTERM. Requests go to the given targets in turn.
#include <arpa/inet.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "bench/load/connection.h"

namespace solder::load {
namespace {

using std::chrono::duration;
using std::chrono::milliseconds;

struct Options {
  sockaddr_in address{};
  double rate = 2000;
  size_t connections = 20;
  double seconds = 10;
  std::vector<std::string> targets;
};

struct TargetReport {
  std::map<int, uint64_t> statuses;
  std::map<std::string, uint64_t> failures;
};

class Load {
 public:
  explicit Load(const Options& options) : options_(options), reports_(options.targets.size()) {
    for (const std::string& target : options.targets) {
      size_t slash = target.find('/');
      requests_.push_back("GET " + target.substr(slash) + " HTTP/1.1\r\nHost: " + target.substr(0, slash) + "\r\n\r\n");
    }
  }

  void run();
  void print() const;

 private:
  static constexpr auto kAnswerWithin = std::chrono::seconds(10);

  void open(size_t index);
  void watch(size_t index);
  void handle(size_t index, Connection::Event event);
  void send_due(Clock::time_point now);
  void fail_overdue(Clock::time_point now);
  [[nodiscard]] bool anything_in_flight() const;

  const Options& options_;
  std::vector<std::string> requests_;
  std::vector<TargetReport> reports_;
  std::vector<std::unique_ptr<Connection>> connections_;
  int epoll_ = -1;
  uint64_t sent_ = 0, answered_ = 0, late_ = 0, reconnects_ = 0, connect_failures_ = 0;
  size_t next_ = 0;
  Clock::time_point begin_, last_answer_;
  double longest_gap_ms_ = 0, slowest_ms_ = 0;
};

void Load::open(size_t index) {
  Connection& connection = *connections_[index];
  if (!connection.connect()) return;
  epoll_event event{EPOLLIN | EPOLLOUT, {.u64 = index}};
  ::epoll_ctl(epoll_, EPOLL_CTL_ADD, connection.fd(), &event);
}

void Load::watch(size_t index) {
  Connection& connection = *connections_[index];
  epoll_event event{EPOLLIN | (connection.wants_write() ? static_cast<uint32_t>(EPOLLOUT) : 0u), {.u64 = index}};
  ::epoll_ctl(epoll_, EPOLL_CTL_MOD, connection.fd(), &event);
}

void Load::handle(size_t index, Connection::Event event) {
  Connection& connection = *connections_[index];
  auto now = Clock::now();
  if (event == Connection::Event::kAnswer) {
    ++answered_;
    ++reports_[connection.target()].statuses[connection.status()];
    longest_gap_ms_ = std::max(longest_gap_ms_, duration<double, std::milli>(now - last_answer_).count());
    slowest_ms_ = std::max(slowest_ms_, duration<double, std::milli>(now - connection.started()).count());
    last_answer_ = now;
  } else if (event == Connection::Event::kFailure) {
    if (connection.failure().starts_with("connect")) {
      ++connect_failures_;
    } else {
      ++reports_[connection.target()].failures[connection.failure()];
    }
  }
  if (connection.fd() < 0) {
    ++reconnects_;
    open(index);
  } else {
    watch(index);
  }
}

void Load::send_due(Clock::time_point now) {
  auto due = static_cast<uint64_t>(duration<double>(now - begin_).count() * options_.rate);
  size_t looked_at = 0;
  while (sent_ < due && looked_at < connections_.size()) {
    size_t index = next_++ % connections_.size();
    ++looked_at;
    if (!connections_[index]->idle()) continue;
    looked_at = 0;
    size_t target = sent_++ % requests_.size();
    connections_[index]->send(requests_[target], target);
    Connection::Event event = connections_[index]->on_writable();
    if (event != Connection::Event::kNothing) {
      handle(index, event);
    } else if (connections_[index]->wants_write()) {
      watch(index);
    }
  }
  late_ = std::max(late_, due - std::min(due, sent_));
}

void Load::fail_overdue(Clock::time_point now) {
  for (size_t i = 0; i < connections_.size(); ++i) {
    Connection& connection = *connections_[i];
    if (connection.in_flight() && now - connection.started() > kAnswerWithin) {
      ++reports_[connection.target()].failures["no answer within 10 s"];
      connection.close_socket();
      open(i);
    }
  }
}

bool Load::anything_in_flight() const {
  return std::any_of(connections_.begin(), connections_.end(), [](const auto& c) { return c->in_flight(); });
}

void Load::run() {
  sigset_t signals;
  ::sigemptyset(&signals);
  ::sigaddset(&signals, SIGINT);
  ::sigaddset(&signals, SIGTERM);
  ::sigprocmask(SIG_BLOCK, &signals, nullptr);
  int signal_fd = ::signalfd(-1, &signals, SFD_CLOEXEC);
  epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
  epoll_event signal_event{EPOLLIN, {.u64 = options_.connections}};
  ::epoll_ctl(epoll_, EPOLL_CTL_ADD, signal_fd, &signal_event);
  for (size_t i = 0; i < options_.connections; ++i) {
    connections_.push_back(std::make_unique<Connection>(options_.address));
    open(i);
  }
  begin_ = last_answer_ = Clock::now();
  bool sending = true;
  while (sending || anything_in_flight()) {
    epoll_event events[64];
    int count = ::epoll_wait(epoll_, events, 64, 1);
    for (int i = 0; i < count; ++i) {
      size_t index = events[i].data.u64;
      if (index == options_.connections) {
        sending = false;
        continue;
      }
      Connection& connection = *connections_[index];
      bool writable = !connection.connected() || (events[i].events & EPOLLIN) == 0;
      handle(index, writable ? connection.on_writable() : connection.on_readable());
    }
    auto now = Clock::now();
    if (duration<double>(now - begin_).count() > options_.seconds) sending = false;
    if (sending) send_due(now);
    fail_overdue(now);
  }
}

void Load::print() const {
  std::printf(
      "{\"sent\":%lu,\"answered\":%lu,\"late\":%lu,\"reconnects\":%lu,\"connect_failures\":%lu,\"longest_gap_ms\":%.1f,"
      "\"slowest_ms\":%.1f,\"targets\":{",
      sent_, answered_, late_, reconnects_, connect_failures_, longest_gap_ms_, slowest_ms_);
  for (size_t i = 0; i < reports_.size(); ++i) {
    std::printf("%s\"%s\":{", i == 0 ? "" : ",", options_.targets[i].c_str());
    bool first = true;
    auto member = [&first](const std::string& key, uint64_t count) {
      std::printf("%s\"%s\":%lu", first ? "" : ",", key.c_str(), count);
      first = false;
    };
    for (const auto& [status, count] : reports_[i].statuses) member(std::to_string(status), count);
    for (const auto& [why, count] : reports_[i].failures) member(why, count);
    std::printf("}");
  }
  std::printf("}}\n");
}

int usage(const std::string& problem) {
  std::fprintf(stderr,
               "solder-load: %s\nUsage: solder-load --address IP:PORT [--rate N] [--connections N] [--seconds N] "
               "HOST/PATH ...\n",
               problem.c_str());
  return 2;
}

}  // namespace
}  // namespace solder::load

int main(int argc, char** argv) {
  using namespace solder::load;
  Options options;
  for (int i = 1; i < argc; ++i) {
    std::string argument = argv[i];
    if (!argument.starts_with("--")) {
      if (argument.find('/') == std::string::npos) return usage("'" + argument + "' has no path; write HOST/PATH");
      options.targets.push_back(argument);
      continue;
    }
    if (++i == argc) return usage(argument + " needs a value");
    std::string value = argv[i];
    if (argument == "--address") {
      size_t colon = value.find(':');
      options.address.sin_family = AF_INET;
      options.address.sin_port = htons(static_cast<uint16_t>(std::atoi(value.substr(colon + 1).c_str())));
      if (colon == std::string::npos ||
          ::inet_pton(AF_INET, value.substr(0, colon).c_str(), &options.address.sin_addr) != 1) {
        return usage("'" + value + "' is not IP:PORT");
      }
    } else if (argument == "--rate") {
      options.rate = std::atof(value.c_str());
    } else if (argument == "--connections") {
      options.connections = static_cast<size_t>(std::atoi(value.c_str()));
    } else if (argument == "--seconds") {
      options.seconds = std::atof(value.c_str());
    } else {
      return usage("unknown option " + argument);
    }
  }
  if (options.targets.empty()) return usage("no target");
  if (options.address.sin_family != AF_INET) return usage("no --address");
  Load load(options);
  load.run();
  load.print();
  return 0;
}
