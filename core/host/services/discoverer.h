// An instance of a plugin that finds functions ("solder.function-discovery/1"), apart from the one that translates, so
// that the two never wait for each other. What it finds and what is wrong goes to a listener.
// Tested by tests/plugin/discovery_test.cc.
#pragma once

#include <string>
#include <vector>

#include "core/base/status.h"
#include "core/model/diagnostic.h"

namespace solder::host {

class SettingsBook;

// A list of an object's spec as a discovery found it; with an empty key an object in it.
struct PublishedList {
  model::ObjectRef object;
  std::string field;       // JSON pointer: "/spec/aws/lambdaFunctions"
  std::string key;         // the member that names an item: "logicalName"
  std::string items_json;  // a list of objects, or the object
};

// Called from threads of the host's, for one plugin one at a time.
class DiscoveryListener {
 public:
  virtual ~DiscoveryListener() = default;
  // Not ok: it could not be kept.
  virtual base::Status published(const std::string& plugin, const PublishedList& list) = 0;
  // All problems that there are now.
  virtual void reported(const std::string& plugin, const model::ObjectRef& object, model::Diagnostics problems) = 0;
  // Null: nobody tells of Settings.
  virtual SettingsBook* settings() { return nullptr; }
};

// An upstream, as its user wrote it.
struct FollowedUpstream {
  model::ObjectRef ref;
  std::string key, path, value_json, spec_json;

  bool operator==(const FollowedUpstream&) const = default;
};

class Discoverer {
 public:
  virtual ~Discoverer() = default;
  // From now on, or again because it changed. One thread.
  virtual void follow(const std::vector<FollowedUpstream>& upstreams) = 0;
  virtual void forget(const std::vector<model::ObjectRef>& upstreams) = 0;
};

}  // namespace solder::host
