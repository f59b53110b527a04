#include "secret_tree.h"

#include <algorithm>
#include <utility>

#include "secret_object.h"
#include "solder/sdk/web_endpoint.hpp"

namespace solder::plugins::vault {

using sdk::Json;

namespace {

constexpr size_t kMostAtOnce = 8;
constexpr size_t kMostProblems = 20;
constexpr const char* kKind = "gloo.solo.io/v1/Secret/";

bool is_name(const std::string& text) { return !text.empty() && text.find_first_of("/\n") == std::string::npos; }

std::string in_path(const std::string& text) { return sdk::percent_encoded(text, "/"); }

// Which version of a Secret it is. Everything about a key may have been deleted and begun anew, so the number alone
// does not say it.
std::string version_of(uint64_t number, const Json& about) {
  return std::to_string(number) + " " + sdk::get_string(about, "created_time");
}

// A list that is empty, and not the answer of an engine that is not there.
bool is_empty_list(const sdk::HttpAnswer& answer) {
  const Json body = sdk::parse_json(answer.body);
  return answer.code == sdk::status::kNotFound && body.is_object() && body.contains("errors") && body["errors"].empty();
}

// Vault's own word that there is nothing, or nothing any more; not that of somebody in its place.
bool is_gone(const sdk::HttpAnswer& answer) {
  return is_empty_list(answer) || (answer.code == sdk::status::kNotFound && data_of(answer).is_object());
}

}  // namespace

const std::string* SecretTree::get(const Name& name) const {
  const auto at = known_.find(name);
  return at == known_.end() ? nullptr : &at->second.json;
}

std::vector<Name> SecretTree::names() const {
  std::vector<Name> out;
  for (const auto& [name, known] : known_) out.push_back(name);
  return out;
}

// `part`: "data" or "metadata" of version 2; version 1 has neither.
std::string SecretTree::path_of(const char* part, const std::string& below) const {
  return settings_.prefix + (kv_version_ == 1 ? "/" : "/" + std::string(part) + "/") + settings_.root + "/" + kKind +
         below;
}

void SecretTree::poll() {
  if (std::exchange(polling_, true)) return;
  listed_.clear();
  complete_.clear();
  namespaces_.clear();
  refused_.clear();
  failure_.reset();
  problems_.clear();
  allowed_ = false;
  if (settings_.kv_version != 0) {
    kv_version_ = settings_.kv_version;
    mount_known_ = true;
  }
  mount_known_ ? list("") : look_at_mount();
  next();
}

void SecretTree::ask(std::string path, Step step) { waiting_.emplace_back(std::move(path), std::move(step)); }

void SecretTree::next() {
  while (!waiting_.empty() && running_ < kMostAtOnce && !failure_) {
    auto [path, step] = std::move(waiting_.front());
    waiting_.pop_front();
    const bool sent = connection_.send({.path = path}, [this, step = std::move(step)](const sdk::HttpAnswer& answer) {
      --running_;
      step(answer);
      next();
    });
    if (sent) {
      ++running_;
    } else {
      failure_ = {"AskedTooOften", "there are too many requests under way", ""};
    }
  }
  if (running_ == 0) settle();
}

void SecretTree::settle() {
  if (!std::exchange(polling_, false)) return;
  waiting_.clear();
  if (!failure_) {
    std::vector<Name> gone;
    for (const auto& [name, known] : known_) {
      const bool no_namespace = complete_.count("") != 0 && namespaces_.count(name.first) == 0;
      const bool not_listed = complete_.count(name.first) != 0 && listed_.count(name) == 0;
      if (no_namespace || not_listed) gone.push_back(name);
    }
    for (const Name& name : gone) drop(name);
  }
  for (const auto& [path, capability] : refused_) {
    add_problem("AccessDenied",
                "Vault at " + settings_.address + " does not let Solder " + (capability == "list" ? "list " : "read ") +
                    path + "; what was known of it stays",
                "a policy with: path \"" + path + "\" { capabilities = [\"" + capability + "\"] }");
  }
  if (problems_.size() > kMostProblems) {
    const size_t more = problems_.size() - kMostProblems;
    problems_.resize(kMostProblems);
    problems_.push_back({"MoreProblems", "and " + std::to_string(more) + " more at " + settings_.shown(), ""});
  }
  ends_.polled();
}

// What holds for all that could be asked as well.
bool SecretTree::stops(const sdk::HttpAnswer& answer, const std::string& doing) {
  if (answer.status == SOLDER_OK && (answer.code == sdk::status::kOk || answer.code == sdk::status::kNotFound ||
                                     answer.code == sdk::status::kForbidden)) {
    allowed_ = allowed_ || answer.code != sdk::status::kForbidden;
    return false;
  }
  if (!failure_) failure_ = connection_.failure_of(answer, doing);
  return true;
}

void SecretTree::look_at_mount() {
  ask("sys/internal/ui/mounts/" + in_path(settings_.prefix), [this](const auto& answer) { take_mount(answer); });
}

void SecretTree::take_mount(const sdk::HttpAnswer& answer) {
  if (stops(answer, "looking at the secrets engine at " + settings_.prefix)) return;
  allowed_ = false;  // what matters is whether Secrets may be read
  const Json data = data_of(answer);
  const Json* options = data.is_object() ? sdk::find(data, "options") : nullptr;
  const bool known = answer.code == sdk::status::kOk && data.is_object();
  const std::string type = known ? sdk::get_string(data, "type") : "";
  if (known && type != "kv" && type != "generic") {
    failure_ = {"NoSecretsEngine",
                "what Vault at " + settings_.address + " has at " + settings_.prefix + " is of the type " + type,
                "pathPrefix: the path of a KV secrets engine"};
    return;
  }
  const bool second = options != nullptr && options->is_object() && sdk::get_string(*options, "version") == "2";
  // Who may not ask has version 2; it is asked again next time.
  mount_known_ = known;
  if (known) kv_version_ = second ? 2 : 1;
  list("");
}

void SecretTree::list(const std::string& ns) {
  const std::string path = path_of("metadata", ns.empty() ? "" : ns + "/");
  ask(in_path(path) + "?list=true", [this, ns](const auto& answer) { take_list(ns, answer); });
}

void SecretTree::take_list(const std::string& ns, const sdk::HttpAnswer& answer) {
  const std::string path = path_of("metadata", ns.empty() ? "" : ns + "/");
  if (stops(answer, "listing " + path)) return;
  if (answer.code == sdk::status::kForbidden) return refuse(path, "list");
  const Json data = data_of(answer);
  const Json* keys = data.is_object() ? sdk::find(data, "keys") : nullptr;
  const bool none = is_empty_list(answer);
  if (none && ns.empty()) mount_known_ = false;  // the engine may be another one by now
  if (!none && answer.code == sdk::status::kNotFound) {
    failure_ = connection_.failure_of(answer, "listing " + path);
    mount_known_ = false;
    return;
  }
  if (!none && (keys == nullptr || !keys->is_array())) return misread(path);
  for (const std::string& key : none ? std::vector<std::string>() : sdk::get_strings(data, "keys")) {
    const bool folder = key.ends_with('/');
    const std::string name = folder ? key.substr(0, key.size() - 1) : key;
    if (!is_name(name)) continue;
    if (folder && ns.empty()) {
      namespaces_.insert(name);
      list(name);
    } else if (folder || ns.empty()) {
      add_problem("NotASecret",
                  path + key + " at " + settings_.address + " is at no place of a Secret and is passed over",
                  path_of("data", "<namespace>/<name>"));
    } else {
      listed_.insert({ns, name});
      look_at({ns, name});
    }
  }
  complete_.insert(ns);
}

void SecretTree::look_at(const Name& name) {
  if (kv_version_ == 1) return read(name);
  ask(in_path(path_of("metadata", name.first + "/" + name.second)),
      [this, name](const auto& answer) { take_metadata(name, answer); });
}

void SecretTree::take_metadata(const Name& name, const sdk::HttpAnswer& answer) {
  const std::string path = path_of("metadata", name.first + "/" + name.second);
  if (stops(answer, "reading " + path)) return;
  if (is_gone(answer)) return drop(name);                         // since it was listed
  if (answer.code == sdk::status::kForbidden) return read(name);  // a policy may allow data alone
  const Json data = data_of(answer);
  const uint64_t version = data.is_object() ? sdk::get_uint(data, "current_version").value_or(0) : 0;
  const Json* versions = data.is_object() ? sdk::find(data, "versions") : nullptr;
  const Json* current =
      versions != nullptr && versions->is_object() ? sdk::find(*versions, std::to_string(version).c_str()) : nullptr;
  if (answer.code != sdk::status::kOk || versions == nullptr) return misread(path);
  if (current == nullptr || !current->is_object()) return drop(name);  // no version, or none that is left
  if (sdk::get_bool(*current, "destroyed").value_or(false)) return drop(name);
  // One with a time to be deleted at may be there until then, which its data tell.
  const bool ends = !sdk::get_string(*current, "deletion_time").empty();
  const auto known = known_.find(name);
  if (ends || known == known_.end() || known->second.version != version_of(version, *current)) read(name);
}

void SecretTree::read(const Name& name) {
  ask(in_path(path_of("data", name.first + "/" + name.second)),
      [this, name](const auto& answer) { take_data(name, answer); });
}

void SecretTree::take_data(const Name& name, const sdk::HttpAnswer& answer) {
  const std::string path = path_of("data", name.first + "/" + name.second);
  if (stops(answer, "reading " + path)) return;
  if (answer.code == sdk::status::kForbidden) return refuse(path, "read");
  if (is_gone(answer)) return drop(name);
  const Json data = data_of(answer);
  if (answer.code != sdk::status::kOk || !data.is_object()) return misread(path);
  if (kv_version_ == 1) return put(name, "", data);
  const Json* values = sdk::find(data, "data");
  const Json* about = sdk::find(data, "metadata");
  const bool told = about != nullptr && about->is_object();
  const std::string version = told ? version_of(sdk::get_uint(*about, "version").value_or(0), *about) : "";
  put(name, version, values != nullptr ? *values : Json());
}

void SecretTree::put(const Name& name, const std::string& version, const Json& data) {
  auto made = make_secret(data, name.first, name.second, keep_on_disk_);
  if (!made.wrong.empty()) {
    add_problem("NotASecret",
                path_of("data", name.first + "/" + name.second) + " at " + settings_.address + ": " + made.wrong +
                    (made.json.empty() ? "; what it was before stays" : ""),
                "one of Gloo's forms (tls, aws, …), or values that are texts");
  }
  if (made.json.empty()) return;
  Known& known = known_[name];
  known.version = made.wrong.empty() ? version : "";  // what is wrong is told at each poll
  if (known.json == made.json) return;
  known.json = std::move(made.json);
  ends_.changed(name);
}

void SecretTree::drop(const Name& name) {
  if (known_.erase(name) != 0) ends_.changed(name);
}

void SecretTree::misread(const std::string& path) {
  failure_ = {"ReadFailed", "what answers at " + settings_.address + " for " + path + " is not Vault", ""};
}

void SecretTree::refuse(const std::string& path, const char* capability) { refused_.emplace(path, capability); }

void SecretTree::add_problem(const char* reason, std::string message, std::string expected) {
  problems_.push_back({reason, std::move(message), std::move(expected)});
}

}  // namespace solder::plugins::vault
