// The admin pages on cpp-httplib. Whatever a request asks is settled before routing: method, host, path.
#include "core/admin/server.h"

#include <httplib.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <exception>
#include <map>
#include <thread>
#include <utility>

#include "core/admin/listen_address.h"
#include "core/admin/pages.h"

namespace solder::admin {

namespace {

constexpr size_t kThreads = 4;
constexpr size_t kMaxBody = 64 * 1024;
constexpr auto kJson = "application/json";
constexpr auto kText = "text/plain; charset=utf-8";
constexpr auto kHtml = "text/html; charset=utf-8";
constexpr auto kMetrics = "text/plain; version=0.0.4; charset=utf-8";

using Request = httplib::Request;
using Response = httplib::Response;

void refuse(Response& response, int status, const std::string& message) {
  response.status = status;
  response.set_content(error_json(message), kJson);
  response.set_header("Connection", "close");  // a body that was not read must not pass for the next request
}

// Not httplib's own, which set SO_REUSEPORT: two servers would share one port and neither would know.
void set_socket_options(int socket) {
  const int on = 1;
  ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
}

}  // namespace

struct Server::Impl {
  Handlers handlers;
  bool loopback = true;
  uint16_t port = 0;
  httplib::Server http;
  std::atomic<bool> ended{false};
  std::thread thread;

  using Page = void (Impl::*)(const Request&, Response&) const;

  void health(const Request& /*request*/, Response& response) const { response.set_content("ok\n", kText); }

  std::string not_ready() const {
    const auto ready = handlers.ready ? handlers.ready() : base::Status();
    return ready.ok() ? "" : ready.message().empty() ? "starting" : ready.message();
  }

  void readiness(const Request& /*request*/, Response& response) const {
    const std::string reason = not_ready();
    response.status = reason.empty() ? 200 : 503;
    response.set_content(reason.empty() ? "ok\n" : "not ready: " + reason + "\n", kText);
  }

  static void show(const std::function<std::string()>& handler, const char* type, Response& response) {
    if (!handler) return refuse(response, 404, "this page has nothing to show here");
    response.set_content(handler(), type);
  }
  void metrics(const Request& /*request*/, Response& response) const { show(handlers.metrics, kMetrics, response); }

  void snapshot(const Request& /*request*/, Response& response) const {
    if (!handlers.snapshot) return show({}, kJson, response);
    const auto text = handlers.snapshot();
    if (!text.ok()) return refuse(response, 503, text.status().message());
    response.set_content(*text, kJson);
  }

  void plugins(const Request& /*request*/, Response& response) const { show(handlers.plugins, kJson, response); }

  void plugin_history(const Request& request, Response& response) const {
    if (!handlers.plugin_history) return show({}, kJson, response);
    response.set_content(handlers.plugin_history(request.get_param_value("plugin")) + "\n", kJson);
  }

  // /plugins/NAME/ACTION, or /plugins/look.
  void command(const Request& request, Response& response) const {
    constexpr std::string_view kRoot = "/plugins/";
    PluginCommand command;
    const size_t slash = request.path.rfind('/');
    command.action = request.path.substr(slash + 1);
    if (slash > kRoot.size()) command.plugin = request.path.substr(kRoot.size(), slash - kRoot.size());
    for (const auto& [key, value] : request.params) command.parameters[key] = value;
    const std::string user = request.get_header_value("X-Solder-Command");
    if (user.empty()) return refuse(response, 403, "a command needs the header X-Solder-Command: WHO");
    command.by = "admin pages, " + request.remote_addr + ", " + user.substr(0, 100);
    const auto done = handlers.plugin_command(command);
    if (!done.ok()) {
      return refuse(response, done.status().code() == base::Code::kNotFound ? 404 : 409, done.status().message());
    }
    response.set_content(*done + "\n", kText);
  }

  void status(const Request& request, Response& response) const {
    std::map<std::string, std::string> filters;
    for (const auto& [key, value] : request.params) {
      if (key != "kind" && key != "namespace" && key != "name" && key != "state") {
        return refuse(response, 400, "unknown filter \"" + key + "\"; there are kind, namespace, name and state");
      }
      filters[key] = value;
    }
    if (!handlers.status) return show(handlers.status, kJson, response);
    response.set_content(filter_reports(handlers.status(), filters), kJson);
  }

  void index(const Request& /*request*/, Response& response) const {
    response.set_content(
        index_page(handlers.status ? handlers.status() : "[]", not_ready(), handlers.plugins != nullptr), kHtml);
  }

  void answer(const Request& request, Response& response) const {
    static const std::map<std::string, Page> kPages{
        {"/", &Impl::index},
        {"/healthz", &Impl::health},
        {"/readyz", &Impl::readiness},
        {"/metrics", &Impl::metrics},
        {"/snapshot", &Impl::snapshot},
        {"/status", &Impl::status},
        {"/plugins", &Impl::plugins},
        {"/plugins/history", &Impl::plugin_history},
    };
    const bool asks = request.method == "POST" && request.path.rfind("/plugins/", 0) == 0 && handlers.plugin_command;
    if (request.method != "GET" && request.method != "HEAD" && !asks) {
      response.set_header("Allow", "GET, HEAD");
      return refuse(response, 405, "the admin pages only show; use GET");
    }
    const std::string host = host_of_header(request.get_header_value("Host"));
    if (loopback && !host.empty() && !is_loopback(host)) {
      return refuse(response, 403, "these pages are for this machine: ask for localhost, not for \"" + host + "\"");
    }
    const auto found = kPages.find(request.path);
    const Page page = asks ? &Impl::command : found == kPages.end() ? nullptr : found->second;
    if (page == nullptr) {
      return refuse(response, 404,
                    "no such page; there are / /healthz /readyz /metrics /snapshot /status and /plugins");
    }
    try {
      (this->*page)(request, response);
    } catch (const std::exception& failure) {  // of the JSON library, on texts from elsewhere
      spdlog::error("admin page {}: {}", request.path, failure.what());
      refuse(response, 500, "this page could not be made; the log says why");
    }
  }

  base::Status bind(const std::string& text, const ListenAddress& address) {
    http.set_socket_options(set_socket_options);
    errno = 0;
    const int bound = address.port == 0                               ? http.bind_to_any_port(address.host)
                      : http.bind_to_port(address.host, address.port) ? address.port
                                                                      : -1;
    if (bound > 0) {
      port = static_cast<uint16_t>(bound);
      return {};
    }
    const int error = errno;
    std::string message = "admin address " + text + ": ";
    if (error == EADDRINUSE) {
      message += "the port is taken by another process; stop it or choose another with --admin-address";
    } else {
      message += error == 0 ? "no such host" : std::strerror(error);
    }
    return base::unavailable(message);
  }
};

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Server::~Server() { stop(); }

base::Result<std::unique_ptr<Server>> Server::start(const std::string& address, Handlers handlers) {
  const auto parsed = parse_listen_address(address);
  if (!parsed.ok()) return parsed.status();
  auto impl = std::make_unique<Impl>();
  impl->handlers = std::move(handlers);
  impl->loopback = is_loopback(parsed->host);
  auto& http = impl->http;
  http.new_task_queue = [] { return std::make_unique<httplib::ThreadPool>(kThreads).release(); };
  http.set_payload_max_length(kMaxBody);
  http.set_keep_alive_timeout(2);
  http.set_pre_routing_handler([impl = impl.get()](const Request& request, Response& response) {
    response.status = 200;
    response.set_header("X-Content-Type-Options", "nosniff");
    impl->answer(request, response);
    return httplib::Server::HandlerResponse::Handled;
  });
  if (auto bound = impl->bind(address, *parsed); !bound.ok()) return bound;
  if (!impl->loopback) {
    spdlog::warn("The admin pages at {} can be read by whoever reaches that address; they ask for no password",
                 address);
  }
  impl->thread = std::thread([impl = impl.get()] {
    impl->http.listen_after_bind();
    impl->ended = true;
  });
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

void Server::stop() {
  if (!impl_->thread.joinable()) return;
  // stop() of a server whose thread has not come to listen yet would be lost.
  while (!impl_->http.is_running() && !impl_->ended) std::this_thread::yield();
  impl_->http.stop();
  impl_->thread.join();
}

uint16_t Server::port() const { return impl_->port; }

}  // namespace solder::admin
