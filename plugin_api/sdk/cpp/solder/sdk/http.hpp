// solder/sdk/http.hpp - requests by the host ("solder.http/1"), with functions in the place of pointers. Not included
// by sdk.hpp.
//
// A member of the plugin's class. What takes an answer may send the next request; calls of the plugin do not run
// meanwhile. Whoever makes use of it lists "solder.http/1" under "needs" in the manifest. Tested by
// tests/plugin/discovery_test.cc.
#ifndef SOLDER_SDK_HTTP_HPP_
#define SOLDER_SDK_HTTP_HPP_

#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "solder/sdk/http_status.hpp"
#include "solder/sdk/text.hpp"
#include "solder/services/http.h"

namespace solder::sdk {

// Views need to live for send() only.
struct HttpRequest {
  std::string_view method = "GET";
  std::string_view url;
  std::vector<std::pair<std::string_view, std::string_view>> headers = {};
  std::string_view body = {};
  uint32_t timeout_ms = 0, max_body = 0;  // 0: the defaults
  Ref tls_secret = {};
  const solder_http_auth* auth = nullptr;
  const solder_http_identity* identity = nullptr;
  // Takes the body of a 2xx answer as it comes; may cancel the request.
  std::function<void(std::string_view)> piece = nullptr;
  uint32_t idle_timeout_ms = 0;
  bool http2 = false;      // from the first byte; trailers are among the answer's headers
  bool long_poll = false;  // the answer comes when something happens
};

// Lives for the function that it is given to.
struct HttpAnswer {
  solder_status status = SOLDER_OK;  // OK: there is an answer
  std::string_view message;          // why not
  uint32_t code = 0;
  std::string_view body;
  solder_span headers;

  // "" where it is not there; `name` in small letters.
  [[nodiscard]] std::string_view header(std::string_view name) const {
    for (uint64_t i = 0; i < headers.count; ++i) {
      const solder_header& each = *SOLDER_AT(solder_header, headers, i);
      if (text(each.name) == name) return text(each.value);
    }
    return {};
  }
};

class Http {
 public:
  using Id = uint64_t;
  using Then = std::function<void(const HttpAnswer&)>;

  explicit Http(const Host& host)
      : host_(host), http_(static_cast<const solder_svc_http*>(host.service(SOLDER_SVC_HTTP))) {}
  ~Http() {
    for (const auto& [id, each] : under_way_) http_->cancel(http_->ctx, each->handle);
  }
  Http(const Http&) = delete;
  Http& operator=(const Http&) = delete;

  // Not OK: `then` is not called. What it throws is logged. `id` cancels it.
  solder_status send(const HttpRequest& request, Then then, Id* id = nullptr) {
    if (!SOLDER_HAS(http_, send)) return SOLDER_UNAVAILABLE;
    std::vector<solder_header> headers;
    for (const auto& [name, value] : request.headers) headers.push_back({str(name), str(value)});
    solder_http_request c{};
    c.size = sizeof c;
    c.flags = (request.http2 ? uint32_t{SOLDER_HTTP_KNOWN_HTTP2} : 0) |
              (request.long_poll ? uint32_t{SOLDER_HTTP_LONG_POLL} : 0);
    c.method = str(request.method);
    c.url = str(request.url);
    c.headers = {headers.data(), headers.size(), sizeof(solder_header)};
    c.body = str(request.body);
    c.timeout_ms = request.timeout_ms;
    c.max_body = request.max_body;
    c.tls_secret = request.tls_secret.c();
    c.auth = request.auth;
    c.identity = request.identity;
    c.idle_timeout_ms = request.idle_timeout_ms;
    auto one = std::make_unique<One>(One{this, ++last_, 0, std::move(then), nullptr});
    if (request.piece) {
      one->piece = std::make_shared<Piece>(request.piece);
      c.piece = &Http::piece;
    }
    const solder_status status = http_->send(http_->ctx, &c, &Http::answered, one.get(), &one->handle);
    if (status != SOLDER_OK) return status;
    if (id != nullptr) *id = one->id;
    under_way_.emplace(one->id, std::move(one));
    return SOLDER_OK;
  }
  void cancel(Id id) {
    const auto at = under_way_.find(id);
    if (at == under_way_.end()) return;
    http_->cancel(http_->ctx, at->second->handle);
    under_way_.erase(at);
  }
  [[nodiscard]] size_t under_way() const { return under_way_.size(); }

 private:
  using Piece = std::function<void(std::string_view)>;
  struct One {
    Http* http;
    Id id;
    solder_request handle;
    Then then;
    std::shared_ptr<Piece> piece;
  };

  static void piece(void* arg, solder_str bytes) noexcept {
    const auto& one = *static_cast<One*>(arg);
    const Host host = one.http->host_;
    const auto kept = one.piece;  // it may cancel, which ends `one`
    try {
      (*kept)(text(bytes));
    } catch (const std::exception& error) {
      host.log(SOLDER_LOG_ERROR, std::string("a piece of an answer threw an exception: ") + error.what());
    } catch (...) {
      host.log(SOLDER_LOG_ERROR, "a piece of an answer threw an exception");
    }
  }
  static void answered(void* arg, const solder_http_answer* c) noexcept {
    auto& one = *static_cast<One*>(arg);
    Http& http = *one.http;
    const Host host = http.host_;  // `then` may end all of this
    const auto kept = std::move(http.under_way_.at(one.id));
    http.under_way_.erase(kept->id);
    try {
      kept->then({c->status, text(c->message), c->http_status, text(c->body), c->headers});
    } catch (const std::exception& error) {
      host.log(SOLDER_LOG_ERROR, std::string("an answer's function threw an exception: ") + error.what());
    } catch (...) {
      host.log(SOLDER_LOG_ERROR, "an answer's function threw an exception");
    }
  }

  Host host_;
  const solder_svc_http* http_;
  Id last_ = 0;
  std::map<Id, std::unique_ptr<One>> under_way_;
};

}  // namespace solder::sdk

#endif
