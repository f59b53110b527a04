// Between the core's Bytes and gRPC's buffers. Tested by tests/unit/xds/response_writer_test.cc.
#pragma once

#include <string>

#include <grpcpp/support/byte_buffer.h>

#include "core/base/bytes.h"
#include "core/base/status.h"

namespace solder::xds {

// A buffer over the pieces themselves: each is kept alive until gRPC lets go of it, on whatever thread.
grpc::ByteBuffer to_buffer(const base::Bytes& bytes);

// One contiguous text, for parsing.
base::Result<std::string> to_text(const grpc::ByteBuffer& buffer);

}  // namespace solder::xds
