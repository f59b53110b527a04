// One kind of objects in one namespace or in all: its list as the beginning of a watch, where the server has that
// (Kubernetes' "streaming lists"), else page by page with a watch from there on, again and again from where the last
// one ended. What the server no longer remembers (410 Gone) is listed anew; the objects that there were meanwhile stay.
// Tested by tests/e2e/kubernetes_api_test.py.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "api_connection.h"
#include "event_lines.h"
#include "solder/sdk/backoff.hpp"
#include "solder/sdk/http.hpp"
#include "solder/sdk/json.hpp"
#include "solder/sdk/objects.hpp"
#include "solder/sdk/timer.hpp"

namespace solder::plugins::kubernetes {

// What several Solders share, and in Secrets of which type it stands (shared_entries.h).
inline constexpr const char* kSharedKind = "SharedEntry";
inline constexpr const char* kSharedType = "solder.io/shared";

// What the API server calls a kind.
struct Resource {
  std::string kind, api_version, plural;
  bool namespaced = true;
  bool has_status = false;  // a subresource of its own

  bool operator==(const Resource&) const = default;
  // "/apis/gateway.solo.io/v1/namespaces/ns/virtualservices"; "" for all namespaces.
  [[nodiscard]] std::string path(const std::string& ns) const;
};

// Why something cannot be watched; the same reason and message of many are one problem.
struct WatchProblem {
  std::string reason, message, expected;

  auto operator<=>(const WatchProblem&) const = default;
};

class KindWatch {
 public:
  struct Ends {
    // An object came or changed, whole as the server gave it; is gone; all were told.
    std::function<void(const Resource&, sdk::Json&)> seen;
    std::function<void(const Resource&, const sdk::Json&)> gone;
    // Settled, or another problem than before.
    std::function<void()> changed;
    std::function<void(const std::string&)> log;
  };
  // All outlive it. `ns` empty: all namespaces.
  KindWatch(const sdk::Host& host, sdk::Http& http, const sdk::Objects& objects, const Connection& connection,
            const Ends& ends, Resource resource, std::string ns, uint64_t seed);
  ~KindWatch();
  KindWatch(const KindWatch&) = delete;
  KindWatch& operator=(const KindWatch&) = delete;

  void start() { relist(); }
  // Told once: listed, or given up on for now, so that the others need not wait for it.
  [[nodiscard]] bool settled() const { return settled_; }
  [[nodiscard]] const std::optional<WatchProblem>& problem() const { return problem_; }
  [[nodiscard]] const Resource& resource() const { return resource_; }

 private:
  void list_by_watch();
  void list_page();
  void take_page(const sdk::HttpAnswer& answer);
  void relist();
  void listed();
  void watch();
  void watch_from(const std::string& where);
  void list_ended(const sdk::HttpAnswer& answer);
  void take_event(std::string_view line);
  void watch_ended(const sdk::HttpAnswer& answer);
  void look();
  void recovered();
  void failed(const sdk::HttpAnswer& answer, std::function<void()> again);
  void refused(const sdk::HttpAnswer& answer, std::function<void()> again);
  std::chrono::milliseconds next_pause();
  void settle();
  void set_problem(std::optional<WatchProblem> problem);
  void send(const std::string& path, bool stream, sdk::Http::Then then);

  sdk::Http& http_;
  const sdk::Objects& objects_;
  const Connection& connection_;
  const Ends& ends_;
  const Resource resource_;
  const std::string ns_;
  sdk::Backoff backoff_;
  int refusals_ = 0;  // one after the other
  sdk::Timer timer_;
  EventLines lines_;
  std::string continue_, version_;
  int page_size_;
  bool by_watch_ = true;  // the server is not known to lack such lists
  bool listing_ = false, settled_ = false, gone_ = false;
  size_t events_ = 0;  // of this watch
  std::optional<sdk::Http::Id> under_way_;
  std::optional<WatchProblem> problem_;
};

}  // namespace solder::plugins::kubernetes
