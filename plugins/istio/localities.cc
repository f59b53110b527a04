#include "localities.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace solder::plugins::istio {

namespace {

constexpr std::array<const char*, 3> kParts = {"region", "zone", "subZone"};
constexpr std::array<std::pair<const char*, const char*>, 5> kLabels = {
    {{"topology.kubernetes.io/region", "region"},
     {"failure-domain.beta.kubernetes.io/region", "region"},
     {"topology.kubernetes.io/zone", "zone"},
     {"failure-domain.beta.kubernetes.io/zone", "zone"},
     {"topology.istio.io/subzone", "subZone"}}};

// All that the wider says is said by the narrower as well.
bool includes(const Json& wide, const Json& narrow) {
  return std::all_of(kParts.begin(), kParts.end(), [&](const char* name) {
    return !wide.contains(name) || (narrow.contains(name) && narrow[name] == wide[name]);
  });
}

void add(Json& list, Json locality, const char* member, uint64_t value) {
  Json one = Json::object();
  if (!locality.empty()) one["locality"] = std::move(locality);
  if (value != 0 || std::string_view(member) == "weight") one[member] = value;
  if (std::find(list.begin(), list.end(), one) == list.end()) list.push_back(std::move(one));
}

class LocalityReader {
 public:
  LocalityReader(Fields& setting, bool ejects, const Options& options)
      : setting_(setting), ejects_(ejects), own_(locality_of(options.locality)) {}

  Json run() {
    const bool on = setting_.flag("enabled").value_or(true);
    auto distribute = setting_.objects("distribute");
    auto failover = setting_.objects("failover");
    const auto labels = setting_.texts("failoverPriority");
    Json out = Json::array();
    if (!on) {
      for (const char* each : {"distribute", "failover", "failoverPriority"}) setting_.pass({each});
      return out;
    }
    if (!distribute.empty()) {
      for (const char* each : {"failover", "failoverPriority"})
        setting_.cannot(each, "shares are given beside it, which count", "one of them");
      return weights(distribute);
    }
    if (!ejects_) {
      for (const char* each : {"failover", "failoverPriority"})
        setting_.cannot(each, "endpoints fail over where outlier detection finds that they fail", "outlierDetection");
      return out;
    }
    if (own_.empty()) {
      for (const char* each : {"failover", "failoverPriority"}) unknown_place(each);
      return out;
    }
    return labels.empty() ? by_nearness(failover) : by_labels(labels);
  }

 private:
  void unknown_place(const char* member) {
    setting_.cannot(member, "where the proxies are is not known, so that no locality is nearer than another",
                    "locality: region/zone in the plugin's configuration");
  }

  // The first that is for where the proxies are.
  Json weights(std::vector<Fields>& all) {
    for (Fields& each : all) {
      const Json from = locality_of(each.text("from"));
      if (!includes(from, own_)) continue;
      // The nearer a locality is said, the earlier it counts; whoever is not named is asked nothing.
      std::vector<std::pair<Json, uint64_t>> named;
      Fields to = each.object("to");
      if (const Json* shares = each.raw("to"); to.present()) {
        for (const auto& [name, value] : shares->items()) {
          if (const auto share = to.number(name.c_str())) named.emplace_back(locality_of(name), *share);
        }
      }
      each.rest();
      std::stable_sort(named.begin(), named.end(),
                       [](const auto& a, const auto& b) { return a.first.size() > b.first.size(); });
      Json out = Json::array();
      for (auto& [locality, share] : named) add(out, std::move(locality), "weight", share);
      add(out, Json::object(), "weight", 0);
      return out;
    }
    if (own_.empty()) unknown_place("distribute");
    return Json::array();
  }

  // The same part of a zone, zone, region, the region that stands in for it, all others.
  Json by_nearness(std::vector<Fields>& failover) {
    Json out = Json::array(), near = own_;
    uint64_t priority = 0;
    for (size_t said = kParts.size(); said-- > 0;) {
      if (!near.contains(kParts[said])) continue;
      add(out, near, "priority", priority++);
      near.erase(kParts[said]);
    }
    for (Fields& each : failover) {
      const std::string from = each.text("from"), to = each.text("to");
      each.rest();
      if (own_.contains("region") && own_["region"] == from && !to.empty())
        add(out, {{"region", to}}, "priority", priority++);
    }
    add(out, Json::object(), "priority", priority);
    return out;
  }

  // With as many of the first labels alike as can be.
  Json by_labels(const std::vector<std::string>& labels) {
    std::vector<const char*> parts;
    for (size_t i = 0; i < labels.size(); ++i) {
      const auto at =
          std::find_if(kLabels.begin(), kLabels.end(), [&](const auto& each) { return labels[i] == each.first; });
      if (at == kLabels.end() || !own_.contains(at->second)) {
        setting_.report().cannot(setting_.at("failoverPriority") + "/" + std::to_string(i),
                                 "of the proxies no label but those of their locality is known; this and what follows "
                                 "has no effect",
                                 labels[i], "topology.kubernetes.io/region or topology.kubernetes.io/zone");
        break;
      }
      parts.push_back(at->second);
    }
    Json out = Json::array();
    for (size_t alike = parts.size(); alike > 0; --alike) {
      Json locality = Json::object();
      for (size_t i = 0; i < alike; ++i) locality[parts[i]] = own_[parts[i]];
      add(out, std::move(locality), "priority", parts.size() - alike);
    }
    if (!out.empty()) add(out, Json::object(), "priority", parts.size());
    return out;
  }

  Fields& setting_;
  const bool ejects_;
  const Json own_;
};

}  // namespace

Json locality_of(const std::string& text) {
  Json out = Json::object();
  size_t from = 0;
  for (const char* part : kParts) {
    const size_t end = std::min(text.find('/', from), text.size());
    if (const std::string name = text.substr(from, end - from); !name.empty() && name != "*") out[part] = name;
    if (end == text.size()) break;
    from = end + 1;
  }
  return out;
}

void balance_localities(Fields setting, bool ejects, const Options& options, Json& config) {
  Json localities = LocalityReader(setting, ejects, options).run();
  setting.rest();
  if (!localities.empty()) config["localities"] = std::move(localities);
}

}  // namespace solder::plugins::istio
