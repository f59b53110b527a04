#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>

#include "json.h"

namespace solder::transformation {

namespace {

// How long the UTF-8 character is that begins at `at`; 0 where none does.
size_t character(const unsigned char* at, size_t left) {
  const auto follows = [&](size_t i, unsigned char from, unsigned char to) {
    return i < left && at[i] >= from && at[i] <= to;
  };
  const unsigned char c = at[0];
  if (c < 0x80) return 1;
  if (c >= 0xC2 && c <= 0xDF) return follows(1, 0x80, 0xBF) ? 2 : 0;
  if (c >= 0xE0 && c <= 0xEF) {
    const unsigned char from = c == 0xE0 ? 0xA0 : 0x80, to = c == 0xED ? 0x9F : 0xBF;
    return follows(1, from, to) && follows(2, 0x80, 0xBF) ? 3 : 0;
  }
  if (c < 0xF0 || c > 0xF4) return 0;
  const unsigned char from = c == 0xF0 ? 0x90 : 0x80, to = c == 0xF4 ? 0x8F : 0xBF;
  return follows(1, from, to) && follows(2, 0x80, 0xBF) && follows(3, 0x80, 0xBF) ? 4 : 0;
}

bool plain(unsigned char c) { return c >= 0x20 && c != '"' && c != '\\'; }

void escape(unsigned char c, std::string& out) {
  constexpr std::string_view kFrom = "\"\\\b\f\n\r\t", kTo = "\"\\bfnrt";
  out += '\\';
  if (const size_t known = kFrom.find(static_cast<char>(c)); known != std::string_view::npos) {
    out += kTo[known];
    return;
  }
  constexpr const char* kHex = "0123456789abcdef";
  out += "u00";
  out += kHex[c >> 4];
  out += kHex[c & 15];
}

// The shortest digits that read back as the number; plain up to 15 places before the point, else with an exponent.
void write_double(double number, std::string& out) {
  if (!std::isfinite(number)) {
    out += "null";
    return;
  }
  if (number == 0) {
    out += std::signbit(number) ? "-0.0" : "0.0";
    return;
  }
  char buffer[32];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, number, std::chars_format::scientific).ptr;
  std::string_view text(buffer, static_cast<size_t>(end - buffer));
  if (text.front() == '-') {
    out += '-';
    text.remove_prefix(1);
  }
  const size_t mark = text.find('e');
  int exponent = 0;
  const char* from = text.data() + mark + 1;
  std::from_chars(*from == '+' ? from + 1 : from, text.data() + text.size(), exponent);
  std::string digits(1, text.front());
  if (mark > 2) digits.append(text.substr(2, mark - 2));
  const int count = static_cast<int>(digits.size()), point = exponent + 1;
  if (point >= count && point <= 15) {
    out.append(digits).append(static_cast<size_t>(point - count), '0').append(".0");
  } else if (point > 0 && point <= 15) {
    out.append(digits, 0, static_cast<size_t>(point)).append(1, '.').append(digits, static_cast<size_t>(point));
  } else if (point > -4 && point <= 0) {
    out.append("0.").append(static_cast<size_t>(-point), '0').append(digits);
  } else {
    out += digits[0];
    if (count > 1) out.append(1, '.').append(digits, 1);
    out.append(exponent < 0 ? "e-" : "e+");
    const std::string size = std::to_string(std::abs(exponent));
    out.append(size.size() < 2 ? "0" : "").append(size);
  }
}

bool write_string(std::string_view text, std::string& out) {
  out += '"';
  const bool good = write_escaped(text, out);
  out += '"';
  return good;
}

}  // namespace

bool valid_utf8(std::string_view text) {
  const auto* at = reinterpret_cast<const unsigned char*>(text.data());
  size_t left = text.size();
  while (left > 0) {
    uint64_t eight = 0;
    if (left >= sizeof eight) {
      std::memcpy(&eight, at, sizeof eight);
      if ((eight & 0x8080808080808080ULL) == 0) {
        at += sizeof eight;
        left -= sizeof eight;
        continue;
      }
    }
    const size_t length = character(at, left);
    if (length == 0) return false;
    at += length;
    left -= length;
  }
  return true;
}

bool write_escaped(std::string_view text, std::string& out) {
  const auto* at = reinterpret_cast<const unsigned char*>(text.data());
  for (size_t i = 0; i < text.size();) {
    size_t run = i;
    while (run < text.size() && at[run] < 0x80 && plain(at[run])) ++run;
    out.append(text, i, run - i);
    if ((i = run) == text.size()) break;
    const size_t length = character(at + i, text.size() - i);
    if (length == 0) return false;
    if (length == 1) {
      escape(at[i], out);
    } else {
      out.append(text, i, length);
    }
    i += length;
  }
  return true;
}

void write_number(const Value& value, std::string& out) {
  if (value.kind == Value::Kind::kDouble) return write_double(value.number, out);
  char buffer[24];
  const auto end = value.kind == Value::Kind::kInteger
                       ? std::to_chars(buffer, buffer + sizeof buffer, value.integer).ptr
                       : std::to_chars(buffer, buffer + sizeof buffer, value.natural).ptr;
  out.append(buffer, static_cast<size_t>(end - buffer));
}

bool write_json(const Value& value, std::string& out) {
  bool good = true;
  switch (value.kind) {
    case Value::Kind::kNull:
      out += "null";
      break;
    case Value::Kind::kBool:
      out += value.boolean ? "true" : "false";
      break;
    case Value::Kind::kString:
      return write_string(value.string(), out);
    case Value::Kind::kArray:
      out += '[';
      for (uint32_t i = 0; i < value.size; ++i) {
        if (i > 0) out += ',';
        good = write_json(value.items[i], out) && good;
      }
      out += ']';
      break;
    case Value::Kind::kObject:
      out += '{';
      for (uint32_t i = 0; i < value.size; ++i) {
        if (i > 0) out += ',';
        good = write_string(value.members[i].key, out) && good;
        out += ':';
        good = write_json(value.members[i].value, out) && good;
      }
      out += '}';
      break;
    default:
      write_number(value, out);
  }
  return good;
}

}  // namespace solder::transformation
