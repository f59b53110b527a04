#include "core/xds/server.h"

#include <limits>
#include <mutex>
#include <random>
#include <unordered_map>
#include <utility>

#include <absl/synchronization/mutex.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_credentials_options.h>

#include "core/xds/discovery_call.h"
#include "core/xds/discovery_method.h"
#include "core/xds/listen_address.h"

namespace solder::xds {
namespace {

// A call that is refused: it lives until gRPC has told the client.
class RefusedCall final : public grpc::ServerGenericBidiReactor {
 public:
  static grpc::ServerGenericBidiReactor* refuse(grpc::Status status) {
    auto call = std::make_shared<RefusedCall>();
    call->self_ = call;
    call->Finish(std::move(status));
    return call.get();
  }
  void OnDone() override { const auto last = std::move(self_); }

 private:
  std::shared_ptr<RefusedCall> self_;
};

// Seconds between two looks at the files of certificates.
constexpr unsigned kLookAtFiles = 1;

std::shared_ptr<grpc::ServerCredentials> credentials(const std::optional<ServerTls>& tls) {
  if (!tls) return grpc::InsecureServerCredentials();
  namespace tls_api = grpc::experimental;
  tls_api::TlsServerCredentialsOptions options(std::make_shared<tls_api::FileWatcherCertificateProvider>(
      tls->key, tls->certificate, tls->client_ca, kLookAtFiles));
  options.watch_identity_key_cert_pairs();
  if (!tls->client_ca.empty()) {
    options.watch_root_certs();
    options.set_cert_request_type(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  }
  return tls_api::TlsServerCredentials(options);
}

class GrpcServer final : public Server, private grpc::CallbackGenericService {
 public:
  GrpcServer(const ServerOptions& options, std::function<void(const Refusal&)> on_refusal,
             std::function<void()> on_nodes_changed);
  ~GrpcServer() override { shutdown(1000); }
  base::Status listen();

  [[nodiscard]] int port() const override { return port_; }
  void publish(std::shared_ptr<const SnapshotsByRole> snapshots) override;
  [[nodiscard]] std::vector<NodeStatus> nodes() const override;
  [[nodiscard]] std::vector<NodeRefuses> refusing() const override;
  [[nodiscard]] ServerCounters counters() const override;
  void shutdown(int deadline_ms) override;

 private:
  grpc::ServerGenericBidiReactor* CreateReactor(grpc::GenericCallbackServerContext* rpc) override;
  [[nodiscard]] std::vector<std::shared_ptr<DiscoveryCall>> calls() const;
  void drop(uint64_t id);

  const ServerOptions options_;
  StreamContext context_;
  mutable std::mutex mutex_;
  std::unordered_map<uint64_t, std::shared_ptr<DiscoveryCall>> calls_;
  uint64_t next_id_;
  bool stopping_ = false;
  int port_ = 0;
  std::unique_ptr<grpc::Server> grpc_;
  PushThread push_thread_;  // last: ends before what it works on
};

GrpcServer::GrpcServer(const ServerOptions& options, std::function<void(const Refusal&)> on_refusal,
                       std::function<void()> on_nodes_changed)
    : options_(options),
      // Far from another run's, so that a nonce that a client kept from that run is not taken for one of this.
      next_id_(uint64_t{std::random_device{}()} << 20),
      push_thread_([this] {
        std::vector<std::shared_ptr<Pokable>> all;
        for (const auto& call : calls()) all.emplace_back(call, &call->driver());
        return all;
      }) {
  context_.on_refusal = std::move(on_refusal);
  context_.on_nodes_changed = std::move(on_nodes_changed);
  context_.poke_at = [this](Clock::time_point time, std::weak_ptr<Pokable> one) {
    push_thread_.poke_at(time, std::move(one));
  };
}

base::Status GrpcServer::listen() {
  if (auto status = probe_listen_address(options_.address); !status.ok()) return status;
  // Debian builds the library without NDEBUG, so that each lock that gRPC takes is looked up in a graph of all locks.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  constexpr auto kMost = static_cast<size_t>(std::numeric_limits<int>::max());
  grpc::ServerBuilder builder;
  builder.AddListeningPort(options_.address, credentials(options_.tls), &port_);
  builder.RegisterCallbackGenericService(this);
  builder.SetMaxReceiveMessageSize(static_cast<int>(std::min(options_.max_request_bytes, kMost)));
  // Two servers on one port would each get some of the clients.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  // A peer that vanished without a word is noticed after 40 s, and so is one that connects and never speaks HTTP/2.
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, 30'000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 10'000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, 20'000);
  // Clients may send keepalives of their own; gRPC's default drops one that does so twice in five minutes.
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 5'000);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_IDLE_MS, 300'000);
  grpc_ = builder.BuildAndStart();
  if (!grpc_ || port_ == 0) {
    return base::unavailable("xDS server: cannot listen on " + options_.address +
                             ": gRPC refused the address; another process may have just taken the port");
  }
  return {};
}

grpc::ServerGenericBidiReactor* GrpcServer::CreateReactor(grpc::GenericCallbackServerContext* rpc) {
  const auto kind = discovery_method(rpc->method());
  if (!kind) {
    return RefusedCall::refuse({grpc::UNIMPLEMENTED, "Solder serves the v3 discovery services' streams; " +
                                                         printable(rpc->method(), 200) + " is none of them"});
  }
  std::shared_ptr<DiscoveryCall> call;
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return RefusedCall::refuse({grpc::UNAVAILABLE, "shutting down"});
    if (calls_.size() >= options_.max_streams) {
      return RefusedCall::refuse({grpc::RESOURCE_EXHAUSTED, "there are " + std::to_string(calls_.size()) +
                                                                " xDS streams already, which is the limit"});
    }
    const uint64_t id = ++next_id_;
    call = std::make_shared<DiscoveryCall>(
        rpc, *kind, id, StreamLimits{options_.max_subscriptions, options_.max_subscriptions_of_all, options_.times},
        context_, [this, id] { drop(id); });
    calls_.emplace(id, call);
  }
  ++context_.counters.streams;
  ++context_.counters.streams_total;
  call->begin();
  return call.get();
}

void GrpcServer::drop(uint64_t id) {
  const bool matters = context_.counters.refusing > 0;
  std::shared_ptr<DiscoveryCall> last;
  {
    const std::lock_guard lock(mutex_);
    const auto found = calls_.find(id);
    if (found == calls_.end()) return;
    last = std::move(found->second);
    calls_.erase(found);
    --context_.counters.streams;
  }
  last.reset();
  if (matters && context_.on_nodes_changed) context_.on_nodes_changed();
}

std::vector<std::shared_ptr<DiscoveryCall>> GrpcServer::calls() const {
  std::vector<std::shared_ptr<DiscoveryCall>> all;
  const std::lock_guard lock(mutex_);
  all.reserve(calls_.size());
  for (const auto& [id, call] : calls_) all.push_back(call);
  return all;
}

void GrpcServer::publish(std::shared_ptr<const SnapshotsByRole> snapshots) {
  context_.groups.publish(std::move(snapshots));
  context_.shared.responses.clear();
  context_.shared.answers.clear();
  push_thread_.poke_all();
}

std::vector<NodeStatus> GrpcServer::nodes() const {
  std::vector<NodeStatus> nodes;
  for (const auto& call : calls()) nodes.push_back(call->driver().status());
  return nodes;
}

std::vector<NodeRefuses> GrpcServer::refusing() const {
  std::vector<NodeRefuses> nodes;
  if (context_.counters.refusing == 0) return nodes;
  for (const auto& call : calls()) {
    if (auto node = call->driver().refuses()) nodes.push_back(std::move(*node));
  }
  return nodes;
}

ServerCounters GrpcServer::counters() const {
  const auto& from = context_.counters;
  return {from.streams,    from.streams_total, from.responses, from.resources_sent,
          from.bytes_sent, from.acks,          from.nacks,     from.bad_requests};
}

void GrpcServer::shutdown(int deadline_ms) {
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(stopping_, true)) return;
  }
  for (const auto& call : calls()) call->driver().end(base::unavailable("shutting down"));
  // Stops listening; calls that did not end by the deadline are cancelled.
  if (grpc_) grpc_->Shutdown(std::chrono::system_clock::now() + std::chrono::milliseconds(deadline_ms));
  if (grpc_) grpc_->Wait();
}

}  // namespace

base::Result<std::unique_ptr<Server>> Server::start(const ServerOptions& options,
                                                    std::function<void(const Refusal&)> on_refusal,
                                                    std::function<void()> on_nodes_changed) {
  auto server = std::make_unique<GrpcServer>(options, std::move(on_refusal), std::move(on_nodes_changed));
  if (auto status = server->listen(); !status.ok()) return status;
  return std::unique_ptr<Server>(std::move(server));
}

}  // namespace solder::xds
