// Objects in files, for writing. Other objects in the same file, and their comments, stay as they are.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>

#include "cli/object_store.h"
#include "cli/yaml_text.h"
#include "cli/yaml_tree.h"
#include "core/base/replace_file.h"
#include "core/config/documents.h"
#include "core/report/status_path.h"

namespace solder::cli {

namespace fs = std::filesystem;

namespace {

constexpr mode_t kMode = 0644, kSecretMode = 0600;

// Text of one document of a file, and where it stands in it.
struct Piece {
  size_t begin = 0, end = 0;
};

// Documents as YAML parts them: by lines that begin with "---".
std::vector<Piece> pieces_of(const std::string& text) {
  std::vector<Piece> out;
  size_t begin = 0;
  for (size_t line = 0; line < text.size();) {
    const size_t next = std::min(text.find('\n', line), text.size() - 1) + 1;
    const bool mark = text.compare(line, 3, "---") == 0 && (line + 3 == text.size() || text[line + 3] == '\n' ||
                                                            text[line + 3] == ' ' || text[line + 3] == '\r');
    if (mark) {
      out.push_back({begin, line});
      begin = next;
    }
    line = next;
  }
  out.push_back({begin, text.size()});
  return out;
}

// Whether the document is a List, whose objects cannot be replaced one by one.
bool is_list(const std::string& text, const std::string& path) {
  const auto root = parse_yaml(text, path);
  return root.ok() && root->find("items") != nullptr && root->find("metadata") == nullptr;
}

class FileObjects final : public ObjectStore {
 public:
  explicit FileObjects(std::vector<std::string> directories) : directories_(std::move(directories)) {}

  base::Status put(const model::Object& object, std::string& where) override {
    const mode_t mode = object.ref.kind == "Secret" ? kSecretMode : kMode;
    const model::ObjectPtr there = find(object.ref);
    if (there) {
      where = there->source.file;
      return replace(*there, manifest_text(object));
    }
    std::error_code error;
    if (fs::exists(directories_.front(), error) && !fs::is_directory(directories_.front(), error))
      return base::invalid_argument(directories_.front() + " is a file; a new object needs a directory");
    where = (fs::path(directories_.front()) / report::status_path(object.ref)).string();
    return write(where, manifest_text(object), mode);
  }

  base::Status remove(const model::ObjectRef& ref, std::string& where) override {
    const model::ObjectPtr there = find(ref);
    if (!there) return base::not_found(to_string(ref) + " is in no file");
    where = there->source.file;
    return replace(*there, "");
  }

  base::Result<store::Batch> read() override { return store::read_files(directories_); }

 private:
  [[nodiscard]] model::ObjectPtr find(const model::ObjectRef& ref) const {
    for (const auto& change : store::read_files(directories_).changes) {
      if (change.object && change.ref == ref) return change.object;
    }
    return nullptr;
  }

  static base::Status write(const std::string& path, const std::string& text, mode_t mode) {
    std::error_code error;
    fs::create_directories(fs::path(path).parent_path(), error);
    const fs::path staging = fs::path(path).parent_path() / ("." + fs::path(path).filename().string() + ".new");
    return base::replace_file(path, staging.string(), text, mode);
  }

  // Puts the text in the place of the object's document, or takes the document out. A file of nothing else goes.
  static base::Status replace(const model::Object& there, const std::string& with) {
    const std::string& path = there.source.file;
    std::ifstream file(path, std::ios::binary);
    std::string text((std::istreambuf_iterator<char>(file)), {});
    if (!file && !file.eof()) return base::unavailable(path + " cannot be read");
    const auto pieces = pieces_of(text);
    std::optional<Piece> found;
    size_t others = 0;
    for (const Piece& piece : pieces) {
      const std::string document = text.substr(piece.begin, piece.end - piece.begin);
      const auto documents = config::parse_documents(document, path);
      const bool alone = documents.objects.size() == 1 && documents.problems.empty();
      if (alone && documents.objects.front()->ref == there.ref && !found && !is_list(document, path)) {
        found = piece;
      } else if (!documents.objects.empty() || !documents.problems.empty()) {
        ++others;
      }
    }
    if (!found)
      return {base::Code::kFailedPrecondition,
              to_string(there.ref) + " stands in " + path + " inside of a List; edit it there"};
    std::error_code error;
    const auto mode = static_cast<mode_t>(fs::status(path, error).permissions()) & 0777;
    if (with.empty() && others == 0)
      return fs::remove(path, error) ? base::Status() : base::unavailable(path + ": " + error.message());
    text.replace(found->begin, found->end - found->begin, with);
    return write(path, text, mode);
  }

  const std::vector<std::string> directories_;
};

}  // namespace

std::unique_ptr<ObjectStore> file_objects(std::vector<std::string> directories) {
  return std::make_unique<FileObjects>(std::move(directories));
}

std::string manifest_text(const model::Object& object) {
  using Json = nlohmann::ordered_json;
  const Json read = Json::parse(object.json, nullptr, false);
  Json out = Json::object();
  for (const char* first : {"apiVersion", "kind", "metadata"}) {
    if (read.contains(first)) out[first] = read[first];
  }
  for (const auto& [name, value] : read.items()) out[name] = value;
  return to_yaml(out);
}

}  // namespace solder::cli
