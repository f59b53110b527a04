// The transport sockets of a cluster: the one that plugins make, and those that plugins put around whatever it is
// (PROXY protocol, tap). Tested by tests/golden/cases/upstream-socket-wrapper.
#pragma once

#include <string>
#include <vector>

#include "core/engine/slots.h"
#include "core/engine/translation.h"

namespace solder::engine {

// The TransportSocket of the transport_socket/<name> slot, "" where it is not filled. Of several, a mistake of plugins,
// the first by name counts.
std::string merged_socket(Slots& slots);

// The socket_wrapper/<name> slots of one cluster or of one listener.
class SocketWrappers {
 public:
  // One that cannot hold another socket is reported as an error of whoever asked for it.
  SocketWrappers(const Translation& t, Slots& slots);

  [[nodiscard]] bool empty() const { return wrappers_.empty(); }
  // Around a TransportSocket, or around Envoy's plain one for ""; in order of name, the first innermost.
  [[nodiscard]] std::string around(std::string socket) const;
  // `cluster` with each socket of its transport_socket_matches wrapped.
  [[nodiscard]] std::string around_matches(const std::string& cluster) const;

 private:
  struct Wrapper {
    std::string name, type_url, bytes;
    uint32_t inner = 0;  // the field that takes the socket inside
  };
  std::vector<Wrapper> wrappers_;
};

}  // namespace solder::engine
