// The objects of all stores and Gloo's default gateways, and which of them count: Settings name the namespaces that are
// watched. Feeds the translation's inputs and remembers who came and went. One thread.
// Tested by tests/unit/engine/engine_test.cc.
#pragma once

#include <map>
#include <set>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "core/engine/diagnostic_book.h"
#include "core/engine/object_index.h"
#include "core/engine/ref_hash.h"
#include "core/engine/service_runs.h"
#include "core/engine/translation.h"
#include "core/model/settings.h"

namespace solder::engine {

class VisibleWorld {
 public:
  // `book` is told of objects that have no effect.
  VisibleWorld(Translation& translation, DiagnosticBook& book, std::string write_namespace);

  // What a store says; null: the object is gone.
  void set(const model::ObjectRef& ref, const model::ObjectPtr& object);
  // What plugins derive from `source` now. An object of that name in a store takes its place.
  // Gives the objects that this touched.
  std::set<model::ObjectRef> set_derived(const model::ObjectRef& source, const std::vector<model::ObjectPtr>& objects);
  // The objects from which plugins derive others that came to be seen or are no longer seen since the last call.
  std::set<model::ObjectRef> take_sources() { return std::exchange(sources_, {}); }
  // Plugins read other kinds now than `before`, or read them otherwise: finds anew what is seen of these.
  void kinds_changed(const std::map<std::string, host::ObjectKind>& before);
  // Whether plugins derive others from it.
  [[nodiscard]] bool derives(const model::ObjectRef& ref) const;
  // Brings the lists of kinds, the Settings and the default gateways up to date.
  void update();

  struct Membership {
    std::vector<model::ObjectRef> come, gone;  // sorted
  };
  // Who came to be seen and who is no longer seen since the last call.
  Membership take_membership();
  // Whose content changed, seen or not, since the last call; in any order, perhaps twice.
  std::vector<model::ObjectRef> take_changed() { return std::exchange(changed_, {}); }

  // Whether objects of the kind are told of though there is nothing to say about them.
  [[nodiscard]] bool has_reports(const std::string& kind) const;
  [[nodiscard]] bool sees(const model::ObjectRef& ref) const;
  // Sorted.
  [[nodiscard]] const std::set<model::ObjectRef>& seen(const std::string& kind) const;
  // The object as the stores tell it, else the derived one, else the default gateway of that name, else null.
  [[nodiscard]] model::ObjectPtr find(const model::ObjectRef& ref) const;
  [[nodiscard]] const std::map<model::ObjectRef, model::ObjectPtr>& told() const { return told_; }
  // By name, and there by source.
  using Derived = std::map<model::ObjectRef, std::map<model::ObjectRef, model::ObjectPtr>>;
  [[nodiscard]] const Derived& derived() const { return derived_; }
  [[nodiscard]] const std::map<model::ObjectRef, model::ObjectPtr>& defaults() const { return defaults_; }
  // Of the last two, those that no store tells of.
  [[nodiscard]] std::vector<model::ObjectPtr> untold() const;
  [[nodiscard]] const std::string& write_namespace() const { return settings_.write_namespace; }

 private:
  [[nodiscard]] bool watched(const std::string& ns) const;
  [[nodiscard]] bool right_version(const model::Object& object) const;
  [[nodiscard]] bool visible(const model::Object& object) const;
  [[nodiscard]] model::ObjectPtr given(const model::ObjectRef& ref) const;
  void take_in(const model::ObjectRef& ref, const model::ObjectPtr& object);
  void show(const model::ObjectRef& ref, const model::ObjectPtr& object);
  void explain(const model::ObjectRef& ref, const model::ObjectPtr& object);
  [[nodiscard]] bool can_derive(const std::string& kind) const;
  void explain_sources(const model::ObjectRef& ref);
  void update_lists();
  void update_settings();
  void update_default_gateways();
  [[nodiscard]] model::Diagnostic other_version(const model::Object& object) const;
  [[nodiscard]] model::Diagnostic unseen(const model::ObjectRef& ref) const;

  Translation& translation_;
  DiagnosticBook& book_;
  const std::string write_namespace_;
  model::Settings settings_;
  std::map<model::ObjectRef, model::ObjectPtr> told_;
  std::map<model::ObjectRef, model::ObjectPtr> defaults_;  // the default gateways in use
  Derived derived_;
  std::map<model::ObjectRef, std::vector<model::ObjectRef>> derived_from_;  // by source
  ObjectIndex index_;
  std::set<model::ObjectRef> sources_;
  std::map<std::string, std::set<model::ObjectRef>> seen_;
  ServiceRuns services_;  // of those seen
  std::set<std::string> changed_kinds_;
  std::vector<model::ObjectRef> changed_;
  std::unordered_set<model::ObjectRef, RefHash> moved_;  // that came or went, and did not go or come back
};

}  // namespace solder::engine
