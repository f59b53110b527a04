#include "core/host/services/requests.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <mutex>
#include <optional>
#include <string_view>
#include <utility>

#include "core/host/abi_text.h"
#include "core/host/services/google_key.h"
#include "core/host/services/wish.h"

namespace solder::host {

namespace {

base::Status missing(std::string words) { return {base::Code::kFailedPrecondition, std::move(words)}; }

base::Status set_up_tls(const SecretBook& secrets, const model::ObjectRef& ref, HttpRequest& request) {
  if (ref.name.empty()) return {};
  const auto values = secrets.find(ref);
  if (!values) return missing("the Secret " + ref.ns + "/" + ref.name + " is not there");
  const auto take = [&](const char* key, std::string& into) {
    if (const auto at = values->find(key); at != values->end()) into = at->second;
  };
  take("ca.crt", request.ca_pem);
  take("tls.crt", request.certificate_pem);
  take("tls.key", request.key_pem);
  return {};
}

base::Status add_bearer(const SecretBook& secrets, const Wish::Auth& auth, HttpRequest& request) {
  const std::string who = "the Secret " + auth.secret.ns + "/" + auth.secret.name;
  const auto values = secrets.find(auth.secret);
  if (!values) return missing(who + " is not there");
  const auto at = values->find(auth.key);
  if (at == values->end() || at->second.empty()) return missing(who + " has no value " + auth.key);
  request.headers.emplace_back("authorization", "Bearer " + at->second);
  // A value that would break out of its line is not sent; what is wrong is said without it.
  if (!check_request(request).ok()) return missing("the value " + auth.key + " of " + who + " is not one line");
  return {};
}

base::Result<GoogleSource> google_source(const SecretBook& secrets, const Wish::Auth& auth) {
  GoogleSource source{.scope = auth.service};
  if (auth.secret.name.empty()) return source;
  const std::string who = "the Secret " + auth.secret.ns + "/" + auth.secret.name;
  const auto values = secrets.find(auth.secret);
  if (!values) return missing(who + " is not there");
  for (const char* name : kGoogleKeyNames) {
    const auto at = values->find(name);
    if (source.key_json.empty() && at != values->end()) source.key_json = at->second;
  }
  if (source.key_json.empty()) return missing(who + " has no value " + kGoogleKeyNames[0]);
  return source;
}

base::Status identify(FileValues& files, const Wish::Identity& identity, HttpRequest& request) {
  request.verify = identity.verify;
  auto presented = present(files, identity);
  if (!presented.ok()) return presented.status();
  request.ca_pem = std::move(presented->ca);
  request.certificate_pem = std::move(presented->certificate);
  request.key_pem = std::move(presented->key);
  if (presented->token.empty()) return {};
  request.headers.emplace_back("authorization", "Bearer " + presented->token);
  if (!check_request(request).ok()) return missing("the token in " + identity.token.path + " is not one line");
  return {};
}

}  // namespace

// What outlives the instance where a request is still under way.
struct Requests::Core : std::enable_shared_from_this<Core> {
  Core(Timers& its_events, ServicesPtr its_services) : events(its_events), services(std::move(its_services)) {}

  struct Pending {
    solder_answered done;
    void* arg;
    solder_piece piece = nullptr;
    bool long_poll = false;
    uint64_t transfer = 0;
    // Of the body, what the plugin has not been given yet.
    std::string waiting{};
    bool posted = false, paused = false;
  };

  std::mutex mutex;  // taken before that of the events
  Timers& events;    // not touched once closed
  const ServicesPtr services;
  bool closed = false;
  solder_request last = 0;
  std::map<solder_request, Pending> pending;
  size_t long_polls = 0;  // of these

  // With the lock held.
  void erase(std::map<solder_request, Pending>::iterator at) {
    if (at->second.long_poll) --long_polls;
    pending.erase(at);
  }

  solder_status send(std::optional<Wish> wish, solder_answered done, void* arg, solder_request* id) {
    if (done == nullptr || id == nullptr || !wish) return SOLDER_INVALID_ARGUMENT;
    if (!services) return SOLDER_UNAVAILABLE;
    solder_request own = 0;
    {
      const std::lock_guard lock(mutex);
      if (closed) return SOLDER_CANCELLED;
      const size_t most = wish->long_poll ? SOLDER_HTTP_MAX_LONG_POLLS : SOLDER_HTTP_MAX_IN_FLIGHT;
      if ((wish->long_poll ? long_polls : pending.size() - long_polls) >= most) return SOLDER_RESOURCE_EXHAUSTED;
      own = *id = ++last;
      pending.emplace(own, Pending{done, arg, wish->piece, wish->long_poll});
      if (wish->long_poll) ++long_polls;
    }
    if (wish->piece != nullptr) {
      wish->request.piece = [self = weak_from_this(), own](std::string_view bytes) {
        const auto core = self.lock();
        return !core || core->take_piece(own, bytes);
      };
    }
    authorize(own, std::move(*wish));
    return SOLDER_OK;
  }

  void authorize(solder_request id, Wish wish) {
    base::Status status = wish.identity.given ? identify(services->files, wish.identity, wish.request)
                                              : set_up_tls(services->secrets, wish.tls_secret, wish.request);
    if (status.ok() && wish.identity.given) return dispatch(id, std::move(wish.request));
    if (status.ok() && wish.auth.kind == SOLDER_HTTP_BEARER)
      status = add_bearer(services->secrets, wish.auth, wish.request);
    if (!status.ok()) return answered(id, {.status = std::move(status)});
    if (wish.auth.kind == SOLDER_HTTP_GOOGLE) return authorize_by_google(id, std::move(wish));
    if (wish.auth.kind != SOLDER_HTTP_SIGV4) return dispatch(id, std::move(wish.request));
    const AwsSource source = wish.auth.aws;
    services->aws.get(source, [self = weak_from_this(), id, wish = std::move(wish)](base::Result<AwsKeys> keys) {
      const auto core = self.lock();
      if (!core) return;
      if (!keys.ok()) {
        const bool refused = keys.status().code() == base::Code::kPermissionDenied;
        return core->answered(id, {.status = refused ? keys.status() : missing(keys.status().message())});
      }
      HttpRequest request = wish.request;
      sign_v4(request, *keys, wish.auth.service, wish.auth.aws.region, std::chrono::system_clock::now());
      core->dispatch(id, std::move(request));
    });
  }

  void authorize_by_google(solder_request id, Wish wish) {
    const auto source = google_source(services->secrets, wish.auth);
    if (!source.ok()) return answered(id, {.status = source.status()});
    services->google.get(*source, [self = weak_from_this(), id,
                                   request = std::move(wish.request)](const base::Result<GoogleToken>& token) {
      const auto core = self.lock();
      if (!core) return;
      if (!token.ok()) return core->answered(id, {.status = token.status()});
      HttpRequest own = request;
      own.headers.emplace_back("authorization", "Bearer " + token->text);
      core->dispatch(id, std::move(own));
    });
  }

  void dispatch(solder_request id, HttpRequest request) {
    const uint64_t transfer = services->http.send(std::move(request), [self = weak_from_this(), id](HttpAnswer answer) {
      if (const auto core = self.lock()) core->answered(id, std::move(answer));
    });
    const std::lock_guard lock(mutex);
    const auto at = pending.find(id);
    if (at != pending.end()) {
      at->second.transfer = transfer;
      if (at->second.piece != nullptr)
        services->http.resume(transfer);  // it may have been held up before it had a name
    } else {
      services->http.cancel(transfer);
    }
  }

  // In the client's thread. False: the plugin is behind.
  bool take_piece(solder_request id, std::string_view bytes) {
    const std::lock_guard lock(mutex);
    const auto at = pending.find(id);
    if (closed || at == pending.end()) return true;
    Pending& whose = at->second;
    whose.paused = !whose.waiting.empty() && whose.waiting.size() + bytes.size() > SOLDER_HTTP_MAX_WAITING;
    if (whose.paused) return false;
    whose.waiting += bytes;
    if (std::exchange(whose.posted, true)) return true;
    events.post("in a piece of an answer to", [self = shared_from_this(), id] { self->deliver_pieces(id); });
    return true;
  }

  // On the strand.
  void deliver_pieces(solder_request id) {
    std::string bytes;
    solder_piece piece = nullptr;
    void* arg = nullptr;
    {
      const std::lock_guard lock(mutex);
      const auto at = pending.find(id);
      if (at == pending.end()) return;
      Pending& whose = at->second;
      bytes.swap(whose.waiting);
      whose.posted = false;
      piece = whose.piece;
      arg = whose.arg;
      if (std::exchange(whose.paused, false)) services->http.resume(whose.transfer);
    }
    piece(arg, view(bytes));
  }

  void answered(solder_request id, HttpAnswer answer) {
    const std::lock_guard lock(mutex);
    if (closed || pending.count(id) == 0) return;
    auto kept = std::make_shared<HttpAnswer>(std::move(answer));
    events.post("in an answer to", [self = shared_from_this(), id, kept] { self->deliver(id, *kept); });
  }

  // On the strand.
  void deliver(solder_request id, const HttpAnswer& answer) {
    Pending whose{};
    {
      const std::lock_guard lock(mutex);
      const auto at = pending.find(id);
      if (at == pending.end()) return;
      whose = at->second;
      erase(at);
    }
    std::vector<solder_header> headers;
    for (const auto& [name, value] : answer.headers) headers.push_back({view(name), view(value)});
    const solder_http_answer told{sizeof(solder_http_answer),
                                  static_cast<solder_status>(answer.status.code()),
                                  view(answer.status.message()),
                                  answer.code,
                                  0,
                                  {headers.data(), headers.size(), sizeof(solder_header)},
                                  view(answer.body)};
    whose.done(whose.arg, &told);
  }

  void cancel(solder_request id) {
    const std::lock_guard lock(mutex);
    const auto at = pending.find(id);
    if (at == pending.end()) return;
    if (at->second.transfer != 0) services->http.cancel(at->second.transfer);
    erase(at);
  }

  void close() {
    const std::lock_guard lock(mutex);
    closed = true;
    for (const auto& [id, each] : pending) {
      if (each.transfer != 0) services->http.cancel(each.transfer);
    }
    pending.clear();
  }
};

Requests::Requests(Timers& events, ServicesPtr services)
    : core_(std::make_shared<Core>(events, std::move(services))),
      table_{sizeof(solder_svc_http), 0, core_.get(),
             // Nothing may be thrown into a plugin.
             [](void* ctx, const solder_http_request* request, solder_answered done, void* arg,
                solder_request* id) -> solder_status {
               try {
                 return static_cast<Core*>(ctx)->send(read_wish(request), done, arg, id);
               } catch (...) {
                 return SOLDER_RESOURCE_EXHAUSTED;
               }
             },
             [](void* ctx, solder_request id) { static_cast<Core*>(ctx)->cancel(id); }} {}

Requests::~Requests() { close(); }

solder_status Requests::send(Wish wish, solder_answered done, void* arg, solder_request* id) {
  return core_->send(std::move(wish), done, arg, id);
}

void Requests::close() { core_->close(); }

}  // namespace solder::host
