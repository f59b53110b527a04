#include "core/conformance/program_aside.h"

#include <utility>
#include <vector>

#include "core/host/abi_text.h"
#include "core/host/services/wish.h"

namespace solder::conformance {

namespace {

namespace isolation = host::isolation;
using isolation::Channel, isolation::Event, isolation::Message, isolation::Parcel, isolation::Task, isolation::Use;

constexpr auto kStepPatience = std::chrono::seconds(30);  // who runs checks has a shorter one

solder_ref ref_at(const Parcel& use) {
  return {host::view(use.texts[0]), host::view(use.texts[1]), host::view(use.texts[2])};
}

// Those behind the first texts.
std::vector<solder_diag> problems_at(const Parcel& use, size_t text) {
  std::vector<solder_diag> out;
  for (size_t i = 0; i < use.numbers.size() && text + isolation::kProblemTexts <= use.texts.size();
       ++i, text += isolation::kProblemTexts) {
    const auto at = [&](size_t which) { return host::view(use.texts[text + which]); };
    out.push_back({sizeof(solder_diag),
                   static_cast<uint32_t>(use.numbers[i]),
                   0,
                   at(0),
                   at(1),
                   at(2),
                   at(3),
                   at(4),
                   {at(5), at(6), at(7)}});
  }
  return out;
}

solder_span span_of(const std::vector<solder_diag>& problems) {
  return {problems.data(), problems.size(), sizeof(solder_diag)};
}

}  // namespace

struct ProgramAside::Waiting {
  ProgramAside* whose = nullptr;
  uint64_t number = 0;  // the process's
  uint64_t id = 0;      // the host's
};

ProgramAside::ProgramAside(isolation::ChildPtr child, const solder_host& host, isolation::Role role)
    : child_(std::move(child)), host_(host) {
  child_->open_both_ways();
  Parcel begin;
  begin.what = static_cast<uint8_t>(Task::kBegin);
  begin.numbers = {static_cast<uint64_t>(role), service<solder_svc_lease>(SOLDER_SVC_LEASE) != nullptr ? 1U : 0U};
  const Parcel done = perform(std::move(begin));
  if (done.status != SOLDER_OK) throw Ended("it could not begin: " + done.texts.at(0));
}

ProgramAside::~ProgramAside() {
  for (const auto& [what, each] : waiting_) {
    if (const auto* http = service<solder_svc_http>(SOLDER_SVC_HTTP); what.first == Use::kSend && http != nullptr)
      http->cancel(http->ctx, each->id);
    if (const auto* loop = service<solder_svc_loop>(SOLDER_SVC_LOOP); what.first == Use::kTimer && loop != nullptr)
      loop->cancel(loop->ctx, each->id);
  }
}

template <typename T>
const T* ProgramAside::service(const char* id) const {
  return static_cast<const T*>(host_.service(host_.ctx, host::view(id)));
}

void ProgramAside::fail(Channel::Outcome outcome) {
  const std::string words = child_->fail(outcome, "it worked by itself").words;
  throw Ended(words);
}

void ProgramAside::tell(Message kind, const Parcel& parcel) {
  const auto outcome = child_->send(to_frame(kind, parcel), isolation::Child::Clock::now() + kStepPatience);
  if (outcome != Channel::Outcome::kDone) fail(outcome);
}

Parcel ProgramAside::perform(Parcel task) {
  task.id = ++last_;
  tell(Message::kTask, task);
  return pump(task.id);
}

Parcel ProgramAside::pump(uint64_t id) {
  while (true) {
    std::string_view frame;
    const auto outcome = child_->receive(frame, isolation::Child::Clock::now() + kStepPatience);
    if (outcome != Channel::Outcome::kDone) fail(outcome);
    if (auto done = isolation::read_parcel(frame, Message::kTaskDone)) {
      if (done->id != id || done->texts.size() != 1) fail(Channel::Outcome::kGarbage);
      return std::move(*done);
    }
    const auto use = isolation::read_parcel(frame, Message::kUse);
    if (!use) fail(Channel::Outcome::kGarbage);
    if (use->what == static_cast<uint8_t>(Use::kTaken)) continue;
    Parcel answer;
    answer.what = use->what;
    answer.id = use->id;
    answer.status = serve(*use);
    tell(Message::kUsed, answer);
  }
}

// A ping comes back when all before it is done.
void ProgramAside::happened(const Parcel& event) {
  tell(Message::kEvent, event);
  Parcel ping;
  ping.what = static_cast<uint8_t>(Task::kPing);
  perform(std::move(ping));
}

// A number that is under way already is nonsense, as it is in Solder: who waits by it is known to the host.
std::unique_ptr<ProgramAside::Waiting>& ProgramAside::begun(Use what, uint64_t number) {
  const auto [at, is_new] = waiting_.try_emplace({what, number});
  if (!is_new) fail(Channel::Outcome::kGarbage);
  return at->second;
}

solder_status ProgramAside::send(const Parcel& use) {
  const auto* http = service<solder_svc_http>(SOLDER_SVC_HTTP);
  host::Wish wish;
  if (http == nullptr) return SOLDER_PERMISSION_DENIED;
  if (use.numbers.empty() || !isolation::read_wish_at(use, 1, 0, wish)) return SOLDER_INVALID_ARGUMENT;
  auto& own = begun(Use::kSend, use.numbers[0]);
  own = std::make_unique<Waiting>(Waiting{this, use.numbers[0], 0});
  // What it is made of was looked at above, and the host at hand sends nothing.
  solder_http_request request{};
  request.size = sizeof request;
  request.method = host::view(wish.request.method);
  request.url = host::view(wish.request.url);
  if (wish.piece != nullptr) {
    request.piece = [](void* arg, solder_str bytes) {
      auto& waiting = *static_cast<Waiting*>(arg);
      waiting.whose->happened({static_cast<uint8_t>(Event::kPiece), waiting.number, 0, {}, {{bytes.data, bytes.len}}});
    };
  }
  const auto answered = [](void* arg, const solder_http_answer* answer) {
    auto& waiting = *static_cast<Waiting*>(arg);
    ProgramAside& whose = *waiting.whose;
    const uint64_t number = waiting.number;
    whose.waiting_.erase({Use::kSend, number});
    Parcel event{static_cast<uint8_t>(Event::kAnswer), number, answer->status, {answer->http_status}, {}};
    for (const solder_str& each : {answer->message, answer->body}) event.texts.emplace_back(each.data, each.len);
    for (uint64_t i = 0; i < answer->headers.count; ++i) {
      const solder_header& each = *SOLDER_AT(solder_header, answer->headers, i);
      event.texts.emplace_back(each.name.data, each.name.len);
      event.texts.emplace_back(each.value.data, each.value.len);
    }
    whose.happened(event);
  };
  const solder_status status = http->send(http->ctx, &request, answered, own.get(), &own->id);
  if (status != SOLDER_OK) waiting_.erase({Use::kSend, use.numbers[0]});
  return status;
}

solder_status ProgramAside::start_timer(const Parcel& use) {
  const auto* loop = service<solder_svc_loop>(SOLDER_SVC_LOOP);
  if (loop == nullptr) return SOLDER_PERMISSION_DENIED;
  if (use.numbers.size() != 2) return SOLDER_INVALID_ARGUMENT;
  auto& own = begun(Use::kTimer, use.numbers[0]);
  own = std::make_unique<Waiting>(Waiting{this, use.numbers[0], 0});
  const auto fired = [](void* arg) {
    auto& waiting = *static_cast<Waiting*>(arg);
    ProgramAside& whose = *waiting.whose;
    const uint64_t number = waiting.number;
    whose.waiting_.erase({Use::kTimer, number});
    whose.happened({static_cast<uint8_t>(Event::kFired), number, 0, {}, {}});
  };
  const solder_status status = loop->start(loop->ctx, use.numbers[1], fired, own.get(), &own->id);
  if (status != SOLDER_OK) waiting_.erase({Use::kTimer, use.numbers[0]});
  return status;
}

solder_status ProgramAside::serve(const Parcel& use) {
  const auto what = static_cast<Use>(use.what);
  const auto* publish = service<solder_svc_publish>(SOLDER_SVC_PUBLISH);
  const auto* objects = service<solder_svc_objects>(SOLDER_SVC_OBJECTS);
  const auto has = [&](size_t texts) { return use.texts.size() >= texts; };
  if (what == Use::kSend) return send(use);
  if (what == Use::kTimer) return start_timer(use);
  if (what == Use::kCancel || what == Use::kCancelTimer) {
    const auto at = use.numbers.empty()
                        ? waiting_.end()
                        : waiting_.find({what == Use::kCancel ? Use::kSend : Use::kTimer, use.numbers[0]});
    if (at == waiting_.end()) return SOLDER_OK;
    if (const auto* http = service<solder_svc_http>(SOLDER_SVC_HTTP); what == Use::kCancel)
      http->cancel(http->ctx, at->second->id);
    else if (const auto* loop = service<solder_svc_loop>(SOLDER_SVC_LOOP))
      loop->cancel(loop->ctx, at->second->id);
    waiting_.erase(at);
    return SOLDER_OK;
  }
  if ((what == Use::kPublish || what == Use::kReport) && publish == nullptr) return SOLDER_PERMISSION_DENIED;
  if (what == Use::kPublish && has(6)) {
    const solder_published list{
        sizeof list, 0, ref_at(use), host::view(use.texts[3]), host::view(use.texts[4]), host::view(use.texts[5])};
    return publish->list(publish->ctx, &list);
  }
  if (what == Use::kReport && has(3)) {
    const solder_ref object = ref_at(use);
    return publish->report(publish->ctx, &object, span_of(problems_at(use, 3)));
  }
  if (what == Use::kHoldLease || what == Use::kWatchSettings) return SOLDER_OK;
  if (objects == nullptr) return SOLDER_PERMISSION_DENIED;
  if (what == Use::kPut && has(1)) return objects->put(objects->ctx, host::view(use.texts[0]));
  if (what == Use::kRemove && has(3)) {
    const solder_ref object = ref_at(use);
    return objects->remove(objects->ctx, &object);
  }
  if (what == Use::kComplete) return objects->complete(objects->ctx);
  if (what == Use::kReportSource) return objects->report(objects->ctx, span_of(problems_at(use, 0)));
  const auto list = what == Use::kBeginList ? objects->begin
                    : what == Use::kEndList ? objects->end
                    : what == Use::kKeep    ? objects->keep
                                            : nullptr;
  if (list != nullptr && has(2)) return list(objects->ctx, host::view(use.texts[0]), host::view(use.texts[1]));
  return what == Use::kChanged ? SOLDER_OK : SOLDER_INVALID_ARGUMENT;
}

}  // namespace solder::conformance
