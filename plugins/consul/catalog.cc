#include "catalog.h"

#include <algorithm>
#include <utility>

namespace solder::plugins::consul {

using sdk::Json;
using std::chrono::milliseconds;

namespace {

constexpr const char* kPrefix = "consul-svc:";
constexpr const char* kSystem = "gloo-system";  // where Gloo has them, and its routes look for them
constexpr const char* kRight = "service_prefix \"\" { policy = \"read\" } and node_prefix \"\" { policy = \"read\" }";
constexpr auto kLookAgain = std::chrono::seconds(60);
constexpr int kCatalogPatience = 2;

Json texts(const std::set<std::string>& all) { return Json(std::vector<std::string>(all.begin(), all.end())); }

void give(const std::string& ns, const std::string& name, const Json& spec, bool discovered,
          std::map<std::string, std::string>& out) {
  Json upstream = {{"apiVersion", "gloo.solo.io/v1"},
                   {"kind", "Upstream"},
                   {"metadata", {{"name", name}, {"namespace", ns}}},
                   {"spec", spec}};
  if (discovered) upstream["metadata"]["labels"] = {{"discovered_by", "consulplugin"}};
  out[ns + "/" + name] = upstream.dump(-1, ' ', false, Json::error_handler_t::replace);
}

void give_both(const std::string& name, const Json& spec, const Settings& settings,
               std::map<std::string, std::string>& out) {
  give(kSystem, kPrefix + name, spec, false, out);
  if (settings.discovery.write_upstreams) give(settings.write_namespace, name, spec, true, out);
}

bool is_allowed(const CatalogService& what, const std::vector<std::string>& tags) {
  return tags.empty() ||
         std::any_of(tags.begin(), tags.end(), [&](const auto& tag) { return what.tags.count(tag) != 0; });
}

}  // namespace

std::map<std::string, std::string> upstreams_of(const std::string& service, const CatalogService& what,
                                                const Settings& settings) {
  std::map<std::string, std::string> out;
  const UpstreamDiscovery& how = settings.discovery;
  if (!is_allowed(what, how.allowed_tags)) return out;
  Json consul = {{"serviceName", service}, {"dataCenters", texts(what.data_centers)}};
  if (!what.tags.empty()) consul["serviceTags"] = texts(what.tags);
  if (how.tls_tagging && what.tags.count(how.tls_tag) != 0) {
    Json secure = consul;
    if (how.split_tls) secure["instanceTags"] = {how.tls_tag};
    give_both(service + "-tls",
              {{"consul", std::move(secure)},
               {"sslConfig", {{"secretRef", {{"name", how.ca_name}, {"namespace", how.ca_namespace}}}}}},
              settings, out);
    if (!how.split_tls) return out;
    consul["instanceBlacklistTags"] = {how.tls_tag};
  }
  give_both(service, {{"consul", std::move(consul)}}, settings, out);
  return out;
}

Catalog::Catalog(const sdk::Host& host, Api& api, const sdk::Objects& objects, std::function<void()> changed)
    : host_(host), api_(api), objects_(objects), changed_(std::move(changed)), timer_(host), backoff_(host, this) {}

void Catalog::start() {
  const auto& given = api_.settings().data_centers;
  if (given.empty()) return look_for_data_centers();
  use({given.begin(), given.end()});
}

void Catalog::look_for_data_centers() {
  const auto status =
      api_.send({.path = "/v1/catalog/datacenters"}, [this](const Reply& reply) { take_data_centers(reply); });
  if (status != SOLDER_OK) timer_.start(milliseconds(500), [this] { look_for_data_centers(); });
}

void Catalog::take_data_centers(const Reply& reply) {
  const Json list = sdk::parse_json(reply.body);
  if (!reply.ok() || !list.is_array()) {
    const auto wait = std::min<milliseconds>(backoff_.failed(reply.retry_after), milliseconds(15000));
    trouble_ = api_.trouble_of(reply, "the list of data centers");
    given_up_ = trouble_->reason == "AccessDenied" ||
                (backoff_.failures() > kCatalogPatience && trouble_->reason == "ReadFailed");
    timer_.start(wait, [this] { look_for_data_centers(); });
    return changed_();
  }
  backoff_.succeeded();
  trouble_.reset();
  std::set<std::string> names;
  for (const Json& each : list) {
    if (each.is_string()) names.insert(each.get<std::string>());
  }
  use(names);
  timer_.start(kLookAgain, [this] { look_for_data_centers(); });
}

void Catalog::use(const std::set<std::string>& names) {
  known_ = true;
  const auto gone = std::erase_if(data_centers_, [&](const auto& each) { return names.count(each.first) == 0; });
  for (const std::string& name : names) {
    DataCenter& one = data_centers_[name];
    if (one.query) continue;
    const Question question{"/v1/catalog/services?dc=" + in_url(name, false), api_.settings().consistency};
    one.query = std::make_unique<BlockingQuery>(
        host_, api_, question, "the services of " + name, kRight,
        BlockingQuery::Ends{[this, name](const Reply& reply, bool) { take_services(name, reply); }, changed_});
    one.query->start();
  }
  if (gone != 0) tell();
  changed_();
}

void Catalog::take_services(const std::string& data_center, const Reply& reply) {
  DataCenter& one = data_centers_.at(data_center);
  const Json list = sdk::parse_json(reply.body);
  one.query->next(milliseconds(50));
  if (!list.is_object()) return;
  std::map<std::string, std::set<std::string>> services;
  for (const auto& [name, tags] : list.items()) {
    auto& into = services[name];
    for (const Json& tag : tags.is_array() ? tags : Json::array()) {
      if (tag.is_string()) into.insert(tag.get<std::string>());
    }
  }
  // What the token may not see is not gone.
  if (reply.filtered) services.merge(std::move(one.services));
  one.services = std::move(services);
  one.listed = true;
  tell();
  changed_();
}

// Only what is new is told.
void Catalog::tell() {
  std::map<std::string, CatalogService> now;
  for (const auto& [name, each] : data_centers_) {
    for (const auto& [service, tags] : each.services) {
      CatalogService& one = now[service];
      one.data_centers.insert(name);
      one.tags.insert(tags.begin(), tags.end());
    }
  }
  for (const auto& [service, what] : now) {
    const auto before = services_.find(service);
    if (before != services_.end() && before->second == what) continue;
    auto upstreams = upstreams_of(service, what, api_.settings());
    for (const auto& [name, json] : upstreams) objects_.put(json);
    std::swap(upstreams, upstreams_[service]);
    for (const auto& [name, json] : upstreams) {
      const size_t slash = name.find('/');
      if (upstreams_[service].count(name) == 0)
        objects_.remove({"Upstream", name.substr(0, slash), name.substr(slash + 1)});
    }
  }
  for (const auto& [service, what] : services_) {
    if (now.count(service) != 0) continue;
    for (const auto& [name, json] : upstreams_[service]) {
      const size_t slash = name.find('/');
      objects_.remove({"Upstream", name.substr(0, slash), name.substr(slash + 1)});
    }
    upstreams_.erase(service);
  }
  services_ = std::move(now);
}

bool Catalog::settled() const {
  if (given_up_) return true;
  return known_ && std::all_of(data_centers_.begin(), data_centers_.end(),
                               [](const auto& each) { return each.second.listed || each.second.query->given_up(); });
}

std::vector<Trouble> Catalog::troubles() const {
  std::vector<Trouble> out;
  if (trouble_) out.push_back(*trouble_);
  for (const auto& [name, each] : data_centers_) {
    if (each.query->trouble()) out.push_back(*each.query->trouble());
  }
  return out;
}

}  // namespace solder::plugins::consul
