// Which version of each object is good, and so may serve where a newer one is at fault: the last one that the
// translation found good, over restarts by the journal (last_good.h) and over replicas by what the leading Solder says
// (kept_versions.h). Costs what was touched: an object that is at fault is looked at again when its own step was, or
// when it no longer clashes with another. One thread.
// Tested by tests/unit/engine/good_versions_test.cc, engine_test.cc and property_test.cc.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/engine/good_objects.h"
#include "core/engine/kept_versions.h"
#include "core/engine/last_good.h"
#include "core/engine/ref_hash.h"
#include "core/engine/touched.h"
#include "core/engine/translation.h"
#include "core/engine/visible_world.h"

namespace solder::engine {

class GoodVersions {
 public:
  // Nothing becomes last good without `keep`; an empty directory keeps nothing over restarts. `changed` is told of each
  // object that has another last good version. The translation and the world must outlive it.
  GoodVersions(Translation& translation, const VisibleWorld& world, bool keep, const std::string& directory,
               std::function<void(const model::ObjectRef&)> changed);

  // The object is new, has changed or, null, is gone. `told`: by a store, not derived from another.
  void note_change(const model::ObjectRef& ref, const model::ObjectPtr& object, bool told);
  // What another Solder says, by an object of the kind SharedEntry; null: it no longer says it.
  void set_shared(const model::ObjectRef& entry, const model::ObjectPtr& object);
  // Forgets what the journal remembers of objects that are not there.
  void drop_orphans();
  // What was touched; nothing becomes last good yet.
  void note(const Touched& touched);
  // Makes the last good one of each version that turned out good.
  void update();
  // Waits until the journal has all of them.
  void flush() { journal_->flush(); }
  // What all Solders on one store are to serve in the place of what is not good; the same pointer while it is the same.
  [[nodiscard]] const std::shared_ptr<const KeptVersions>& kept() const { return kept_; }

  // For a second engine: what others say, and what the first one knows of one object.
  [[nodiscard]] const SharedVersions& shared() const { return shared_; }
  void take_shared(const SharedVersions& shared) { shared_ = shared; }
  void take(const model::ObjectRef& ref, const model::ObjectPtr& object, const model::ObjectPtr& good);
  // Goes on in the place of `before`: with its journal.
  void succeed(GoodVersions& before);

 private:
  // The newest one of an object.
  struct Version {
    model::ObjectPtr object;
    bool told = false;
  };

  void set(const model::ObjectRef& ref, const model::ObjectPtr& object);
  void prefer_shared(const model::ObjectRef& ref, const Version& newest);
  void forget(const model::ObjectRef& ref);
  // Gives whether the version is good.
  bool decide(const model::ObjectRef& ref, const Version& newest);
  void keep(const model::ObjectRef& ref, const Version& newest);
  void drop_kept(const model::ObjectRef& ref);
  [[nodiscard]] const KeptVersions& known_kept() const;
  [[nodiscard]] KeptVersions& changing_kept();
  [[nodiscard]] bool lasts(const model::ObjectRef& ref, const Version& newest) const;

  Translation& translation_;
  const VisibleWorld& world_;
  const bool keeps_;
  std::function<void(const model::ObjectRef&)> changed_;
  std::unique_ptr<LastGoodJournal> journal_;
  std::unordered_map<model::ObjectRef, Version, RefHash> untried_;  // not known to be good yet
  std::vector<model::ObjectRef> doubtful_;                          // those that may have become good, and others
  ConflictingObjects conflicts_;
  SharedVersions shared_;
  std::shared_ptr<const KeptVersions> kept_ = std::make_shared<KeptVersions>();
  std::shared_ptr<KeptVersions> next_kept_;  // until update() where it is another one
};

}  // namespace solder::engine
