// The objects of one kind in Consul's KV store: one blocking query for the keys of that kind, and whenever it says that
// something changed, small questions that find out what (key_ranges.h). Whatever a value is, what cannot be read leaves
// what it was before. Tested by tests/e2e/consul_kv_test.py and tests/e2e/consul_faults_test.py.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "api.h"
#include "blocking_query.h"
#include "key_ranges.h"
#include "kv_object.h"
#include "solder/sdk/objects.hpp"

namespace solder::plugins::consul {

class KindKeys {
 public:
  struct Ends {
    // Listed for the first time, or other troubles than before.
    std::function<void()> changed;
    // An object is there, or is gone.
    std::function<void(const std::string& kind, const ObjectName&, bool there)> told;
    // What stands at a key now, and since which index; 0: nothing. May be empty.
    std::function<void(const ObjectName&, uint64_t modified, std::string_view value)> read = {};
  };
  // All outlive it.
  KindKeys(const sdk::Host& host, Api& api, const sdk::Objects& objects, const Ends& ends, std::string_view root,
           std::string api_version, std::string kind);
  KindKeys(const KindKeys&) = delete;
  KindKeys& operator=(const KindKeys&) = delete;

  ~KindKeys();

  void start() { query_.start(); }
  // Listed, or given up on for now: the others need not wait for it.
  [[nodiscard]] bool settled() const { return settled_; }
  [[nodiscard]] std::vector<Trouble> troubles() const;
  [[nodiscard]] const std::string& prefix() const { return prefix_; }

 private:
  struct Known {
    uint64_t modified = 0;
    bool put = false;  // it is, or once was, an object
  };

  void take_keys(const Reply& reply, bool anew);
  void no_list();
  void remove_missing();
  void go_on();
  void ask(KeyRange range, bool probed);
  using Take = void (KindKeys::*)(const KeyRange&, const Reply&);
  void send(const std::string& path, const KeyRange& range, Take take);
  void probe(const KeyRange& range);
  void fetch(const KeyRange& range);
  void take_probe(const KeyRange& range, const Reply& reply);
  void take_entries(const KeyRange& range, const Reply& reply);
  void take_entry(const sdk::Json& entry);
  void put(const std::string& key, std::string_view value, Known& known);
  void failed(const KeyRange& range, const Reply& reply);
  void looked();
  void settle();

  Api& api_;
  const sdk::Objects& objects_;
  const Ends& ends_;
  const std::string api_version_, kind_, prefix_;
  BlockingQuery query_;
  sdk::Backoff backoff_;
  sdk::Timer timer_;
  std::map<std::string, Known> known_;             // by key
  std::map<std::string, std::string> unreadable_;  // by key: why
  std::vector<std::string> keys_;                  // of the look under way, sorted
  std::string listed_;                             // the answer that said so: most changes are of values
  std::deque<std::pair<KeyRange, bool>> ranges_;   // to look at; true: something in it has changed
  uint64_t index_ = 0, looking_for_ = 0;           // what is older than index_ is known
  std::set<Api::Id> asking_;
  int nothing_ = 0;                 // times that there was no key, one after the other
  std::optional<Trouble> trouble_;  // of reading what has changed
  bool all_ = false, filtered_ = false, settled_ = false;
};

}  // namespace solder::plugins::consul
