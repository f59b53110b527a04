#include "core/config/documents.h"

#include <algorithm>
#include <optional>

#include "core/base/hash.h"
#include "core/config/kinds.h"
#include "core/config/object_hash.h"
#include "core/config/shown.h"
#include "core/config/tree_builder.h"

namespace solder::config {

namespace {

using nlohmann::json;

bool is_list(const json& value) {
  if (!value.is_object()) return false;
  const auto kind = value.find("kind");
  return kind != value.end() && *kind == "List";
}

model::Diagnostic problem(const model::ObjectRef& object, std::string reason, std::string field, std::string message,
                          model::SourceLocation where) {
  return {.reason = std::move(reason),
          .object = object,
          .field = std::move(field),
          .message = std::move(message),
          .where = std::move(where)};
}

// Letters that a name may not have: they would break paths, resource names or terminals.
bool usable_name(const std::string& name) {
  return !name.empty() && name.size() <= 253 && std::none_of(name.begin(), name.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f || c == '/';
  });
}

class DocumentReader {
 public:
  DocumentReader(std::string file, uint64_t content_hash, Documents& out)
      : file_(std::move(file)), content_hash_(content_hash), out_(out) {}

  void take(ReadDocument document, uint32_t index) {
    if (document.value.is_null() && document.problems.empty()) return;
    positions_ = &document.positions;
    start_ = place(document.start);
    index_ = index;
    const model::ObjectRef named = name_of(document.value);
    for (auto& bad : document.problems) {
      out_.problems.push_back(problem(named, bad.reason, bad.field, bad.message, place(bad.at)));
    }
    if (!document.problems.empty()) return;
    if (is_list(document.value)) {
      take_list(document.value);
    } else {
      take_object(document.value, "", 0, std::move(document.json));
    }
  }

 private:
  model::SourceLocation place(Position at) const { return {file_, at.line, at.column}; }
  model::SourceLocation find(const std::string& pointer) const {
    const auto at = positions_->find(pointer);
    return at == positions_->end() ? start_ : place(at->second);
  }
  model::ObjectRef file_ref() const { return {"File", "", file_}; }

  // The object that a document is about, as far as it can be told; the file otherwise.
  model::ObjectRef name_of(const json& value) const {
    if (!value.is_object()) return file_ref();
    const auto kind = value.value("kind", json());
    const auto metadata = value.value("metadata", json());
    if (!kind.is_string() || !metadata.is_object()) return file_ref();
    const auto name = metadata.value("name", json());
    const auto ns = metadata.value("namespace", json("default"));
    if (!name.is_string() || !ns.is_string()) return file_ref();
    const auto api_version = value.value("apiVersion", json());
    return {kind_of(kind.get<std::string>(), api_version.is_string() ? api_version.get<std::string>() : ""),
            ns.get<std::string>(), name.get<std::string>()};
  }

  void take_list(const json& list) {
    const auto items = list.value("items", json());
    if (!items.is_array()) {
      out_.problems.push_back(
          problem(file_ref(), "WrongType", "/items", "a List needs items, a list of objects", find("/items")));
      return;
    }
    for (size_t i = 0; i < items.size(); ++i) {
      take_object(items[i], "/items/" + std::to_string(i), static_cast<uint32_t>(i), "");
    }
  }

  // A string member, or nothing and a problem.
  std::optional<std::string> text(const json& map, const std::string& prefix, const std::string& key, bool required) {
    const std::string pointer = prefix + "/" + key;
    const auto value = map.value(key, json());
    if (value.is_string()) return value.get<std::string>();
    if (value.is_null() && !required) return "";
    auto diagnostic =
        problem(file_ref(), value.is_null() ? "MissingField" : "WrongType", pointer,
                value.is_null() ? "an object needs " + pointer.substr(1) : pointer.substr(1) + " must be a text",
                find(value.is_null() ? prefix : pointer));
    if (!value.is_null()) diagnostic.found = shown(value);
    out_.problems.push_back(std::move(diagnostic));
    return std::nullopt;
  }

  bool strings(const json& metadata, const std::string& prefix, const char* key, const model::ObjectRef& ref,
               std::map<std::string, std::string>& into) {
    const auto map = metadata.value(key, json());
    if (map.is_null()) return true;
    const std::string pointer = prefix + "/metadata/" + key;
    if (!map.is_object()) {
      out_.problems.push_back(
          problem(ref, "WrongType", pointer, std::string(key) + " must be a map of texts", find(pointer)));
      return false;
    }
    bool ok = true;
    for (const auto& [name, value] : map.items()) {
      if (value.is_string()) {
        into[name] = value.get<std::string>();
        continue;
      }
      auto diagnostic =
          problem(ref, "WrongType", pointer + pointer_step(name),
                  "a " + std::string(key).substr(0, std::string(key).size() - 1) + " must be a text; put it in quotes",
                  find(pointer + pointer_step(name)));
      diagnostic.found = shown(value);
      diagnostic.expected = '"' + shown(value) + '"';
      out_.problems.push_back(std::move(diagnostic));
      ok = false;
    }
    return ok;
  }

  // `whole` is the object as text; where it is empty, it is all in `value`.
  void take_object(const json& value, const std::string& prefix, uint32_t item, std::string whole) {
    if (!value.is_object()) {
      auto diagnostic = problem(file_ref(), "WrongType", prefix,
                                "a document must be an object with apiVersion, kind and metadata", find(prefix));
      diagnostic.found = shown(value);
      out_.problems.push_back(std::move(diagnostic));
      return;
    }
    const auto kind = text(value, prefix, "kind", true);
    const auto api_version = text(value, prefix, "apiVersion", true);
    const json metadata = value.value("metadata", json());
    if (!metadata.is_object()) {
      out_.problems.push_back(problem(file_ref(), "MissingField", prefix + "/metadata",
                                      "an object needs metadata with a name", find(prefix)));
      return;
    }
    const auto name = text(metadata, prefix + "/metadata", "name", true);
    const auto ns = text(metadata, prefix + "/metadata", "namespace", false);
    if (!kind || !api_version || !name || !ns) return;
    auto object = std::make_shared<model::Object>();
    object->ref = {kind_of(*kind, *api_version), ns->empty() ? "default" : *ns, *name};
    for (const auto& [key, part] :
         {std::pair<std::string, std::string>{"name", *name}, {"namespace", object->ref.ns}}) {
      if (usable_name(part)) continue;
      auto diagnostic = problem(file_ref(), "InvalidName", prefix + "/metadata/" + key,
                                "a " + key + " has 1 to 253 characters, without slashes and control characters",
                                find(prefix + "/metadata/" + key));
      diagnostic.found = shortened(part);
      out_.problems.push_back(std::move(diagnostic));
      return;
    }
    object->api_version = *api_version;
    if (!strings(metadata, prefix, "labels", object->ref, object->labels) ||
        !strings(metadata, prefix, "annotations", object->ref, object->annotations) ||
        !check_api_version(*object, prefix)) {
      return;
    }
    object->json = whole.empty() ? value.dump() : std::move(whole);
    object->hash = object_hash(*object);
    object->source = {file_, index_, item, prefix.empty() ? start_ : find(prefix), content_hash_};
    out_.objects.push_back(std::move(object));
  }

  bool check_api_version(const model::Object& object, const std::string& prefix) {
    const std::string right = api_version_of(object.ref.kind);
    if (right.empty() || right == object.api_version) return true;
    auto diagnostic = problem(object.ref, "WrongApiVersion", prefix + "/apiVersion",
                              "a " + object.ref.kind + " is of another API version", find(prefix + "/apiVersion"));
    diagnostic.found = object.api_version;
    diagnostic.expected = right;
    out_.problems.push_back(std::move(diagnostic));
    return false;
  }

  std::string file_;
  uint64_t content_hash_;
  Documents& out_;
  const Positions* positions_ = nullptr;
  model::SourceLocation start_;
  uint32_t index_ = 0;
};

// One walk over a document, without the places of its parts unless something needs them: a good document does not.
class FileReader {
 public:
  FileReader(std::string_view text, const std::string& file, const Limits& limits)
      : text_(text), file_(file), limits_(limits), content_hash_(base::hash_bytes(text)) {}

  Documents read() {
    Documents out;
    bool places_needed = false;
    read_text(text_, file_, limits_, Want::kObject, [&](ReadDocument document, uint32_t index) {
      places_needed = places_needed || is_list(document.value);
      DocumentReader(file_, content_hash_, out).take(std::move(document), index);
    });
    if (!places_needed && out.problems.empty()) return out;
    out = {};
    read_text(text_, file_, limits_, Want::kPositions, [&](ReadDocument document, uint32_t index) {
      DocumentReader(file_, content_hash_, out).take(std::move(document), index);
    });
    return out;
  }

 private:
  std::string_view text_;
  const std::string& file_;
  const Limits& limits_;
  uint64_t content_hash_;
};

}  // namespace

Documents parse_documents(std::string_view text, const std::string& file, const Limits& limits) {
  if (text.size() <= limits.max_file_bytes) return FileReader(text, file, limits).read();
  auto too_large = problem(
      {"File", "", file}, "TooLarge", "",
      "the file is larger than " + std::to_string(limits.max_file_bytes >> 20) + " MiB and is not read", {file, 0, 0});
  too_large.found = std::to_string(text.size()) + " bytes";
  Documents out;
  out.problems.push_back(std::move(too_large));
  return out;
}

}  // namespace solder::config
