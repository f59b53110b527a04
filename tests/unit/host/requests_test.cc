// A plugin's requests: limits, cancelling, and Secrets that are named by it and put in by the host.
#include "core/host/services/requests.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <future>
#include <mutex>

#include "core/host/abi_text.h"
#include "tests/unit/host/local_server.h"
#include "tests/unit/store/temp_directory.h"

namespace solder::host {
namespace {

using ::testing::HasSubstr;

constexpr size_t kLong = size_t{8} << 20;

struct Told {
  solder_status status;
  uint32_t code;
  std::string message, body;
};

class RequestsTest : public ::testing::Test {
 protected:
  RequestsTest() {
    server.server.Get("/who", [](const httplib::Request& request, httplib::Response& response) {
      response.set_content(request.get_header_value("authorization"), "text/plain");
    });
    server.server.Get("/slow", [](const httplib::Request&, httplib::Response&) {
      std::this_thread::sleep_for(std::chrono::milliseconds(200));
    });
    server.server.Get("/long", [](const httplib::Request&, httplib::Response& response) {
      response.set_content(std::string(kLong, 'x'), "text/plain");
    });
    server.server.Get(
        "/held", [held = release_.get_future().share()](const httplib::Request&, httplib::Response&) { held.wait(); });
    server.start();
    services->secrets.put({"Secret", "ns", "s"}, {{"token", "sesame"},
                                                  {"broken", "a\r\nb"},
                                                  {"aws_access_key_id", "AKID"},
                                                  {"aws_secret_access_key", "open sesame"}});
    services->secrets.put({"Secret", "ns", "aws"},
                          {{"aws_access_key_id", "AKID"}, {"aws_secret_access_key", "opensesame"}});
    timers.open();
  }
  ~RequestsTest() override {
    release_.set_value();
    requests.close();
    timers.close();
  }

  static solder_http_request request_to(const std::string& url) {
    solder_http_request request{};
    request.size = sizeof(request);
    request.url = view(url);
    return request;
  }
  solder_status send(const solder_http_request& request, std::function<void(Told)> then, solder_request* id = nullptr) {
    auto& kept = *kept_.emplace_back(std::make_unique<std::function<void(Told)>>(std::move(then)));
    solder_request unused = 0;
    return http().send(
        http().ctx, &request,
        [](void* arg, const solder_http_answer* answer) {
          std::string_view message, body;
          read_bytes(answer->message, message);
          read_bytes(answer->body, body);
          (*static_cast<std::function<void(Told)>*>(arg))(
              {answer->status, answer->http_status, std::string(message), std::string(body)});
        },
        &kept, id == nullptr ? &unused : id);
  }
  Told ask(const solder_http_request& request) {
    std::promise<Told> promise;
    EXPECT_EQ(send(request, [&](Told told) { promise.set_value(std::move(told)); }), SOLDER_OK);
    return promise.get_future().get();
  }
  Told ask_as(uint32_t kind, const char* secret, const char* key) {
    solder_http_auth auth{};
    auth.size = sizeof(auth);
    auth.kind = kind;
    auth.secret = {view("Secret"), view("ns"), view(secret)};
    auth.key = view(key);
    auth.service = view("lambda");
    auth.region = view("us-east-1");
    const std::string url = server.url("/who");
    solder_http_request request = request_to(url);
    request.auth = &auth;
    return ask(request);
  }
  const solder_svc_http& http() { return *requests.table(); }

  const std::string plugin = "p";
  std::mutex strand;
  LocalServer server;
  ServicesPtr services = std::make_shared<Services>();

 private:
  std::vector<std::unique_ptr<std::function<void(Told)>>> kept_;
  std::promise<void> release_;

 protected:
  Timers timers{plugin, strand};
  Requests requests{timers, services};
};

TEST_F(RequestsTest, AnAnswerComesWhereTimersFire) {
  std::unique_lock call(strand);
  std::promise<Told> promise;
  const std::string url = server.url("/who");
  ASSERT_EQ(send(request_to(url), [&](Told told) { promise.set_value(std::move(told)); }), SOLDER_OK);
  auto answer = promise.get_future();
  EXPECT_EQ(answer.wait_for(std::chrono::milliseconds(100)), std::future_status::timeout);
  call.unlock();
  EXPECT_EQ(answer.get().code, 200u);
}

TEST_F(RequestsTest, SecretsArePutInByTheHost) {
  EXPECT_EQ(ask_as(SOLDER_HTTP_BEARER, "s", "token").body, "Bearer sesame");
  EXPECT_THAT(ask_as(SOLDER_HTTP_SIGV4, "aws", "").body, HasSubstr("AWS4-HMAC-SHA256 Credential=AKID/"));
  services->secrets.put({"Secret", "ns", "s"}, {{"token", "new"}});
  EXPECT_EQ(ask_as(SOLDER_HTTP_BEARER, "s", "token").body, "Bearer new");
}

TEST_F(RequestsTest, WhatASecretHasNotIsSaidWithoutWhatItHas) {
  const auto refused = [&](const Told& told, const std::string& words) {
    EXPECT_EQ(told.status, SOLDER_FAILED_PRECONDITION);
    EXPECT_THAT(told.message, HasSubstr(words));
    EXPECT_THAT(told.message, ::testing::Not(HasSubstr("sesame")));
  };
  refused(ask_as(SOLDER_HTTP_BEARER, "other", "token"), "ns/other is not there");
  refused(ask_as(SOLDER_HTTP_BEARER, "s", "other"), "has no value other");
  refused(ask_as(SOLDER_HTTP_BEARER, "s", "broken"), "is not one line");
  refused(ask_as(SOLDER_HTTP_SIGV4, "s", ""), "characters that no key");
  const std::string url = server.url("/who");
  solder_http_request request = request_to(url);
  request.tls_secret = {view("Secret"), view("ns"), view("other")};
  refused(ask(request), "ns/other is not there");
}

TEST_F(RequestsTest, WhatIsCancelledIsNotAnswered) {
  const std::string url = server.url("/slow");
  bool answered = false;
  solder_request id = 0;
  {
    const std::lock_guard lock(strand);
    ASSERT_EQ(send(
                  request_to(url), [&](const Told&) { answered = true; }, &id),
              SOLDER_OK);
    http().cancel(http().ctx, id);
    http().cancel(http().ctx, id);
  }
  ask(request_to(url));
  EXPECT_FALSE(answered);
}

TEST_F(RequestsTest, ALongAnswerWaitsForWhoTakesItPieceByPiece) {
  struct Taker {
    std::atomic<size_t> bytes{0};
    std::atomic<size_t> largest{0};
    std::promise<solder_status> ended;
  } taker;
  const std::string url = server.url("/long");
  solder_http_request request = request_to(url);
  request.piece = [](void* arg, solder_str bytes) {
    auto& who = *static_cast<Taker*>(arg);
    who.bytes += bytes.len;
    who.largest = std::max<size_t>(who.largest, bytes.len);
  };
  solder_request id = 0;
  std::unique_lock behind(strand);  // the plugin is busy
  ASSERT_EQ(http().send(
                http().ctx, &request,
                [](void* arg, const solder_http_answer* answer) {
                  static_cast<Taker*>(arg)->ended.set_value(answer->status);
                },
                &taker, &id),
            SOLDER_OK);
  auto ended = taker.ended.get_future();
  EXPECT_EQ(ended.wait_for(std::chrono::milliseconds(300)), std::future_status::timeout);
  behind.unlock();
  EXPECT_EQ(ended.get(), SOLDER_OK);
  EXPECT_EQ(taker.bytes, kLong);
  EXPECT_LE(taker.largest, size_t{SOLDER_HTTP_MAX_WAITING}) << "no more than that waits";
}

TEST_F(RequestsTest, WhoAsksStandsInFilesThatMayRotate) {
  const store::TempDirectory directory;
  const std::string url = server.url("/who"), path = directory.at("token");
  solder_http_identity identity{};
  identity.size = sizeof(identity);
  identity.token.path = view(path);
  solder_http_request request = request_to(url);
  request.identity = &identity;
  directory.write("token", "one\n");
  EXPECT_EQ(ask(request).body, "Bearer one");
  directory.write("token", "two");
  EXPECT_EQ(ask(request).body, "Bearer two");
  directory.write("token", "sesame\r\nx: y");
  const Told told = ask(request);
  EXPECT_EQ(told.status, SOLDER_FAILED_PRECONDITION);
  EXPECT_THAT(told.message, ::testing::AllOf(HasSubstr("not one line"), ::testing::Not(HasSubstr("sesame"))));
  directory.remove("token");
  EXPECT_THAT(ask(request).message, HasSubstr("is not there"));
}

TEST_F(RequestsTest, NoMoreThanIsAllowed) {
  const std::string url = server.url("/held");
  for (int i = 0; i < SOLDER_HTTP_MAX_IN_FLIGHT; ++i) ASSERT_EQ(send(request_to(url), [](const Told&) {}), SOLDER_OK);
  EXPECT_EQ(send(request_to(url), [](const Told&) {}), SOLDER_RESOURCE_EXHAUSTED);
  // Those that wait are counted by themselves.
  solder_http_request waiting = request_to(url);
  waiting.flags = SOLDER_HTTP_LONG_POLL;
  for (int i = 0; i < SOLDER_HTTP_MAX_LONG_POLLS; ++i) ASSERT_EQ(send(waiting, [](const Told&) {}), SOLDER_OK);
  EXPECT_EQ(send(waiting, [](const Told&) {}), SOLDER_RESOURCE_EXHAUSTED);
  requests.close();
  EXPECT_EQ(send(request_to(url), [](const Told&) {}), SOLDER_CANCELLED);
}

TEST_F(RequestsTest, WhatCannotBeReadIsRefused) {
  const std::string url = server.url();
  solder_http_request request = request_to(url);
  EXPECT_EQ(send(request_to("file:///etc/passwd"), [](const Told&) {}), SOLDER_INVALID_ARGUMENT);
  request.size = 8;
  EXPECT_EQ(send(request, [](const Told&) {}), SOLDER_INVALID_ARGUMENT);
  request = request_to(url);
  request.headers = {nullptr, 1, sizeof(solder_header)};
  EXPECT_EQ(send(request, [](const Told&) {}), SOLDER_INVALID_ARGUMENT);
  request = request_to(url);
  request.tls_secret = {view("ConfigMap"), view("ns"), view("x")};
  EXPECT_EQ(send(request, [](const Told&) {}), SOLDER_INVALID_ARGUMENT) << "only Secrets are read";
  Requests nowhere(timers, nullptr);
  solder_request id = 0;
  request = request_to(url);
  EXPECT_EQ(nowhere.table()->send(
                nowhere.table()->ctx, &request, [](void*, const solder_http_answer*) {}, nullptr, &id),
            SOLDER_UNAVAILABLE);
}

}  // namespace
}  // namespace solder::host
