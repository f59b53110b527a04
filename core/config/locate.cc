// Finds the line of a field again, for reports. The file is read anew: places of a million fields need not be kept for
// the few that a report names. The last file is remembered, since reports of one file come together.
#include <fstream>
#include <iterator>
#include <mutex>

#include "core/base/hash.h"
#include "core/config/documents.h"
#include "core/config/schema.h"
#include "core/config/tree_builder.h"

namespace solder::config {

namespace {

struct LocatedFile {
  std::string file;
  uint64_t hash = 0;
  std::vector<Positions> documents;  // with each step's spelling made equal
};

// snake_case and lowerCamel are one field, so places are kept under lowerCamel.
std::string canonical_pointer(const std::string& pointer) {
  std::string out;
  size_t at = 0;
  while (at < pointer.size()) {
    size_t next = pointer.find('/', at + 1);
    if (next == std::string::npos) next = pointer.size();
    out += "/" + to_lower_camel(pointer.substr(at + 1, next - at - 1));
    at = next;
  }
  return out;
}

const LocatedFile* located(const std::string& file, uint64_t hash) {
  thread_local LocatedFile last;
  if (last.file == file && last.hash == hash) return &last;
  std::ifstream in(file, std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  if (base::hash_bytes(text) != hash) return nullptr;
  last = {file, hash, {}};
  read_text(text, file, {}, Want::kPositions, [](const ReadDocument& document, uint32_t) {
    Positions positions;
    for (const auto& [pointer, position] : document.positions)
      positions.try_emplace(canonical_pointer(pointer), position);
    last.documents.push_back(std::move(positions));
  });
  return &last;
}

}  // namespace

model::SourceLocation locate(const model::Object& object, std::string_view field) {
  const auto& source = object.source;
  if (source.file.empty()) return {};
  const LocatedFile* file = located(source.file, source.content_hash);
  if (file == nullptr || source.document >= file->documents.size()) return source.start;
  const Positions& positions = file->documents[source.document];
  const bool in_list = positions.count("/items") != 0 && positions.count("/items/" + std::to_string(source.item)) != 0;
  const std::string prefix = in_list ? "/items/" + std::to_string(source.item) : "";
  std::string pointer = canonical_pointer(std::string(field));
  while (!pointer.empty()) {
    if (const auto at = positions.find(prefix + pointer); at != positions.end()) {
      return {source.file, at->second.line, at->second.column};
    }
    pointer.erase(pointer.rfind('/'));
  }
  return source.start;
}

}  // namespace solder::config
