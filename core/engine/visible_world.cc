#include "core/engine/visible_world.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <string_view>

#include "core/base/hash.h"
#include "core/config/decode.h"
#include "core/config/kinds.h"
#include "core/engine/plugin_calls.h"

namespace solder::engine {

namespace {

// The kinds whose lists translation reads. Of the others it only reads single objects.
constexpr std::array<std::string_view, 6> kListed = {"Gateway",        "MatchableHttpGateway", "MatchableTcpGateway",
                                                     "ListenerOption", "HttpListenerOption",   "Settings"};

// Gloo's two default gateways, there where the user has none.
model::ObjectPtr default_gateway(const std::string& ns, const char* name, int port, bool ssl) {
  auto object = std::make_shared<model::Object>();
  object->ref = {"Gateway", ns, name};
  object->api_version = "gateway.solo.io/v1";
  object->json = R"({"apiVersion":"gateway.solo.io/v1","kind":"Gateway","metadata":{"name":")" + std::string(name) +
                 R"(","namespace":")" + ns + R"("},"spec":{"bindAddress":"::","bindPort":)" + std::to_string(port) +
                 R"(,"httpGateway":{},"proxyNames":["gateway-proxy"],"ssl":)" + (ssl ? "true" : "false") + "}}";
  object->hash = base::hash_bytes(object->json);
  return object;
}

bool contains(const std::vector<std::string>& list, const std::string& text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

}  // namespace

VisibleWorld::VisibleWorld(Translation& translation, DiagnosticBook& book, std::string write_namespace)
    : translation_(translation), book_(book), write_namespace_(std::move(write_namespace)) {
  settings_.write_namespace = write_namespace_;
}

// The namespaces that Settings.watchNamespaces names, and the write namespace.
bool VisibleWorld::watched(const std::string& ns) const {
  return settings_.watch_namespaces.empty() || ns == settings_.write_namespace ||
         contains(settings_.watch_namespaces, ns);
}

// A kind that plugins read may have namesakes in other API groups, which they do not.
bool VisibleWorld::right_version(const model::Object& object) const {
  if (!is_plugin_kind(translation_, object.ref.kind)) return true;
  return config::is_version(object.api_version, translation_.plugins->kinds().at(object.ref.kind).api_version);
}

// Gateways count in the write namespace only, unless the Settings say otherwise.
bool VisibleWorld::visible(const model::Object& object) const {
  const model::ObjectRef& ref = object.ref;
  if (!right_version(object)) return false;
  if (ref.kind == "Settings") return true;
  if (ref.kind == "Gateway" && ref.ns != settings_.write_namespace) {
    return settings_.read_gateways_from_all_namespaces && watched(ref.ns);
  }
  return watched(ref.ns);
}

void VisibleWorld::set(const model::ObjectRef& ref, const model::ObjectPtr& object) {
  if (!object) {
    told_.erase(ref);
    return take_in(ref, given(ref));
  }
  // Many at once come in order.
  const bool last = !told_.empty() && std::prev(told_.end())->first < ref;
  told_.insert_or_assign(last ? told_.end() : told_.lower_bound(ref), ref, object);
  take_in(ref, object);
}

// As the stores tell it, else derived, else null.
model::ObjectPtr VisibleWorld::given(const model::ObjectRef& ref) const {
  if (const auto at = told_.find(ref); at != told_.end()) return at->second;
  const auto at = derived_.find(ref);
  return at == derived_.end() ? nullptr : at->second.begin()->second;
}

void VisibleWorld::take_in(const model::ObjectRef& ref, const model::ObjectPtr& object) {
  changed_.push_back(ref);
  show(ref, object && visible(*object) ? object : nullptr);
  explain(ref, object);
}

std::set<model::ObjectRef> VisibleWorld::set_derived(const model::ObjectRef& source,
                                                     const std::vector<model::ObjectPtr>& objects) {
  auto& mine = derived_from_[source];
  std::set<model::ObjectRef> touched(mine.begin(), mine.end());
  for (const auto& ref : mine) {
    derived_[ref].erase(source);
    if (derived_[ref].empty()) derived_.erase(ref);
  }
  mine.clear();
  for (const auto& object : objects) {
    derived_[object->ref][source] = object;
    mine.push_back(object->ref);
    touched.insert(object->ref);
  }
  if (mine.empty()) derived_from_.erase(source);
  for (const auto& ref : touched) {
    take_in(ref, given(ref));
    explain_sources(ref);
  }
  return touched;
}

// Where several sources give one name to different objects, all but the first are told so.
void VisibleWorld::explain_sources(const model::ObjectRef& ref) {
  model::Diagnostics said;
  if (const auto all = derived_.find(ref); all != derived_.end()) {
    const auto& [first, counts] = *all->second.begin();
    for (const auto& [source, object] : all->second) {
      if (object->json == counts->json) continue;
      said.push_back({.severity = model::Severity::kWarning,
                      .reason = "DerivedNameTaken",
                      .object = source,
                      .message = "the " + to_string(ref) + " that follows from it follows from " + to_string(first) +
                                 " as well, which counts",
                      .found = ref.name,
                      .expected = "a name that makes another one",
                      .related = first});
    }
  }
  book_.set("derived", ref, said);
}

void VisibleWorld::show(const model::ObjectRef& ref, const model::ObjectPtr& object) {
  const bool changed = sees(ref) != (object != nullptr);
  translation_.objects.set(ref, object, object ? object->hash : 0);
  index_.set(translation_.plugins->kinds(), ref, object);
  if (ref.kind == "RouteTable") translation_.table_index.set(ref, object);
  if (!changed) return;
  auto& seen = seen_[ref.kind];
  if (object) {
    seen.insert(seen.end(), ref);
  } else {
    seen.erase(ref);
  }
  if (ref.kind == "VirtualService") services_.set(ref, object != nullptr);
  if (can_derive(ref.kind) && derived_.count(ref) == 0) sources_.insert(ref);
  changed_kinds_.insert(ref.kind);
  // One that comes and goes did neither.
  if (const auto [at, new_here] = moved_.insert(ref); !new_here) moved_.erase(at);
}

VisibleWorld::Membership VisibleWorld::take_membership() {
  Membership out;
  for (auto& ref : std::exchange(moved_, {})) (sees(ref) ? out.come : out.gone).push_back(ref);
  std::sort(out.come.begin(), out.come.end());
  std::sort(out.gone.begin(), out.gone.end());
  return out;
}

bool VisibleWorld::can_derive(const std::string& kind) const {
  const auto read = translation_.plugins->kinds().find(kind);
  return read != translation_.plugins->kinds().end() && !read->second.derivers.empty();
}

bool VisibleWorld::derives(const model::ObjectRef& ref) const {
  return sees(ref) && derived_.count(ref) == 0 && can_derive(ref.kind);
}

void VisibleWorld::kinds_changed(const std::map<std::string, host::ObjectKind>& before) {
  const auto& now = translation_.plugins->kinds();
  std::set<std::string> changed;
  const auto compare = [&](const auto& kinds, const auto& others) {
    for (const auto& [kind, read] : kinds) {
      const auto other = others.find(kind);
      if (other == others.end() || other->second != read) changed.insert(kind);
    }
  };
  compare(before, now);
  compare(now, before);
  if (changed.empty()) return;
  std::set<model::ObjectRef> refs;
  const auto take = [&](const auto& objects) {
    for (const auto& [ref, ignored] : objects) {
      if (changed.count(ref.kind) != 0) refs.insert(ref);
    }
  };
  take(told_);
  take(derived_);
  for (const auto& ref : refs) {
    take_in(ref, given(ref));
    if (!sees(ref)) continue;
    if (before.count(ref.kind) == 0) moved_.insert(ref);
    if (derived_.count(ref) == 0) sources_.insert(ref);
  }
}

void VisibleWorld::explain(const model::ObjectRef& ref, const model::ObjectPtr& object) {
  model::Diagnostics said;
  if (object && is_plugin_kind(translation_, ref.kind)) {
    if (!right_version(*object)) said.push_back(other_version(*object));
  } else if (object && ref.kind == config::kNamespaceKind && object->api_version == "v1") {
    // Nothing to say.
  } else if (object && !config::known_kind(ref.kind)) {
    said.push_back(config::unknown_kind(*object));
  } else if (object && !visible(*object)) {
    said.push_back(unseen(ref));
  }
  book_.set("object", ref, said);
}

model::Diagnostic VisibleWorld::other_version(const model::Object& object) const {
  const std::string& read = translation_.plugins->kinds().at(object.ref.kind).api_version;
  return {.severity = model::Severity::kWarning,
          .reason = "UnsupportedKind",
          .object = object.ref,
          .field = "/apiVersion",
          .message = "a " + object.ref.kind + " of this API version is not read; the object has no effect",
          .found = object.api_version,
          .expected = read};
}

model::Diagnostic VisibleWorld::unseen(const model::ObjectRef& ref) const {
  const bool gateway = ref.kind == "Gateway" && watched(ref.ns);
  return {.severity = model::Severity::kWarning,
          .reason = "NamespaceNotWatched",
          .object = ref,
          .field = "/metadata/namespace",
          .message = gateway ? "gateways are read from the namespace " + settings_.write_namespace +
                                   " only; set Settings.gateway.readGatewaysFromAllNamespaces to change that"
                             : "Settings.watchNamespaces does not name this namespace; the object has no effect",
          .found = ref.ns};
}

void VisibleWorld::update_lists() {
  index_.publish(translation_.lists);
  translation_.table_index.publish(translation_.table_group_versions);
  services_.publish(translation_.service_list, translation_.service_runs);
  for (const std::string& kind : std::exchange(changed_kinds_, {})) {
    if (std::find(kListed.begin(), kListed.end(), kind) == kListed.end()) continue;
    auto list = std::make_shared<RefList>();
    uint64_t hash = 0;
    for (const auto& ref : seen_[kind]) {
      list->refs.push_back(ref);
      hash = base::hash_combine(hash, base::hash_combine(base::hash_bytes(ref.ns), base::hash_bytes(ref.name)));
    }
    translation_.kinds.set(kind, std::move(list), hash);
  }
}

// Settings decide what is seen at all.
void VisibleWorld::update_settings() {
  model::Settings next = translation_.settings.root(0)->settings;
  if (next.ref.name.empty()) next.write_namespace = write_namespace_;
  const bool same = next.write_namespace == settings_.write_namespace &&
                    next.watch_namespaces == settings_.watch_namespaces &&
                    next.read_gateways_from_all_namespaces == settings_.read_gateways_from_all_namespaces;
  settings_ = std::move(next);
  if (same) return;
  for (const auto& [ref, object] : told_) {
    show(ref, visible(*object) ? object : nullptr);
    explain(ref, object);
  }
  for (const auto& [ref, sources] : derived_) take_in(ref, given(ref));
}

void VisibleWorld::update_default_gateways() {
  const auto& gateways = seen_["Gateway"];
  const bool own =
      std::any_of(gateways.begin(), gateways.end(), [&](const auto& ref) { return told_.count(ref) != 0; });
  std::map<model::ObjectRef, model::ObjectPtr> next;
  if (!own) {
    for (const auto& gateway : {default_gateway(settings_.write_namespace, "gateway-proxy", 8080, false),
                                default_gateway(settings_.write_namespace, "gateway-proxy-ssl", 8443, true)}) {
      next.emplace(gateway->ref, gateway);
    }
  }
  for (const auto& [ref, object] : defaults_) {
    if (next.count(ref) != 0) continue;
    changed_.push_back(ref);
    if (told_.count(ref) == 0) show(ref, nullptr);
  }
  for (const auto& [ref, object] : next) {
    // One that the user has in a namespace that is not read stands in for nobody.
    const auto before = defaults_.find(ref);
    if (before != defaults_.end() && before->second->hash == object->hash && sees(ref)) continue;
    changed_.push_back(ref);
    show(ref, object);
  }
  defaults_ = std::move(next);
}

void VisibleWorld::update() {
  update_lists();
  update_settings();
  update_default_gateways();
  update_lists();
}

bool VisibleWorld::has_reports(const std::string& kind) const {
  if (is_plugin_kind(translation_, kind)) return translation_.plugins->kinds().at(kind).status;
  return kind != config::kNamespaceKind;
}

bool VisibleWorld::sees(const model::ObjectRef& ref) const { return translation_.objects.has(ref); }

const std::set<model::ObjectRef>& VisibleWorld::seen(const std::string& kind) const {
  static const std::set<model::ObjectRef> kNone;
  const auto at = seen_.find(kind);
  return at == seen_.end() ? kNone : at->second;
}

std::vector<model::ObjectPtr> VisibleWorld::untold() const {
  std::vector<model::ObjectPtr> out;
  for (const auto& [ref, sources] : derived_) {
    if (told_.count(ref) == 0) out.push_back(sources.begin()->second);
  }
  for (const auto& [ref, object] : defaults_) {
    if (told_.count(ref) == 0) out.push_back(object);
  }
  return out;
}

model::ObjectPtr VisibleWorld::find(const model::ObjectRef& ref) const {
  if (model::ObjectPtr object = given(ref)) return object;
  const auto at = defaults_.find(ref);
  return at == defaults_.end() ? nullptr : at->second;
}

}  // namespace solder::engine
