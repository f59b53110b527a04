// The upstream type `aws`: functions of AWS Lambda. A cluster that reaches AWS over TLS, with filters of its own that
// turn a request into a call, sign it, and refuse what is not signed; a route says which function and how. Names and
// defaults are Gloo's. Tested by plugins/aws_lambda/testdata, tests/golden/cases/upstream-aws and
// tests/e2e/lambda_test.py.
#include <optional>
#include <string>

#include "credentials.h"
#include "discovery.h"
#include "endpoint.h"
#include "functions.h"
#include "invocation.h"
#include "solder/envoy_fields.h"

namespace solder::plugins::aws_lambda {

namespace route = envoy::config::route::v3;
using sdk::Json;
using sdk::Message;

namespace {

// What the destination says, and what the upstream says for it where it says nothing.
Json with_overrides(Json destination, const Json& upstream) {
  const Json* overrides = sdk::find(upstream, "destinationOverrides");
  if (overrides == nullptr) return destination;
  for (const auto& [key, value] : overrides->items()) {
    Json& own = destination[key];
    if (own.is_null() || own == false || own == "" || own == "SYNC") own = value;
  }
  return destination;
}

bool is_set(const Json& destination, const char* name) { return sdk::get_bool(destination, name).value_or(false); }

// How request and answer are changed; false where the destination contradicts itself.
bool add_transformations(const Json& destination, const std::string& field, Json& context, sdk::Out& out) {
  const bool gateway = is_set(destination, "unwrapAsApiGateway") || is_set(destination, "responseTransformation");
  const bool alb = is_set(destination, "unwrapAsAlb");
  if (gateway && alb) {
    out.error({field + "/unwrapAsAlb", "OneofConflict", "an answer is unwrapped in one way",
               "unwrapAsAlb and unwrapAsApiGateway", "one of unwrapAsAlb, unwrapAsApiGateway, responseTransformation"});
  }
  const bool document = is_set(destination, "requestTransformation"), event = is_set(destination, "wrapAsApiGateway");
  if (document && event) {
    out.error({field + "/wrapAsApiGateway", "OneofConflict", "a request is wrapped in one way",
               "requestTransformation and wrapAsApiGateway", "one of requestTransformation, wrapAsApiGateway"});
  }
  if (gateway || alb) context["unwrap"] = alb ? "alb" : "api_gateway";
  if (document || event) context["wrap"] = event ? "api_gateway" : "gloo";
  return !out.failed();
}

// What is called how, as lua/invoke.lua reads it; false where the destination contradicts itself.
bool describe(const Json& destination, const Json& upstream, const std::string& path, const sdk::WebEndpoint& at,
              const std::string& field, Json& context, sdk::Out& out) {
  context = {{"path", path}, {"host", at.authority()}};
  if (!add_transformations(destination, field, context, out)) return false;
  if (sdk::get_string(destination, "invocationStyle") == "ASYNC") context["async"] = true;
  const Json* options = sdk::find(upstream, "awsOptions");
  if (options != nullptr && is_set(*options, "propagateOriginalRouting")) context["propagate"] = true;
  return true;
}

void report_unknown(const Json& upstream, const std::string& name, const sdk::Ref& ref, sdk::Out& out) {
  const std::string names = names_of(upstream);
  const std::string of = "Upstream " + sdk::to_string(ref);
  const std::string answered = "; requests are answered 500 until it comes";
  // As in Gloo, nothing is wrong with a route to an upstream whose functions are still to be found.
  if (names.empty()) {
    return out.info({"/destinationSpec/aws/logicalName", "FunctionNotFound", of + " has no functions yet" + answered,
                     name, "", ref});
  }
  out.warning({"/destinationSpec/aws/logicalName", "FunctionNotFound", of + " has no function of this name" + answered,
               name, "one of " + names, ref});
}

}  // namespace

class Plugin {
 public:
  Plugin(sdk::Host host, std::string_view config) : discovery_(host, sdk::parse_json(config)) {}

  void clusters(const sdk::UpstreamInput& in, sdk::Out& out) {
    const Json spec = sdk::parse_json(in.json);
    const auto at = endpoint_of(spec, &out);
    check_functions(spec, out);
    sign_requests(spec, in.cluster_name, out);
    if (!at || out.failed()) return;
    sdk::web_cluster(*at, sdk::parse_json(in.spec_json), sdk::find(spec, "sslParameters"), "/region", out);
    const Json standard = standard_of(spec, *at, out);
    if (out.failed()) return;
    invoke_functions(standard, out);
  }

  void destinations(const sdk::DestinationInput& in, sdk::Out& out) {
    // An upstream without credentials has no cluster.
    Message action;
    action.add_enum(route::RouteAction::kClusterNotFoundResponseCode,
                    route::RouteAction::ClusterNotFoundResponseCode::kINTERNAL_SERVER_ERROR);
    out.fragment("route_action", action);
    const Json& upstream = read(in.upstream_json);
    const Json* options = sdk::find(upstream, "awsOptions");
    const bool fallback = options != nullptr && is_set(*options, "fallbackToFirstFunction");
    if (in.destination_json.empty() && !fallback) return;
    const auto at = endpoint_of(upstream, nullptr);
    if (!at) return;
    Json destination = in.destination_json.empty() ? Json::object() : sdk::parse_json(in.destination_json);
    destination = with_overrides(std::move(destination), upstream);
    const std::string name = sdk::get_string(destination, "logicalName");
    const auto path = functions_->path_of(upstream, name, fallback);
    if (!path) {
      report_unknown(upstream, name, in.upstream, out);
      return tell_invocation({{"problem", "unknown lambda function " + name}}, "/destinationSpec/aws", out);
    }
    const std::string field = "/destinationSpec/aws";
    Json context;
    if (describe(destination, upstream, *path, *at, field, context, out)) tell_invocation(context, field, out);
  }

  void follow(const sdk::UpstreamInput& in, sdk::Out&) { discovery_.follow(in); }
  void forget(const sdk::Ref& ref) { discovery_.forget(ref); }

 private:
  // What is called where no route says anything, by the name in destinationOverrides.
  static Json standard_of(const Json& upstream, const sdk::WebEndpoint& at, sdk::Out& out) {
    const Json* overrides = sdk::find(upstream, "destinationOverrides");
    const std::string name = overrides == nullptr ? "" : sdk::get_string(*overrides, "logicalName");
    const auto path = name.empty() ? std::nullopt : FunctionIndex(upstream).path_of(upstream, name, false);
    Json context = Json::object();
    if (path && !describe(*overrides, upstream, *path, at, "/destinationOverrides", context, out))
      return Json::object();
    return context;
  }

  // Routes to one upstream come one after the other: it is read once for all of them.
  const Json& read(std::string_view upstream_json) {
    if (!functions_ || upstream_json != upstream_text_) {
      upstream_text_ = upstream_json;
      upstream_ = sdk::parse_json(upstream_json);
      functions_.emplace(upstream_);
    }
    return upstream_;
  }

  std::string upstream_text_;
  Json upstream_;
  std::optional<FunctionIndex> functions_;
  Discovery discovery_;
};

}  // namespace solder::plugins::aws_lambda

SOLDER_PLUGIN(solder::plugins::aws_lambda::Plugin, "aws_lambda", "1.0.0")
