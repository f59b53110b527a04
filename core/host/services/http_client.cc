#include "core/host/services/http_client.h"

#include <curl/curl.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <mutex>
#include <thread>

#include "core/host/services/curl_loop.h"

namespace solder::host {

namespace {

// How many requests there may be is bounded where they come from; each that waits for news may need a connection.
constexpr long kMaxConnections = 8192, kMaxConnectionsToOneHost = 4352;
constexpr size_t kMaxHeaderBytes = size_t{256} << 10;
constexpr long kOk = 200, kMultipleChoices = 300;

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || std::string_view("!#$%&'*+-.^_`|~").find(static_cast<char>(c)) != std::string::npos;
  });
}

bool is_one_line(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

std::string_view trimmed(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

// One request under way. What curl points to lives here.
struct Transfer {
  uint64_t id = 0;
  HttpRequest request;
  HttpAnswer answer;
  HttpClient::Done done;
  CURL* easy = nullptr;
  curl_slist* headers = nullptr;
  size_t header_bytes = 0;
  bool too_long = false;
  std::array<char, CURL_ERROR_SIZE> words{};

  Transfer() = default;
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;
  ~Transfer() {
    if (easy != nullptr) curl_easy_cleanup(easy);
    curl_slist_free_all(headers);
  }
};

bool is_success(CURL* easy) {
  long status = 0;
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
  return status >= kOk && status < kMultipleChoices;
}

size_t take_body(char* bytes, size_t, size_t count, void* arg) noexcept {
  auto& transfer = *static_cast<Transfer*>(arg);
  if (transfer.request.piece && is_success(transfer.easy)) {
    try {
      return transfer.request.piece({bytes, count}) ? count : CURL_WRITEFUNC_PAUSE;
    } catch (...) {
      return 0;
    }
  }
  transfer.too_long = transfer.answer.body.size() + count > transfer.request.max_body;
  if (transfer.too_long) return 0;
  try {
    transfer.answer.body.append(bytes, count);
  } catch (...) {
    return 0;
  }
  return count;
}

size_t take_header(char* bytes, size_t, size_t count, void* arg) noexcept {
  auto& transfer = *static_cast<Transfer*>(arg);
  transfer.header_bytes += count;
  transfer.too_long = transfer.header_bytes > kMaxHeaderBytes;
  if (transfer.too_long) return 0;
  const std::string_view line(bytes, count);
  try {
    // Another answer begins: what came before it (100 Continue) was none.
    if (line.starts_with("HTTP/")) transfer.answer.headers.clear();
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos) return count;
    std::string name(line.substr(0, colon));
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
    transfer.answer.headers.emplace_back(std::move(name), trimmed(line.substr(colon + 1)));
  } catch (...) {
    return 0;
  }
  return count;
}

void add_header(Transfer& transfer, const std::string& line) {
  if (curl_slist* longer = curl_slist_append(transfer.headers, line.c_str())) transfer.headers = longer;
}

void set_blob(CURL* easy, CURLoption option, const std::string& bytes) {
  if (bytes.empty()) return;
  curl_blob blob{const_cast<char*>(bytes.data()), bytes.size(), CURL_BLOB_NOCOPY};  // NOLINT: curl only reads it
  curl_easy_setopt(easy, option, &blob);
}

void set_up(Transfer& transfer) {
  CURL* easy = transfer.easy;
  const HttpRequest& request = transfer.request;
  curl_easy_setopt(easy, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);  // what was signed is what is sent
  if (request.piece) {
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(request.timeout.count()));
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, static_cast<long>(request.idle.count()));
  } else {
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(request.timeout.count()));
  }
  // Rather a stream of a connection that is on its way than a connection more. Not where there are no streams:
  // curl 7.88 may forget requests that wait so for a connection of HTTP/1.1, their time-outs included.
  curl_easy_setopt(easy, CURLOPT_PIPEWAIT, request.url.starts_with("https:") ? 1L : 0L);
  if (request.http2) {
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE));
    // curl 7.88, Debian 12's, cannot use such a connection again: its second request fails (curl's pull request 10643).
    curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
    curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
  }
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer.words.data());
  curl_easy_setopt(easy, CURLOPT_PRIVATE, &transfer);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &take_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &transfer);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &take_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, &transfer);
  if (request.method == "HEAD") {
    curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
  } else {
    if (!request.body.empty() || request.method == "POST") {
      curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
      curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request.body.data());
    }
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  }
  for (const auto& [name, value] : request.headers) {
    // curl's word for a header without a value is a semicolon.
    add_header(transfer, value.empty() ? name + ";" : name + ": " + value);
  }
  add_header(transfer, "Expect:");
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer.headers);
  set_blob(easy, CURLOPT_CAINFO_BLOB, request.ca_pem);
  if (!request.ca_pem.empty()) curl_easy_setopt(easy, CURLOPT_CAPATH, nullptr);
  set_blob(easy, CURLOPT_SSLCERT_BLOB, request.certificate_pem);
  set_blob(easy, CURLOPT_SSLKEY_BLOB, request.key_pem);
  if (request.verify) return;
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
}

base::Status status_of(const Transfer& transfer, CURLcode code) {
  if (code == CURLE_OK) return {};
  if (transfer.too_long) {
    return {base::Code::kResourceExhausted,
            "the answer has more than the allowed " + std::to_string(transfer.request.max_body) + " bytes"};
  }
  std::string words = transfer.words[0] != '\0' ? transfer.words.data() : curl_easy_strerror(code);
  if (code == CURLE_OPERATION_TIMEDOUT) return {base::Code::kDeadlineExceeded, std::move(words)};
  if (code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL) return base::invalid_argument(words);
  return base::unavailable(std::move(words));
}

}  // namespace

base::Status check_request(const HttpRequest& request) {
  if (!is_token(request.method)) return base::invalid_argument("the method is no word of HTTP");
  for (const auto& [name, value] : request.headers) {
    if (!is_token(name)) return base::invalid_argument("a header's name is no word of HTTP");
    if (!is_one_line(value)) return base::invalid_argument("the value of the header " + name + " is not one line");
  }
  const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> url(curl_url(), &curl_url_cleanup);
  if (!url || !is_one_line(request.url) || request.url.find_first_of(" #") != std::string::npos ||
      curl_url_set(url.get(), CURLUPART_URL, request.url.c_str(), 0) != CURLUE_OK) {
    return base::invalid_argument("the URL cannot be read");
  }
  char* scheme = nullptr;
  curl_url_get(url.get(), CURLUPART_SCHEME, &scheme, 0);
  const std::string found = scheme == nullptr ? "" : scheme;
  curl_free(scheme);
  if (found != "http" && found != "https") return base::invalid_argument("the URL is neither http nor https");
  char* user = nullptr;
  if (curl_url_get(url.get(), CURLUPART_USER, &user, 0) == CURLUE_OK) {
    curl_free(user);
    return base::invalid_argument("the URL has a user; secrets are named, not sent");
  }
  return {};
}

struct HttpClient::Impl {
  Impl() {
    if (multi == nullptr) return;
    curl_multi_setopt(multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, kMaxConnections);
    curl_multi_setopt(multi, CURLMOPT_MAX_HOST_CONNECTIONS, kMaxConnectionsToOneHost);
  }
  ~Impl() {
    for (auto& [id, transfer] : transfers) {
      if (transfer->easy != nullptr) curl_multi_remove_handle(multi, transfer->easy);
    }
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  CurlLoop loop;
  CURLM* const multi = loop.multi();
  std::mutex mutex;
  bool ended = false;
  uint64_t last = 0;
  std::vector<std::unique_ptr<Transfer>> added;
  std::vector<uint64_t> cancelled, resumed;
  std::map<uint64_t, std::unique_ptr<Transfer>> transfers;  // of the thread
  std::thread thread;

  void end() {
    {
      const std::lock_guard lock(mutex);
      ended = true;
    }
    wake();
    if (!thread.joinable()) return;
    // A receiver of an answer may have been the last who held the client.
    if (thread.get_id() == std::this_thread::get_id()) {
      thread.detach();
    } else {
      thread.join();
    }
  }

  void wake() const { loop.wake(); }

  // False: ended.
  bool take_commands() {
    std::vector<std::unique_ptr<Transfer>> now;
    std::vector<uint64_t> off, on;
    {
      const std::lock_guard lock(mutex);
      if (ended) return false;
      now.swap(added);
      off.swap(cancelled);
      on.swap(resumed);
    }
    for (auto& transfer : now) begin(std::move(transfer));
    for (const uint64_t id : off) {
      const auto at = transfers.find(id);
      if (at == transfers.end()) continue;
      curl_multi_remove_handle(multi, at->second->easy);
      transfers.erase(at);
    }
    for (const uint64_t id : on) {
      if (const auto at = transfers.find(id); at != transfers.end()) curl_easy_pause(at->second->easy, CURLPAUSE_CONT);
    }
    return true;
  }

  void begin(std::unique_ptr<Transfer> transfer) {
    transfer->easy = curl_easy_init();
    if (transfer->easy != nullptr) {
      set_up(*transfer);
      if (curl_multi_add_handle(multi, transfer->easy) == CURLM_OK) {
        transfers.emplace(transfer->id, std::move(transfer));
        return;
      }
    }
    transfer->answer.status = base::unavailable("no request can be made now");
    finish(std::move(transfer));
  }

  static void finish(std::unique_ptr<Transfer> transfer) {
    try {
      transfer->done(std::move(transfer->answer));
    } catch (const std::exception& error) {
      spdlog::error("an answer was not taken: {}", error.what());
    }
  }

  void run() {
    while (take_commands()) {
      loop.call_when_due();
      int left = 0;
      while (const CURLMsg* message = curl_multi_info_read(multi, &left)) {
        if (message->msg == CURLMSG_DONE) complete(message->easy_handle, message->data.result);
      }
      loop.wait();
    }
  }

  void complete(CURL* easy, CURLcode code) {
    Transfer* which = nullptr;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &which);
    long status = 0;
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    curl_multi_remove_handle(multi, easy);
    const auto at = transfers.find(which->id);
    auto transfer = std::move(at->second);
    transfers.erase(at);
    transfer->answer.status = status_of(*transfer, code);
    transfer->answer.code = static_cast<uint32_t>(status);
    finish(std::move(transfer));
  }
};

HttpClient::HttpClient() : impl_(std::make_shared<Impl>()) {
  if (impl_->multi != nullptr) impl_->thread = std::thread([impl = impl_] { impl->run(); });
}
HttpClient::~HttpClient() { impl_->end(); }

uint64_t HttpClient::send(HttpRequest request, Done done) {
  auto transfer = std::make_unique<Transfer>();
  transfer->request = std::move(request);
  transfer->done = std::move(done);
  if (impl_->multi == nullptr) {
    transfer->answer.status = base::unavailable("this process cannot make HTTP requests");
    Impl::finish(std::move(transfer));
    return 0;
  }
  uint64_t id = 0;
  {
    const std::lock_guard lock(impl_->mutex);
    id = transfer->id = ++impl_->last;
    impl_->added.push_back(std::move(transfer));
  }
  impl_->wake();
  return id;
}

void HttpClient::cancel(uint64_t id) {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->cancelled.push_back(id);
  }
  impl_->wake();
}

void HttpClient::resume(uint64_t id) {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->resumed.push_back(id);
  }
  impl_->wake();
}

}  // namespace solder::host
