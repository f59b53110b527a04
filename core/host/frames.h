// Messages over a stream socket between two processes of this host: a length of four bytes, then the bytes. Waits until
// all is written or read. Tested by tests/plugin/manager_test.cc.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace solder::host {

inline constexpr size_t kMaxFrame = size_t{256} << 20;

bool write_frame(int socket, std::string_view bytes);
// Nothing: the other side is gone, or its frame is longer than kMaxFrame.
std::optional<std::string> read_frame(int socket);

}  // namespace solder::host
