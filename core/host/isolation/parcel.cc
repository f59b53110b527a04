#include "core/host/isolation/parcel.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace solder::host::isolation {

namespace {

constexpr size_t kNumberBytes = 8, kTextBytes = 4;

// What a wish is made of, in its order.
constexpr size_t kWishNumbers = 11;
constexpr size_t kWishTexts = 3 + kRefTexts + kRefTexts + 5 + 4;

const std::vector<Message>& kinds() {
  static const std::vector<Message> kKinds = {Message::kTask, Message::kTaskDone, Message::kUse, Message::kUsed,
                                              Message::kEvent};
  return kKinds;
}

class Reader {
 public:
  Reader(const Parcel& parcel, size_t number, size_t text) : parcel_(parcel), number_(number), text_(text) {}

  uint64_t number() { return parcel_.numbers[number_++]; }
  bool flag() { return number() != 0; }
  const std::string& text() { return parcel_.texts[text_++]; }
  model::ObjectRef ref() {
    text_ += kRefTexts;
    return ref_at(parcel_, text_ - kRefTexts);
  }

 private:
  const Parcel& parcel_;
  size_t number_, text_;
};

uint64_t milliseconds(std::chrono::milliseconds time) { return static_cast<uint64_t>(time.count()); }

// Never more than a day, so that nothing overflows. 0 stands for the default.
std::chrono::milliseconds to_milliseconds(uint64_t number, uint64_t by_default) {
  if (number == 0) number = by_default;
  const auto most = std::chrono::milliseconds(std::chrono::hours(24)).count();
  return std::chrono::milliseconds(std::min<uint64_t>(number, static_cast<uint64_t>(most)));
}

}  // namespace

std::string to_frame(Message kind, const Parcel& parcel) {
  Packer out;
  out.u8(static_cast<uint8_t>(kind));
  out.u8(parcel.what);
  out.u64(parcel.id);
  out.u32(static_cast<uint32_t>(parcel.status));
  out.u32(static_cast<uint32_t>(parcel.numbers.size()));
  for (const uint64_t number : parcel.numbers) out.u64(number);
  out.u32(static_cast<uint32_t>(parcel.texts.size()));
  for (const auto& text : parcel.texts) out.text(text);
  return out.take();
}

std::optional<Parcel> read_parcel(std::string_view frame, Message kind) {
  Unpacker in(frame);
  if (in.u8() != static_cast<uint8_t>(kind) || std::find(kinds().begin(), kinds().end(), kind) == kinds().end())
    return std::nullopt;
  Parcel out;
  out.what = in.u8();
  out.id = in.u64();
  out.status = static_cast<int32_t>(in.u32());
  out.numbers.resize(in.count(kNumberBytes));
  for (auto& number : out.numbers) number = in.u64();
  out.texts.resize(in.count(kTextBytes));
  for (auto& text : out.texts) text = in.text();
  return in.done() ? std::optional(std::move(out)) : std::nullopt;
}

void add(Parcel& parcel, const model::ObjectRef& ref) {
  parcel.texts.insert(parcel.texts.end(), {ref.kind, ref.ns, ref.name});
}

model::ObjectRef ref_at(const Parcel& parcel, size_t at) {
  return {parcel.texts[at], parcel.texts[at + 1], parcel.texts[at + 2]};
}

void add(Parcel& parcel, const Wish& wish) {
  const HttpRequest& request = wish.request;
  const Wish::Auth& auth = wish.auth;
  const Presented presented = wish.identity.presented.value_or(Presented{});
  parcel.numbers.insert(
      parcel.numbers.end(),
      {milliseconds(request.timeout), request.max_body, milliseconds(request.idle), request.http2 ? 1U : 0U,
       wish.long_poll ? 1U : 0U, wish.piece != nullptr ? 1U : 0U, auth.kind, auth.aws.token_role ? 1U : 0U,
       wish.identity.given ? 1U : 0U, wish.identity.verify ? 1U : 0U, request.headers.size()});
  parcel.texts.insert(parcel.texts.end(), {request.method, request.url, request.body});
  add(parcel, wish.tls_secret);
  add(parcel, auth.secret);
  parcel.texts.insert(parcel.texts.end(),
                      {auth.key, auth.service, auth.aws.region, auth.aws.role_arn, auth.aws.sts_endpoint, presented.ca,
                       presented.certificate, presented.key, presented.token});
  for (const auto& [name, value] : request.headers) parcel.texts.insert(parcel.texts.end(), {name, value});
}

bool read_wish_at(const Parcel& parcel, size_t number, size_t text, Wish& wish) {
  if (parcel.numbers.size() != number + kWishNumbers || parcel.texts.size() < text + kWishTexts) return false;
  Reader in(parcel, number, text);
  HttpRequest& request = wish.request;
  request.timeout = to_milliseconds(in.number(), SOLDER_HTTP_DEFAULT_TIMEOUT_MS);
  request.max_body = in.number();
  if (request.max_body == 0) request.max_body = SOLDER_HTTP_DEFAULT_MAX_BODY;
  request.idle = std::chrono::ceil<std::chrono::seconds>(to_milliseconds(in.number(), SOLDER_HTTP_DEFAULT_IDLE_MS));
  request.http2 = in.flag();
  wish.long_poll = in.flag();
  const bool pieces = in.flag();
  wish.piece = pieces ? [](void*, solder_str) {} : solder_piece{};  // the caller's to set
  wish.auth.kind = static_cast<uint32_t>(std::min<uint64_t>(in.number(), std::numeric_limits<uint32_t>::max()));
  wish.auth.aws.token_role = in.flag();
  wish.identity.given = in.flag();
  wish.identity.verify = in.flag();
  const uint64_t headers = in.number();
  request.method = in.text();
  if (request.method.empty()) request.method = "GET";
  request.url = in.text();
  request.body = in.text();
  wish.tls_secret = in.ref();
  wish.auth.secret = wish.auth.aws.secret = in.ref();
  wish.auth.key = in.text();
  wish.auth.service = in.text();
  wish.auth.aws.region = in.text();
  wish.auth.aws.role_arn = in.text();
  wish.auth.aws.sts_endpoint = in.text();
  Presented presented;
  for (auto* each : {&presented.ca, &presented.certificate, &presented.key, &presented.token}) *each = in.text();
  if (wish.identity.given) wish.identity.presented = std::move(presented);
  const size_t left = parcel.texts.size() - text - kWishTexts;
  if (left % 2 != 0 || headers != left / 2) return false;
  for (uint64_t i = 0; i < headers; ++i) {
    std::string name = in.text();
    request.headers.emplace_back(std::move(name), in.text());
  }
  return bound(wish);
}

}  // namespace solder::host::isolation
