#include "stream_routes.h"

#include <algorithm>
#include <optional>
#include <set>

namespace solder::plugins::istio {

namespace {

struct Match {
  std::vector<std::string> names;  // of servers; empty: any
  std::optional<uint64_t> port;
};

class StreamReader {
 public:
  StreamReader(const std::string& name, const std::vector<std::string>& hosts, const std::vector<Server>& servers,
               World& world, const RoutePlace& place, Derived& derived)
      : name_(name),
        hosts_(hosts),
        servers_(servers),
        place_(place),
        derived_(derived),
        destinations_(world, place, derived) {}

  void run(Fields& spec) {
    for (Fields& each : spec.objects("tls")) route(each, true);
    for (Fields& each : spec.objects("tcp")) route(each, false);
  }

 private:
  void route(Fields& fields, bool tls) {
    std::vector<Match> matches;
    for (Fields& each : fields.objects("match")) {
      if (auto one = read_match(each)) matches.push_back(std::move(*one));
    }
    if (!fields.has("match")) matches.emplace_back();
    const Json action = destinations_.action(fields.objects("route"), nullptr);
    fields.rest();
    if (action.is_null()) return;
    bool served = matches.empty();  // what is left out was reported
    for (const Match& match : matches) {
      for (const Server& server : servers_) served = add(match, server, tls, action) || served;
    }
    if (!served)
      fields.report().warning(
          {fields.path(), "NotInEffect",
           std::string("no ") + (tls ? "TLS" : "TCP") + " server of the virtual service's gateways is for this route",
           "", "a Gateway with such a server"});
  }

  std::optional<Match> read_match(Fields& fields) {
    Match out;
    bool told = true;
    out.names = fields.texts("sniHosts");
    out.port = fields.number("port");
    const auto gateways = fields.texts("gateways");
    for (const char* condition : {"destinationSubnets", "sourceSubnet", "sourceLabels", "sourceNamespace"}) {
      if (!fields.has(condition)) continue;
      told = false;
      fields.cannot(condition, "connections are not told apart by this; the match is left out");
    }
    fields.rest();
    const bool mine =
        gateways.empty() || std::any_of(gateways.begin(), gateways.end(), [&](const std::string& each) {
          return place_.gateways.count(each.find('/') == std::string::npos ? place_.ns + "/" + each : each) != 0;
        });
    return told && mine ? std::optional(std::move(out)) : std::nullopt;
  }

  // The names that both the match and the server have.
  [[nodiscard]] std::vector<std::string> names(const Match& match, const Server& server) const {
    std::set<std::string> out;
    for (const std::string& name : match.names.empty() ? hosts_ : match.names) {
      for (const std::string& each : server.serves(name, place_.ns)) out.insert(each);
    }
    return {out.begin(), out.end()};
  }

  bool add(const Match& match, const Server& server, bool tls, const Json& action) {
    if (server.kind != (tls ? ServerKind::kTls : ServerKind::kTcp) &&
        !(server.kind == ServerKind::kTls && !server.ssl.is_null()))
      return false;
    if (match.port && *match.port != server.port) return false;
    const auto its_names = names(match, server);
    if (its_names.empty()) return false;
    Json spec = Json::object();
    const std::string id = "istio-" + name_ + "-" + std::to_string(server.bound) + "-" + std::to_string(made_++);
    Json host = {{"name", id}, {"destination", action}};
    // Where TLS ends here it is the host's; a matcher alone lets it through.
    Json ssl = server.ssl;
    if (server.kind == ServerKind::kTls && its_names.front() != "*") ssl["sniDomains"] = its_names;
    if (!ssl.is_null()) (server.ssl.is_null() ? spec["matcher"] : host)["sslConfig"] = ssl;
    spec["tcpGateway"]["tcpHosts"] = Json::array({host});
    Json object = object_of("MatchableTcpGateway", place_.ns, id, std::move(spec));
    object["metadata"]["labels"][port_label(server.bound)] = "true";
    derived_.add(std::move(object));
    return true;
  }

  const std::string& name_;
  const std::vector<std::string>& hosts_;
  const std::vector<Server>& servers_;
  const RoutePlace& place_;
  Derived& derived_;
  Destinations destinations_;
  size_t made_ = 0;
};

}  // namespace

void stream_routes(Fields& spec, const std::string& name, const std::vector<std::string>& hosts,
                   const std::vector<Server>& servers, World& world, const RoutePlace& place, Derived& derived) {
  StreamReader(name, hosts, servers, world, place, derived).run(spec);
}

}  // namespace solder::plugins::istio
