// What a process that serves a plugin sends comes from a stranger. Nothing may crash, read out of bounds or take memory
// that the frame does not pay for; what is read comes over the same once more.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "core/host/isolation/messages.h"
#include "core/host/isolation/parcel.h"
#include "core/host/sink.h"

namespace {

using namespace solder::host;             // NOLINT(google-build-using-namespace)
using namespace solder::host::isolation;  // NOLINT(google-build-using-namespace)

void require(bool holds) {
  if (!holds) std::abort();
}

template <typename T>
void twice(std::string_view frame) {
  T first;
  if (!read(frame, first)) return;
  const std::string again = to_frame(first);
  T second;
  require(read(again, second) && to_frame(second) == again);
}

void read_as_host(std::string_view frame) {
  static const std::string plugin = "fuzz";
  const std::vector<solder_option_input> inputs(
      2, {sizeof(solder_option_input), SOLDER_SCOPE_ROUTE, 0, 0, {}, {}, {}, {}, {}});
  const std::vector<Subject> subjects(2);
  std::vector<ItemOutput> outputs(2);
  Sink sink(plugin, Operation::kOptions, {inputs.data(), 2, sizeof(inputs[0])}, subjects, outputs);
  const std::vector<size_t> which{0, 1};
  std::vector<uint32_t> used;
  if (!emit_done(frame, which, *sink.out(), used)) return;
  // What is kept is no more than came, but for the words of refusals.
  size_t kept = 0;
  for (const auto& output : outputs) {
    for (const auto& fragment : output.fragments) kept += fragment.bytes.size() + fragment.slot.size();
  }
  require(kept <= frame.size());
}

void read_parcels(std::string_view frame) {
  for (const Message kind : {Message::kTaskDone, Message::kUse}) {
    const auto parcel = read_parcel(frame, kind);
    if (!parcel) continue;
    const auto again = read_parcel(to_frame(kind, *parcel), kind);
    require(again && *again == *parcel);
    for (const size_t first : {size_t{0}, size_t{1}}) {
      Wish wish;
      read_wish_at(*parcel, first, first, wish);
    }
  }
  read_serve(frame);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view frame(reinterpret_cast<const char*>(data), size);
  twice<Start>(frame);
  twice<Ready>(frame);
  twice<Refusing>(frame);
  twice<Question>(frame);
  twice<Told>(frame);
  twice<Restore>(frame);
  read_saved(frame);
  read_restored(frame);
  read_confined(frame);
  read_as_host(frame);
  read_parcels(frame);
  ReceivedCall call;
  if (read(frame, call)) {
    for (uint64_t i = 0; i < call.in.count; ++i) require(call.in.stride > 0);
  }
  return 0;
}
