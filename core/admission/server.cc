#include "core/admission/server.h"

#include <httplib.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <exception>
#include <thread>
#include <utility>

#include "core/admin/listen_address.h"
#include "core/admission/tls_files.h"

namespace solder::admission {

namespace {

constexpr size_t kThreads = 32;          // a connection that is kept has one
constexpr size_t kMaxBody = 16U << 20U;  // an object of today and one of before, each as large as etcd takes them
constexpr time_t kKeepSeconds = 5;
constexpr size_t kKeepRequests = 1'000'000;

using Request = httplib::Request;
using Response = httplib::Response;

void refuse(Response& response, int status, const std::string& words) {
  response.status = status;
  response.set_content(words + "\n", "text/plain; charset=utf-8");
}

}  // namespace

struct Server::Impl {
  Impl(const ServerOptions& options, Judge its_judge)
      : files(options.certificate, options.key), judge(std::move(its_judge)), http([this](SSL_CTX& context) {
          files.use_for(context);
          return true;
        }) {}

  TlsFiles files;
  const Judge judge;
  httplib::SSLServer http;
  uint16_t port = 0;
  std::atomic<bool> ended{false};
  std::thread thread;

  void review(const Request& request, Response& response) const {
    try {
      const auto asked = read_review(request.body);
      if (!asked.ok()) return refuse(response, 400, asked.status().message());
      const auto verdict = judge(*asked);
      if (!verdict.ok()) return refuse(response, 503, verdict.status().message());
      response.set_content(answer(asked->uid, *verdict), "application/json");
    } catch (const std::exception& failure) {  // of the JSON library, on texts from elsewhere
      spdlog::error("validation: {}", failure.what());
      refuse(response, 500, "this review could not be done; the log says why");
    }
  }

  base::Status listen(const std::string& text) {
    const auto address = admin::parse_listen_address(text);
    if (!address.ok()) return address.status();
    http.new_task_queue = [] { return std::make_unique<httplib::ThreadPool>(kThreads).release(); };
    http.set_payload_max_length(kMaxBody);
    http.set_keep_alive_timeout(kKeepSeconds);
    http.set_keep_alive_max_count(kKeepRequests);
    http.set_tcp_nodelay(true);
    // Not httplib's own, which lets two servers share one port.
    http.set_socket_options([](int socket) {
      const int on = 1;
      ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    });
    http.Post("/validation", [this](const Request& request, Response& response) { review(request, response); });
    errno = 0;
    const int bound = address->port == 0                                ? http.bind_to_any_port(address->host)
                      : http.bind_to_port(address->host, address->port) ? address->port
                                                                        : -1;
    if (bound <= 0)
      return base::unavailable("validation address " + text + ": " +
                               (errno == 0 ? "no such host" : std::strerror(errno)));
    port = static_cast<uint16_t>(bound);
    thread = std::thread([this] {
      http.listen_after_bind();
      ended = true;
    });
    return {};
  }
};

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

base::Result<std::unique_ptr<Server>> Server::start(const ServerOptions& options, Judge judge) {
  auto impl = std::make_unique<Impl>(options, std::move(judge));
  if (auto status = impl->files.read(); !status.ok()) return status;
  if (!impl->http.is_valid()) return base::unavailable("TLS cannot be set up");
  if (auto status = impl->listen(options.address); !status.ok()) return status;
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

Server::~Server() {
  if (!impl_->thread.joinable()) return;
  while (!impl_->http.is_running() && !impl_->ended) std::this_thread::yield();
  impl_->http.stop();
  impl_->thread.join();
}

uint16_t Server::port() const { return impl_->port; }

}  // namespace solder::admission
