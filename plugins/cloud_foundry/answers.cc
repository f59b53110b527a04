#include "answers.h"

#include <algorithm>
#include <charconv>
#include <ctime>
#include <optional>

#include "solder/sdk/json.hpp"

namespace solder::plugins::cloud_foundry {

using sdk::Json;
using std::chrono::seconds;
using std::chrono::system_clock;

namespace {

constexpr size_t kMaxWords = 300;
constexpr int64_t kSomeTime = 1000000000;  // seconds that are no pause but a time
constexpr seconds kLongestPause = std::chrono::hours(1);

std::string printable(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  }
  if (text.size() > kMaxWords) text.resize(kMaxWords);
  return text;
}

std::optional<int64_t> number_of(std::string_view text) {
  int64_t out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc() && end == text.data() + text.size() && !text.empty() ? std::optional(out) : std::nullopt;
}

int64_t clock_of(const sdk::HttpAnswer& answer, system_clock::time_point now) {
  const std::string date(answer.header("date"));
  std::tm parsed{};
  if (!date.empty() && strptime(date.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parsed) != nullptr) return timegm(&parsed);
  return system_clock::to_time_t(now);
}

}  // namespace

std::string words_of(const sdk::HttpAnswer& answer) {
  if (answer.status != SOLDER_OK) return printable(std::string(answer.message));
  std::string out = std::to_string(answer.code);
  const Json json = sdk::parse_json(answer.body);
  const Json* errors = json.is_object() ? sdk::find(json, "errors") : nullptr;
  if (errors != nullptr && errors->is_array() && !errors->empty() && (*errors)[0].is_object()) {
    const std::string title = sdk::get_string((*errors)[0], "title"), detail = sdk::get_string((*errors)[0], "detail");
    if (!title.empty()) out += " " + title;
    if (!detail.empty()) out += ": " + detail;
  }
  return printable(std::move(out));
}

std::string login_words_of(const sdk::HttpAnswer& answer) {
  if (answer.status != SOLDER_OK) return printable(std::string(answer.message));
  const Json json = sdk::parse_json(answer.body);
  // The description of an error may repeat a token.
  std::string error = json.is_object() ? sdk::get_string(json, "error") : "";
  if (!std::all_of(error.begin(), error.end(), [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; }))
    error.clear();
  return std::to_string(answer.code) + (error.empty() ? "" : " " + printable(error.substr(0, 40)));
}

seconds pause_of(const sdk::HttpAnswer& answer, system_clock::time_point now) {
  seconds out(0);
  for (const char* name : {"retry-after", "x-ratelimit-reset"}) {
    // Of an answer that is not refused the second says nothing.
    if (answer.code != sdk::status::kTooMany && name[0] == 'x') continue;
    const auto number = number_of(answer.header(name));
    if (!number || *number < 0) continue;
    out = std::max(out, seconds(*number < kSomeTime ? *number : *number - clock_of(answer, now)));
  }
  return std::min(out, kLongestPause);
}

bool is_lasting(const sdk::HttpAnswer& answer) {
  return answer.status == SOLDER_OK && answer.code != sdk::status::kTooMany && answer.code < 500;
}

}  // namespace solder::plugins::cloud_foundry
