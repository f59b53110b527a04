#include "core/host/services/curl_loop.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>

namespace solder::host {

namespace {

constexpr std::chrono::milliseconds kLongestWait{1000};
constexpr int kMostEvents = 256;  // taken together

}  // namespace

CurlLoop::CurlLoop() : poll_(epoll_create1(EPOLL_CLOEXEC)), bell_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  epoll_event event{EPOLLIN, {.fd = bell_}};
  if (poll_ < 0 || bell_ < 0 || epoll_ctl(poll_, EPOLL_CTL_ADD, bell_, &event) != 0) return;
  static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
  multi_ = ready == CURLE_OK ? curl_multi_init() : nullptr;
  if (multi_ == nullptr) return;
  curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &CurlLoop::watch_socket);
  curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &CurlLoop::set_timer);
  curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
}

CurlLoop::~CurlLoop() {
  if (multi_ != nullptr) curl_multi_cleanup(multi_);
  if (poll_ >= 0) ::close(poll_);
  if (bell_ >= 0) ::close(bell_);
}

void CurlLoop::wake() const { ::eventfd_write(bell_, 1); }

void CurlLoop::call_when_due() {
  if (!due_ || Clock::now() < *due_) return;
  due_.reset();
  int running = 0;
  curl_multi_socket_action(multi_, CURL_SOCKET_TIMEOUT, 0, &running);
}

void CurlLoop::wait() {
  auto patience = kLongestWait;
  if (due_) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(*due_ - Clock::now());
    patience = std::clamp(left, std::chrono::milliseconds(0), kLongestWait);
  }
  std::array<epoll_event, kMostEvents> events{};
  const int count = epoll_wait(poll_, events.data(), kMostEvents, static_cast<int>(patience.count()));
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events.at(static_cast<size_t>(i));
    if (event.data.fd == bell_) {
      eventfd_t rung = 0;
      ::eventfd_read(bell_, &rung);
      continue;
    }
    int what = 0, running = 0;
    if ((event.events & EPOLLIN) != 0) what |= CURL_CSELECT_IN;
    if ((event.events & EPOLLOUT) != 0) what |= CURL_CSELECT_OUT;
    if ((event.events & (EPOLLERR | EPOLLHUP)) != 0) what |= CURL_CSELECT_ERR;
    curl_multi_socket_action(multi_, event.data.fd, what, &running);
  }
}

int CurlLoop::watch_socket(CURL* /*easy*/, curl_socket_t socket, int what, void* arg, void* /*unused*/) noexcept {
  const int poll = static_cast<CurlLoop*>(arg)->poll_;
  if (what == CURL_POLL_REMOVE) {
    epoll_ctl(poll, EPOLL_CTL_DEL, socket, nullptr);  // fails where it was closed, which the kernel knows
    return 0;
  }
  epoll_event event{0, {.fd = socket}};
  if ((what & CURL_POLL_IN) != 0) event.events |= EPOLLIN;
  if ((what & CURL_POLL_OUT) != 0) event.events |= EPOLLOUT;
  if (epoll_ctl(poll, EPOLL_CTL_MOD, socket, &event) != 0) epoll_ctl(poll, EPOLL_CTL_ADD, socket, &event);
  return 0;
}

int CurlLoop::set_timer(CURLM* /*multi*/, long milliseconds, void* arg) noexcept {
  auto& due = static_cast<CurlLoop*>(arg)->due_;
  due.reset();
  if (milliseconds >= 0) due = Clock::now() + std::chrono::milliseconds(milliseconds);
  return 0;
}

}  // namespace solder::host
