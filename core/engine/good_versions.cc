#include "core/engine/good_versions.h"

#include <map>
#include <utility>

#include "core/engine/plugin_calls.h"

namespace solder::engine {

GoodVersions::GoodVersions(Translation& translation, const VisibleWorld& world, bool keep, const std::string& directory,
                           std::function<void(const model::ObjectRef&)> changed)
    : translation_(translation),
      world_(world),
      keeps_(keep),
      changed_(std::move(changed)),
      journal_(std::make_unique<LastGoodJournal>(keep ? directory : "")) {
  for (const auto& [ref, object] : journal_->loaded()) set(ref, object);
}

void GoodVersions::note_change(const model::ObjectRef& ref, const model::ObjectPtr& object, bool told) {
  if (!keeps_) return;
  if (!object) {
    untried_.erase(ref);
    return forget(ref);
  }
  const auto known = translation_.last_good.peek(ref);
  if (!known || known->hash != object->hash) {
    untried_.insert_or_assign(ref, Version{object, told});
  } else if (const auto at = untried_.find(ref); at != untried_.end()) {
    at->second = {object, told};
  }
  if (!shared_.empty()) prefer_shared(ref, {object, told});
}

void GoodVersions::set_shared(const model::ObjectRef& entry, const model::ObjectPtr& object) {
  const auto about = shared_.set(entry, object);
  const auto newest = about && keeps_ ? world_.find(*about) : nullptr;
  if (newest) prefer_shared(*about, {newest, world_.told().count(*about) != 0});
}

// What the Solder that leads says was good last; whether the newest version is good here is tried all the same.
void GoodVersions::prefer_shared(const model::ObjectRef& ref, const Version& newest) {
  const auto good = shared_.find(ref, newest.object->hash);
  const auto known = translation_.last_good.peek(ref);
  if (!good || (known && known->hash == good->hash)) return;
  set(ref, good);
  if (lasts(ref, newest)) journal_->set(ref, good);
  untried_.insert_or_assign(ref, newest);
  doubtful_.push_back(ref);
}

void GoodVersions::drop_orphans() {
  for (const auto& [ref, object] : std::map(journal_->loaded())) {
    if (world_.told().count(ref) == 0) forget(ref);
  }
}

void GoodVersions::note(const Touched& touched) {
  if (!keeps_) return;
  doubtful_.insert(doubtful_.end(), touched.objects.begin(), touched.objects.end());
  const auto clashing = conflicts_.update(translation_, touched);
  doubtful_.insert(doubtful_.end(), clashing.begin(), clashing.end());
  if (!touched.settings) return;
  for (const auto& [ref, newest] : untried_) {
    if (ref.kind == "Settings") doubtful_.push_back(ref);
  }
}

void GoodVersions::update() {
  for (const auto& ref : std::exchange(doubtful_, {})) {
    const auto at = untried_.find(ref);
    if (at != untried_.end() && decide(ref, at->second)) untried_.erase(at);
  }
  if (next_kept_ && *next_kept_ != *kept_) kept_ = next_kept_;
  next_kept_ = nullptr;
}

bool GoodVersions::decide(const model::ObjectRef& ref, const Version& newest) {
  if (conflicts_.contains(ref) || !is_good(translation_, ref)) {
    keep(ref, newest);
    return false;
  }
  set(ref, newest.object);
  if (lasts(ref, newest)) journal_->set(ref, newest.object);
  drop_kept(ref);
  return true;
}

void GoodVersions::set(const model::ObjectRef& ref, const model::ObjectPtr& object) {
  translation_.set_last_good(ref, object);
  changed_(ref);
}

void GoodVersions::forget(const model::ObjectRef& ref) {
  if (!keeps_) return;
  set(ref, nullptr);
  journal_->set(ref, nullptr);
  drop_kept(ref);
}

// Objects of plugins' kinds change often and derived ones come from others: their last good versions are in memory.
bool GoodVersions::lasts(const model::ObjectRef& ref, const Version& newest) const {
  return newest.told && !is_plugin_kind(translation_, ref.kind);
}

void GoodVersions::keep(const model::ObjectRef& ref, const Version& newest) {
  const auto good = lasts(ref, newest) ? translation_.last_good.peek(ref) : nullptr;
  if (!good || good->hash == newest.object->hash) return drop_kept(ref);
  const KeptVersion kept{newest.object->hash, good};
  const auto known = known_kept().find(ref);
  if (known == known_kept().end() || !(known->second == kept)) changing_kept()[ref] = kept;
}

void GoodVersions::drop_kept(const model::ObjectRef& ref) {
  if (known_kept().count(ref) != 0) changing_kept().erase(ref);
}

const KeptVersions& GoodVersions::known_kept() const { return next_kept_ ? *next_kept_ : *kept_; }

// Others hold what was given out.
KeptVersions& GoodVersions::changing_kept() {
  if (!next_kept_) next_kept_ = std::make_shared<KeptVersions>(*kept_);
  return *next_kept_;
}

void GoodVersions::take(const model::ObjectRef& ref, const model::ObjectPtr& object, const model::ObjectPtr& good) {
  if (translation_.last_good.peek(ref) != good) {
    set(ref, good);
    doubtful_.push_back(ref);
  }
  if (good && object && good->hash == object->hash) untried_.erase(ref);
}

void GoodVersions::succeed(GoodVersions& before) {
  std::swap(journal_, before.journal_);
  kept_ = before.kept_;
}

}  // namespace solder::engine
