// Questions with their answers as a part of a call's message: messages.cc has the format of both, call_messages.cc that
// of calls. Inside core/host/isolation only.
#pragma once

#include <vector>

#include "core/host/isolation/messages.h"

namespace solder::host::isolation {

void pack_known(Packer& out, const std::vector<KnownAnswer>& known);
std::vector<KnownAnswer> unpack_known(Unpacker& in);

}  // namespace solder::host::isolation
