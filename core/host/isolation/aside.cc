#include "core/host/isolation/aside.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace solder::host::isolation {

namespace {

constexpr auto kTaskPatience = std::chrono::seconds(5);  // for one task, and for a ping
constexpr auto kPingEvery = std::chrono::seconds(5);
constexpr auto kLook = std::chrono::milliseconds(200);
constexpr auto kMinute = std::chrono::minutes(1);
constexpr size_t kMostQueued = size_t{16} << 20;  // bytes; beyond them the process is not listened to
// How often it may ask for something that costs Solder: so many at once, and so many in each second.
constexpr double kMostUses = 20000, kUsesEachSecond = 5000;
constexpr double kDear = 10;  // times as much: what is translated, or written to disk, each time

double cost_of(Use what) {
  switch (what) {
    case Use::kTaken:
    case Use::kCancel:
    case Use::kCancelTimer:
      return 0;
    case Use::kPublish:
    case Use::kReport:
    case Use::kReportSource:
    case Use::kComplete:
    case Use::kHoldLease:
      return kDear;
    default:
      return 1;
  }
}

}  // namespace

std::shared_ptr<AsideBook::Entry> AsideBook::open() {
  auto entry = std::make_shared<Entry>();
  const std::lock_guard lock(mutex_);
  std::erase_if(entries_, [](const auto& each) { return each.expired(); });
  entries_.push_back(entry);
  return entry;
}

void AsideBook::add_to(IsolationInfo& info) const {
  const std::lock_guard lock(mutex_);
  for (const auto& each : entries_) {
    const auto entry = each.lock();
    if (!entry) continue;
    const std::lock_guard own(entry->mutex);
    if (entry->info.pid != 0) info.more_pids.push_back(entry->info.pid);
    info.deaths += entry->info.deaths;
    info.down = info.down || entry->info.down;
    info.parked = info.parked || entry->info.parked;
    if (info.why.empty()) info.why = entry->info.why;
  }
}

void AsideBook::revive() {
  const std::lock_guard lock(mutex_);
  for (const auto& each : entries_) {
    const auto entry = each.lock();
    if (!entry) continue;
    const std::lock_guard own(entry->mutex);
    entry->revived = true;
  }
}

// Of one process. Guarded by Aside::mutex_ but for the child, the services and what its threads have for themselves.
struct Aside::Session {
  ChildPtr child;
  std::unique_ptr<AsideServices> services;
  std::thread reader;

  std::deque<std::string> queue;
  size_t queued = 0;  // bytes
  uint64_t last_id = 0;
  std::deque<std::pair<uint64_t, Clock::time_point>> tasks;  // under way, and by when each is to be done
  std::optional<std::pair<uint64_t, Clock::time_point>> ping;
  Clock::time_point next_ping = Clock::now() + kPingEvery;
  std::optional<Channel::Outcome> failed;
  std::string words;  // of the failure, where the outcome does not say it
  bool worked = false;

  // Of the reader.
  double uses = kMostUses;
  Clock::time_point counted = Clock::now();
  // Of the writer.
  Clock::time_point minute{};
  std::chrono::nanoseconds cpu_before{};
};

Aside::Aside(AsideSetup setup, Owner& owner)
    : setup_(std::move(setup)), owner_(owner), patience_(setup_.options.first_wait) {
  thread_ = std::thread([this] { run(); });
}

Aside::~Aside() {
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }
  breaker_.trip();
  changed_.notify_all();
  thread_.join();
}

void Aside::tell(Parcel task, const std::function<void(AsideServices&)>& first) {
  {
    const std::lock_guard lock(mutex_);
    if (!session_ || session_->failed) return;
    if (first) first(*session_->services);
    enqueue_task(*session_, std::move(task));
  }
  changed_.notify_all();
}

// These two with the lock held.
void Aside::enqueue_task(Session& session, Parcel task) {
  task.id = ++session.last_id;
  const auto patience =
      task.what == static_cast<uint8_t>(Task::kBegin) ? setup_.options.start_patience : Clock::duration(kTaskPatience);
  // Each has its time from when the one before is done.
  const auto after = session.tasks.empty() ? Clock::now() : std::max(Clock::now(), session.tasks.back().second);
  session.tasks.emplace_back(task.id, after + patience);
  enqueue(session, Message::kTask, task);
}

void Aside::enqueue(Session& session, Message kind, const Parcel& parcel) {
  session.queue.push_back(to_frame(kind, parcel));
  session.queued += session.queue.back().size();
}

void Aside::fail(Session& session, Channel::Outcome outcome, std::string words) {
  {
    const std::lock_guard lock(mutex_);
    if (session.failed) return;
    session.failed = outcome;
    session.words = std::move(words);
  }
  changed_.notify_all();
}

void Aside::run() {
  while (wait_to_start()) {
    auto session = std::make_shared<Session>();
    if (begin(*session)) {
      {
        const std::lock_guard lock(mutex_);
        Parcel task;
        task.what = static_cast<uint8_t>(Task::kBegin);
        task.numbers = {static_cast<uint64_t>(setup_.role), setup_.start.lease ? 1U : 0U};
        enqueue_task(*session, std::move(task));
        for (auto& each : owner_.begin(*session->services)) enqueue_task(*session, std::move(each));
        session_ = session;
      }
      session->reader = std::thread([this, session] { read(*session); });
      serve(*session);
    }
  }
}

// False: nobody wants it any more.
bool Aside::wait_to_start() {
  std::unique_lock lock(mutex_);
  while (!ended_) {
    {
      const std::lock_guard own(setup_.entry->mutex);
      if (std::exchange(setup_.entry->revived, false)) patience_.revive();
    }
    if (patience_.may_start(Clock::now())) return true;
    const auto left = patience_.parked() ? std::chrono::milliseconds(kLook) : patience_.left(Clock::now());
    changed_.wait_for(lock, std::clamp<std::chrono::milliseconds>(left, std::chrono::milliseconds(1), kLook));
  }
  return false;
}

bool Aside::begin(Session& session) {
  Ready ready;
  auto started = Child::start(setup_.options.program, setup_.start, nullptr,
                              Clock::now() + setup_.options.start_patience, ready, &breaker_);
  if (const auto* refused = std::get_if<NotStarted>(&started)) {
    if (std::unique_lock lock(mutex_); ended_) return false;
    lost({Channel::Outcome::kGone, refused->from_outside, false, refused->refusing.message});
    return false;
  }
  session.child = std::move(std::get<ChildPtr>(started));
  session.child->open_both_ways();
  show(session.child->pid(), false, "");
  session.services = std::make_unique<AsideServices>(setup_.whose, [this, &session](const Parcel& event) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return session.queued < kMostQueued || session.failed || ended_; });
    if (!session.failed && !ended_) enqueue(session, Message::kEvent, event);
    lock.unlock();
    changed_.notify_all();
  });
  return true;
}

void Aside::serve(Session& session) {
  while (write_out(session) && look_after(session)) {
  }
  // Whoever waits for room, for the plugin or for the socket comes back now; then the requests are dropped.
  fail(session, Channel::Outcome::kDone);
  session.child->hang_up();
  session.services->end();
  session.reader.join();
  if (session.worked) patience_.worked();
  bool ended = false;
  {
    const std::lock_guard lock(mutex_);
    session_.reset();
    ended = ended_;
  }
  if (ended) return;
  Failure failure = session.child->fail(*session.failed, "it worked by itself");
  if (!session.words.empty()) failure = {*session.failed, false, false, session.words};
  lost(failure);
}

void Aside::lost(const Failure& failure) {
  const auto now = Clock::now();
  failure.from_outside ? patience_.killed(now) : patience_.fault(now);
  {
    const std::lock_guard lock(setup_.entry->mutex);
    ++setup_.entry->info.deaths;
  }
  spdlog::warn("plugin {}: {}; {}", setup_.start.name, failure.words,
               patience_.parked() ? "it is parked until it is revived" : "it is started again");
  show(0, true, failure.words);
  owner_.down(failure.words, patience_.parked());
}

void Aside::show(int pid, bool down, const std::string& why) {
  const std::lock_guard lock(setup_.entry->mutex);
  IsolationInfo& info = setup_.entry->info;
  info.pid = pid;
  info.down = down;
  info.parked = patience_.parked();
  info.why = why;
}

// False: it is over.
bool Aside::write_out(Session& session) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, kLook, [&] { return !session.queue.empty() || session.failed || ended_; });
  while (!session.queue.empty() && !session.failed && !ended_) {
    const std::string frame = std::move(session.queue.front());
    session.queue.pop_front();
    lock.unlock();
    const auto outcome = session.child->send(frame, Clock::now() + kTaskPatience);
    if (outcome != Channel::Outcome::kDone) {
      fail(session, outcome);
      return false;
    }
    lock.lock();
    session.queued -= frame.size();
    changed_.notify_all();
  }
  return !session.failed && !ended_;
}

bool Aside::look_after(Session& session) {
  session.child->drain();
  const auto now = Clock::now();
  const auto used = session.child->cpu();
  const std::chrono::seconds most(setup_.start.limits.cpu_seconds);
  if (session.minute == Clock::time_point{} || now - session.minute > kMinute) {
    session.minute = now;
    session.cpu_before = used;
  } else if (used - session.cpu_before > most) {
    fail(session, Channel::Outcome::kLate,
         "it used more than " + std::to_string(most.count()) + " s of processor time in a minute");
    return false;
  }
  const std::lock_guard lock(mutex_);
  const bool late =
      (!session.tasks.empty() && now > session.tasks.front().second) || (session.ping && now > session.ping->second);
  if (late) {
    session.failed = session.failed.value_or(Channel::Outcome::kLate);
    return false;
  }
  if (session.ping || now < session.next_ping) return true;
  Parcel ping;
  ping.what = static_cast<uint8_t>(Task::kPing);
  ping.id = ++session.last_id;
  session.ping.emplace(ping.id, now + kTaskPatience);
  enqueue(session, Message::kTask, ping);
  return true;
}

void Aside::read(Session& session) {
  while (true) {
    std::string_view frame;
    const auto outcome = session.child->receive(frame, Clock::now() + kMinute);
    if (outcome == Channel::Outcome::kLate) continue;
    if (outcome != Channel::Outcome::kDone) return fail(session, outcome);
    if (!handle(session, frame)) return fail(session, Channel::Outcome::kGarbage);
    const std::lock_guard lock(mutex_);
    if (session.failed || ended_) return;
  }
}

// Whoever asks too much waits, and with it all that it is asked: that time is not its own.
void Aside::wait_for_turn(Session& session, const Parcel& use) {
  const auto begun = Clock::now();
  const double since = std::chrono::duration<double>(begun - session.counted).count();
  session.counted = begun;
  session.uses = std::min(kMostUses, session.uses + since * kUsesEachSecond) - cost_of(static_cast<Use>(use.what));
  std::unique_lock lock(mutex_);
  const auto over = [&] { return session.failed || ended_; };
  if (session.uses < 0) changed_.wait_for(lock, std::chrono::duration<double>(-session.uses / kUsesEachSecond), over);
  changed_.wait(lock, [&] { return session.queued < kMostQueued || over(); });
  const auto waited = Clock::now() - begun;
  for (auto& [id, end] : session.tasks) end += waited;
  if (session.ping) session.ping->second += waited;
}

// False: it makes no sense.
bool Aside::handle(Session& session, std::string_view frame) {
  if (const auto use = read_parcel(frame, Message::kUse)) {
    wait_for_turn(session, *use);
    const auto status = session.services->perform(*use);
    if (!status) return false;
    if (*status < 0) return true;
    Parcel answer;
    answer.what = use->what;
    answer.id = use->id;
    answer.status = *status;
    {
      const std::lock_guard lock(mutex_);
      enqueue(session, Message::kUsed, answer);
    }
    changed_.notify_all();
    return true;
  }
  const auto done = read_parcel(frame, Message::kTaskDone);
  if (!done || done->texts.size() != 1) return false;
  {
    const std::lock_guard lock(mutex_);
    if (done->what == static_cast<uint8_t>(Task::kPing)) {
      if (!session.ping || session.ping->first != done->id) return false;
      session.ping.reset();
      session.next_ping = Clock::now() + kPingEvery;
      return true;
    }
    if (session.tasks.empty() || session.tasks.front().first != done->id) return false;
    session.tasks.pop_front();
    session.worked = true;
    // The next had its time from when this one was to be done at the latest.
    if (!session.tasks.empty())
      session.tasks.front().second = std::min(session.tasks.front().second, Clock::now() + kTaskPatience);
  }
  if (done->what == static_cast<uint8_t>(Task::kBegin) && done->status != SOLDER_OK) {
    fail(session, Channel::Outcome::kGone, "it could not begin: " + done->texts[0]);
    return true;
  }
  owner_.done(*done);
  return true;
}

}  // namespace solder::host::isolation
