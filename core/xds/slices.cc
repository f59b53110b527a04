#include "core/xds/slices.h"

#include <memory>
#include <vector>

namespace solder::xds {
namespace {

using Holder = std::unique_ptr<base::Bytes::Piece>;

void let_go(void* piece) { Holder(static_cast<base::Bytes::Piece*>(piece)); }

grpc::Slice share(const base::Bytes::Piece& piece) {
  auto holder = std::make_unique<base::Bytes::Piece>(piece);
  // gRPC's slices are never written to; the cast is what its interface asks for.
  auto* data = const_cast<char*>(piece->data());
  return grpc::Slice(data, piece->size(), let_go, holder.release());
}

}  // namespace

grpc::ByteBuffer to_buffer(const base::Bytes& bytes) {
  std::vector<grpc::Slice> slices;
  bytes.for_each_piece([&](const base::Bytes::Piece& piece) { slices.push_back(share(piece)); });
  return grpc::ByteBuffer(slices.data(), slices.size());
}

base::Result<std::string> to_text(const grpc::ByteBuffer& buffer) {
  std::vector<grpc::Slice> slices;
  if (!buffer.Dump(&slices).ok()) return base::invalid_argument("the message could not be decompressed");
  std::string text;
  text.reserve(buffer.Length());
  for (const auto& slice : slices) text.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  return text;
}

}  // namespace solder::xds
