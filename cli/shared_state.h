// What all Solders on one store share, besides what users write: last good versions that stand in for newer ones, and
// what discoveries found. The one that leads says what there is, by the sources that keep a lease; the others take what
// discoveries found from there into their own files, which are read as ever. Any thread.
// Tested by tests/unit/cli/shared_state_test.cc and tests/e2e/kubernetes_replicas_test.py.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "core/engine/kept_versions.h"
#include "core/host/services/discoverer.h"
#include "core/sources/source_driver.h"
#include "core/store/store.h"

namespace solder::cli {

class SharedState {
 public:
  struct Ends {
    std::function<bool()> leads;
    // All entries that there are to be.
    std::function<void(sources::SourceDriver::SharedEntries)> share;
    // What a discovery found, into the files and out of them.
    std::function<void(const std::string& plugin, const host::PublishedList&)> keep;
    std::function<void(const model::ObjectRef& object)> drop;
  };
  explicit SharedState(Ends ends) : ends_(std::move(ends)) {}

  // After each translation. Nothing is shared before the first.
  void kept(const std::shared_ptr<const engine::KeptVersions>& kept);
  // What the files say that was found.
  void found(const store::Batch& batch);
  // What the stores say, entries among it.
  void told(const store::Batch& batch);
  // It leads now, or does not any more.
  void leads(bool leads);

 private:
  struct Found {
    std::string plugin;
    host::PublishedList list;
    std::string json;
    std::shared_ptr<const sources::SourceDriver::SharedEntry> entry{};  // of what is here
  };
  void share();
  void follow();

  const Ends ends_;
  std::mutex mutex_;
  std::shared_ptr<const engine::KeptVersions> kept_;
  std::map<model::ObjectRef, Found> found_;                              // in the files
  std::map<model::ObjectRef, std::pair<model::ObjectRef, Found>> told_;  // by entry: what is to be in them
  bool whole_ = false;
};

}  // namespace solder::cli
