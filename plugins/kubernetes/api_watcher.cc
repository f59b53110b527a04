#include "api_watcher.h"

#include <algorithm>
#include <cstdlib>
#include <stdexcept>
#include <utility>

#include "api_object.h"
#include "solder/services/loop.h"

namespace solder::plugins::kubernetes {

using sdk::Json;

namespace {

constexpr auto kLookAgain = std::chrono::seconds(5);
// A server that has just started may not know its own definitions yet; their objects must not go for that.
constexpr int kMissesThatCount = 3;
constexpr const char* kServiceAccount = "/var/run/secrets/kubernetes.io/serviceaccount";
constexpr int kPatience = 4;  // failures of a part of the API that the others wait for

// Chance is all that it is for: instances that start at one time are to differ.
uint64_t seed(const sdk::Host& host, const void* object) {
  const auto* loop = static_cast<const solder_svc_loop*>(host.service(SOLDER_SVC_LOOP));
  return (SOLDER_HAS(loop, now_ns) ? loop->now_ns(loop->ctx) : 0) ^ reinterpret_cast<uintptr_t>(object);
}

bool has_verb(const Json& resource, const char* verb) {
  const auto verbs = sdk::get_strings(resource, "verbs");
  return std::find(verbs.begin(), verbs.end(), verb) != verbs.end();
}

// What several Solders share stands in Secrets, and is a kind of its own here.
std::map<std::string, Resource> with_shared(std::map<std::string, Resource> served) {
  const auto secret = served.find("Secret");
  if (secret == served.end()) return served;
  Resource shared = secret->second;
  shared.kind = kSharedKind;
  served.emplace(kSharedKind, std::move(shared));
  return served;
}

// What the server calls a kind that Solder has to tell from its own by the group.
std::string served_kind(const std::string& kind, const std::string& api_version) {
  const std::string end = "." + api_version.substr(0, api_version.find('/'));
  return kind.ends_with(end) ? kind.substr(0, kind.size() - end.size()) : kind;
}

}  // namespace

std::string any_version_of(const std::string& api_version) {
  return api_version.ends_with("/*") ? api_version.substr(0, api_version.size() - 2) : std::string();
}

std::map<std::string, Resource> read_resources(const Json& list, const std::string& api_version) {
  std::map<std::string, Resource> out;
  std::set<std::string> with_status;
  const Json* resources = list.is_object() ? sdk::find(list, "resources") : nullptr;
  for (const Json& each : resources != nullptr ? *resources : Json::array()) {
    std::string name = sdk::get_string(each, "name");
    const std::string kind = sdk::get_string(each, "kind");
    if (name.ends_with("/status") && has_verb(each, "patch")) with_status.insert(kind);
    if (name.find('/') != std::string::npos || !has_verb(each, "list") || !has_verb(each, "watch")) continue;
    out[kind] = {kind, api_version, std::move(name), sdk::get_bool(each, "namespaced").value_or(true), false};
  }
  for (auto& [kind, resource] : out) resource.has_status = with_status.count(kind) != 0;
  return out;
}

Connection connect_to(const sdk::Host& host, const WatchSettings& settings) {
  if (settings.in_cluster) {
    return in_cluster(std::getenv("KUBERNETES_SERVICE_HOST"), std::getenv("KUBERNETES_SERVICE_PORT"), kServiceAccount);
  }
  return from_kubeconfig(settings.kubeconfig,
                         sdk::parse_json(sdk::read_document(host, settings.kubeconfig, kSecretMembers)),
                         settings.context, settings.allow_insecure);
}

ApiWatcher::ApiWatcher(const sdk::Host& host, WatchSettings settings)
    : host_(host),
      settings_(std::move(settings)),
      http_(host),
      objects_(host),
      timer_(host),
      report_timer_(host),
      credential_(host, [this] { connect(); }),
      ends_{[this](const Resource& resource, Json& object) { seen(resource, object); },
            [this](const Resource& resource, const Json& object) { gone(resource, object); }, [this] { told(); },
            [this](const std::string& words) { host_.log(SOLDER_LOG_INFO, words); }},
      statuses_(host, http_, connection_, settings_.write_namespace, settings_.statuses, [this] { return leads(); }),
      shared_(
          host, http_, connection_, settings_.write_namespace, [this] { return leads(); }, [this] { told(); }) {
  if (settings_.lease && sdk::offers_lease(host))
    lease_.emplace(host, http_, connection_, settings_.write_namespace, "solder", seed(host, this),
                   [this] { lease_changed(); });
}

ApiWatcher::~ApiWatcher() = default;

void ApiWatcher::watch(const std::vector<sdk::WatchedKind>& kinds) {
  wanted_.clear();
  for (const auto& each : kinds) {
    if (settings_.skip.count(each.kind) == 0) wanted_[each.api_version].insert(each.kind);
  }
  if (lease_) wanted_["v1"].insert(kSharedKind);
  std::erase_if(watches_, [&](const auto& each) {
    const std::string& version = each.second->resource().api_version;
    for (const std::string& name : {version, version.substr(0, version.find('/')) + "/*"}) {
      const auto at = wanted_.find(name);
      if (at != wanted_.end() && at->second.count(each.first.first) != 0) return false;
    }
    return true;
  });
  connect();
}

void ApiWatcher::connect() {
  try {
    connection_ = connect_to(host_, settings_);
  } catch (const std::runtime_error& error) {
    problem_ = {"BadKubeconfig", error.what(), ""};
    told();
    timer_.start(kLookAgain, [this] { connect(); });
    return;
  }
  if (!credential_.use(connection_)) {
    told();
    timer_.start(kLookAgain, [this] { connect(); });
    return;
  }
  if (lease_) lease_->start();
  look_for_kinds();
}

void ApiWatcher::lease_changed() {
  if (leads()) {
    statuses_.look_at_all();
    shared_.look();
  }
  told();
}

void ApiWatcher::look_for_kinds() {
  timer_.start(kLookAgain, [this] { connect(); });  // a kubeconfig may have changed, too
  if (!asking_.empty()) return;
  for (const auto& [api_version, kinds] : wanted_) {
    const std::string group = any_version_of(api_version);
    ask_for_kinds(api_version, group.empty() ? api_version : group);
  }
}

void ApiWatcher::ask_for_kinds(const std::string& api_version, const std::string& path) {
  const solder_http_identity identity = connection_.identity();
  const bool core = api_version.find('/') == std::string::npos;
  const std::string url = connection_.server + (core ? "/api/" : "/apis/") + path;
  sdk::HttpRequest request;
  request.url = url;
  request.headers = {{"accept", "application/json"}};
  request.identity = &identity;
  const std::string which = api_version;
  if (http_.send(request, [this, which](const sdk::HttpAnswer& answer) { take_kinds(which, answer); }) == SOLDER_OK)
    asking_.insert(api_version);
}

void ApiWatcher::take_kinds(const std::string& api_version, const sdk::HttpAnswer& answer) {
  asking_.erase(api_version);
  if (answer.status != SOLDER_OK) {
    problem_ = {"ServerUnreachable", "the API server at " + connection_.server + ": " + std::string(answer.message),
                ""};
  } else if (answer.code == sdk::status::kOk) {
    problem_.reset();
    const Json list = sdk::parse_json(answer.body);
    const Json* preferred = list.is_object() ? sdk::find(list, "preferredVersion") : nullptr;
    if (preferred != nullptr && preferred->is_object())
      return ask_for_kinds(api_version, sdk::get_string(*preferred, "groupVersion"));
    known_.insert(api_version);
    const std::string version = list.is_object() ? sdk::get_string(list, "groupVersion") : "";
    use(api_version, with_shared(read_resources(list, version.empty() ? api_version : version)));
  } else if (answer.code == sdk::status::kNotFound) {
    problem_.reset();
    known_.insert(api_version);
    use(api_version, {});
  } else if (answer.code == sdk::status::kUnauthorized) {
    problem_ = {"NotAuthenticated", "the API server does not know who asks: HTTP 401",
                "a token or a client certificate that is valid"};
  } else {
    problem_ = {
        "KindsUnknown",
        "the API server does not say what it serves of " + api_version + ": HTTP " + std::to_string(answer.code),
        "whoever is authenticated may ask for that"};
    // A part of the API that does not work must not hold up all others for ever.
    if (answer.code >= sdk::status::kServerError && ++failures_[api_version] > kPatience &&
        known_.insert(api_version).second) {
      for (const auto& kind : wanted_[api_version]) objects_.keep(kind, "");
    }
  }
  told();
}

void ApiWatcher::use(const std::string& api_version, const std::map<std::string, Resource>& served) {
  const auto wanted = wanted_.find(api_version);
  if (wanted == wanted_.end()) return;
  for (const std::string& kind : wanted->second) {
    const auto at = served.find(served_kind(kind, api_version));
    Resource resource = at == served.end() ? Resource() : at->second;
    resource.kind = kind;  // as Solder calls it
    std::vector<std::string> chosen = settings_.namespaces;
    if (kind == "Secret" && !settings_.secret_namespaces.empty()) chosen = settings_.secret_namespaces;
    if (kind == kSharedKind) chosen = {settings_.write_namespace};
    if (chosen.empty() || (at != served.end() && !resource.namespaced)) chosen = {""};
    for (const std::string& ns : chosen) {
      const auto running = watches_.find({kind, ns});
      if (at != served.end()) missing_.erase({kind, ns});
      if (at == served.end() && running != watches_.end() && ++missing_[{kind, ns}] < kMissesThatCount) continue;
      if (at != served.end() && running != watches_.end() && running->second->resource() == resource) continue;
      if (running != watches_.end()) watches_.erase(running);
      if (at == served.end()) {
        // Objects go with their definition.
        objects_.begin(kind, ns);
        objects_.end(kind, ns);
        continue;
      }
      auto& watch = watches_[{kind, ns}] = std::make_unique<KindWatch>(
          host_, http_, objects_, connection_, ends_, resource, ns, seed(host_, &at->second) + watches_.size());
      watch->start();
    }
  }
}

void ApiWatcher::seen(const Resource& resource, Json& object) {
  if (resource.kind == kSharedKind) {
    if (const auto entry = shared_.seen(object)) objects_.put(*entry);
    return;
  }
  if (is_ours(resource.api_version) && resource.has_status) statuses_.seen(resource, object);
  trim_object(object, served_kind(resource.kind, resource.api_version), resource.api_version);
  objects_.put(object.dump(-1, ' ', false, Json::error_handler_t::replace));
}

void ApiWatcher::gone(const Resource& resource, const Json& object) {
  if (resource.kind == kSharedKind) {
    objects_.remove({kSharedKind, settings_.write_namespace, shared_.gone(object)});
    return;
  }
  const Json metadata = object.value("metadata", Json::object());
  std::string ns = sdk::get_string(metadata, "namespace");
  if (ns.empty()) ns = "default";  // as the store has objects without one
  const std::string name = sdk::get_string(metadata, "name");
  const sdk::Ref ref{resource.kind, ns, name};
  statuses_.gone(ref);
  objects_.remove(ref);
}

// Once all kinds are known and told, it is the whole world. Problems are told together, for they come together.
void ApiWatcher::told() {
  const bool settled =
      std::all_of(wanted_.begin(), wanted_.end(), [&](const auto& each) { return known_.count(each.first) != 0; }) &&
      std::all_of(watches_.begin(), watches_.end(), [](const auto& each) { return each.second->settled(); });
  if (settled && !std::exchange(complete_, true)) objects_.complete();
  if (report_timer_.pending()) return;
  report_timer_.start(std::chrono::milliseconds(50), [this] {
    std::set<WatchProblem> all;
    if (problem_) all.insert(*problem_);
    if (credential_.problem()) all.insert(*credential_.problem());
    for (const auto& [key, watch] : watches_) {
      if (watch->problem()) all.insert(*watch->problem());
    }
    for (const auto& problem : statuses_.problems()) all.insert(problem);
    if (lease_ && lease_->problem()) all.insert(*lease_->problem());
    if (shared_.problem()) all.insert(*shared_.problem());
    const auto unknown = [](const WatchProblem& each) { return each.reason == "NotAuthenticated"; };
    if (std::any_of(all.begin(), all.end(), unknown)) credential_.refused();
    std::vector<sdk::Problem> problems;
    for (const auto& each : all) problems.push_back({"", each.reason, each.message, "", each.expected});
    objects_.report(problems);
  });
}

}  // namespace solder::plugins::kubernetes
