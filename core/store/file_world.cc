#include "core/store/file_world.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "core/base/hash.h"
#include "core/base/progress.h"

namespace solder::store {

namespace {

bool below(const std::string& path, const std::string& directory) {
  return path == directory || (path.starts_with(directory) && path[directory.size()] == '/');
}

std::vector<std::string> take_due(std::map<std::string, FileWorld::Time>& times, FileWorld::Time now) {
  std::vector<std::string> out;
  for (auto at = times.begin(); at != times.end();) {
    if (at->second > now) {
      ++at;
      continue;
    }
    out.push_back(at->first);
    at = times.erase(at);
  }
  return out;
}

}  // namespace

void FileWorld::walked(const Tree& tree, bool everything, Time now) {
  const Writer writer = std::exchange(first_walk_, false) ? Writer::kDone : Writer::kMaybeBusy;
  walk_problems_ = tree.problems;
  base::Progress progress("reading manifests", tree.files.size());
  for (const auto& [path, found] : tree.files) {
    progress.step();
    const auto at = known_.find(path);
    const bool same = at != known_.end() && at->second.settled && at->second.stamp == found.stamp;
    if (same && !everything && leaving_.count(path) == 0) continue;
    read(path, writer, now);
  }
  std::vector<std::string> missing;
  for (const auto& [path, known] : known_) {
    const auto kept = [&path = path](const std::string& directory) { return below(path, directory); };
    if (tree.files.count(path) != 0) continue;
    if (std::any_of(tree.unreadable.begin(), tree.unreadable.end(), kept)) continue;
    missing.push_back(path);
  }
  for (const auto& path : missing) gone(path, now);
}

void FileWorld::written(const std::string& path, Time now) {
  stay(path);
  quiet_[path] = now + kQuiet;
}

void FileWorld::ready(const std::string& path, Time now) { read(path, Writer::kDone, now); }

void FileWorld::gone(const std::string& path, Time now) {
  quiet_.erase(path);
  if (known_.count(path) == 0) return;
  table_.set_leaving(path, true);
  leaving_.emplace(path, now + kGrace);
}

void FileWorld::due(Time now) {
  for (const auto& path : take_due(quiet_, now)) read(path, Writer::kDone, now);
  for (const auto& path : take_due(leaving_, now)) {
    table_.remove(path);
    known_.erase(path);
  }
}

std::optional<FileWorld::Time> FileWorld::next_due() const {
  std::optional<Time> out;
  for (const auto* times : {&quiet_, &leaving_}) {
    for (const auto& [path, time] : *times) out = out ? std::min(*out, time) : time;
  }
  return out;
}

Batch FileWorld::take() {
  Batch batch = table_.take();
  batch.problems.insert(batch.problems.begin(), walk_problems_.begin(), walk_problems_.end());
  batch.complete = true;
  return batch;
}

void FileWorld::stay(const std::string& path) {
  if (leaving_.erase(path) != 0) table_.set_leaving(path, false);
}

void FileWorld::read(const std::string& path, Writer writer, Time now) {
  auto content = read_file(path, limits_.max_file_bytes);
  if (content.outcome == FileContent::Outcome::kMissing) return gone(path, now);
  stay(path);
  if (content.outcome == FileContent::Outcome::kProblem) {
    quiet_.erase(path);
    known_[path] = Known{{}, 0, false, false};
    return table_.fail(path, std::move(content.problem));
  }
  const uint64_t hash = base::hash_bytes(content.text);
  const Known now_known{content.stamp, hash, content.settled, true};
  const auto at = known_.find(path);
  if (at != known_.end() && at->second.readable && at->second.content_hash == hash) {
    at->second = now_known;
    quiet_.erase(path);
    return;
  }
  auto documents = config::parse_documents(content.text, path, limits_);
  if (writer == Writer::kMaybeBusy && !content.settled && table_.would_lose(path, documents)) {
    quiet_[path] = now + kQuiet;
    return;
  }
  quiet_.erase(path);
  known_[path] = now_known;
  table_.put(path, std::move(documents));
}

}  // namespace solder::store
