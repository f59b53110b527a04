// What goes both ways between Solder and an instance that works by itself: it arrives as it was, and what is none is
// told apart.
#include "core/host/isolation/parcel.h"

#include <gtest/gtest.h>

#include <functional>

namespace solder::host::isolation {
namespace {

Parcel some() { return {3, 7, -1, {1, ~uint64_t{0}}, {"", "two", std::string("\0\xff", 2)}}; }

TEST(Parcel, ArrivesAsItWas) {
  for (const Message kind : {Message::kTask, Message::kTaskDone, Message::kUse, Message::kUsed, Message::kEvent}) {
    const auto read = read_parcel(to_frame(kind, some()), kind);
    ASSERT_TRUE(read.has_value());
    EXPECT_EQ(*read, some());
  }
}

TEST(Parcel, OfAnotherKindOrCutOffItIsNone) {
  const std::string frame = to_frame(Message::kUse, some());
  EXPECT_FALSE(read_parcel(frame, Message::kUsed));
  EXPECT_FALSE(read_parcel(frame + "x", Message::kUse));
  for (size_t size = 0; size < frame.size(); ++size)
    EXPECT_FALSE(read_parcel(std::string_view(frame).substr(0, size), Message::kUse));
  // A number of texts that the frame has no room for.
  std::string many = to_frame(Message::kUse, {1, 1, 0, {}, {}});
  many[many.size() - 1] = '\x7f';
  EXPECT_FALSE(read_parcel(many, Message::kUse));
}

Wish some_wish() {
  Wish out;
  out.request.method = "POST";
  out.request.url = "https://one.test/path";
  out.request.headers = {{"a", "b"}, {"c", ""}};
  out.request.body = "body";
  out.request.http2 = true;
  out.tls_secret = {"Secret", "ns", "tls"};
  out.auth.kind = SOLDER_HTTP_SIGV4;
  out.auth.secret = {"Secret", "ns", "keys"};
  out.auth.service = "s3";
  out.auth.aws.region = "eu";
  out.auth.aws.role_arn = "arn";
  out.long_poll = true;
  return out;
}

TEST(Parcel, CarriesAWish) {
  Parcel parcel{1, 1, 0, {42}, {}};
  add(parcel, some_wish());
  Wish read;
  ASSERT_TRUE(read_wish_at(parcel, 1, 0, read));
  EXPECT_EQ(read.request.method, "POST");
  EXPECT_EQ(read.request.url, "https://one.test/path");
  EXPECT_EQ(read.request.headers, some_wish().request.headers);
  EXPECT_EQ(read.request.body, "body");
  EXPECT_TRUE(read.request.http2 && read.long_poll);
  EXPECT_EQ(read.piece, nullptr);
  EXPECT_EQ(read.tls_secret.name, "tls");
  EXPECT_EQ(read.auth.aws.secret.name, "keys");
  EXPECT_EQ(read.auth.aws.role_arn, "arn");
  EXPECT_EQ(read.request.timeout, some_wish().request.timeout);
  EXPECT_FALSE(read.identity.given);
}

// Values of files come along, never their names: no file of Solder's is read for a process that may not read it.
TEST(Parcel, OfFilesTheValuesComeAlong) {
  Wish wish = some_wish();
  wish.auth = {};
  wish.identity.given = true;
  wish.identity.token = {"/etc/token"};
  wish.identity.presented = Presented{"ca", "", "", "secret"};
  Parcel parcel{1, 1, 0, {42}, {}};
  add(parcel, wish);
  Wish read;
  ASSERT_TRUE(read_wish_at(parcel, 1, 0, read));
  EXPECT_TRUE(read.identity.given);
  EXPECT_EQ(read.identity.token.path, "");
  EXPECT_EQ(read.identity.presented->token, "secret");
}

TEST(Parcel, AWishThatCannotBeSentIsNone) {
  const auto refused = [](const std::function<void(Parcel&)>& spoil) {
    Parcel parcel{1, 1, 0, {42}, {}};
    add(parcel, some_wish());
    spoil(parcel);
    Wish read;
    return !read_wish_at(parcel, 1, 0, read);
  };
  EXPECT_FALSE(refused([](Parcel&) {}));
  EXPECT_TRUE(refused([](Parcel& parcel) { parcel.numbers.pop_back(); }));
  EXPECT_TRUE(refused([](Parcel& parcel) { parcel.texts.pop_back(); }));
  EXPECT_TRUE(refused([](Parcel& parcel) { parcel.numbers.back() = ~uint64_t{0}; }));
  EXPECT_TRUE(refused([](Parcel& parcel) { parcel.texts[1] = "file:///etc/passwd"; }));
  EXPECT_TRUE(refused([](Parcel& parcel) { parcel.texts[0] = "GET\r\n"; }));
  EXPECT_TRUE(refused([](Parcel& parcel) { parcel.texts[3] = "Upstream"; }));
  EXPECT_TRUE(refused([](Parcel& parcel) { parcel.numbers[7] = 99; }));
  EXPECT_TRUE(refused([](Parcel& parcel) { parcel.texts.back() = "a\r\nb: c"; }));
}

}  // namespace
}  // namespace solder::host::isolation
