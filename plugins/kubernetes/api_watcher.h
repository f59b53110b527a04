// Follows a Kubernetes API server: finds which of the kinds that Solder reads it serves, watches each of them, and says
// what is in the way. Kinds that are defined later, or not any more, are noticed within seconds.
// Tested by tests/e2e/kubernetes_api_test.py.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "exec_credential.h"
#include "kind_watch.h"
#include "lease.h"
#include "shared_entries.h"
#include "solder/sdk.hpp"
#include "status_writer.h"
#include "watch_settings.h"

namespace solder::plugins::kubernetes {

// Where the API server is, now. Throws std::runtime_error: why that cannot be told.
Connection connect_to(const sdk::Host& host, const WatchSettings& settings);
// What a part of the API serves, by kind.
std::map<std::string, Resource> read_resources(const sdk::Json& list, const std::string& api_version);
// "networking.istio.io" of "networking.istio.io/*", which stands for the version that the server prefers; else empty.
std::string any_version_of(const std::string& api_version);

class ApiWatcher {
 public:
  ApiWatcher(const sdk::Host& host, WatchSettings settings);
  ~ApiWatcher();
  ApiWatcher(const ApiWatcher&) = delete;
  ApiWatcher& operator=(const ApiWatcher&) = delete;

  void watch(const std::vector<sdk::WatchedKind>& kinds);
  void status(const sdk::Ref& ref, std::string_view json) { statuses_.want(ref, json); }
  void share(const std::vector<sdk::SharedEntry>& entries) {
    if (lease_) shared_.want(entries);
  }

 private:
  using Key = std::pair<std::string, std::string>;  // kind, namespace

  void connect();
  void look_for_kinds();
  void ask_for_kinds(const std::string& api_version, const std::string& path);
  void take_kinds(const std::string& api_version, const sdk::HttpAnswer& answer);
  void use(const std::string& api_version, const std::map<std::string, Resource>& served);
  void looked();
  void seen(const Resource& resource, sdk::Json& object);
  void gone(const Resource& resource, const sdk::Json& object);
  void told();
  void lease_changed();
  [[nodiscard]] bool leads() const { return !lease_ || lease_->held(); }

  sdk::Host host_;
  const WatchSettings settings_;
  sdk::Http http_;
  sdk::Objects objects_;
  sdk::Timer timer_, report_timer_;
  Connection connection_;
  ExecCredential credential_;
  KindWatch::Ends ends_;
  std::optional<Lease> lease_;  // none: it is alone
  StatusWriter statuses_;
  SharedEntries shared_;
  std::map<std::string, std::set<std::string>> wanted_;  // API version → kinds
  std::set<std::string> asking_, known_;                 // API versions
  std::optional<WatchProblem> problem_;                  // of connecting and of looking for kinds
  std::map<std::string, int> failures_;                  // of asking what is served, by API version
  std::map<Key, int> missing_;  // watched kinds that are not served any more: how often that was seen
  bool complete_ = false;
  std::map<Key, std::unique_ptr<KindWatch>> watches_;  // last: they leave first
};

}  // namespace solder::plugins::kubernetes
