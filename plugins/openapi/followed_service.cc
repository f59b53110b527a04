#include "followed_service.h"

#include <algorithm>
#include <map>

#include "shown.h"

namespace solder::plugins::openapi {

using sdk::Json;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds kFirst{300};                          // by chance up to this: many begin at once
constexpr milliseconds kShortest{60000}, kLongest{3600000};  // between rounds that find nothing
constexpr int kSpread = 7;
constexpr size_t kNamesOfAProblem = 100, kMostProblems = 60, kMostOthers = 20;

// All names of one reason, in as few problems as can be read.
std::vector<std::string> sentences(const std::vector<Skipped>& skipped) {
  std::map<std::string, std::vector<std::string>> by_reason;
  for (const Skipped& one : skipped) by_reason[one.why].push_back(one.operation);
  std::vector<std::string> out;
  for (const auto& [why, names] : by_reason) {
    for (size_t from = 0; from < names.size(); from += kNamesOfAProblem) {
      std::string text;
      const size_t to = std::min(names.size(), from + kNamesOfAProblem);
      for (size_t i = from; i < to; ++i) text += (i == from ? "" : ", ") + names[i];
      out.push_back("no function is made of " + text + ": " + why);
    }
  }
  if (out.size() <= kMostProblems) return out;
  const size_t more = out.size() - kMostProblems;
  out.resize(kMostProblems);
  out.push_back("and " + std::to_string(more) + " problems more");
  return out;
}

// A transcoder's as serviceSpec.grpc has them.
Json services_of(const Json& transcoder) {
  Json services = Json::array();
  for (const std::string& name : sdk::get_strings(transcoder, "services")) {
    const size_t dot = name.rfind('.');
    Json one{{"serviceName", dot == std::string::npos ? name : name.substr(dot + 1)}};
    if (dot != std::string::npos) one["packageName"] = name.substr(0, dot);
    services.push_back(std::move(one));
  }
  return {{"grpc", {{"descriptors", transcoder["protoDescriptorBin"]}, {"grpcServices", std::move(services)}}}};
}

}  // namespace

FollowedService::FollowedService(const sdk::Host& host, Budget& budget, const sdk::Publisher& publisher,
                                 const Settings& settings, const sdk::Ref& ref)
    : kind_(ref.kind),
      ns_(ref.ns),
      name_(ref.name),
      publisher_(publisher),
      settings_(settings),
      backoff_(host, this),
      timer_(host),
      documents_(budget),
      reflection_(budget) {}

void FollowedService::begin(std::string_view type, const Json& spec) {
  timer_.cancel();
  documents_.give_up();
  documents_.forget();
  reflection_.give_up();
  reflects_ = false;
  backoff_.succeeded();
  empty_rounds_ = 0;
  base_ = 0;
  known_.clear();
  type_ = type;
  target_ = target_of(type, spec, settings_.cluster_domain);
  if (!target_.problem.empty()) return failed("", target_.problem, false);
  const bool has_document = !target_.document_url.empty() || !target_.document_text.empty();
  // Whose user says that it is something else is not asked; neither is one without an address.
  const bool nothing = !has_document && (target_.bases.empty() || target_.says_other);
  if (nothing) {
    publisher_.report(ref(), {});
    return;
  }
  timer_.start(backoff_.jitter(kFirst), [this] { begin_cycle(); });
}

void FollowedService::begin_cycle() {
  if (!target_.document_text.empty()) {
    const auto own = target_.bases.empty() ? parse_url("http://localhost/") : target_.bases.front();
    return documents_.read(target_.document_text, *own, [this](const auto& outcome) { take("", outcome); });
  }
  if (!target_.document_url.empty()) return ask(target_.document_url);
  if (!known_.empty()) return ask(known_);
  if (target_.says_grpc || reflects_) return reflect(false);
  probe(0);
}

void FollowedService::ask(const std::string& url) {
  const auto document = parse_url(url);
  const Url& own = target_.bases.empty() ? *document : target_.bases[base_ % target_.bases.size()];
  documents_.ask(*document, own, target_.secret_ns, target_.secret_name,
                 [this, url](const auto& outcome) { take(url, outcome); });
}

void FollowedService::probe(size_t path) {
  if (path >= settings_.paths.size()) return reflect(false);
  const Url& base = target_.bases[base_ % target_.bases.size()];
  const auto url = resolve_url(base, settings_.paths[path]);
  if (!url) return probe(path + 1);
  documents_.ask(*url, base, target_.secret_ns, target_.secret_name,
                 [this, path, url = url->text()](const auto& outcome) {
                   if (outcome.functions) {
                     known_ = url;
                     return take(url, outcome);
                   }
                   // Who cannot be reached cannot be reached at the other paths either.
                   if (outcome.unreachable) return reflect(true);
                   probe(path + 1);
                 });
}

// `unreachable`: it did not answer as a web server does, which one of gRPC would not.
void FollowedService::reflect(bool unreachable) {
  if (target_.says_rest) return found_nothing(unreachable);
  const Url& base = target_.bases[base_ % target_.bases.size()];
  reflection_.ask(base, target_.secret_ns, target_.secret_name,
                  [this, unreachable](const Reflection::Outcome& outcome) { take_reflection(outcome, unreachable); });
}

void FollowedService::take_reflection(const Reflection::Outcome& outcome, bool unreachable) {
  const std::string field = "/spec/" + type_ + "/serviceSpec";
  if (!outcome.why.empty()) {
    if (!target_.says_grpc && !reflects_) return found_nothing(unreachable);
    const std::string text =
        "the service cannot be asked by gRPC reflection: " + outcome.why + "; functions that were found before stay";
    publisher_.report(ref(), {{field, "DiscoveryFailed", text}});
    ++base_;
    return wait(backoff_.failed());
  }
  reflects_ = true;
  backoff_.succeeded();
  std::vector<std::string> told = outcome.problems;
  Json service = Json::object();
  if (!outcome.transcoder.empty())
    service =
        target_.wants_services ? services_of(outcome.transcoder) : Json{{"grpcJsonTranscoder", outcome.transcoder}};
  if (publisher_.object(ref(), field, service.dump()) != SOLDER_OK) told.push_back("its functions could not be kept");
  std::vector<sdk::Problem> problems;
  for (const std::string& text : told) problems.push_back({field, "OperationNotUsable", text});
  publisher_.report(ref(), problems);
  wait(settings_.period + backoff_.jitter(settings_.period / kSpread));
}

// That there is no document is nothing wrong: nobody said that there were one.
void FollowedService::found_nothing(bool unreachable) {
  publisher_.report(ref(), {});
  ++base_;
  if (unreachable) return wait(backoff_.failed());
  const auto time = kShortest * (1 << std::min(empty_rounds_++, 6));
  wait(std::min(time, kLongest) + backoff_.jitter(kShortest));
}

void FollowedService::take(const std::string& url, const DocumentSet::Outcome& outcome) {
  if (!outcome.functions && !outcome.same) {
    if (outcome.unreachable) ++base_;
    return failed(url, outcome.why, outcome.unreachable);
  }
  backoff_.succeeded();
  if (outcome.functions) publish(url, *outcome.functions);
  // A text that the user wrote changes with the upstream.
  if (!url.empty()) wait(settings_.period + backoff_.jitter(settings_.period / kSpread));
}

void FollowedService::publish(const std::string& url, const Functions& functions) {
  Json rest{{"transformations", functions.transformations}};
  // What the user wrote under a name is the user's as a whole.
  for (const std::string& name : target_.own_functions) rest["transformations"].erase(name);
  if (target_.document_url.empty() && target_.document_text.empty()) rest["swaggerInfo"] = {{"url", url}};
  const Json service{{"rest", rest}};
  const std::string field = "/spec/" + type_ + "/serviceSpec";
  const auto status = publisher_.object(ref(), field, service.dump(-1, ' ', false, Json::error_handler_t::replace));
  const std::string from = url.empty() ? "the document in swaggerInfo.inline" : "the document at " + url;
  std::vector<std::string> told = sentences(functions.skipped);
  size_t others = 0;
  for (const std::string& other : functions.foreign) {
    if (++others > kMostOthers) break;
    told.push_back("it names another host, which is not asked: " + other +
                   "; functions are called at the upstream itself");
  }
  if (status != SOLDER_OK) told.push_back("its functions could not be kept");
  std::vector<sdk::Problem> problems;
  for (std::string& text : told) text = from + ": " + text;
  for (const std::string& text : told) problems.push_back({field, "OperationNotUsable", text});
  publisher_.report(ref(), problems);
}

void FollowedService::failed(const std::string& url, const std::string& why, bool unreachable) {
  documents_.forget();  // when it is right again that has to be said
  const std::string field = "/spec/" + type_ + "/serviceSpec";
  const std::string from = url.empty() ? "" : "the document at " + url + ": ";
  const std::string text = from + why + "; functions that were found before stay";
  publisher_.report(ref(), {{field, "DiscoveryFailed", text}});
  // Whoever answers is asked as often as before: a wrong document costs no more than a right one.
  if (!url.empty())
    wait(unreachable ? backoff_.failed() : settings_.period + backoff_.jitter(settings_.period / kSpread));
}

void FollowedService::wait(milliseconds time) {
  timer_.start(time, [this] { begin_cycle(); });
}

}  // namespace solder::plugins::openapi
