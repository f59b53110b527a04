// The messages of a call: what goes in, by the layouts of the plugin ABI, and what comes out.
#include "core/host/abi_text.h"
#include "core/host/isolation/known_answers.h"
#include "core/host/isolation/messages.h"
#include "solder/items.h"

namespace solder::host::isolation {

namespace {

std::string_view text_of(solder_str text) { return {text.data == nullptr ? "" : text.data, text.len}; }

void pack(Packer& out, solder_str text) { out.text(text_of(text)); }
void pack(Packer& out, const solder_ref& ref) {
  pack(out, ref.kind);
  pack(out, ref.ns);
  pack(out, ref.name);
}
solder_str unpack_text(Unpacker& in) { return view(in.text()); }
solder_ref unpack_ref(Unpacker& in) {
  const solder_str kind = unpack_text(in), ns = unpack_text(in);
  return {kind, ns, unpack_text(in)};
}

// A member that comes to one of these has to travel too.
static_assert(sizeof(solder_option_input) == offsetof(solder_option_input, options) + sizeof(solder_str));
static_assert(sizeof(solder_upstream_input) == offsetof(solder_upstream_input, cluster_name) + sizeof(solder_str));
static_assert(sizeof(solder_destination_input) == offsetof(solder_destination_input, key) + sizeof(solder_str));
static_assert(sizeof(solder_object) == offsetof(solder_object, json) + sizeof(solder_str));

// `last`: what stands around the value, which is long and the same for its neighbours.
void pack(Packer& out, const solder_option_input& input, std::string_view& last) {
  out.u32(input.scope);
  out.u32(input.action);
  pack(out, input.object);
  pack(out, input.key);
  pack(out, input.path);
  pack(out, input.value);
  out.shared_text(text_of(input.options), last);
}
void unpack(Unpacker& in, solder_option_input& input, std::string_view& last) {
  input.size = sizeof(input);
  input.scope = in.u32();
  input.action = in.u32();
  input.object = unpack_ref(in);
  input.key = unpack_text(in);
  input.path = unpack_text(in);
  input.value = unpack_text(in);
  input.options = view(in.shared_text(last));
}

void pack(Packer& out, const solder_upstream_input& input, std::string_view& last) {
  pack(out, input.upstream);
  pack(out, input.key);
  pack(out, input.path);
  pack(out, input.value);
  out.shared_text(text_of(input.spec), last);
  pack(out, input.cluster_name);
}
void unpack(Unpacker& in, solder_upstream_input& input, std::string_view& last) {
  input.size = sizeof(input);
  input.upstream = unpack_ref(in);
  input.key = unpack_text(in);
  input.path = unpack_text(in);
  input.value = unpack_text(in);
  input.spec = view(in.shared_text(last));
  input.cluster_name = unpack_text(in);
}

void pack(Packer& out, const solder_destination_input& input, std::string_view& last) {
  out.u32(input.weighted);
  pack(out, input.object);
  pack(out, input.path);
  pack(out, input.upstream);
  out.shared_text(text_of(input.upstream_value), last);
  pack(out, input.destination_spec);
  pack(out, input.cluster_name);
  pack(out, input.key);
}
void unpack(Unpacker& in, solder_destination_input& input, std::string_view& last) {
  input.size = sizeof(input);
  input.weighted = in.u32();
  input.object = unpack_ref(in);
  input.path = unpack_text(in);
  input.upstream = unpack_ref(in);
  input.upstream_value = view(in.shared_text(last));
  input.destination_spec = unpack_text(in);
  input.cluster_name = unpack_text(in);
  input.key = unpack_text(in);
}

void pack(Packer& out, const solder_object& input, std::string_view&) {
  pack(out, input.ref);
  pack(out, input.json);
}
void unpack(Unpacker& in, solder_object& input, std::string_view&) {
  input.size = sizeof(input);
  input.ref = unpack_ref(in);
  input.json = unpack_text(in);
}

template <typename T>
void pack_inputs(Packer& out, solder_span in, std::span<const size_t> which) {
  std::string_view last;
  out.u32(static_cast<uint32_t>(which.size()));
  for (const size_t i : which) pack(out, *SOLDER_AT(T, in, i), last);
}

template <typename T>
void unpack_inputs(Unpacker& in, ReceivedCall& call) {
  constexpr size_t kLeast = 4 * 4;
  auto& inputs = call.inputs.emplace<std::vector<T>>(in.count(kLeast));
  std::string_view last;
  for (T& input : inputs) unpack(in, input, last);
  call.in = {inputs.data(), inputs.size(), sizeof(T)};
}

void pack(Packer& out, const model::ObjectRef& ref) {
  out.text(ref.kind);
  out.text(ref.ns);
  out.text(ref.name);
}

void pack(Packer& out, const engine::Fragment& fragment) {
  out.text(fragment.slot);
  out.text(fragment.name);
  out.text(fragment.type_url);
  out.text(fragment.bytes);
  out.u8(fragment.encoding == engine::Encoding::kJson ? SOLDER_ENCODING_JSON : SOLDER_ENCODING_WIRE);
  out.u32(static_cast<uint32_t>(fragment.clear.size()));
  for (const auto& path : fragment.clear) out.text(path);
  out.u32(static_cast<uint32_t>(fragment.weight));
  out.u32(engine::filter_flags(fragment));
  out.text(fragment.origin.field);
}

void pack(Packer& out, const engine::SecretUse& use) {
  out.text(use.sds_name);
  pack(out, use.secret);
  out.u32(static_cast<uint32_t>(use.form));
  out.text(use.key);
  out.text(use.patch);
  out.text(use.origin.field);
}

void pack(Packer& out, const engine::SecretField& field) {
  out.text(field.resource);
  out.text(field.path);
  pack(out, field.secret);
  out.text(field.key);
  out.text(field.origin.field);
}

void pack(Packer& out, const model::Diagnostic& problem) {
  out.u32(static_cast<uint32_t>(problem.severity));
  out.text(problem.field);
  out.text(problem.reason);
  out.text(problem.message);
  out.text(problem.found);
  out.text(problem.expected);
  pack(out, problem.related);
}

template <typename T>
void pack_all(Packer& out, const std::vector<T>& list) {
  out.u32(static_cast<uint32_t>(list.size()));
  for (const T& each : list) pack(out, each);
}

class Emitter {
 public:
  Emitter(Unpacker& in, uint64_t index, const solder_out& out) : in_(in), index_(index), out_(out) {}

  void fragment() {
    solder_item_fragment item{};
    item.head = {sizeof(item), SOLDER_ITEM_FRAGMENT};
    item.index = index_;
    item.slot = unpack_text(in_);
    item.name = unpack_text(in_);
    item.message.type_url = unpack_text(in_);
    item.message.bytes = unpack_text(in_);
    item.message.encoding = in_.u8();
    std::vector<solder_str> clear(in_.count(4));
    for (auto& path : clear) path = unpack_text(in_);
    item.clear = {clear.data(), clear.size(), sizeof(solder_str)};
    item.weight = static_cast<int32_t>(in_.u32());
    item.flags = in_.u32();
    item.field = unpack_text(in_);
    emit(item.head);
  }
  void secret_use() {
    solder_item_secret_use item{};
    item.head = {sizeof(item), SOLDER_ITEM_SECRET_USE};
    item.index = index_;
    item.sds_name = unpack_text(in_);
    item.ref = unpack_ref(in_);
    item.form = in_.u32();
    item.key = unpack_text(in_);
    item.patch = unpack_text(in_);
    item.field = unpack_text(in_);
    emit(item.head);
  }
  void secret_field() {
    solder_item_secret_field item{};
    item.head = {sizeof(item), SOLDER_ITEM_SECRET_FIELD};
    item.index = index_;
    item.resource = unpack_text(in_);
    item.path = unpack_text(in_);
    item.ref = unpack_ref(in_);
    item.key = unpack_text(in_);
    item.field = unpack_text(in_);
    emit(item.head);
  }
  void object() {
    solder_item_object item{};
    item.head = {sizeof(item), SOLDER_ITEM_OBJECT};
    item.index = index_;
    item.json = unpack_text(in_);
    emit(item.head);
  }
  void problem() {
    solder_diag diag{};
    diag.size = sizeof(diag);
    diag.index = index_;
    diag.severity = in_.u32();
    diag.field = unpack_text(in_);
    diag.reason = unpack_text(in_);
    diag.message = unpack_text(in_);
    diag.found = unpack_text(in_);
    diag.expected = unpack_text(in_);
    diag.related = unpack_ref(in_);
    if (in_.ok()) out_.diag(out_.ctx, &diag);
  }
  void each(void (Emitter::*one)()) {
    for (size_t left = in_.count(4); left > 0 && in_.ok(); --left) (this->*one)();
  }

 private:
  void emit(const solder_item& head) {
    if (in_.ok()) out_.emit(out_.ctx, &head);
  }

  Unpacker& in_;
  const uint64_t index_;
  const solder_out& out_;
};

}  // namespace

std::string call_frame(Operation operation, uint64_t deadline_ns, solder_span in, std::span<const size_t> which,
                       const std::vector<KnownAnswer>& known) {
  Packer out;
  out.u8(static_cast<uint8_t>(Message::kCall));
  out.u8(static_cast<uint8_t>(operation));
  out.u64(deadline_ns);
  switch (operation) {
    case Operation::kOptions:
      pack_inputs<solder_option_input>(out, in, which);
      break;
    case Operation::kClusters:
    case Operation::kEndpoints:
      pack_inputs<solder_upstream_input>(out, in, which);
      break;
    case Operation::kDestinations:
      pack_inputs<solder_destination_input>(out, in, which);
      break;
    case Operation::kDerive:
      pack_inputs<solder_object>(out, in, which);
      break;
  }
  pack_known(out, known);
  return out.take();
}

// Behind the kind and the operation.
void renew_deadline(std::string& frame, uint64_t deadline_ns) {
  constexpr size_t kAt = 2;
  if (frame.size() >= kAt + sizeof(deadline_ns)) std::memcpy(frame.data() + kAt, &deadline_ns, sizeof(deadline_ns));
}

bool read(std::string_view frame, ReceivedCall& call) {
  Unpacker in(frame);
  if (in.u8() != static_cast<uint8_t>(Message::kCall)) return false;
  call.operation = static_cast<Operation>(in.u8());
  call.deadline_ns = in.u64();
  switch (call.operation) {
    case Operation::kOptions:
      unpack_inputs<solder_option_input>(in, call);
      break;
    case Operation::kClusters:
    case Operation::kEndpoints:
      unpack_inputs<solder_upstream_input>(in, call);
      break;
    case Operation::kDestinations:
      unpack_inputs<solder_destination_input>(in, call);
      break;
    case Operation::kDerive:
      unpack_inputs<solder_object>(in, call);
      break;
    default:
      return false;
  }
  call.known = unpack_known(in);
  return in.done();
}

std::string done_frame(const std::vector<ItemOutput>& outputs, const std::vector<uint32_t>& used) {
  Packer out;
  out.u8(static_cast<uint8_t>(Message::kDone));
  out.u32(static_cast<uint32_t>(outputs.size()));
  for (const ItemOutput& output : outputs) {
    pack_all(out, output.fragments);
    pack_all(out, output.secret_uses);
    pack_all(out, output.secret_fields);
    out.u32(static_cast<uint32_t>(output.objects.size()));
    for (const auto& object : output.objects) out.text(object);
    pack_all(out, output.diagnostics);
  }
  out.u32(static_cast<uint32_t>(used.size()));
  for (const uint32_t index : used) out.u32(index);
  return out.take();
}

bool emit_done(std::string_view frame, std::span<const size_t> which, const solder_out& out,
               std::vector<uint32_t>& used) {
  Unpacker in(frame);
  if (in.u8() != static_cast<uint8_t>(Message::kDone) || in.u32() != which.size()) return false;
  for (const size_t index : which) {
    Emitter emitter(in, index, out);
    emitter.each(&Emitter::fragment);
    emitter.each(&Emitter::secret_use);
    emitter.each(&Emitter::secret_field);
    emitter.each(&Emitter::object);
    emitter.each(&Emitter::problem);
    if (!in.ok()) return false;
  }
  used.resize(in.count(4));
  for (auto& index : used) index = in.u32();
  return in.done();
}

}  // namespace solder::host::isolation
