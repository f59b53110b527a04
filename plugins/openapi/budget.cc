#include "budget.h"

#include <algorithm>

namespace solder::plugins::openapi {

namespace {

constexpr uint32_t kTimeoutMs = 10000, kMostBody = 16u << 20;

}  // namespace

Budget::Ticket Budget::send(Request request, sdk::Http::Then then) {
  const Ticket ticket = ++last_;
  waiting_.push_back({ticket, std::move(request), std::move(then)});
  // Not at once: whoever asks is in the middle of something.
  if (!timer_.pending()) timer_.start({}, [this] { begin_more(); });
  return ticket;
}

void Budget::cancel(Ticket ticket) {
  std::erase_if(waiting_, [&](const Waiting& each) { return each.ticket == ticket; });
  const auto at = under_way_.find(ticket);
  if (at == under_way_.end()) return;
  http_.cancel(at->second);
  under_way_.erase(at);
  if (!waiting_.empty() && !timer_.pending()) timer_.start({}, [this] { begin_more(); });
}

void Budget::begin_more() {
  while (under_way_.size() < kMostAtOnce && !waiting_.empty()) {
    Waiting next = std::move(waiting_.front());
    waiting_.pop_front();
    if (!begin(next)) next.then({SOLDER_INVALID_ARGUMENT, "no such request can be made", 0, {}, {}});
  }
}

bool Budget::begin(Waiting& next) {
  const Request& request = next.request;
  sdk::HttpRequest out{.method = request.method,
                       .url = request.url,
                       .body = request.body,
                       .timeout_ms = kTimeoutMs,
                       .max_body = kMostBody};
  for (const auto& [name, value] : request.headers) out.headers.emplace_back(name, value);
  if (!request.secret_name.empty()) out.tls_secret = {"Secret", request.secret_ns, request.secret_name};
  out.http2 = request.http2;
  sdk::Http::Id id = 0;
  const Ticket ticket = next.ticket;
  const auto status = http_.send(
      out,
      [this, ticket, then = next.then](const sdk::HttpAnswer& answer) {
        under_way_.erase(ticket);
        then(answer);
        begin_more();
      },
      &id);
  if (status == SOLDER_OK) under_way_[ticket] = id;
  return status == SOLDER_OK;
}

}  // namespace solder::plugins::openapi
