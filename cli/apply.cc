// `solder apply` and `solder delete`: objects into the store that is configured, and out of it.
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>

#include "cli/command.h"
#include "cli/exit_codes.h"
#include "cli/object_store.h"
#include "core/config/documents.h"
#include "core/config/kinds.h"
#include "core/report/reporter.h"

namespace solder::cli {

namespace {

constexpr const char* kStandardInput = "-";

struct ApplyOptions {
  StoreOptions store;
  std::vector<std::string> files;
};

struct DeleteOptions {
  StoreOptions store;
  std::vector<std::string> files;
  std::string kind, name;
};

int exit_code_of(const base::Status& status) {
  return status.code() == base::Code::kInvalidArgument ? kUsage : kCannotRun;
}

// All or nothing: with a file that cannot be read nothing is written.
base::Result<std::vector<model::ObjectPtr>> read_objects(const std::vector<std::string>& paths) {
  store::Batch read;
  for (const std::string& path : paths) {
    if (path == kStandardInput) {
      const std::string text((std::istreambuf_iterator<char>(std::cin)), {});
      auto documents = config::parse_documents(text, "standard input");
      for (auto& object : documents.objects) read.changes.push_back({object->ref, object});
      read.problems.insert(read.problems.end(), documents.problems.begin(), documents.problems.end());
      continue;
    }
    std::error_code error;
    if (!std::filesystem::exists(path, error)) return base::not_found(path + ": there is no such file or directory");
    auto batch = store::read_files({path});
    for (auto& change : batch.changes) read.changes.push_back(std::move(change));
    read.problems.insert(read.problems.end(), batch.problems.begin(), batch.problems.end());
  }
  for (const auto& problem : read.problems) {
    if (problem.severity == model::Severity::kError) return base::invalid_argument(report::to_text(problem));
  }
  std::vector<model::ObjectPtr> out;
  for (const auto& change : read.changes) {
    if (change.object) out.push_back(change.object);
  }
  if (out.empty()) return base::invalid_argument("there is no object in what was given");
  return out;
}

int apply(const ApplyOptions& options) {
  const auto objects = read_objects(options.files);
  if (!objects.ok()) {
    complain(objects.status().message());
    return exit_code_of(objects.status());
  }
  const auto store = open_store(options.store);
  if (!store.ok()) {
    complain(store.status().message());
    return exit_code_of(store.status());
  }
  int code = kOk;
  for (const auto& object : *objects) {
    std::string where;
    const auto status = (*store)->put(*object, where);
    if (status.ok()) {
      std::cout << to_string(object->ref) << " written to " << where << "\n";
    } else {
      complain(to_string(object->ref) + ": " + status.message());
      code = kProblems;
    }
  }
  return code;
}

// "virtualservices" → "VirtualService", as `solder get` takes it.
std::string kind_of(const std::string& word) {
  const auto small = [](std::string text) {
    for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return text;
  };
  const std::string wanted = small(word);
  for (const auto& [kind, version] : config::decoded_kinds()) {
    const std::string name = small(kind);
    if (wanted == name || wanted == name + "s" || wanted == name + "es") return kind;
  }
  return "";
}

base::Result<std::vector<model::ObjectRef>> refs_of(const DeleteOptions& options) {
  std::vector<model::ObjectRef> out;
  if (!options.files.empty()) {
    if (!options.kind.empty()) return base::invalid_argument("either KIND and NAME, or -f");
    const auto objects = read_objects(options.files);
    if (!objects.ok()) return objects.status();
    for (const auto& object : *objects) out.push_back(object->ref);
    return out;
  }
  if (options.kind.empty() || options.name.empty()) return base::invalid_argument("either KIND and NAME, or -f");
  const std::string kind = kind_of(options.kind);
  if (kind.empty()) {
    const std::string nearest = config::nearest_kind(options.kind);
    return base::invalid_argument("there is no kind " + options.kind +
                                  (nearest.empty() ? "" : "; did you mean " + nearest + "?"));
  }
  const size_t slash = options.name.find('/');
  out.push_back(slash == std::string::npos
                    ? model::ObjectRef{kind, "gloo-system", options.name}
                    : model::ObjectRef{kind, options.name.substr(0, slash), options.name.substr(slash + 1)});
  return out;
}

int remove(const DeleteOptions& options) {
  const auto refs = refs_of(options);
  if (!refs.ok()) {
    complain(refs.status().message());
    return exit_code_of(refs.status());
  }
  const auto store = open_store(options.store);
  if (!store.ok()) {
    complain(store.status().message());
    return exit_code_of(store.status());
  }
  int code = kOk;
  for (const auto& ref : *refs) {
    std::string where;
    const auto status = (*store)->remove(ref, where);
    if (status.ok()) {
      std::cout << to_string(ref) << " removed from " << where << "\n";
    } else {
      complain(to_string(ref) + ": " + status.message());
      code = kProblems;
    }
  }
  return code;
}

}  // namespace

void add_store_options(CLI::App& command, StoreOptions& options) {
  command.add_option("--config", options.config_file, "The settings file of `solder serve`: it says where objects are")
      ->type_name("FILE");
  command
      .add_option("--config-dir", options.config_directories,
                  "Directory with manifests, where no plugin has a store; may be given several times")
      ->allow_extra_args(false)
      ->type_name("DIR");
  add_plugin_directories(command, options.plugin_directories);
  command.add_option("--seconds", options.seconds, "How long to wait for the store")
      ->type_name("NUMBER")
      ->check(CLI::Range(1, 3600))
      ->capture_default_str();
}

void add_apply(CLI::App& app, Action& action) {
  auto* command = app.add_subcommand("apply", "Write objects into the store that is configured");
  command->footer(
      "Kubernetes or Consul where the settings file names one, else files: an object is written where it stands\n"
      "already, a new one as DIR/KIND/NAMESPACE/NAME.yaml. Nothing is written where one of the files cannot be read.\n"
      "Examples:\n"
      "  solder apply -f petstore.yaml --config /etc/solder/solder.yaml\n"
      "  solder apply -f - --config-dir manifests < petstore.yaml");
  auto options = std::make_shared<ApplyOptions>();
  command->add_option("-f,--file", options->files, "File or directory with manifests; - is standard input")
      ->required()
      ->allow_extra_args(false)
      ->type_name("FILE");
  add_store_options(*command, options->store);
  command->callback([&action, options] { action = [options] { return apply(*options); }; });
}

void add_delete(CLI::App& app, Action& action) {
  auto* command = app.add_subcommand("delete", "Take objects out of the store that is configured");
  command->footer(
      "Examples:\n"
      "  solder delete virtualservice gloo-system/petstore --config /etc/solder/solder.yaml\n"
      "  solder delete -f petstore.yaml --config-dir manifests");
  auto options = std::make_shared<DeleteOptions>();
  command->add_option("KIND", options->kind, "The object's kind, such as upstream")->type_name("KIND");
  command->add_option("NAME", options->name, "Its name; without a namespace in gloo-system")
      ->type_name("[NAMESPACE/]NAME");
  command->add_option("-f,--file", options->files, "Instead, all objects of a file; - is standard input")
      ->allow_extra_args(false)
      ->type_name("FILE");
  add_store_options(*command, options->store);
  command->callback([&action, options] { action = [options] { return remove(*options); }; });
}

}  // namespace solder::cli
