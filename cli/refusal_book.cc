#include "cli/refusal_book.h"

#include <ctime>
#include <set>

namespace solder::cli {

namespace {

using Json = nlohmann::ordered_json;

// Clients name themselves; what they can make us remember is bounded.
constexpr size_t kMaxEntries = 10'000;
constexpr size_t kMaxNames = 20;

std::string now_text() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[32];
  return {text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

Json counts(const xds::NodeStatus& node, size_t type) {
  return {{"sent", node.sent[type]}, {"acked", node.acked[type]}, {"nacked", node.nacked[type]}};
}

}  // namespace

void RefusalBook::add(const xds::Refusal& refusal) {
  const std::lock_guard lock(mutex_);
  const Key key{refusal.node_id, refusal.type};
  if (entries_.size() >= kMaxEntries && entries_.count(key) == 0) entries_.erase(entries_.begin());
  Entry& entry = entries_[key];
  entry.message = refusal.message;
  entry.names.assign(refusal.names.begin(), refusal.names.begin() + std::min(refusal.names.size(), kMaxNames));
  ++entry.times;
  entry.when = now_text();
}

Json RefusalBook::nodes_json(const std::vector<xds::NodeStatus>& nodes) {
  const std::lock_guard lock(mutex_);
  std::set<std::string> connected;
  Json list = Json::array();
  for (const auto& node : nodes) {
    connected.insert(node.id);
    Json entry{{"id", node.id},
               {"role", node.role},
               {"peer", node.peer},
               {"userAgent", node.user_agent},
               {"protocol", node.delta ? "delta" : "sotw"},
               {"inSync", node.in_sync},
               {"types", Json::object()},
               {"warnings", Json::array()}};
    for (size_t type = 0; type < xds::kResourceTypeCount; ++type) {
      const auto resource_type = static_cast<xds::ResourceType>(type);
      if (node.sent[type] > 0) entry["types"][std::string(xds::plural(resource_type))] = counts(node, type);
      const auto refused = entries_.find({node.id, resource_type});
      if (refused == entries_.end()) continue;
      entry["warnings"].push_back({{"reason", "RefusedByEnvoy"},
                                   {"type", xds::plural(resource_type)},
                                   {"message", refused->second.message},
                                   {"resources", refused->second.names},
                                   {"times", refused->second.times},
                                   {"last", refused->second.when}});
    }
    list.push_back(std::move(entry));
  }
  std::erase_if(entries_, [&](const auto& entry) { return connected.count(entry.first.first) == 0; });
  return list;
}

}  // namespace solder::cli
