// VirtualService (gateway.solo.io/v1), decoded: matchers, actions and destinations are the core's; options are
// plugins'. Each part carries the JSON pointer (`path`) of where it stands, for reports.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/model/label_selector.h"
#include "core/model/object.h"
#include "core/model/options.h"

namespace solder::model {

struct HeaderMatcher {
  std::string name;
  std::string value;  // empty: the header only has to be there
  bool regex = false;
  bool invert = false;
};

struct QueryParameterMatcher {
  std::string name;
  std::string value;  // empty: the parameter only has to be there
  bool regex = false;
};

struct Matcher {
  enum class Path { kPrefix, kExact, kRegex, kConnect };
  bool has_path = false;  // whether a path, of whatever kind, stands in the file
  Path kind = Path::kPrefix;
  std::string text = "/";  // the prefix, path or regex
  std::optional<bool> case_sensitive;
  std::vector<HeaderMatcher> headers;
  std::vector<QueryParameterMatcher> query_parameters;
  std::vector<std::string> methods;
  std::string path;
};

struct Destination {
  enum class Kind { kUpstream, kKube, kConsul };
  Kind kind = Kind::kUpstream;
  ObjectRef upstream;    // kKube: the service; kConsul: name only
  uint32_t port = 0;     // kKube
  std::string spec_key;  // destinationSpec's one key ("aws"), or empty
  std::string spec_json;
  std::map<std::string, std::string> subset;  // subset.values
  std::string path;
};

struct WeightedDestination {
  Destination destination;
  uint32_t weight = 0;
  OptionSet options;
  std::string path;
};

// Requests go to the host that they name, or that a header names.
struct ForwardProxyAction {
  std::string host_rewrite;
  std::string host_rewrite_header;
};

struct RouteAction {
  std::vector<WeightedDestination> destinations;
  bool multi = false;                                       // `multi`; false: `single`, one destination
  std::optional<ObjectRef> upstream_group;                  // `upstreamGroup`
  std::string cluster_header;                               // `clusterHeader`
  std::optional<ForwardProxyAction> dynamic_forward_proxy;  // `dynamicForwardProxy`
  std::string path;
};

struct RedirectAction {
  std::string host_redirect;
  std::string path_redirect;
  std::string prefix_rewrite;
  std::string regex_rewrite_json;  // RegexMatchAndSubstitute as JSON, or empty
  uint32_t port_redirect = 0;
  std::string response_code;  // Gloo's enum name, empty: MOVED_PERMANENTLY
  bool https_redirect = false;
  bool strip_query = false;
  std::string path;
};

struct DirectResponseAction {
  uint32_t status = 0;
  std::string body;
  std::string path;
};

// The tables whose routes stand in this route's place: one by name, or all that are selected.
struct DelegateAction {
  std::optional<ObjectRef> table;
  std::optional<TableSelector> selector;
  std::string path;
};

struct Route {
  std::string name;
  std::vector<Matcher> matchers;  // none in the file: one with prefix "/"
  std::variant<std::monostate, RouteAction, RedirectAction, DirectResponseAction, DelegateAction> action;
  OptionSet options;
  std::string path;  // "/spec/virtualHost/routes/0"
};

struct VirtualService {
  ObjectRef ref;
  std::string display_name;
  std::vector<std::string> domains;  // none in the file: "*"
  std::string domains_path;
  std::vector<Route> routes;
  OptionSet virtual_host_options;
  std::vector<ObjectRef> option_refs;  // virtualHost.optionsConfigRefs.delegateOptions
  OptionSet options;                   // plugin-owned keys of spec, such as sslConfig
  bool has_ssl = false;                // spec.sslConfig is there
  bool has_virtual_host = true;        // false: Gloo warns, and serves "*" without routes
};

}  // namespace solder::model
