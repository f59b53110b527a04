// Writes what became of objects beside them in Consul: the object "<root>/X" has its status at "<status root>/X". Many
// at once in one transaction, each only if nobody else wrote it meanwhile (check-and-set), of many changes of one the
// last, and nothing where the same stands there already. Nobody waits for it. Tested by tests/e2e/consul_kv_test.py.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "api.h"
#include "kv_object.h"
#include "lock.h"
#include "solder/sdk/backoff.hpp"
#include "solder/sdk/timer.hpp"

namespace solder::plugins::consul {

class KvStatuses {
 public:
  // `lock`: of several Solders the one that holds it writes; null: it is alone. `changed`: there are other troubles
  // than before.
  KvStatuses(const sdk::Host& host, Api& api, Lock* lock, std::function<void()> changed);
  KvStatuses(const KvStatuses&) = delete;
  KvStatuses& operator=(const KvStatuses&) = delete;

  // Which kinds there are, with their API versions.
  void kinds(std::map<std::string, std::string> kinds);
  void told(const std::string& kind, const ObjectName& name, bool there);
  // All objects were told: statuses of what is not there are taken away.
  void complete();
  void want(const sdk::Ref& ref, std::string_view json);
  // It leads now: what another has written meanwhile is read.
  void took_over();
  [[nodiscard]] const std::optional<Trouble>& trouble() const { return trouble_; }

 private:
  struct One {
    bool object = false;        // it is there
    uint64_t index = 0;         // of the status' key; 0: there is none
    std::string there, wanted;  // empty: none
  };

  [[nodiscard]] bool on() const { return api_.settings().kv && api_.settings().statuses; }
  [[nodiscard]] std::optional<std::string> key_of(const std::string& kind, const ObjectName& name) const;
  void load();
  void take_all(const Reply& reply);
  void look(const std::string& key);
  void write();
  void written(const std::vector<std::string>& keys, const Reply& reply);
  void read_again(const std::string& key);
  void pause(std::chrono::milliseconds wait);
  void set_trouble(std::optional<Trouble> trouble);

  Api& api_;
  Lock* const lock_;
  const std::function<void()> changed_;
  sdk::Timer timer_;
  sdk::Backoff backoff_;
  std::map<std::string, std::string> kinds_;
  std::map<std::string, One> all_;  // by key
  std::set<std::string> to_write_;
  std::optional<Trouble> trouble_;
  size_t together_;
  bool loading_ = false, loaded_ = false, complete_ = false, writing_ = false;
  bool translated_ = false;  // somebody does translate; who only reads takes nothing away
};

}  // namespace solder::plugins::consul
