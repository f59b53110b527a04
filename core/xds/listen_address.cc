#include "core/xds/listen_address.h"

#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <memory>
#include <optional>
#include <utility>

namespace solder::xds {
namespace {

struct HostPort {
  std::string host;
  std::string port;
};

std::optional<HostPort> split(const std::string& address) {
  const auto colon = address.rfind(':');
  if (colon == std::string::npos || colon == 0) return std::nullopt;
  HostPort parts{address.substr(0, colon), address.substr(colon + 1)};
  const bool bracketed = parts.host.front() == '[' && parts.host.back() == ']';
  if (bracketed) parts.host = parts.host.substr(1, parts.host.size() - 2);
  if (!bracketed && parts.host.find(':') != std::string::npos) return std::nullopt;
  int number = -1;
  const char* end = parts.port.data() + parts.port.size();
  const auto [stop, error] = std::from_chars(parts.port.data(), end, number);
  if (error != std::errc() || stop != end || number < 0 || number > 65535) return std::nullopt;
  return parts;
}

base::Status explain(const std::string& address, const std::string& port, int error) {
  const std::string start = "xDS server: cannot listen on " + address + ": ";
  switch (error) {
    case EADDRINUSE:
      return {
          base::Code::kAlreadyExists,
          start + "port " + port + " is taken by another process (another Solder?); stop it, or choose another port"};
    case EACCES:
      return {base::Code::kPermissionDenied,
              start + "no permission for port " + port + "; ports below 1024 need a privilege, choose a higher one"};
    case EADDRNOTAVAIL:
      return base::unavailable(start + "this machine has no such address; 0.0.0.0 stands for all that it has");
    default:
      return base::unavailable(start + std::strerror(error));
  }
}

int try_bind(const addrinfo& target) {
  const int file = ::socket(target.ai_family, target.ai_socktype | SOCK_CLOEXEC, target.ai_protocol);
  if (file < 0) return errno;
  const int on = 1;
  ::setsockopt(file, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  const bool bound = ::bind(file, target.ai_addr, target.ai_addrlen) == 0 && ::listen(file, 1) == 0;
  const int error = bound ? 0 : errno;
  ::close(file);
  return error;
}

}  // namespace

base::Status probe_listen_address(const std::string& address) {
  const auto parts = split(address);
  if (!parts) {
    return base::invalid_argument(
        "xDS server: \"" + address +
        "\" is no address to listen on; right would be HOST:PORT, such as 0.0.0.0:9977 or [::]:9977");
  }
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  addrinfo* found = nullptr;
  const int error = ::getaddrinfo(parts->host.c_str(), parts->port.c_str(), &hints, &found);
  if (error != 0) {
    return base::invalid_argument("xDS server: cannot listen on " + address + ": host \"" + parts->host +
                                  "\" is unknown (" + ::gai_strerror(error) + ")");
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> targets(found, ::freeaddrinfo);
  // A host may have several addresses. One where somebody else listens is enough to mislead clients; one that this
  // machine lacks (IPv6 switched off) is not enough to give up.
  int failure = 0;
  bool bound = false;
  for (const auto* target = targets.get(); target != nullptr; target = target->ai_next) {
    const int result = try_bind(*target);
    if (result == EADDRINUSE) return explain(address, parts->port, result);
    bound = bound || result == 0;
    if (result != 0) failure = result;
  }
  return bound ? base::Status() : explain(address, parts->port, failure);
}

}  // namespace solder::xds
