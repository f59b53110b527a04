// A discovery that a library brings: a second instance of its plugin. Tested by tests/plugin/discovery_test.cc.
#pragma once

#include <memory>

#include "core/host/services/discoverer.h"
#include "core/host/services/side_instance.h"

namespace solder::host {

class LibraryDiscoverer final : public Discoverer {
 public:
  // Both must outlive it.
  static base::Result<std::unique_ptr<Discoverer>> make(LibraryPlugin& plugin, DiscoveryListener& listener);
  LibraryDiscoverer(LibraryPlugin& plugin, DiscoveryListener& listener);

  void follow(const std::vector<FollowedUpstream>& upstreams) override;
  void forget(const std::vector<model::ObjectRef>& upstreams) override;

 private:
  LibraryPlugin& plugin_;
  DiscoveryListener& listener_;
  SideInstance instance_;
};

}  // namespace solder::host
