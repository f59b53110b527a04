#include "core/engine/route.h"

#include <algorithm>
#include <protozero/pbf_writer.hpp>

#include "core/base/hash.h"
#include "core/engine/route_action.h"
#include "core/engine/route_part.h"
#include "solder/envoy_fields.h"

namespace solder::engine {

namespace route = solder::envoy::config::route::v3;

namespace {

constexpr size_t kMostProblems = 1000;  // of one virtual service's routes
constexpr size_t kRoutesInARun = 32;

// The parts of one route.
struct Parts {
  std::string name;                         // the user's, mostly empty
  const RouteMatchResult* match = nullptr;  // the reader's, or `own`
  const RouteBodyResult* body = nullptr;
  std::shared_ptr<const RouteBodyResult> own;
  ProvenanceList origins;
};

void append_field(std::string& out, uint32_t tag, std::string_view bytes) {
  protozero::pbf_writer(out).add_bytes(tag, bytes.data(), bytes.size());
}

// Puts routes one behind the other under their names, and says where they stand.
class Assembler {
 public:
  Assembler(const RouteHost& host, const model::InvalidConfigPolicy& policy, RouteList& list,
            ProvenanceList* provenance)
      : host_(host), policy_(policy), list_(list), provenance_(provenance) {}

  void add(size_t index, const EffectiveRoute& place, const Parts& parts) {
    const bool refused = parts.match->refused || parts.body->refused;
    const bool bad = parts.match->bad || parts.body->bad;
    for (const RoutePartResult* part :
         {static_cast<const RoutePartResult*>(parts.match), static_cast<const RoutePartResult*>(parts.body)}) {
      for (const auto& diagnostic : part->diagnostics) report(place, diagnostic, bad && !refused);
    }
    if (refused) return;
    if (bad) return replace(index, place, parts);
    if (parts.body->leads_nowhere && policy_.replace_invalid_routes) return replace(index, place, parts);
    append_all(index, place, parts, parts.body->rest);
    for (auto need : parts.body->filters) {
      locate(place, need.fragment.origin);
      list_.filters.push_back(std::move(need));
    }
    for (auto extra : parts.body->resources) {
      locate(place, extra.origin);
      list_.resources.push_back(std::move(extra));
    }
  }

  std::string take_bytes() { return std::move(bytes_); }

 private:
  static void locate(const EffectiveRoute& place, Origin& origin) {
    if (!is_route_ref(origin.object)) return;
    origin.object = place.owner();
    origin.field.insert(0, place.path());
  }

  // By the policy: an answer in its place, or nothing.
  void replace(size_t index, const EffectiveRoute& place, const Parts& parts) {
    const bool bad = parts.match->bad || parts.body->bad;
    const std::string code = std::to_string(policy_.response_code);
    model::Diagnostic problem{.severity = model::Severity::kWarning,
                              .reason = policy_.replace_invalid_routes ? "RouteReplaced" : "RouteLeftOut",
                              .object = route_ref(place.owner().ns),
                              .message = "this route is invalid and is left out"};
    if (policy_.replace_invalid_routes) problem.message = "this route is invalid and answers " + code + " instead";
    if (!bad) problem.message = "none of this route's upstreams is there; it answers " + code + " instead";
    report(place, std::move(problem), false);
    if (!policy_.replace_invalid_routes) return;
    std::string answer;
    append_field(answer, route::Route::kDirectResponse, direct_response(policy_.response_code, policy_.response_body));
    append_all(index, place, {parts.name, parts.match, parts.body, parts.own, {}}, answer);
  }

  void append_all(size_t index, const EffectiveRoute& place, const Parts& parts, const std::string& rest) {
    const std::string branch = place.branch.empty() && !parts.name.empty() ? "route:" + parts.name : place.branch;
    if (!branch.empty()) list_.named = true;
    list_.chosen_first = list_.chosen_first || parts.body->chosen_first;
    list_.count += parts.match->matches.size();
    for (size_t m = 0; m < parts.match->matches.size(); ++m) {
      append(place, name(branch, index, m), parts.match->matches[m], rest, parts.origins);
    }
  }

  // What is said of a table's route is the virtual service's problem, as in Gloo, and the table's too where it is about
  // what stands in the table.
  // A route's fault makes its VirtualService a Warning, as in Gloo: the rest of it serves on.
  void report(const EffectiveRoute& place, model::Diagnostic diagnostic, bool of_route) {
    if (of_route) diagnostic.severity = std::min(diagnostic.severity, model::Severity::kWarning);
    // A plugin may report on another object: that one's fields are whole already.
    if (!is_route_ref(diagnostic.object)) return push(std::move(diagnostic));
    const model::ObjectRef& owner = place.owner();
    const std::string path = place.path();
    diagnostic.object = owner;
    diagnostic.field.insert(0, path);
    if (owner == host_.service) return push(std::move(diagnostic));
    model::Diagnostic here = diagnostic;
    here.object = host_.service;
    here.message = "on RouteTable " + owner.ns + "/" + owner.name + " " + path + ": " + here.message;
    here.field = place.place->via;
    if (here.related.kind.empty()) here.related = owner;
    push(std::move(here));
    const bool about_others = diagnostic.reason == "UpstreamNotFound" || diagnostic.reason == "UpstreamGroupNotFound" ||
                              diagnostic.reason == "RouteReplaced" || diagnostic.reason == "RouteLeftOut";
    if (!about_others) push(std::move(diagnostic));
  }

  void push(model::Diagnostic diagnostic) { list_.diagnostics.push_back(std::move(diagnostic)); }

  [[nodiscard]] std::string name(const std::string& branch, size_t index, size_t matcher) const {
    std::string name = host_.name + "-route-" + std::to_string(index);
    if (!branch.empty()) {
      name += "-vs:" + host_.gateway + "_" + host_.service.ns + "_" + host_.service.name + "_" + branch;
    }
    return name + "-matcher-" + std::to_string(matcher);
  }

  void append(const EffectiveRoute& place, const std::string& name, const std::string& match, const std::string& rest,
              const ProvenanceList& origins) {
    one_.clear();
    append_field(one_, route::Route::kMatch, match);
    one_ += rest;
    append_field(one_, route::Route::kName, name);
    append_field(bytes_, route::VirtualHost::kRoutes, one_);
    for (auto [field, origin] : origins) {
      locate(place, origin);
      provenance_->emplace_back("routes[" + std::to_string(written_) + "]." + field, std::move(origin));
    }
    ++written_;
  }

  const RouteHost& host_;
  const model::InvalidConfigPolicy& policy_;
  RouteList& list_;
  ProvenanceList* provenance_;
  std::string bytes_;
  std::string one_;     // the route that is being written
  size_t written_ = 0;  // routes in bytes_
};

// Reads the parts of routes, one after the other, in memory that is used again.
class PartReader {
 public:
  PartReader(Translation& t, Reader& reader, bool provenance) : t_(t), reader_(reader), provenance_(provenance) {}

  Parts read(const EffectiveRoute& place) {
    config::split_route(place.text, pieces_);
    Parts parts;
    parts.name = pieces_.name;
    if (pieces_.matchers.empty()) pieces_.matchers = "{}";
    parts.match = t_.route_matches.read(reader_, {place.owner().ns, 0, 0}, pieces_.matchers).get();
    body_text(pieces_, body_);
    const RoutePartKey key{place.owner().ns, 0, 0};
    if (provenance_) {
      parts.own = build_route_body(t_, reader_, key, body_, &parts.origins);
      parts.body = parts.own.get();
    } else {
      parts.body = t_.route_bodies.read(reader_, key, body_).get();
    }
    return parts;
  }

 private:
  Translation& t_;
  Reader& reader_;
  const bool provenance_;
  config::RoutePieces pieces_;
  std::string body_;
};

RouteList assemble(Translation& t, Reader& reader, const RouteHost& host, size_t first,
                   const std::vector<EffectiveRoute>& routes, ProvenanceList* provenance) {
  RouteList list;
  const auto settings = t.settings.read(reader, 0);
  Assembler assembler(host, settings->settings.invalid_config_policy, list, provenance);
  PartReader parts(t, reader, provenance != nullptr);
  for (size_t i = 0; i < routes.size(); ++i) assembler.add(first + i, routes[i], parts.read(routes[i]));
  std::string bytes = assembler.take_bytes();
  list.bytes_hash = base::hash_bytes(bytes);
  list.bytes = base::Bytes(std::move(bytes));
  return list;
}

// The routes from `first` on as a run that holds its texts itself.
std::shared_ptr<const RouteRunSource> make_source(const RouteHost& host, const std::vector<EffectiveRoute>& routes,
                                                  size_t first, size_t end) {
  auto source = std::make_shared<RouteRunSource>();
  source->host = host;
  source->first = first;
  source->routes.assign(routes.begin() + static_cast<ptrdiff_t>(first), routes.begin() + static_cast<ptrdiff_t>(end));
  size_t size = 0;
  for (const auto& route : source->routes) size += route.kept ? 0 : route.text.size();
  source->texts.reserve(size);
  for (auto& route : source->routes) {
    if (route.kept) continue;
    const size_t begin = source->texts.size();
    source->texts += route.text;
    route.text = std::string_view(source->texts).substr(begin);
  }
  return source;
}

void append_problems(const model::ObjectRef& service, const model::Diagnostics& more, model::Diagnostics& into) {
  for (const auto& diagnostic : more) {
    if (into.size() < kMostProblems) {
      into.push_back(diagnostic);
      continue;
    }
    if (into.size() == kMostProblems) {
      into.push_back({.severity = diagnostic.severity,
                      .reason = "TooManyProblems",
                      .object = service,
                      .field = "/spec/virtualHost/routes",
                      .message = "the routes have more than " + std::to_string(kMostProblems) +
                                 " problems; the rest is not listed"});
    }
    into.back().severity = std::max(into.back().severity, diagnostic.severity);
  }
}

void append(const model::ObjectRef& service, const RouteList& more, RouteList& into) {
  into.bytes.append(more.bytes);
  into.bytes_hash = base::hash_combine(into.bytes_hash, more.bytes_hash);
  into.count += more.count;
  into.named = into.named || more.named;
  into.chosen_first = into.chosen_first || more.chosen_first;
  into.filters.insert(into.filters.end(), more.filters.begin(), more.filters.end());
  into.resources.insert(into.resources.end(), more.resources.begin(), more.resources.end());
  append_problems(service, more.diagnostics, into.diagnostics);
}

}  // namespace

std::shared_ptr<const RouteRunResult> build_route_run(Translation& t, Reader& reader,
                                                      std::shared_ptr<const RouteRunSource> source) {
  auto result = std::make_shared<RouteRunResult>();
  result->list = assemble(t, reader, source->host, source->first, source->routes, nullptr);
  result->source = std::move(source);
  uint64_t hash = base::hash_combine(result->list.bytes_hash, result->list.named ? 1 : 0);
  hash = base::hash_combine(hash, hash_filters(result->list.filters));
  for (const auto& extra : result->list.resources) hash = base::hash_combine(hash, extra.resource->hash);
  for (const auto& problem : result->list.diagnostics) hash = base::hash_combine(hash, hash_diagnostic(problem));
  result->hash = hash;
  return result;
}

namespace {

const std::shared_ptr<const RouteRunResult>& read_run(Translation& t, Reader& reader, const RouteRunKey& key,
                                                      const RouteHost& host, const std::vector<EffectiveRoute>& routes,
                                                      size_t end) {
  if (const auto* known = t.route_runs.read_known(reader, key)) return *known;
  return t.route_runs.make(reader, key, [&](Reader& inner, const RouteRunKey&) {
    return build_route_run(t, inner, make_source(host, routes, key.first, end));
  });
}

}  // namespace

RouteList build_routes(Translation& t, Reader& reader, const RouteHost& host, const std::vector<EffectiveRoute>& routes,
                       ProvenanceList* provenance) {
  RouteList list;
  if (provenance != nullptr) {
    append(host.service, assemble(t, reader, host, 0, routes, provenance), list);
    return list;
  }
  for (size_t first = 0; first < routes.size(); first += kRoutesInARun) {
    const size_t end = std::min(routes.size(), first + kRoutesInARun);
    RouteRunKey key{{host.service, host.gateway}, first, 0};
    for (size_t i = first; i < end; ++i) key.source_hash = base::hash_combine(key.source_hash, routes[i].hash);
    append(host.service, read_run(t, reader, key, host, routes, end)->list, list);
  }
  return list;
}

}  // namespace solder::engine
