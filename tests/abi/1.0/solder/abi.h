/* solder/abi.h - basic types of the plugin ABI. Pure C11, LP64, no dependency.
 *
 * Three rules carry the whole design:
 *   1. Borrowed in, copied out. Every pointer is valid only during the call that it is an argument of; what a
 *      plugin emits is copied before the sink returns. Nothing allocated on one side is ever freed by the other.
 *   2. A struct that may grow starts with its `size` in bytes as its producer knew it; a member past that size is
 *      absent. An array travels with its stride, so its element type may grow too.
 *   3. All calls into one instance are serialised by the host. The thread may differ from call to call.
 *
 * 1.0, frozen on 28 November 2026: what is here may be appended to, and never changes (docs/abi.md).
 * Tested by tests/abi and tests/plugin.
 */
#ifndef SOLDER_ABI_H_
#define SOLDER_ABI_H_

#include <stddef.h>
#include <stdint.h>

#if defined(__cplusplus)
#define SOLDER_EXTERN_C extern "C"
#define SOLDER_NOEXCEPT noexcept
#else
#define SOLDER_EXTERN_C
#define SOLDER_NOEXCEPT
#endif
#define SOLDER_EXPORT SOLDER_EXTERN_C __attribute__((visibility("default")))

#define SOLDER_ABI_MAJOR 1u /* part of the entry symbol's name: another major is another contract */
#define SOLDER_ABI_MINOR 0u /* raised by every append */

/* True where the table `tbl` is long enough to hold `member` and the producer set it. */
#define SOLDER_HAS(tbl, member)                                                                    \
  ((tbl) != NULL && (tbl)->size >= offsetof(__typeof__(*(tbl)), member) + sizeof((tbl)->member) && \
   (tbl)->member != NULL)

/* UTF-8 bytes, not NUL-ended. {NULL, 0} is the empty string. */
typedef struct solder_str {
  const char *data;
  uint64_t len;
} solder_str;

/* `count` elements, each `stride` bytes after the one before it. */
typedef struct solder_span {
  const void *data;
  uint64_t count;
  uint64_t stride;
} solder_span;

#define SOLDER_STR(literal) \
  { (literal), sizeof(literal) - 1 }

/* Element i of a span: read by the producer's stride, never by sizeof. */
#define SOLDER_AT(T, span, i) ((const T *)(const void *)((const char *)(span).data + (uint64_t)(i) * (span).stride))

/* 1 where `s` holds exactly the characters of the NUL-ended `literal`. */
static inline int solder_str_eq(solder_str s, const char *literal) {
  uint64_t i = 0;
  while (i < s.len && literal[i] != 0 && s.data[i] == literal[i]) i++;
  return i == s.len && literal[i] == 0;
}

/* google.rpc.Code numbers. Says whether *the call* worked; what is wrong with an object is a solder_diag. */
typedef int32_t solder_status;
enum {
  SOLDER_OK = 0,
  SOLDER_CANCELLED = 1,
  SOLDER_UNKNOWN = 2,
  SOLDER_INVALID_ARGUMENT = 3,
  SOLDER_DEADLINE_EXCEEDED = 4,
  SOLDER_NOT_FOUND = 5,
  SOLDER_ALREADY_EXISTS = 6,
  SOLDER_PERMISSION_DENIED = 7,
  SOLDER_RESOURCE_EXHAUSTED = 8,
  SOLDER_FAILED_PRECONDITION = 9,
  SOLDER_UNIMPLEMENTED = 12,
  SOLDER_INTERNAL = 13,
  SOLDER_UNAVAILABLE = 14
};

/* Names one user-visible object: {"Upstream", "gloo-system", "petstore"}. Frozen: it never grows, so it has no size. */
typedef struct solder_ref {
  solder_str kind, ns, name;
} solder_ref;

/* How the bytes of a solder_typed are encoded. */
enum {
  SOLDER_ENCODING_WIRE = 0, /* protobuf wire format; a field written with its zero value counts as set */
  SOLDER_ENCODING_JSON = 1  /* proto3 JSON; an explicit false or 0 counts as set, null clears the field */
};

/* A (partial) Envoy message. Frozen. */
typedef struct solder_typed {
  solder_str type_url; /* "type.googleapis.com/envoy.config.cluster.v3.Cluster"; may be empty where the slot fixes it */
  solder_str bytes;
  uint32_t encoding;
  uint32_t reserved;
} solder_typed;

enum { SOLDER_SEVERITY_INFO = 0, SOLDER_SEVERITY_WARNING = 1, SOLDER_SEVERITY_ERROR = 2 };

/* One problem of one object. It becomes a line of that object's status. Everything is copied. */
typedef struct solder_diag {
  uint32_t size;
  uint32_t severity;
  uint64_t index;      /* the batch's input that it belongs to: only this one is dropped on an error */
  solder_str field;    /* JSON pointer below the input's own `path`: "/hosts/0/port"; "" is the value itself */
  solder_str reason;   /* stable CamelCase word, for tests and alerts: "UnknownRegion" */
  solder_str message;  /* one sentence for a person */
  solder_str found;    /* what stands there, or empty */
  solder_str expected; /* what would be right, or empty */
  solder_ref related;  /* another object that is involved, such as the Secret that is missing; may be empty */
} solder_diag;

#define SOLDER_DIAG_SIZE_1_0 (offsetof(solder_diag, related) + sizeof(solder_ref))

#endif
