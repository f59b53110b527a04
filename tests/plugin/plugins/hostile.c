/* A plugin that does to its process what the value of its option says: "crash", "hang", "fork" ... What it found out
 * comes back as the route's stat prefix. Used by isolation_test.cc and tests/e2e/isolation_test.py. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "solder/kinds/options.h"

static char word[512];

static void found(const char *what, long number) { snprintf(word, sizeof word, "%s %ld", what, number); }

static int is(const char *mode) { return strncmp(word, mode, strlen(mode)) == 0; }

/* The socket to the host, found as a hostile plugin finds it. */
static int host_socket(void) {
  for (int fd = 0; fd < 64; fd++) {
    int type = 0;
    socklen_t size = sizeof type;
    if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0) return fd;
  }
  return -1;
}

static void write_all(int fd, const void *bytes, size_t size) {
  if (write(fd, bytes, size) < 0) _exit(1);
}

static void *nothing(void *unused) {
  for (;;) pause();
  return unused;
}

static void *spin(void *unused) {
  for (volatile int i = 0;; i++) {
  }
  return unused;
}

static void end_badly(void) {
  if (is("crash")) {
    signal(SIGSEGV, SIG_DFL);  // a sanitizer has a handler of its own
    raise(SIGSEGV);
  }
  if (is("abort")) abort();
  if (is("exit")) syscall(SYS_exit_group, 7);  // _exit() lingers for a second under ThreadSanitizer
  if (is("words")) {
    fprintf(stderr, "no colour for this\n");
    abort();
  }
  if (is("hang"))
    for (;;) pause();
  if (is("spin")) spin(NULL);
  if (is("stop")) kill(getpid(), SIGSTOP);
  if (is("memory"))
    for (;;) memset(malloc(1 << 20), 1, 1 << 20);
  if (is("garbage")) {
    char bytes[4096];
    memset(bytes, 0x41, sizeof bytes);
    write_all(host_socket(), "\x10\0\0\0garbage-garbage-", 20);
    write_all(host_socket(), bytes, sizeof bytes);
  }
  if (is("gigabyte")) {
    static char bytes[1 << 16];
    const unsigned size = 1u << 30;
    write_all(host_socket(), &size, 4);
    for (;;) write_all(host_socket(), bytes, sizeof bytes);
  }
  if (is("drip")) {
    const unsigned size = 1000;
    write_all(host_socket(), &size, 4);
    for (;;) {
      write_all(host_socket(), "x", 1);
      usleep(1000);
    }
  }
  if (is("must not fork")) {
    const pid_t child = fork();
    if (child == 0) _exit(0);
    if (child > 0) _exit(9);
  }
  if (is("close")) {
    close(host_socket());
    for (;;) pause();
  }
}

static void try_things(void) {
  if (is("fork")) {
    long children = 0;
    while (children < 1000) {
      const pid_t child = fork();
      if (child == 0) _exit(0);
      if (child < 0) break;
      children++;
    }
    found("forked", children);
  } else if (is("threads")) {
    long threads = 0;
    pthread_t thread;
    while (threads < 100000 && pthread_create(&thread, NULL, nothing, NULL) == 0) threads++;
    found(threads < 2000 ? "few threads, at least one:" : "threads", threads > 0);
  } else if (is("thread that spins")) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, spin, NULL) != 0) found("no thread", errno);
  } else if (is("files")) {
    long files = 0;
    while (files < 10000 && open("/dev/null", O_RDONLY) >= 0) files++;
    found("files", files);
  } else if (is("exec")) {
    execl("/bin/true", "true", (char *)NULL);
    found("exec", errno);
  } else if (is("system")) {
    found("system", system("true") == 0);
  } else if (is("network")) {
    found("socket", socket(AF_INET, SOCK_STREAM, 0) < 0 ? errno : 0);
  } else if (is("kill")) {
    found("kill", kill(getppid(), SIGTERM) < 0 ? errno : 0);
  } else if (is("limits")) {
    const struct rlimit all = {RLIM_INFINITY, RLIM_INFINITY};
    found("limits", setrlimit(RLIMIT_AS, &all) < 0 ? errno : 0);
  } else if (is("read:")) {
    found("read", open(word + 5, O_RDONLY) < 0 ? errno : 0);
  } else if (is("write:")) {
    found("write", open(word + 6, O_WRONLY | O_CREAT, 0600) < 0 ? errno : 0);
  } else if (is("remove:")) {
    found("remove", unlink(word + 7) < 0 ? errno : 0);
  } else if (is("environment:")) {
    found("environment", getenv(word + 12) != NULL);
  } else if (is("open:")) {
    found("open", fcntl(atoi(word + 5), F_GETFD) >= 0);
  } else if (is("outlive")) {
    found("outlive", prctl(PR_SET_PDEATHSIG, 0) < 0 ? errno : 0);
  } else if (is("new call")) {
    found("new call", syscall(452, AT_FDCWD, ".", 0700, 0) < 0 ? errno : 0);  // fchmodat2
  } else if (is("pid")) {
    found("pid", getpid());
  } else if (is("print")) {
    for (int i = 0; i < 100000; i++) printf("line %d of what it prints\n", i);
    fflush(stdout);
  }
}

static void emit(const solder_out *out, uint64_t index, const char *bytes, size_t size) {
  solder_item_fragment item = {.head = {sizeof item, SOLDER_ITEM_FRAGMENT},
                               .index = index,
                               .slot = SOLDER_STR("route"),
                               .message = {.bytes = {bytes, size}, .encoding = SOLDER_ENCODING_JSON}};
  out->emit(out->ctx, &item.head);
}

static solder_status apply_hostile(void *self, const solder_call *call, const solder_out *out) {
  (void)self;
  for (uint64_t i = 0; i < call->in.count; i++) {
    const solder_option_input *input = SOLDER_AT(solder_option_input, call->in, i);
    const uint64_t size = input->value.len < sizeof word ? input->value.len : sizeof word - 1;
    memset(word, 0, sizeof word);
    if (size > 2) memcpy(word, input->value.data + 1, size - 2);
    end_badly();
    try_things();
    if (is("large")) {
      static char space[15 << 20];
      memset(space, ' ', sizeof space);
      for (int k = 0; k < 100; k++) emit(out, i, space, sizeof space);
    }
    char json[600];
    emit(out, i, json, (size_t)snprintf(json, sizeof json, "{\"stat_prefix\":\"%s\"}", word));
  }
  return SOLDER_OK;
}

#define PLUGIN_NAME "hostile"
#define PLUGIN_MORE "\"unload\":\"allowed\",\"isolation\":\"process\""
#define PLUGIN_APPLY apply_hostile
#include "base.h"
