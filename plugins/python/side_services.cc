#include "side_services.h"

#include <algorithm>
#include <chrono>
#include <deque>
#include <exception>
#include <stdexcept>
#include <utility>
#include <vector>

#include "deadline.h"
#include "interpreter.h"
#include "solder/sdk/text.hpp"

namespace py = pybind11;

namespace solder::python {

namespace {

using sdk::str;
using sdk::text;

constexpr auto kPatience = std::chrono::seconds(2);
constexpr double kNanoseconds = 1e9, kMilliseconds = 1e3, kLongest = 3e7;  // a year, which is a timer's longest too

std::string words_for(solder_status status) {
  switch (status) {
    case SOLDER_OK:
      return "";
    case SOLDER_INVALID_ARGUMENT:
      return "the host cannot read it, or cannot do that";
    case SOLDER_PERMISSION_DENIED:
      return "the upstream is not followed any more";
    case SOLDER_RESOURCE_EXHAUSTED:
      return "too much is under way already";
    case SOLDER_UNAVAILABLE:
      return "the host does not do that here";
    case SOLDER_CANCELLED:
      return "the plugin is on its way out";
    default:
      return "the host gives status " + std::to_string(status);
  }
}

void check(solder_status status, const std::string& what) {
  if (status != SOLDER_OK) throw std::invalid_argument(what + ": " + words_for(status));
}

// Three texts of Python's as a reference; the texts live here.
struct RefText {
  explicit RefText(const py::tuple& from)
      : kind(from[0].cast<std::string>()), ns(from[1].cast<std::string>()), name(from[2].cast<std::string>()) {}
  RefText(std::string its_kind, const py::handle& its_ns, const py::handle& its_name)
      : kind(std::move(its_kind)), ns(its_ns.cast<std::string>()), name(its_name.cast<std::string>()) {}
  [[nodiscard]] solder_ref c() const { return {str(kind), str(ns), str(name)}; }
  std::string kind, ns, name;
};

// What is wrong, each as (severity, field, reason, message, found, expected); the texts live here.
class Problems {
 public:
  explicit Problems(const py::list& from) {
    for (const py::handle& each : from) {
      const auto problem = each.cast<py::tuple>();
      auto& words = texts_.emplace_back();
      for (size_t i = 1; i < problem.size(); ++i) words.push_back(problem[i].cast<std::string>());
      solder_diag diag{};
      diag.size = sizeof diag;
      diag.severity = problem[0].cast<uint32_t>();
      diag.field = str(words.at(0));
      diag.reason = str(words.at(1));
      diag.message = str(words.at(2));
      diag.found = str(words.at(3));
      diag.expected = str(words.at(4));
      all_.push_back(diag);
    }
  }
  [[nodiscard]] solder_span span() const { return {all_.data(), all_.size(), sizeof(solder_diag)}; }

 private:
  std::deque<std::vector<std::string>> texts_;
  std::vector<solder_diag> all_;
};

template <typename Table>
const Table* table(const solder_host* host, const char* id) {
  return static_cast<const Table*>(host->service(host->ctx, str(id)));
}

uint32_t positive(double value, double most) { return static_cast<uint32_t>(std::clamp(value, 1.0, most)); }

py::object told(const solder_http_answer& answer) {
  if (answer.status != SOLDER_OK) {
    const std::string_view words = text(answer.message);
    return words.empty() ? py::object(py::str("there is no answer")) : py::object(py::str(words.data(), words.size()));
  }
  py::list headers;
  for (uint64_t i = 0; i < answer.headers.count; ++i) {
    const solder_header& each = *SOLDER_AT(solder_header, answer.headers, i);
    // Servers may write anything there.
    const auto readable = [](solder_str from) {
      const std::string_view view = text(from);
      return py::bytes(view.data(), view.size()).attr("decode")("latin-1");
    };
    headers.append(py::make_tuple(readable(each.name), readable(each.value)));
  }
  const std::string_view body = text(answer.body);
  return py::make_tuple(answer.http_status, headers, py::bytes(body.data(), body.size()));
}

}  // namespace

SideServices::SideServices(const solder_host* host)
    : host_(host),
      loop_(table<solder_svc_loop>(host, SOLDER_SVC_LOOP)),
      http_(table<solder_svc_http>(host, SOLDER_SVC_HTTP)),
      publish_(table<solder_svc_publish>(host, SOLDER_SVC_PUBLISH)),
      objects_(table<solder_svc_objects>(host, SOLDER_SVC_OBJECTS)) {
  if (loop_ == nullptr || http_ == nullptr) throw std::runtime_error("the host gives no timers or requests here");
}

template <typename F>
void SideServices::run(void* arg, Book SideServices::*book, const F& make) noexcept {
  auto& waiting = *static_cast<Waiting*>(arg);
  SideServices& services = *waiting.services;
  const py::gil_scoped_acquire lock;
  const LogScope log(services.host_);
  const Deadline deadline(Deadline::after(kPatience));
  try {
    const auto mine = (services.*book).extract(waiting.number);
    if (!mine.empty()) make(mine.mapped()->go_on);
  } catch (const std::exception& error) {
    log_line(SOLDER_LOG_ERROR, error.what());
  }
}

void SideServices::fired(void* arg) {
  run(arg, &SideServices::timers_, [](const py::function& go_on) { go_on(); });
}

void SideServices::answered(void* arg, const solder_http_answer* answer) {
  run(arg, &SideServices::requests_, [&](const py::function& go_on) { go_on(told(*answer)); });
}

uint64_t SideServices::start_timer(double seconds, const py::function& go_on) {
  auto waiting = std::make_unique<Waiting>(Waiting{this, go_on});
  const double delay = std::clamp(seconds, 0.0, kLongest) * kNanoseconds;
  solder_timer timer = 0;
  check(loop_->start(loop_->ctx, static_cast<uint64_t>(delay), &fired, waiting.get(), &timer), "sleep");
  waiting->number = timer;
  timers_.emplace(timer, std::move(waiting));
  return timer;
}

void SideServices::cancel_timer(uint64_t timer) {
  loop_->cancel(loop_->ctx, timer);
  timers_.erase(timer);
}

// solder._discovery.Request.
uint64_t SideServices::send(const py::tuple& request, const py::function& go_on) {
  auto waiting = std::make_unique<Waiting>(Waiting{this, go_on});
  const auto method = request[0].cast<std::string>(), url = request[1].cast<std::string>();
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const py::handle& pair : request[2].cast<py::tuple>())
    pairs.push_back(pair.cast<std::pair<std::string, std::string>>());
  std::vector<solder_header> headers;
  for (const auto& [name, value] : pairs) headers.push_back({str(name), str(value)});
  const auto body = request[3].cast<std::string>();
  solder_http_request wish{};
  wish.size = sizeof wish;
  wish.method = str(method);
  wish.url = str(url);
  wish.headers = {headers.data(), headers.size(), sizeof(solder_header)};
  wish.body = str(body);
  wish.timeout_ms = positive(request[4].cast<double>() * kMilliseconds, SOLDER_HTTP_MAX_TIMEOUT_MS);
  wish.max_body = positive(request[5].cast<double>(), SOLDER_HTTP_MAX_BODY);
  std::vector<RefText> refs;  // outlive the call of send
  refs.reserve(2);
  solder_http_auth auth{};
  std::string key;
  if (!request[6].is_none()) {
    const auto bearer = request[6].cast<py::tuple>();
    refs.emplace_back("Secret", bearer[0], bearer[1]);
    key = bearer[2].cast<std::string>();
    auth.size = sizeof auth;
    auth.kind = SOLDER_HTTP_BEARER;
    auth.secret = refs.back().c();
    auth.key = str(key);
    wish.auth = &auth;
  }
  if (!request[7].is_none()) {
    const auto tls = request[7].cast<py::tuple>();
    refs.emplace_back("Secret", tls[0], tls[1]);
    wish.tls_secret = refs.back().c();
  }
  solder_request number = 0;
  check(http_->send(http_->ctx, &wish, &answered, waiting.get(), &number), method + " " + url);
  waiting->number = number;
  requests_.emplace(number, std::move(waiting));
  return number;
}

void SideServices::cancel_request(uint64_t request) {
  http_->cancel(http_->ctx, request);
  requests_.erase(request);
}

std::string SideServices::publish(const py::tuple& ref, const std::string& field, const std::string& key,
                                  const std::string& items) {
  const RefText object(ref);
  const solder_published what{sizeof what, 0, object.c(), str(field), str(key), str(items)};
  return words_for(publish_ == nullptr ? SOLDER_UNAVAILABLE : publish_->list(publish_->ctx, &what));
}

std::string SideServices::report(const py::tuple& ref, const py::list& problems) {
  const RefText object(ref);
  const Problems all(problems);
  const solder_ref c = object.c();
  return publish_ == nullptr ? words_for(SOLDER_UNAVAILABLE)
                             : words_for(publish_->report(publish_->ctx, &c, all.span()));
}

template <typename Member, typename... Arguments>
std::string SideServices::objects(Member member, Arguments... arguments) const {
  return words_for(objects_ == nullptr ? SOLDER_UNAVAILABLE : (objects_->*member)(objects_->ctx, arguments...));
}

std::string SideServices::put(const std::string& object) { return objects(&solder_svc_objects::put, str(object)); }
std::string SideServices::remove(const py::tuple& ref) {
  const RefText object(ref);
  const solder_ref c = object.c();
  return objects(&solder_svc_objects::remove, &c);
}
std::string SideServices::begin_list(const std::string& kind, const std::string& ns) {
  return objects(&solder_svc_objects::begin, str(kind), str(ns));
}
std::string SideServices::end_list(const std::string& kind, const std::string& ns) {
  return objects(&solder_svc_objects::end, str(kind), str(ns));
}
std::string SideServices::keep(const std::string& kind, const std::string& ns) {
  return objects(&solder_svc_objects::keep, str(kind), str(ns));
}
std::string SideServices::complete() { return objects(&solder_svc_objects::complete); }
std::string SideServices::report_source(const py::list& problems) {
  const Problems all(problems);
  return objects(&solder_svc_objects::report, all.span());
}

void SideServices::end() {
  timers_.clear();
  requests_.clear();
}

void add_side_services(py::module_& module) {
  py::class_<SideServices>(module, "SideServices")
      .def("start_timer", &SideServices::start_timer)
      .def("cancel_timer", &SideServices::cancel_timer)
      .def("send", &SideServices::send)
      .def("cancel_request", &SideServices::cancel_request)
      .def("publish", &SideServices::publish)
      .def("report", &SideServices::report)
      .def("put", &SideServices::put)
      .def("remove", &SideServices::remove)
      .def("begin_list", &SideServices::begin_list)
      .def("end_list", &SideServices::end_list)
      .def("keep", &SideServices::keep)
      .def("complete", &SideServices::complete)
      .def("report_source", &SideServices::report_source);
}

}  // namespace solder::python
