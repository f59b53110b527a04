#include "actions.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace solder::plugins::istio {

namespace {

constexpr const char* kRetryOn = "connect-failure,refused-stream,unavailable,cancelled";
constexpr uint64_t kRetries = 2;

std::vector<std::string> words(const std::string& text) {
  std::vector<std::string> out;
  for (size_t at = 0; at <= text.size();) {
    const size_t end = std::min(text.find(',', at), text.size());
    std::string word = text.substr(at, end - at);
    word.erase(0, word.find_first_not_of(' '));
    word.erase(word.find_last_not_of(' ') + 1);
    if (!word.empty()) out.push_back(std::move(word));
    at = end + 1;
  }
  return out;
}

// Envoy has a list of its own for statuses that are tried again.
void retry_on(const std::string& text, Json& to) {
  std::string conditions;
  for (const std::string& word : words(text.empty() ? kRetryOn : text)) {
    const bool status =
        word.size() == 3 && std::all_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (status)
      to["retriableStatusCodes"].push_back(std::stoul(word));
    else
      conditions += (conditions.empty() ? "" : ",") + word;
  }
  if (to.contains("retriableStatusCodes") && conditions.find("retriable-status-codes") == std::string::npos)
    conditions += (conditions.empty() ? "" : ",") + std::string("retriable-status-codes");
  to["retryOn"] = conditions;
}

Json retries_of(Fields fields) {
  Json to = Json::object();
  const uint64_t attempts = fields.number("attempts").value_or(kRetries);
  const std::string on = fields.text("retryOn");
  const auto wait = fields.duration("perTryTimeout");
  const auto backoff = fields.duration("backoff");
  if (fields.flag("retryRemoteLocalities").value_or(false))
    fields.cannot("retryRemoteLocalities", "a retry is not led by locality");
  if (fields.has("retryIgnorePreviousHosts"))
    fields.cannot("retryIgnorePreviousHosts", "a retry goes to any host of the upstream");
  fields.pass({"retryRemoteLocalities"});
  fields.rest();
  if (attempts == 0) return nullptr;
  to["numRetries"] = attempts;
  retry_on(on, to);
  if (wait) to["perTryTimeout"] = *wait;
  if (backoff) to["retryBackOff"]["baseInterval"] = *backoff;
  return to;
}

Json header_list(const std::vector<std::pair<std::string, std::string>>& headers, bool append) {
  Json out = Json::array();
  for (const auto& [name, value] : headers)
    out.push_back({{"header", {{"key", name}, {"value", value}}}, {"append", append}});
  return out;
}

bool is_host(std::string name) {
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
  return name == "host" || name == ":authority";
}

void merge(Json& to, const char* key, const Json& list) {
  for (const Json& each : list) to[key].push_back(each);
}

void header_operations(Fields fields, const std::string& which, Json& options, bool rewrites_host) {
  if (!fields.present()) return;
  std::vector<std::pair<std::string, std::string>> set;
  for (auto& [name, value] : fields.map("set")) {
    if (which != "request" || !is_host(name)) {
      set.emplace_back(name, value);
    } else if (rewrites_host) {
      options["hostRewrite"] = value;
    } else {
      fields.report().cannot(fields.at("set") + sdk::pointer_step(name),
                             "one destination of several has no Host header of its own", value,
                             "rewrite.authority of the route");
    }
  }
  const auto add = fields.map("add");
  const auto remove = fields.texts("remove");
  fields.rest();
  if (set.empty() && add.empty() && remove.empty()) return;
  Json& to = options["headerManipulation"];
  const bool request = which == "request";
  const char* adds = request ? "requestHeadersToAdd" : "responseHeadersToAdd";
  const char* removes = request ? "requestHeadersToRemove" : "responseHeadersToRemove";
  merge(to, adds, header_list(set, false));
  merge(to, adds, header_list(add, true));
  for (const std::string& name : remove) to[removes].push_back(name);
}

Json origins(Fields& cors) {
  Json out = Json::object();
  for (const std::string& each : cors.texts("allowOrigin")) out["allowOrigin"].push_back(each);
  for (Fields& each : cors.objects("allowOrigins")) {
    const StringMatch match = read_string_match(each);
    if (match.kind == StringMatch::Kind::kExact)
      out["allowOrigin"].push_back(match.text);
    else
      out["allowOriginRegex"].push_back(match.kind == StringMatch::Kind::kPresent ? ".*" : match.regex());
  }
  return out;
}

}  // namespace

std::optional<double> percentage(Fields& fields, const char* name, const char* old_name) {
  Fields percent = fields.object(name);
  const auto old = fields.number(old_name);
  std::optional<double> out;
  if (percent.present()) out = percent.real("value").value_or(0);
  percent.rest();
  if (!out && old) out = static_cast<double>(*old);
  if (out && (*out < 0 || *out > 100)) {
    fields.report().warning(
        {fields.at(name), "InvalidValue", "a percentage is from 0 to 100; it is taken as 100", "", "100"});
    out = 100;
  }
  return out;
}

Json redirect(Fields fields, const Matcher* matcher) {
  static constexpr std::array<std::pair<uint64_t, const char*>, 5> kCodes{{{301, "MOVED_PERMANENTLY"},
                                                                           {302, "FOUND"},
                                                                           {303, "SEE_OTHER"},
                                                                           {307, "TEMPORARY_REDIRECT"},
                                                                           {308, "PERMANENT_REDIRECT"}}};
  Json out = Json::object();
  if (const std::string uri = fields.text("uri"); !uri.empty()) {
    const size_t prefix = uri.find("%PREFIX()%");
    if (prefix == std::string::npos)
      out["pathRedirect"] = uri;
    else if (uri.ends_with("%PREFIX()%") && matcher != nullptr && matcher->path == Matcher::Path::kPrefix)
      out["prefixRewrite"] = uri.substr(0, prefix) + matcher->json["prefix"].get<std::string>();
    else
      fields.cannot("uri", "the matched prefix stands at the end, and of a prefix", "/new%PREFIX()%");
  }
  if (const std::string host = fields.text("authority"); !host.empty()) out["hostRedirect"] = host;
  if (const auto port = fields.number("port"); port && *port > 0) out["portRedirect"] = *port;
  if (const std::string from = fields.text("derivePort"); from == "FROM_REQUEST_PORT")
    fields.cannot("derivePort", "the port is that of the scheme unless it is named", "port");
  const std::string scheme = fields.text("scheme");
  if (scheme == "https") out["httpsRedirect"] = true;
  if (!scheme.empty() && scheme != "https")
    fields.cannot("scheme", "a redirect leads to https, or keeps the scheme", "https");
  const uint64_t code = fields.number("redirectCode").value_or(301);
  const auto at = std::find_if(kCodes.begin(), kCodes.end(), [&](const auto& each) { return each.first == code; });
  if (at == kCodes.end())
    fields.cannot("redirectCode", "this is no status of a redirect; it is 301", "301, 302, 303, 307 or 308");
  out["responseCode"] = at == kCodes.end() ? kCodes.front().second : at->second;
  fields.rest();
  return out;
}

Json direct_response(Fields fields) {
  const uint64_t status = fields.number("status").value_or(0);
  Json out = {{"status", status}};
  if (status < 200 || status > 599) {
    fields.report().warning({fields.at("status"), "InvalidValue", "an answer needs a status; it is 500",
                             std::to_string(status), "200 to 599"});
    out["status"] = 500;
  }
  Fields body = fields.object("body");
  if (const std::string text = body.text("string"); !text.empty()) out["body"] = text;
  body.cannot("bytes", "the answer's body is a text", "string");
  body.rest();
  fields.rest();
  return out;
}

void rewrite(Fields fields, const Matcher& matcher, Json& options) {
  if (const std::string uri = fields.text("uri"); !uri.empty()) {
    if (matcher.path == Matcher::Path::kRegex)
      options["regexRewrite"] = {{"pattern", {{"regex", matcher.pattern}}}, {"substitution", uri}};
    else
      options["prefixRewrite"] = uri;
  }
  if (Fields regex = fields.object("uriRegexRewrite"); regex.present()) {
    const std::string match = regex.text("match"), with = regex.text("rewrite");
    if (match.empty())
      fields.report().warning(
          {regex.at("match"), "MissingField", "a rewrite needs what it looks for", "", "^/v1/(.*)$"});
    else
      options["regexRewrite"] = {{"pattern", {{"regex", match}}}, {"substitution", with}};
    if (!match.empty()) options.erase("prefixRewrite");
    regex.rest();
  }
  if (const std::string host = fields.text("authority"); !host.empty()) options["hostRewrite"] = host;
  fields.rest();
}

void timeout_and_retries(Fields& route, Json& options) {
  options["timeout"] = route.duration("timeout").value_or("0s");
  Json retries = retries_of(route.object("retries"));
  if (!retries.is_null()) options["retries"] = std::move(retries);
}

void fault(Fields fields, Json& options) {
  if (!fields.present()) return;
  Json to = Json::object();
  Fields delay = fields.object("delay");
  if (delay.present()) {
    const auto time = delay.duration("fixedDelay");
    const auto percent = percentage(delay, "percentage", "percent");
    delay.cannot("exponentialDelay", "a delay is fixed", "fixedDelay");
    if (time && percent && *percent > 0) to["delay"] = {{"fixedDelay", *time}, {"percentage", *percent}};
    delay.rest();
  }
  Fields abort = fields.object("abort");
  if (abort.present()) {
    const auto status = abort.number("httpStatus");
    const auto percent = percentage(abort, "percentage", "percent");
    abort.cannot("grpcStatus", "requests are aborted with a status of HTTP", "httpStatus");
    abort.cannot("http2Error", "requests are aborted with a status of HTTP", "httpStatus");
    if (status && percent && *percent > 0) to["abort"] = {{"httpStatus", *status}, {"percentage", *percent}};
    abort.rest();
  }
  fields.rest();
  if (!to.empty()) options["faults"] = to;
}

void cors(Fields fields, Json& options) {
  if (!fields.present()) return;
  Json to = origins(fields);
  for (const char* name : {"allowMethods", "allowHeaders", "exposeHeaders"}) {
    if (const auto list = fields.texts(name); !list.empty()) to[name] = list;
  }
  if (const auto age = fields.duration("maxAge")) to["maxAge"] = age->substr(0, age->find_first_of(".s"));
  if (const auto allow = fields.flag("allowCredentials")) to["allowCredentials"] = *allow;
  if (fields.text("unmatchedPreflights") == "IGNORE")
    fields.cannot("unmatchedPreflights", "preflight requests of other origins are forwarded", "FORWARD");
  fields.rest();
  options["cors"] = to;
}

void headers(Fields fields, Json& options, bool rewrites_host) {
  header_operations(fields.object("request"), "request", options, rewrites_host);
  header_operations(fields.object("response"), "response", options, rewrites_host);
  fields.rest();
}

}  // namespace solder::plugins::istio
