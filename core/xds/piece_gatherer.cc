#include "core/xds/piece_gatherer.h"

#include <utility>

namespace solder::xds {
namespace {

constexpr size_t kShareFrom = 4096;    // smaller pieces are copied
constexpr size_t kFlushFrom = 65'536;  // bounds what a growing string moves

}  // namespace

void PieceGatherer::add(const base::Bytes& bytes) {
  bytes.for_each_piece([this](const base::Bytes::Piece& piece) {
    if (piece->size() < kShareFrom) {
      text_ += *piece;
      settle();
    } else {
      flush();
      bytes_.append(piece);
    }
  });
}

void PieceGatherer::settle() {
  if (text_.size() >= kFlushFrom) flush();
}

void PieceGatherer::flush() { bytes_.append(std::exchange(text_, {})); }

base::Bytes PieceGatherer::finish() {
  flush();
  return std::exchange(bytes_, {});
}

}  // namespace solder::xds
