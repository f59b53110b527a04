#include "core/store/object_table.h"

#include <utility>

namespace solder::store {

namespace {

std::string place_words(const model::SourceLocation& where) {
  return where.line == 0 ? where.file : where.file + ":" + std::to_string(where.line);
}

bool same_place(const model::DocumentSource& a, const model::DocumentSource& b) {
  return a.file == b.file && a.document == b.document && a.item == b.item && a.start == b.start;
}

// About the place that does not count; the object itself serves on from the other.
model::Diagnostic duplicate(const model::Object& counts, const model::Object& ignored) {
  model::Diagnostic out;
  out.reason = "DuplicateObject";
  out.object = {"File", "", ignored.source.file};
  out.message = model::to_string(ignored.ref) + " stands at " + place_words(counts.source.start) +
                " as well, which counts; this one at " + place_words(ignored.source.start) + " is ignored";
  out.expected = "one of the two";
  out.related = ignored.ref;
  out.where = ignored.source.start;
  if (out.where.file.empty()) out.where.file = ignored.source.file;
  return out;
}

// Which objects of a file were in documents that could not be read; unsure: all that are missing.
struct Unread {
  std::set<model::ObjectRef> named;
  bool any = false;

  explicit Unread(const model::Diagnostics& problems) {
    for (const auto& problem : problems) {
      if (problem.severity != model::Severity::kError) continue;
      if (problem.object.kind == "File" || problem.object.kind.empty()) {
        any = true;
      } else {
        named.insert(problem.object);
      }
    }
  }
  [[nodiscard]] bool covers(const model::ObjectRef& ref) const { return any || named.count(ref) != 0; }
};

}  // namespace

void ObjectTable::put(const std::string& file, config::Documents documents) {
  File now;
  for (auto& object : documents.objects) {
    const auto [first, is_first] = now.objects.emplace(object->ref, object);
    if (!is_first) documents.problems.push_back(duplicate(*first->second, *object));
  }
  File& before = files_[file];
  const Unread unread(documents.problems);
  for (const auto& [ref, object] : before.objects) {
    if (unread.covers(ref)) now.objects.emplace(ref, object);
  }
  now.problems = std::move(documents.problems);
  disown(file, before);
  before = std::move(now);
  own(file, before);
}

void ObjectTable::fail(const std::string& file, model::Diagnostic problem) {
  File& at = files_[file];
  at.problems = {std::move(problem)};
  bad_files_.insert(file);
}

void ObjectTable::set_leaving(const std::string& file, bool leaving) {
  const auto at = files_.find(file);
  if (at == files_.end() || at->second.leaving == leaving) return;
  at->second.leaving = leaving;
  for (const auto& [ref, object] : at->second.objects) touched_.insert(ref);
}

void ObjectTable::remove(const std::string& file) {
  const auto at = files_.find(file);
  if (at == files_.end()) return;
  disown(file, at->second);
  files_.erase(at);
}

bool ObjectTable::would_lose(const std::string& file, const config::Documents& documents) const {
  if (!documents.problems.empty()) return true;
  const auto at = files_.find(file);
  if (at == files_.end()) return false;
  std::set<model::ObjectRef> now;
  for (const auto& object : documents.objects) now.insert(object->ref);
  for (const auto& [ref, object] : at->second.objects) {
    if (now.count(ref) == 0) return true;
  }
  return false;
}

void ObjectTable::own(const std::string& file, const File& contents) {
  for (const auto& [ref, object] : contents.objects) {
    auto& owners = owners_[ref];
    owners.insert(file);
    if (owners.size() > 1) shared_.insert(ref);
    touched_.insert(ref);
  }
  if (!contents.problems.empty()) bad_files_.insert(file);
}

void ObjectTable::disown(const std::string& file, const File& contents) {
  for (const auto& [ref, object] : contents.objects) {
    auto& owners = owners_[ref];
    owners.erase(file);
    if (owners.size() < 2) shared_.erase(ref);
    if (owners.empty()) owners_.erase(ref);
    touched_.insert(ref);
  }
  bad_files_.erase(file);
}

std::vector<model::ObjectPtr> ObjectTable::claims(const model::ObjectRef& ref) const {
  std::vector<model::ObjectPtr> out;
  std::vector<model::ObjectPtr> leaving;
  const auto owners = owners_.find(ref);
  if (owners == owners_.end()) return out;
  for (const auto& name : owners->second) {
    const File& file = files_.at(name);
    (file.leaving ? leaving : out).push_back(file.objects.at(ref));
  }
  return out.empty() ? leaving : out;
}

void ObjectTable::add_duplicates(model::Diagnostics& problems) const {
  for (const auto& ref : shared_) {
    const auto all = claims(ref);
    for (size_t i = 1; i < all.size(); ++i) problems.push_back(duplicate(*all.front(), *all[i]));
  }
}

Batch ObjectTable::take() {
  Batch batch;
  for (const auto& ref : std::exchange(touched_, {})) {
    const auto all = claims(ref);
    auto& told = told_[ref];
    const model::ObjectPtr now = all.empty() ? nullptr : all.front();
    // An object that only moved is news: its old place would stand in reports.
    const bool same = now && told ? now->hash == told->hash && same_place(now->source, told->source) : now == told;
    if (!same) batch.changes.push_back({ref, now});
    told = now;
    if (!told) told_.erase(ref);
  }
  for (const auto& file : bad_files_) {
    const auto& problems = files_.at(file).problems;
    batch.problems.insert(batch.problems.end(), problems.begin(), problems.end());
  }
  add_duplicates(batch.problems);
  return batch;
}

}  // namespace solder::store
