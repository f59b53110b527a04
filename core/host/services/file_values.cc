#include "core/host/services/file_values.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "core/base/base64.h"
#include "core/base/hash.h"
#include "core/config/tree_builder.h"
#include "core/store/file_reader.h"

namespace solder::host {

using nlohmann::json;

namespace {

constexpr size_t kMaxBytes = size_t{4} << 20;

base::Status missing(std::string words) { return {base::Code::kFailedPrecondition, std::move(words)}; }

base::Result<std::string> content_of(const std::string& path) {
  auto content = store::read_file(path, kMaxBytes);
  switch (content.outcome) {
    case store::FileContent::Outcome::kRead:
      return std::move(content.text);
    case store::FileContent::Outcome::kMissing:
      return missing("the file " + path + " is not there");
    default:
      return missing("the file " + path + ": " + content.problem.message);
  }
}

std::string trimmed(const std::string& text) {
  const size_t begin = text.find_first_not_of(" \t\r\n");
  return begin == std::string::npos ? "" : text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

void hide(json& value, const std::set<std::string>& names) {
  if (!value.is_structured()) return;
  for (auto it = value.begin(); it != value.end(); ++it) {
    const bool secret = value.is_object() && it->is_string() && names.count(it.key()) != 0;
    secret ? static_cast<void>(*it = "(hidden)") : hide(*it, names);
  }
}

}  // namespace

struct FileValues::Kept {
  uint64_t hash = 0;
  std::shared_ptr<const json> document;
};

FileValues::FileValues() = default;
FileValues::~FileValues() = default;

base::Result<std::shared_ptr<const json>> FileValues::parsed(const std::string& path) {
  const auto text = content_of(path);
  if (!text.ok()) return text.status();
  const uint64_t hash = base::hash_bytes(*text);
  const std::lock_guard lock(mutex_);
  Kept& kept = kept_[path];
  if (kept.document && kept.hash == hash) return kept.document;
  json value;
  std::string wrong;
  config::read_text(*text, path, {}, config::Want::kValue, [&](config::ReadDocument document, uint32_t index) {
    if (index > 0 || (document.value.is_null() && document.problems.empty())) return;
    if (!document.problems.empty()) wrong = "line " + std::to_string(document.problems[0].at.line);
    value = std::move(document.value);
  });
  if (!wrong.empty()) return missing("the file " + path + " is neither YAML nor JSON: " + wrong);
  kept = {hash, std::make_shared<const json>(std::move(value))};
  return kept.document;
}

base::Result<std::string> FileValues::value(const FileValue& which) {
  std::string text;
  if (which.pointer.empty()) {
    auto content = content_of(which.path);
    if (!content.ok()) return content.status();
    text = trimmed(*content);
  } else {
    const auto document = parsed(which.path);
    if (!document.ok()) return document.status();
    try {
      text = (*document)->at(json::json_pointer(which.pointer)).get<std::string>();
    } catch (const json::exception&) {
      return missing("the file " + which.path + " has no text at " + which.pointer);
    }
  }
  if (!which.base64) return text;
  auto decoded = base::base64_decode(text);
  if (!decoded) return missing("what stands in " + which.path + " at " + which.pointer + " is not base64");
  return std::move(*decoded);
}

base::Result<std::string> FileValues::document(const std::string& path, const std::set<std::string>& hidden) {
  const auto document = parsed(path);
  if (!document.ok()) return document.status();
  json shown = **document;
  hide(shown, hidden);
  return shown.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace solder::host
