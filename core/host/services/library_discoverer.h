// A discovery that a library brings: a second instance of its plugin. Tested by tests/plugin/discovery_test.cc.
#pragma once

#include <memory>
#include <mutex>

#include "core/host/library_plugin.h"
#include "core/host/services/discoverer.h"

namespace solder::host {

class LibraryDiscoverer final : public Discoverer {
 public:
  // Both must outlive it.
  static base::Result<std::unique_ptr<Discoverer>> make(LibraryPlugin& plugin, DiscoveryListener& listener);
  LibraryDiscoverer(LibraryPlugin& plugin, DiscoveryListener& listener);
  ~LibraryDiscoverer() override;
  LibraryDiscoverer(const LibraryDiscoverer&) = delete;
  LibraryDiscoverer& operator=(const LibraryDiscoverer&) = delete;

  void follow(const std::vector<FollowedUpstream>& upstreams) override;
  void forget(const std::vector<model::ObjectRef>& upstreams) override;

 private:
  base::Status create();

  LibraryPlugin& plugin_;
  DiscoveryListener& listener_;
  std::mutex strand_;
  HostTable host_;
  void* self_ = nullptr;
  bool created_ = false;
};

}  // namespace solder::host
