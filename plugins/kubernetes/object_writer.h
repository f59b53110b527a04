// Writes and removes single objects by Kubernetes' API, for `solder apply` and `solder delete`: by server-side apply,
// so that what others own in an object stays. Tested by tests/e2e/kubernetes_api_test.py.
#pragma once

#include <string>
#include <vector>

#include "api_watcher.h"
#include "solder/sdk.hpp"

namespace solder::plugins::kubernetes {

class ObjectWriter {
 public:
  ObjectWriter(const sdk::Host& host, WatchSettings settings);
  ObjectWriter(const ObjectWriter&) = delete;
  ObjectWriter& operator=(const ObjectWriter&) = delete;

  void change(const sdk::StoreChange& change);

 private:
  struct One {
    uint64_t id;
    bool remove;
    std::string api_version, kind, ns, name, json;
  };

  void begin(const One& one);
  void find(const One& one);
  void write(const One& one, const Resource& resource);
  void send(const One& one, sdk::HttpRequest request, const std::string& path, sdk::Http::Then then);
  void answer(const One& one, const sdk::HttpAnswer& answer);

  const sdk::Host host_;
  const WatchSettings settings_;
  sdk::Http http_;
  sdk::Objects objects_;
  Connection connection_;
  ExecCredential credential_;
  std::vector<One> waiting_;  // for a credential
};

}  // namespace solder::plugins::kubernetes
