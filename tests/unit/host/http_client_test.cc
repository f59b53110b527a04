// Requests over loopback: what is sent, what comes back, and what is cut off.
#include "core/host/services/http_client.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <future>
#include <thread>
#include <vector>

#include "tests/unit/host/local_server.h"

namespace solder::host {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Pair;

class HttpClientTest : public ::testing::Test {
 protected:
  HttpClientTest() {
    server.server.Post("/echo", [](const httplib::Request& request, httplib::Response& response) {
      response.status = 418;
      response.set_header("X-Told", request.get_header_value("x-mine"));
      response.set_content(request.body, "text/plain");
    });
    server.server.Get("/long", [](const httplib::Request&, httplib::Response& response) {
      response.set_content(std::string(100000, 'x'), "text/plain");
    });
    server.server.Get("/elsewhere",
                      [](const httplib::Request&, httplib::Response& response) { response.set_redirect("/long"); });
    server.server.Get("/pieces", [](const httplib::Request&, httplib::Response& response) {
      response.set_chunked_content_provider("text/plain", [](size_t, httplib::DataSink& sink) {
        for (const std::string piece : {"one\n", "two\n"}) {
          sink.write(piece.data(), piece.size());
          std::this_thread::sleep_for(std::chrono::milliseconds(50));
        }
        sink.done();
        return true;
      });
    });
    server.server.Get("/silence", [this](const httplib::Request&, httplib::Response& response) {
      response.set_chunked_content_provider("text/plain", [this](size_t, httplib::DataSink& sink) {
        sink.write("x", 1);
        while (!ended) std::this_thread::sleep_for(std::chrono::milliseconds(5));
        sink.done();
        return true;
      });
    });
    server.server.Get("/slow", [](const httplib::Request&, httplib::Response&) {
      std::this_thread::sleep_for(std::chrono::milliseconds(300));
    });
    server.start();
  }

  HttpAnswer send(HttpRequest request) {
    std::promise<HttpAnswer> promise;
    client.send(std::move(request), [&](HttpAnswer answer) { promise.set_value(std::move(answer)); });
    return promise.get_future().get();
  }

  ~HttpClientTest() override { ended = true; }

  std::atomic<bool> ended{false};
  LocalServer server;
  HttpClient client;
};

TEST_F(HttpClientTest, AnAnswerWithAllThatIsInIt) {
  const auto answer =
      send({.method = "POST", .url = server.url("/echo"), .headers = {{"x-mine", "yes"}}, .body = "a body"});
  ASSERT_TRUE(answer.status.ok()) << answer.status.message();
  EXPECT_EQ(answer.code, 418u);
  EXPECT_EQ(answer.body, "a body");
  EXPECT_THAT(answer.headers, Contains(Pair("x-told", "yes")));
}

TEST_F(HttpClientTest, AReceiverMayBeTheLastWhoHoldsIt) {
  auto last = std::make_shared<HttpClient>();
  std::promise<void> promise;
  auto* sender = last.get();
  sender->send({.url = server.url("/slow")}, [held = std::move(last), &promise](const HttpAnswer&) mutable {
    held.reset();
    promise.set_value();
  });
  promise.get_future().get();
}

TEST_F(HttpClientTest, NoRedirectIsFollowed) {
  const auto answer = send({.url = server.url("/elsewhere")});
  EXPECT_EQ(answer.code, 302u);
  EXPECT_THAT(answer.headers, Contains(Pair("location", "/long")));
}

TEST_F(HttpClientTest, WhatIsTooLongIsCutOff) {
  EXPECT_EQ(send({.url = server.url("/long"), .max_body = 100000}).body.size(), 100000u);
  const auto answer = send({.url = server.url("/long"), .max_body = 99999});
  EXPECT_EQ(answer.status.code(), base::Code::kResourceExhausted);
  EXPECT_THAT(answer.status.message(), HasSubstr("99999"));
}

TEST_F(HttpClientTest, WhatTakesTooLongIsGivenUp) {
  EXPECT_EQ(send({.url = server.url("/slow"), .timeout = std::chrono::milliseconds(20)}).status.code(),
            base::Code::kDeadlineExceeded);
}

TEST_F(HttpClientTest, ABodyPieceByPiece) {
  std::vector<std::string> pieces;
  const auto answer = send({.url = server.url("/pieces"), .piece = [&](std::string_view bytes) {
                              pieces.emplace_back(bytes);
                              return true;
                            }});
  EXPECT_TRUE(answer.status.ok());
  EXPECT_EQ(answer.code, 200u);
  EXPECT_THAT(pieces, ::testing::ElementsAre("one\n", "two\n"));
  EXPECT_EQ(answer.body, "");
}

TEST_F(HttpClientTest, WhoeverIsBehindGetsTheSameBytesAgainWhenItAsks) {
  std::string got;
  std::atomic<int> refused{0};
  std::promise<HttpAnswer> promise;
  const uint64_t id = client.send({.url = server.url("/long"),
                                   .piece =
                                       [&](std::string_view bytes) {
                                         if (refused == 0 || (got.size() > 50000 && refused == 1)) {
                                           ++refused;
                                           return false;
                                         }
                                         got += bytes;
                                         return true;
                                       }},
                                  [&](HttpAnswer answer) { promise.set_value(std::move(answer)); });
  auto answer = promise.get_future();
  while (answer.wait_for(std::chrono::milliseconds(5)) != std::future_status::ready) client.resume(id);
  EXPECT_EQ(got, std::string(100000, 'x'));
  EXPECT_EQ(refused, 2);
  client.resume(id);
}

TEST_F(HttpClientTest, AnErrorsBodyComesWithTheAnswer) {
  const auto answer = send({.method = "POST", .url = server.url("/echo"), .body = "why", .piece = [](std::string_view) {
                              ADD_FAILURE() << "an error's body is no piece";
                              return true;
                            }});
  EXPECT_EQ(answer.code, 418u);
  EXPECT_EQ(answer.body, "why");
}

TEST_F(HttpClientTest, SilenceEndsAnAnswerThatHasNoOtherEnd) {
  const auto answer = send({.url = server.url("/silence"),
                            .timeout = std::chrono::milliseconds(100),
                            .piece = [](std::string_view) { return true; },
                            .idle = std::chrono::seconds(1)});
  EXPECT_EQ(answer.status.code(), base::Code::kDeadlineExceeded);
}

TEST_F(HttpClientTest, NobodyThere) {
  const auto answer = send({.url = "http://127.0.0.1:1/"});
  EXPECT_EQ(answer.status.code(), base::Code::kUnavailable);
  EXPECT_NE(answer.status.message(), "");
}

TEST_F(HttpClientTest, WhatIsCancelledIsNotAnswered) {
  bool answered = false;
  client.cancel(client.send({.url = server.url("/slow")}, [&](const HttpAnswer&) { answered = true; }));
  send({.url = server.url("/slow")});
  EXPECT_FALSE(answered);
}

TEST_F(HttpClientTest, ManyAtOnceAndTheEndInTheMiddle) {
  std::atomic<int> answered{0};
  for (int i = 0; i < 200; ++i) client.send({.url = server.url("/long")}, [&](const HttpAnswer&) { ++answered; });
  while (answered < 200) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  HttpClient other;
  for (int i = 0; i < 20; ++i) other.send({.url = server.url("/slow")}, [](const HttpAnswer&) {});
}

TEST(CheckRequest, WhatCannotBeSentIsSaid) {
  EXPECT_TRUE(check_request({.url = "https://example.com:8443/a?b=%20"}).ok());
  for (const char* url : {"", "ftp://a/", "file:///etc/passwd", "https://user:secret@a/", "https://a/ b",
                          "https://a/#b", "http://a/\r\nx: y", "nonsense"}) {
    EXPECT_FALSE(check_request({.url = url}).ok()) << url;
  }
  EXPECT_THAT(check_request({.url = "https://user:secret@a/"}).message(), ::testing::Not(HasSubstr("secret@")));
  EXPECT_FALSE(check_request({.method = "GET /", .url = "https://a/"}).ok());
  EXPECT_FALSE(check_request({.url = "https://a/", .headers = {{"a b", "1"}}}).ok());
  EXPECT_FALSE(check_request({.url = "https://a/", .headers = {{"a", "1\r\nb: 2"}}}).ok());
}

// Speaks HTTP/2 as far as one request needs it, on one connection after the other: each is answered with the body
// "told" and a trailer.
class Http2Server {
 public:
  Http2Server() : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(socket_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(socket_, 4) != 0 ||
        ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
      ADD_FAILURE() << "no socket to listen on";
    }
    port = ntohs(address.sin_port);
    thread_ = std::thread([this] {
      for (int connection = 0; (connection = ::accept(socket_, nullptr, nullptr)) >= 0; ::close(connection))
        serve(connection);
    });
  }
  ~Http2Server() {
    ::shutdown(socket_, SHUT_RDWR);
    thread_.join();
    ::close(socket_);
  }
  Http2Server(const Http2Server&) = delete;
  Http2Server& operator=(const Http2Server&) = delete;

  int port = 0;
  std::atomic<int> prefaces{0};  // HTTP/2 from the first byte on

 private:
  static bool receive(int connection, size_t size, std::string& into) {
    into.assign(size, '\0');
    return size == 0 || ::recv(connection, into.data(), size, MSG_WAITALL) == static_cast<ssize_t>(size);
  }
  static void send_frame(int connection, char kind, char flags, char stream, const std::string& payload) {
    const std::string head{0, 0, static_cast<char>(payload.size()), kind, flags, 0, 0, 0, stream};
    const std::string bytes = head + payload;
    ::send(connection, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  }
  void serve(int connection) {
    constexpr char kData = 0, kHeaders = 1, kSettings = 4, kAck = 1, kEndStream = 1, kEndHeaders = 4;
    // A client that keeps the connection, and has nothing to say on it, holds up no other.
    const timeval patience{2, 0};
    ::setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    std::string head, payload;
    if (!receive(connection, 24, head) || head != "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") return;
    ++prefaces;
    send_frame(connection, kSettings, 0, 0, "");
    while (receive(connection, 9, head)) {
      const auto byte = [&](size_t i) { return static_cast<unsigned char>(head[i]); };
      if (!receive(connection, size_t{byte(0)} << 16 | size_t{byte(1)} << 8 | byte(2), payload)) return;
      if (head[3] == kSettings && head[4] != kAck) send_frame(connection, kSettings, kAck, 0, "");
      if (head[3] > kHeaders || (head[4] & kEndStream) == 0) continue;
      send_frame(connection, kHeaders, kEndHeaders, head[8], "\x88");  // :status 200, out of HPACK's table
      send_frame(connection, kData, 0, head[8], "told");
      const std::string trailer = std::string(1, '\0') + "\x07x-after\x03yes";
      send_frame(connection, kHeaders, kEndHeaders | kEndStream, head[8], trailer);
    }
  }

  int socket_;
  std::thread thread_;
};

TEST_F(HttpClientTest, SpeaksHttp2FromTheFirstByteWhereItIsTold) {
  const Http2Server there;
  for (int i = 1; i <= 3; ++i) {
    const auto answer = send({.method = "POST",
                              .url = "http://127.0.0.1:" + std::to_string(there.port) + "/",
                              .body = std::string("a\0b", 3),
                              .http2 = true});
    EXPECT_TRUE(answer.status.ok()) << answer.status.message();
    EXPECT_EQ(answer.code, 200U);
    EXPECT_EQ(answer.body, "told");
    EXPECT_THAT(answer.headers, Contains(Pair("x-after", "yes")));
    EXPECT_EQ(there.prefaces, i);
  }
}

}  // namespace
}  // namespace solder::host
