// Watches directories of manifests. One thread waits for the kernel's events, gathers what comes in a burst, reads what
// changed and tells the listener. A change of the tree's shape (directories, links) is found by walking it again, which
// cannot miss one; a change of a plain file costs that file alone.
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <optional>
#include <set>
#include <thread>
#include <utility>

#include "core/store/file_world.h"
#include "core/store/store.h"
#include "core/store/watch_list.h"

namespace solder::store {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds kBurst{5};                 // a burst is told at least so often
constexpr std::chrono::microseconds kPause{200};  // so long without an event ends a burst: a lone event waits for it
constexpr milliseconds kUnwatched{2000};          // how often to walk where watching failed

class FileStore : public Store {
 public:
  explicit FileStore(std::vector<std::string> directories) : roots_(std::move(directories)) {}
  ~FileStore() override { stop(); }
  FileStore(const FileStore&) = delete;
  FileStore& operator=(const FileStore&) = delete;

  base::Status start(Listener listener) override {
    if (thread_.joinable()) return {base::Code::kFailedPrecondition, "the file store was started already"};
    auto inotify = Inotify::open();
    if (!inotify.ok()) return inotify.status();
    wake_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (wake_ < 0) return base::unavailable("files cannot be watched (eventfd): " + errno_words(errno));
    inotify_ = std::move(*inotify);
    listener_ = std::move(listener);
    thread_ = std::thread([this] { run(); });
    return {};
  }

  void stop() override {
    if (!thread_.joinable()) return;
    ::eventfd_write(wake_, 1);
    thread_.join();
    ::close(std::exchange(wake_, -1));
  }

 private:
  void run() {
    WatchList watches(*inotify_);
    FileWorld world;
    walk_again(watches, world, true);
    tell(world, watches, true);
    while (wait(world)) {
      const Shape shape = gather(watches, world);
      if (shape != Shape::kSame) walk_again(watches, world, shape == Shape::kUnknown);
      world.due(Clock::now());
      tell(world, watches, false);
    }
  }

  enum class Shape { kSame, kChanged, kUnknown };

  void walk_again(WatchList& watches, FileWorld& world, bool everything) {
    watches.begin_walk();
    const Tree tree = walk(roots_, watches);
    watches.end_walk();
    world.walked(tree, everything, Clock::now());
    next_walk_.reset();
    if (!watches.problems().empty()) next_walk_ = Clock::now() + kUnwatched;
  }

  // False: stop.
  bool wait(const FileWorld& world) {
    std::optional<Clock::time_point> until = world.next_due();
    if (next_walk_) until = until ? std::min(*until, *next_walk_) : *next_walk_;
    int timeout = -1;
    if (until) {
      const auto left = std::chrono::ceil<milliseconds>(*until - Clock::now());
      timeout = static_cast<int>(std::max<milliseconds::rep>(0, left.count()));
    }
    std::array<pollfd, 2> ready{pollfd{inotify_->descriptor(), POLLIN, 0}, pollfd{wake_, POLLIN, 0}};
    ::poll(ready.data(), ready.size(), timeout);
    return ready[1].revents == 0;
  }

  enum class Next { kEvents, kNothing, kStop };

  Next next_within(Clock::duration time) const {
    std::array<pollfd, 2> ready{pollfd{inotify_->descriptor(), POLLIN, 0}, pollfd{wake_, POLLIN, 0}};
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time);
    const timespec timeout{seconds.count(), std::chrono::nanoseconds(time - seconds).count()};
    if (::ppoll(ready.data(), ready.size(), &timeout, nullptr) <= 0) return Next::kNothing;
    return ready[1].revents != 0 ? Next::kStop : Next::kEvents;
  }

  // A lone event is told at once; while events keep coming, what they changed is told every kBurst.
  Shape gather(WatchList& watches, FileWorld& world) {
    Shape shape = next_walk_ && *next_walk_ <= Clock::now() ? Shape::kUnknown : Shape::kSame;
    std::set<std::string> ready;
    const auto end = std::max(Clock::now() + kBurst, next_tell_);
    for (;;) {
      for (const auto& event : inotify_->read()) take(watches.meaning_of(event), world, ready, shape);
      const auto now = Clock::now();
      if (now >= end) break;
      const bool burst = now < next_tell_;
      const Next next = next_within(burst ? next_tell_ - now : kPause);
      if (next == Next::kStop || (next == Next::kNothing && !burst)) break;
    }
    for (const auto& path : ready) world.ready(path, Clock::now());
    return shape;
  }

  static void take(const Meaning& meaning, FileWorld& world, std::set<std::string>& ready, Shape& shape) {
    switch (meaning.kind) {
      case Meaning::Kind::kNothing:
        return;
      case Meaning::Kind::kRescan:
        shape = std::max(shape, Shape::kChanged);
        return;
      case Meaning::Kind::kRescanAll:
        shape = Shape::kUnknown;
        return;
      case Meaning::Kind::kReady:
        ready.insert(meaning.path);
        return;
      case Meaning::Kind::kWritten:
        world.written(meaning.path, Clock::now());
        break;
      case Meaning::Kind::kGone:
        world.gone(meaning.path, Clock::now());
        break;
    }
    ready.erase(meaning.path);
  }

  void tell(FileWorld& world, const WatchList& watches, bool always) {
    Batch batch = world.take();
    batch.problems.insert(batch.problems.end(), watches.problems().begin(), watches.problems().end());
    if (!always && batch.changes.empty() && batch.problems == told_problems_) return;
    told_problems_ = batch.problems;
    listener_(std::move(batch));
    next_tell_ = Clock::now() + kBurst;
  }

  std::vector<std::string> roots_;
  std::optional<Inotify> inotify_;
  int wake_ = -1;
  Listener listener_;
  std::thread thread_;
  // Of the thread.
  std::optional<Clock::time_point> next_walk_;
  Clock::time_point next_tell_{};
  model::Diagnostics told_problems_;
};

}  // namespace

std::unique_ptr<Store> make_file_store(std::vector<std::string> directories) {
  return std::make_unique<FileStore>(std::move(directories));
}

}  // namespace solder::store
