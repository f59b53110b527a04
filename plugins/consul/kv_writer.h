// Writes and removes single objects in the KV store, for `solder apply` and `solder delete`.
// Tested by tests/e2e/consul_store_test.py.
#pragma once

#include <string>

#include "api.h"
#include "solder/sdk.hpp"
#include "solder/sdk/objects.hpp"

namespace solder::plugins::consul {

// Gloo's own kinds, no secrets and nothing of Kubernetes: what is kept in Consul.
bool is_kept_in_consul(std::string_view api_version);

class KvWriter {
 public:
  // `settings` outlive it.
  KvWriter(const sdk::Host& host, const Settings& settings);
  KvWriter(const KvWriter&) = delete;
  KvWriter& operator=(const KvWriter&) = delete;

  void change(const sdk::StoreChange& change);

 private:
  struct One {
    uint64_t id;
    std::string what, key;  // "VirtualService ns/web"
    size_t bytes = 0;
  };

  void put(One one, const std::string& value);
  void look(const One& one);
  void remove(const One& one);
  void answer(const One& one, const Reply& reply);
  void send(const Api::Request& request, const One& one, Api::Then then);

  Api api_;
  sdk::Objects objects_;
};

}  // namespace solder::plugins::consul
