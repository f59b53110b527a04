// Solder's end of the socket: whole frames however they come in, and nobody who makes it wait or remember.
#include "core/host/isolation/channel.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

#include "core/host/frames.h"

namespace solder::host::isolation {
namespace {

using Outcome = Channel::Outcome;
using Clock = Channel::Clock;

class ChannelTest : public ::testing::Test {
 protected:
  ChannelTest() {
    int sockets[2];
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, sockets), 0);
    channel = std::make_unique<Channel>(sockets[0]);
    other = sockets[1];
  }
  ~ChannelTest() override { hang_up(); }
  void hang_up() {
    if (other >= 0) ::close(other);
    other = -1;
  }
  void put(const std::string& bytes) const {
    ASSERT_EQ(::write(other, bytes.data(), bytes.size()), ssize_t(bytes.size()));
  }
  static Clock::time_point soon() { return Clock::now() + std::chrono::seconds(10); }
  static Clock::time_point at_once() { return Clock::now() + std::chrono::milliseconds(20); }

  std::unique_ptr<Channel> channel;
  int other = -1;
  std::string_view frame;
};

TEST_F(ChannelTest, FramesOfAllSizesGoBothWays) {
  for (const size_t size : {size_t{0}, size_t{1}, size_t{65535}, size_t{65536}, size_t{5} << 20}) {
    const std::string bytes(size, 'b');
    std::thread peer([&] {
      const auto got = read_frame(other);
      EXPECT_TRUE(got && write_frame(other, *got + "!"));
    });
    EXPECT_EQ(channel->send(bytes, soon()), Outcome::kDone);
    EXPECT_EQ(channel->receive(frame, soon()), Outcome::kDone);
    EXPECT_EQ(frame, bytes + "!");
    peer.join();
  }
  EXPECT_FALSE(channel->broken());
}

// Once both sides speak when they like, nothing that came is lost by what is sent.
TEST_F(ChannelTest, BothWaysAtOnce) {
  channel->open_both_ways();
  put(std::string("\x03\0\0\0abc\x01\0\0\0d\x02\0\0", 15));
  EXPECT_EQ(channel->receive(frame, soon()), Outcome::kDone);
  EXPECT_EQ(frame, "abc");
  EXPECT_EQ(channel->send("said", soon()), Outcome::kDone);
  EXPECT_EQ(channel->receive(frame, soon()), Outcome::kDone);
  EXPECT_EQ(frame, "d");
  EXPECT_EQ(channel->receive(frame, at_once()), Outcome::kLate);
  put(std::string("\0ef", 3));
  EXPECT_EQ(channel->receive(frame, soon()), Outcome::kDone);
  EXPECT_EQ(frame, "ef");
  EXPECT_EQ(read_frame(other), "said");
  channel->hang_up();
  EXPECT_EQ(channel->receive(frame, soon()), Outcome::kGone);
}

TEST_F(ChannelTest, AFrameThatComesByteByByte) {
  std::thread peer([&] {
    for (const char byte : std::string("\x03\0\0\0abc", 7)) put({byte});
  });
  EXPECT_EQ(channel->receive(frame, soon()), Outcome::kDone);
  EXPECT_EQ(frame, "abc");
  peer.join();
}

TEST_F(ChannelTest, ALengthThatIsTooLargeIsRefusedAtOnce) {
  const uint32_t size = kMaxAnswer + 1;
  put({reinterpret_cast<const char*>(&size), sizeof size});
  EXPECT_EQ(channel->receive(frame, soon()), Outcome::kGarbage);
}

// What is announced and does not come is waited for until the time is over, and takes no memory.
TEST_F(ChannelTest, WhatIsAnnouncedAndDoesNotCome) {
  const uint32_t size = kMaxAnswer;
  put({reinterpret_cast<const char*>(&size), sizeof size});
  put("some");
  EXPECT_EQ(channel->receive(frame, at_once()), Outcome::kLate);
}

TEST_F(ChannelTest, OneThatReadsNothing) {
  EXPECT_EQ(channel->send(std::string(8 << 20, 'x'), at_once()), Outcome::kLate);
}

TEST_F(ChannelTest, OneThatIsGone) {
  put(std::string("\x08\0\0\0half", 8));
  hang_up();
  EXPECT_TRUE(channel->broken());
  EXPECT_EQ(channel->receive(frame, soon()), Outcome::kGone);
}

TEST_F(ChannelTest, NobodyToSpeakTo) {
  hang_up();
  EXPECT_EQ(channel->send("x", soon()), Outcome::kGone);
}

// The other side only ever answers.
TEST_F(ChannelTest, OneThatSaysMoreThanItWasAsked) {
  put(std::string("\x01\0\0\0a\x01\0\0\0b", 10));
  EXPECT_EQ(channel->receive(frame, soon()), Outcome::kDone);
  EXPECT_EQ(frame, "a");
  EXPECT_TRUE(channel->broken());
  EXPECT_EQ(channel->send("x", soon()), Outcome::kGarbage);
}

}  // namespace
}  // namespace solder::host::isolation
