// Writes what became of objects into their status, as Gloo does: under status.statuses by the namespace that Solder
// writes for, by server-side apply, so that what others write there stays. Of many changes of one object the last is
// written; what stands there already is not written again. Nobody waits for it. Tested by
// tests/e2e/kubernetes_api_test.py.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "kind_watch.h"
#include "solder/sdk/backoff.hpp"
#include "solder/sdk/http.hpp"
#include "solder/sdk/json.hpp"
#include "solder/sdk/timer.hpp"

namespace solder::plugins::kubernetes {

class StatusWriter {
 public:
  // `http` and `connection` outlive it. `ns`: whose statuses these are. `leads` is asked before each write: of several
  // Solders one writes. What it writes is about the version of the object that it saw: the server refuses the rest, so
  // that a request which was held up comes too late.
  StatusWriter(const sdk::Host& host, sdk::Http& http, const Connection& connection, std::string ns, bool on,
               std::function<bool()> leads);
  StatusWriter(const StatusWriter&) = delete;
  StatusWriter& operator=(const StatusWriter&) = delete;

  // What stands in the object now.
  void seen(const Resource& resource, const sdk::Json& object);
  void gone(const sdk::Ref& ref);
  // What is to stand there (kinds/config_watcher.h).
  void want(const sdk::Ref& ref, std::string_view json);
  // It leads now, perhaps.
  void look_at_all();
  [[nodiscard]] std::vector<WatchProblem> problems() const;

 private:
  struct One {
    Resource resource;
    std::string ns, name, version;
    std::string there, wanted;  // JSON of one status; empty: none
    bool under_way = false;
  };

  void look(const std::string& key, const One& one);
  void write_some();
  void write(const std::string& key, One& one);
  void written(const std::string& key, const std::string& body, const sdk::HttpAnswer& answer);

  sdk::Http& http_;
  const Connection& connection_;
  const std::string ns_;
  const bool on_;
  const std::function<bool()> leads_;
  sdk::Timer timer_;
  sdk::Backoff backoff_;
  std::map<std::string, One> all_;  // by kind, namespace and name
  std::set<std::string> to_write_;
  std::map<std::string, WatchProblem> problems_;  // by plural
  size_t under_way_ = 0;
};

}  // namespace solder::plugins::kubernetes
