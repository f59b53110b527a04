#include "core/host/isolation/messages.h"

#include "core/host/isolation/known_answers.h"

namespace solder::host::isolation {

namespace {

Packer begin(Message message) {
  Packer out;
  out.u8(static_cast<uint8_t>(message));
  return out;
}

Unpacker open(std::string_view frame, Message message) {
  Unpacker in(frame);
  if (in.u8() != static_cast<uint8_t>(message)) in.fail();
  return in;
}

constexpr size_t kTextBytes = 4;  // of an empty one
constexpr size_t kRefBytes = 3 * kTextBytes;

void pack(Packer& out, const std::vector<std::string>& texts) {
  out.u32(static_cast<uint32_t>(texts.size()));
  for (const auto& text : texts) out.text(text);
}

std::vector<std::string> unpack_texts(Unpacker& in) {
  std::vector<std::string> out(in.count(kTextBytes));
  for (auto& text : out) text = in.text();
  return out;
}

void pack(Packer& out, const model::ObjectRef& ref) {
  out.text(ref.kind);
  out.text(ref.ns);
  out.text(ref.name);
}

model::ObjectRef unpack_ref(Unpacker& in) {
  model::ObjectRef out;
  out.kind = in.text();
  out.ns = in.text();
  out.name = in.text();
  return out;
}

void pack(Packer& out, const Question& question) {
  out.u64(question.index);
  out.u8(question.list ? 1 : 0);
  if (!question.list) return pack(out, question.ref);
  out.text(question.selector.kind);
  out.text(question.selector.ns);
  out.text(question.selector.field);
  out.text(question.selector.value);
}

Question unpack_question(Unpacker& in) {
  Question out;
  out.index = in.u64();
  out.list = in.u8() != 0;
  if (!out.list) {
    out.ref = unpack_ref(in);
    return out;
  }
  out.selector.kind = in.text();
  out.selector.ns = in.text();
  out.selector.field = in.text();
  out.selector.value = in.text();
  return out;
}

void pack(Packer& out, const Told& told) {
  out.u8(told.known ? 1 : 0);
  out.u32(static_cast<uint32_t>(told.objects.size()));
  for (const auto& object : told.objects) {
    pack(out, object.ref);
    out.text(object.json);
  }
}

Told unpack_told(Unpacker& in) {
  Told out;
  out.known = in.u8() != 0;
  out.objects.resize(in.count(kRefBytes + kTextBytes));
  for (auto& object : out.objects) {
    object.ref = unpack_ref(in);
    object.json = in.text();
  }
  return out;
}

}  // namespace

std::optional<Message> kind_of(std::string_view frame) {
  const auto kind = Unpacker(frame).u8();
  if (kind < static_cast<uint8_t>(Message::kStart) || kind > static_cast<uint8_t>(Message::kLast)) return std::nullopt;
  return static_cast<Message>(kind);
}

std::string to_frame(const Start& start) {
  Packer out = begin(Message::kStart);
  out.text(start.name);
  out.text(start.file);
  out.text(start.original);
  out.text(start.config_json);
  out.u32(start.limits.memory_mb);
  out.u32(start.limits.cpu_seconds);
  out.u32(start.limits.open_files);
  pack(out, start.limits.readable_paths);
  out.u8(start.runner ? 1 : 0);
  if (start.runner) {
    out.text(start.runner->name);
    out.text(start.runner->file);
    out.text(start.runner->config_json);
  }
  for (const bool flag : {start.program, start.aside, start.lease}) out.u8(flag ? 1 : 0);
  return out.take();
}

bool read(std::string_view frame, Start& start) {
  Unpacker in = open(frame, Message::kStart);
  start.name = in.text();
  start.file = in.text();
  start.original = in.text();
  start.config_json = in.text();
  start.limits.memory_mb = in.u32();
  start.limits.cpu_seconds = in.u32();
  start.limits.open_files = in.u32();
  start.limits.readable_paths = unpack_texts(in);
  start.runner.reset();
  if (in.u8() != 0) {
    FileRunner& runner = start.runner.emplace();
    runner.name = in.text();
    runner.file = in.text();
    runner.config_json = in.text();
  }
  for (bool* flag : {&start.program, &start.aside, &start.lease}) *flag = in.u8() != 0;
  return in.done();
}

std::string confined_frame(const std::vector<std::string>& guards) {
  Packer out = begin(Message::kConfined);
  pack(out, guards);
  return out.take();
}

std::optional<std::vector<std::string>> read_confined(std::string_view frame) {
  Unpacker in = open(frame, Message::kConfined);
  auto guards = unpack_texts(in);
  return in.done() ? std::optional(std::move(guards)) : std::nullopt;
}

std::string begin_frame(const Start& start) {
  Packer out = begin(Message::kBegin);
  out.u32(kProtocol);
  out.text(start.name);
  out.text(start.file);
  out.text(start.original);
  out.text(start.config_json);
  out.u32(start.limits.memory_mb);
  return out.take();
}

std::string to_frame(const Ready& ready) {
  Packer out = begin(Message::kReady);
  out.u32(ready.operations);
  pack(out, ready.warnings);
  pack(out, ready.guards);
  return out.take();
}

bool read(std::string_view frame, Ready& ready) {
  Unpacker in = open(frame, Message::kReady);
  ready.operations = in.u32();
  ready.warnings = unpack_texts(in);
  ready.guards = unpack_texts(in);
  return in.done();
}

std::string to_frame(const Refusing& refusing) {
  Packer out = begin(Message::kRefused);
  out.text(refusing.reason);
  out.text(refusing.message);
  return out.take();
}

bool read(std::string_view frame, Refusing& refusing) {
  Unpacker in = open(frame, Message::kRefused);
  refusing.reason = in.text();
  refusing.message = in.text();
  return in.done();
}

std::string to_frame(const Question& question) {
  Packer out = begin(Message::kAsk);
  pack(out, question);
  return out.take();
}

bool read(std::string_view frame, Question& question) {
  Unpacker in = open(frame, Message::kAsk);
  question = unpack_question(in);
  return in.done();
}

std::string to_frame(const Told& told) {
  Packer out = begin(Message::kTold);
  pack(out, told);
  return out.take();
}

bool read(std::string_view frame, Told& told) {
  Unpacker in = open(frame, Message::kTold);
  told = unpack_told(in);
  return in.done();
}

Told ask(const Lookup& lookup, const Question& question) {
  Told out;
  if (question.list) {
    auto all = lookup.list ? lookup.list(question.index, question.selector) : std::nullopt;
    out.known = all.has_value();
    if (!all) return out;
    for (Listed& each : *all) out.objects.push_back({std::move(each.ref), *each.json});
    return out;
  }
  const std::string* json = lookup.find ? lookup.find(question.index, question.ref) : nullptr;
  out.known = json != nullptr;
  if (out.known) out.objects.push_back({question.ref, *json});
  return out;
}

void pack_known(Packer& out, const std::vector<KnownAnswer>& known) {
  out.u32(static_cast<uint32_t>(known.size()));
  for (const auto& [question, told] : known) {
    pack(out, question);
    pack(out, told);
  }
}

std::vector<KnownAnswer> unpack_known(Unpacker& in) {
  std::vector<KnownAnswer> out(in.count(8 + 1 + kRefBytes + 1 + 4));
  for (auto& [question, told] : out) {
    question = unpack_question(in);
    told = unpack_told(in);
  }
  return out;
}

std::string save_frame() { return begin(Message::kSave).take(); }

std::string saved_frame(const Saved& saved) {
  Packer out = begin(Message::kSaved);
  out.u8(saved.ok() ? (saved->has_value() ? 1 : 0) : 2);
  out.text(!saved.ok() ? saved.status().message() : saved->value_or(""));
  return out.take();
}

std::optional<Saved> read_saved(std::string_view frame) {
  Unpacker in = open(frame, Message::kSaved);
  const auto form = in.u8();
  std::string text(in.text());
  if (!in.done() || form > 2) return std::nullopt;
  if (form == 2) return Saved(base::internal_error(std::move(text)));
  return Saved(form == 1 ? std::optional(std::move(text)) : std::nullopt);
}

std::string to_frame(const Restore& restore) {
  Packer out = begin(Message::kRestore);
  out.text(restore.version);
  out.text(restore.state);
  return out.take();
}

bool read(std::string_view frame, Restore& restore) {
  Unpacker in = open(frame, Message::kRestore);
  restore.version = in.text();
  restore.state = in.text();
  return in.done();
}

std::string restored_frame(const base::Status& status) {
  Packer out = begin(Message::kRestored);
  out.u8(status.ok() ? 0 : 1);
  out.text(status.message());
  return out.take();
}

std::optional<base::Status> read_restored(std::string_view frame) {
  Unpacker in = open(frame, Message::kRestored);
  const bool failed = in.u8() != 0;
  std::string message(in.text());
  if (!in.done()) return std::nullopt;
  return failed ? base::internal_error(std::move(message)) : base::Status();
}

std::string serve_frame(bool serving) {
  Packer out = begin(Message::kServe);
  out.u8(serving ? 1 : 0);
  return out.take();
}

std::optional<bool> read_serve(std::string_view frame) {
  Unpacker in = open(frame, Message::kServe);
  const bool serving = in.u8() != 0;
  return in.done() ? std::optional(serving) : std::nullopt;
}

}  // namespace solder::host::isolation
