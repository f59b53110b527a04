#include "core/sources/source_objects.h"

#include <utility>

#include "core/config/documents.h"

namespace solder::sources {

model::ObjectPtr read_source_object(std::string_view json, model::Diagnostic& problem) {
  auto documents = config::parse_documents(json, "object.json");
  if (documents.objects.size() != 1 || !documents.problems.empty()) {
    problem = documents.problems.empty() ? model::Diagnostic{.reason = "WrongType", .message = "it is no single object"}
                                         : std::move(documents.problems.front());
    problem.where = {};
    if (problem.object.kind == "File") problem.object = {};
    return nullptr;
  }
  auto object = std::make_shared<model::Object>(*documents.objects.front());
  object->source = {};
  return object;
}

void SourceObjects::begin() {
  began_ = ++clock_;
  lists_.clear();
  whole_ = false;
}

void SourceObjects::restore(model::ObjectPtr object) {
  whole_ = true;
  set(std::move(object));
}

void SourceObjects::set(model::ObjectPtr object) {
  unreadable_.erase(object->ref);
  Entry& entry = objects_[object->ref];
  entry.seen = clock_;
  if (entry.object && entry.object->hash == object->hash) return;
  changed_.insert(object->ref);
  entry.object = std::move(object);
}

base::Status SourceObjects::put(std::string_view json) {
  model::Diagnostic problem;
  auto object = read_source_object(json, problem);
  if (object) {
    set(std::move(object));
    return {};
  }
  auto status = base::invalid_argument(problem.message);
  if (!problem.object.name.empty()) {
    // What it was is good no longer than its source says so; but what cannot be read takes nothing away.
    if (const auto at = objects_.find(problem.object); at != objects_.end()) at->second.seen = clock_;
    unreadable_[problem.object] = std::move(problem);
  }
  return status;
}

SourceObjects::Objects::iterator SourceObjects::erase(Objects::iterator at) {
  changed_.insert(at->first);
  return objects_.erase(at);
}

void SourceObjects::remove(const model::ObjectRef& ref) {
  unreadable_.erase(ref);
  if (const auto at = objects_.find(ref); at != objects_.end()) erase(at);
}

template <typename F>
void SourceObjects::each_of(const std::string& kind, const std::string& ns, F&& f) {
  const auto in_scope = [&](const model::ObjectRef& ref) { return ref.kind == kind && (ns.empty() || ref.ns == ns); };
  for (auto at = objects_.lower_bound({kind, ns, ""}); at != objects_.end() && in_scope(at->first);) at = f(at);
}

void SourceObjects::begin_list(const std::string& kind, const std::string& ns) {
  lists_[{kind, ns}] = ++clock_;
  std::erase_if(unreadable_,
                [&](const auto& each) { return each.first.kind == kind && (ns.empty() || each.first.ns == ns); });
}

void SourceObjects::end_list(const std::string& kind, const std::string& ns) {
  const auto list = lists_.find({kind, ns});
  if (list == lists_.end()) return;
  each_of(kind, ns, [&](auto at) { return at->second.seen < list->second ? erase(at) : std::next(at); });
  lists_.erase(list);
}

void SourceObjects::keep(const std::string& kind, const std::string& ns) {
  each_of(kind, ns, [&](auto at) {
    at->second.seen = clock_;
    return std::next(at);
  });
}

void SourceObjects::complete() {
  if (whole_) return;
  for (auto at = objects_.begin(); at != objects_.end();) at = at->second.seen < began_ ? erase(at) : std::next(at);
  whole_ = true;
}

std::vector<store::Change> SourceObjects::take() {
  std::vector<store::Change> changes;
  for (const auto& ref : std::exchange(changed_, {})) {
    const auto at = objects_.find(ref);
    changes.push_back({ref, at == objects_.end() ? nullptr : at->second.object});
  }
  return changes;
}

model::Diagnostics SourceObjects::problems() const {
  model::Diagnostics out;
  for (const auto& [ref, problem] : unreadable_) out.push_back(problem);
  return out;
}

std::vector<model::ObjectPtr> SourceObjects::all() const {
  std::vector<model::ObjectPtr> out;
  out.reserve(objects_.size());
  for (const auto& [ref, entry] : objects_) out.push_back(entry.object);
  return out;
}

}  // namespace solder::sources
