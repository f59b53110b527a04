#include "core/engine/http_filters.h"

#include <algorithm>
#include <array>
#include <map>
#include <protozero/pbf_writer.hpp>
#include <set>
#include <tuple>

#include "solder/envoy_fields.h"

namespace solder::engine {

namespace listener = solder::envoy::config::listener::v3;
namespace hcm = solder::envoy::extensions::filters::network::http_connection_manager::v3;
namespace router = solder::envoy::extensions::filters::http::router::v3;

namespace {

constexpr std::array<std::string_view, 9> kStages = {"fault",      "cors",     "waf",      "authn", "authz",
                                                     "rate_limit", "accepted", "out_auth", "route"};

struct Filter {
  int stage = 0;
  int32_t weight = 0;
  bool disabled = false;
  std::vector<const Fragment*> fragments;
};

// Which fragments count, where some want a filter absent or themselves alone.
class Counting {
 public:
  explicit Counting(const std::vector<FilterNeed>& needs) {
    for (const FilterNeed& need : needs) {
      if (need.fragment.absent) absent_.insert(need.fragment.name);
      if (need.fragment.only) alone_.insert(need.fragment.name);
    }
  }
  [[nodiscard]] bool counts(const Fragment& fragment) const {
    return absent_.count(fragment.name) == 0 && (fragment.only || alone_.count(fragment.name) == 0);
  }

 private:
  std::set<std::string> absent_, alone_;
};

// Merging what is the same with itself would repeat its lists.
void add_once(std::vector<const Fragment*>& fragments, const Fragment& fragment) {
  const bool known = std::any_of(fragments.begin(), fragments.end(),
                                 [&](const Fragment* other) { return says_the_same(*other, fragment); });
  if (!known) fragments.push_back(&fragment);
}

// Objects that agree in themselves may disagree with each other: the first one's type counts.
bool of_one_type(const Filter& filter, const Fragment& fragment, model::Diagnostics& diagnostics) {
  if (filter.fragments.empty() || filter.fragments.front()->type_url == fragment.type_url) return true;
  const Origin& first = filter.fragments.front()->origin;
  diagnostics.push_back({.reason = "BadFragment",
                         .object = fragment.origin.object,
                         .field = fragment.origin.field,
                         .message = "plugin " + fragment.origin.plugin + " configures filter " + fragment.name +
                                    " with another type than " + to_string(first.object) + ", which counts",
                         .found = fragment.type_url,
                         .expected = filter.fragments.front()->type_url,
                         .plugin = fragment.origin.plugin,
                         .related = first.object});
  return false;
}

}  // namespace

bool says_the_same(const Fragment& a, const Fragment& b) {
  return a.bytes == b.bytes && a.origin.plugin == b.origin.plugin && a.encoding == b.encoding && a.weight == b.weight &&
         a.clear == b.clear;
}

int stage_order(std::string_view stage) {
  const auto at = std::find(kStages.begin(), kStages.end(), stage);
  return at == kStages.end() ? static_cast<int>(kStages.size()) - 1 : static_cast<int>(at - kStages.begin());
}

void append_filter(std::string& list, uint32_t tag, std::string_view name, std::string_view type_url,
                   std::string_view bytes, bool disabled) {
  static_assert(uint32_t{hcm::HttpFilter::kName} == uint32_t{listener::Filter::kName});
  static_assert(uint32_t{hcm::HttpFilter::kTypedConfig} == uint32_t{listener::Filter::kTypedConfig});
  protozero::pbf_writer writer(list);
  protozero::pbf_writer filter(writer, tag);
  filter.add_string(hcm::HttpFilter::kName, name.data(), name.size());
  if (type_url.substr(type_url.rfind('/') + 1) == kDiscoveredFilter) {
    static_assert(uint32_t{hcm::HttpFilter::kConfigDiscovery} == uint32_t{listener::Filter::kConfigDiscovery});
    return filter.add_message(hcm::HttpFilter::kConfigDiscovery, bytes.data(), bytes.size());
  }
  filter.add_message(hcm::HttpFilter::kTypedConfig, pack_any(type_url, bytes));
  if (disabled) filter.add_bool(hcm::HttpFilter::kDisabled, true);
}

std::string filter_list(const Translation& translation, const std::vector<FilterNeed>& needs, uint32_t tag,
                        const std::string& path, model::Diagnostics& diagnostics, ProvenanceList* provenance) {
  const Counting counting(needs);
  std::map<std::string, Filter> by_name;
  for (const FilterNeed& need : needs) {
    if (!counting.counts(need.fragment)) continue;
    auto [at, fresh] = by_name.try_emplace(need.fragment.name);
    const auto place = std::make_tuple(stage_order(need.stage), need.fragment.weight);
    if (fresh || place < std::make_tuple(at->second.stage, at->second.weight)) {
      std::tie(at->second.stage, at->second.weight) = place;
    }
    at->second.disabled = at->second.disabled || need.fragment.disabled;
    if (of_one_type(at->second, need.fragment, diagnostics)) add_once(at->second.fragments, need.fragment);
  }
  std::vector<std::pair<std::string, Filter>> ordered(by_name.begin(), by_name.end());
  std::stable_sort(ordered.begin(), ordered.end(), [](const auto& a, const auto& b) {
    return std::tie(a.second.stage, a.second.weight, a.first) < std::tie(b.second.stage, b.second.weight, b.first);
  });
  std::string out;
  for (auto& [name, filter] : ordered) {
    std::stable_sort(filter.fragments.begin(), filter.fragments.end(), [](const Fragment* a, const Fragment* b) {
      return std::tie(a->weight, a->origin.plugin) < std::tie(b->weight, b->origin.plugin);
    });
    const std::string& type_url = filter.fragments.front()->type_url;
    const std::string type = type_url.substr(type_url.rfind('/') + 1);
    append_filter(
        out, tag, name, type_url,
        merge_fragments(translation, type, "", filter.fragments, path + "[" + name + "]", diagnostics, provenance),
        filter.disabled);
  }
  return out;
}

std::string http_filter_list(const Translation& translation, const std::vector<FilterNeed>& needs, uint32_t tag,
                             const TerminalFilter& last, const std::string& path, model::Diagnostics& diagnostics,
                             ProvenanceList* provenance) {
  std::vector<FilterNeed> before, behind;
  std::vector<const Fragment*> own;
  for (const FilterNeed& need : needs) {
    if (need.fragment.name == last.name)
      add_once(own, need.fragment);
    else
      (need.stage == kBehindRouting ? behind : before).push_back(need);
  }
  const std::string list = path + ".http_filters";
  std::string out = filter_list(translation, before, tag, list, diagnostics, provenance);
  std::string config;
  if (!behind.empty() && last.name == kRouter.name) {
    config = filter_list(translation, behind, router::Router::kUpstreamHttpFilters, path + ".upstream_http_filters",
                         diagnostics, provenance);
    append_filter(config, router::Router::kUpstreamHttpFilters, kUpstreamCodec.name, kUpstreamCodec.type, "");
  }
  if (!own.empty()) {
    config = merge_fragments(translation, last.type, config, own, list + "[" + std::string(last.name) + "]",
                             diagnostics, provenance);
  }
  append_filter(out, tag, last.name, last.type, config);
  return out;
}

}  // namespace solder::engine
