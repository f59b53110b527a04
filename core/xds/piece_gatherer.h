// Puts a message together from small texts, which are copied into common pieces, and large shared pieces, which are
// not copied at all. One piece a resource's header would cost more in bookkeeping than in bytes.
// Tested by tests/unit/xds/response_writer_test.cc.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/bytes.h"

namespace solder::xds {

class PieceGatherer {
 public:
  // The running piece: append to it. Call settle() now and then.
  [[nodiscard]] std::string& text() { return text_; }
  void add(const base::Bytes& bytes);
  // Takes the running piece into the message where it has grown large.
  void settle();
  [[nodiscard]] base::Bytes finish();

 private:
  void flush();

  base::Bytes bytes_;
  std::string text_;
};

}  // namespace solder::xds
