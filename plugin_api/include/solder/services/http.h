/* solder/services/http.h - host service "solder.http/1": HTTP requests, made by a thread of the host.
 *
 * Strand: `done` runs where timers do (services/loop.h): one at a time for each instance, never beside a call into it,
 * only while this generation of the plugin serves, and never once destroy() has begun. It comes once for each request
 * that `send` took, unless the request was cancelled.
 * Secrets: a request is signed, and TLS is set up, from Secrets that it *names*. Their values are put in by the host on
 * the way out; the plugin never sees them, and they stand in no log. The Secret of the moment counts, so that one that
 * rotates needs nothing of the plugin.
 * They may stand in files as well (solder_http_identity), which are read anew for each request, so that tokens and
 * certificates on disk rotate as they like.
 * Long answers: with `piece` the body of a 2xx answer comes piece by piece as it arrives. What the plugin has not taken
 * yet is bounded: beyond SOLDER_HTTP_MAX_WAITING bytes the host reads no further until it has.
 * Redirects are answers like any other: whoever follows one says what may be sent there.
 * Ownership: all that a request points to is copied by `send`; all that an answer points to lives for `done`.
 * Tested by tests/unit/host/requests_test.cc and tests/unit/host/http_client_test.cc.
 */
#ifndef SOLDER_SERVICES_HTTP_H_
#define SOLDER_SERVICES_HTTP_H_

#include "solder/abi.h"

#define SOLDER_SVC_HTTP "solder.http/1"

enum {
  SOLDER_HTTP_MAX_IN_FLIGHT = 256,        /* for each instance, without those that wait */
  SOLDER_HTTP_MAX_LONG_POLLS = 4096,      /* for each instance */
  SOLDER_HTTP_DEFAULT_TIMEOUT_MS = 30000, /* from send to the last byte of the answer */
  SOLDER_HTTP_MAX_TIMEOUT_MS = 600000,
  SOLDER_HTTP_DEFAULT_MAX_BODY = 8 << 20, /* of an answer, in bytes */
  SOLDER_HTTP_MAX_BODY = 64 << 20,
  SOLDER_HTTP_DEFAULT_IDLE_MS = 300000,
  SOLDER_HTTP_MAX_WAITING = 1 << 20 /* bytes of one answer that wait for `piece` */
};

typedef uint64_t solder_request; /* never 0, never used again by the same instance */

/* Frozen. */
typedef struct solder_header {
  solder_str name, value;
} solder_header;

enum {
  SOLDER_HTTP_NO_AUTH = 0,
  SOLDER_HTTP_BEARER = 1, /* "authorization: Bearer" with the value `key` of `secret` */
  SOLDER_HTTP_SIGV4 = 2,  /* AWS Signature Version 4 for `service` in `region` */
  SOLDER_HTTP_GOOGLE = 3  /* "authorization: Bearer" with an access token of Google's for the scope `service` */
};

/* Whose request it is. SIGV4: the keys of `secret`, a Secret with aws_access_key_id, aws_secret_access_key and perhaps
 * aws_session_token, or of Gloo's form `aws`. Without a name: the machine's own, AWS_ACCESS_KEY_ID and so on, or the
 * role AWS_ROLE_ARN by the token in AWS_WEB_IDENTITY_TOKEN_FILE. With `role_arn` that role is assumed by those keys, or
 * by the token itself where TOKEN_ROLE is set; the host asks AWS's STS (or `sts_endpoint`) and renews in time.
 * GOOGLE: the token of the service account whose key is the value service-account.json or key.json of `secret`; without
 * a name, that of the machine, by its metadata server. */
enum { SOLDER_HTTP_TOKEN_ROLE = 1 };
typedef struct solder_http_auth {
  uint32_t size;
  uint32_t kind;
  solder_ref secret;
  solder_str key;
  solder_str service, region;
  solder_str role_arn, sts_endpoint;
  uint32_t flags;
  uint32_t reserved;
} solder_http_auth;

#define SOLDER_HTTP_AUTH_SIZE_1_0 (offsetof(solder_http_auth, reserved) + sizeof(uint32_t))

/* A value on the host's disk, which the host alone reads: the whole file, or what stands at a JSON pointer in it, where
 * it is YAML or JSON. Without a path: none. Frozen. */
enum { SOLDER_FILE_BASE64 = 1 /* the value is written in base64 */ };
typedef struct solder_file_value {
  solder_str path;
  solder_str pointer;
  uint32_t flags;
  uint32_t reserved;
} solder_file_value;

/* Who asks and whom it trusts, by files. `ca`: the only authorities; `certificate` with `key`: shown to the server;
 * `token`: sent as "authorization: Bearer". Takes the place of tls_secret and of auth. For plugins in the host's own
 * process: they could read the files themselves. */
enum { SOLDER_HTTP_UNVERIFIED = 1 /* whoever answers is believed; the operator has to have said so */ };
typedef struct solder_http_identity {
  uint32_t size;
  uint32_t flags;
  solder_file_value ca, certificate, key, token;
} solder_http_identity;

#define SOLDER_HTTP_IDENTITY_SIZE_1_0 (offsetof(solder_http_identity, token) + sizeof(solder_file_value))

/* Bytes of the answer to a request, on its way to `done`; `arg` is that of `done`. */
typedef void (*solder_piece)(void *arg, solder_str bytes);

/* KNOWN_HTTP2: HTTP/2 from the first byte, also without TLS, as gRPC wants it. What stands in the answer's trailers is
 * among its headers. LONG_POLL: the other side answers when something happens, maybe in minutes. Such requests are
 * counted by themselves, so that they hold up no other. */
enum { SOLDER_HTTP_KNOWN_HTTP2 = 1, SOLDER_HTTP_LONG_POLL = 2 };

typedef struct solder_http_request {
  uint32_t size;
  uint32_t flags;      /* SOLDER_HTTP_… */
  solder_str method;   /* "GET" where empty */
  solder_str url;      /* http or https, without user and fragment */
  solder_span headers; /* solder_header[] */
  solder_str body;
  uint32_t timeout_ms; /* 0: the default */
  uint32_t max_body;   /* 0: the default; an answer that is longer is RESOURCE_EXHAUSTED */
  /* A Secret with ca.crt, whose authorities alone count then, and perhaps tls.crt with tls.key, which are shown to the
   * server. Without a name: the machine's authorities. */
  solder_ref tls_secret;
  const solder_http_auth *auth;         /* NULL: none */
  const solder_http_identity *identity; /* NULL: none */
  /* NULL: the body comes with the answer. Else timeout_ms is that of the connection alone, max_body that of an answer
   * which is not 2xx, and a silence of idle_timeout_ms, in whole seconds, is DEADLINE_EXCEEDED. */
  solder_piece piece;
  uint32_t idle_timeout_ms; /* 0: the default */
  uint32_t reserved2;
} solder_http_request;

#define SOLDER_HTTP_REQUEST_SIZE_1_0 (offsetof(solder_http_request, auth) + sizeof(void *))

typedef struct solder_http_answer {
  uint32_t size;
  /* OK: there was an answer, whatever its http_status is. Else none: UNAVAILABLE; DEADLINE_EXCEEDED;
   * RESOURCE_EXHAUSTED: it was too long; FAILED_PRECONDITION: a Secret, or a value in it, is missing;
   * PERMISSION_DENIED: STS gave no keys. */
  solder_status status;
  solder_str message; /* why there is no answer, for people */
  uint32_t http_status;
  uint32_t reserved;
  solder_span headers; /* solder_header[], names in small letters */
  solder_str body;
} solder_http_answer;

typedef void (*solder_answered)(void *arg, const solder_http_answer *answer);

typedef struct solder_svc_http {
  uint32_t size;
  uint32_t reserved;
  void *ctx;
  /* OK; INVALID_ARGUMENT: something of the request cannot be read or sent; RESOURCE_EXHAUSTED with
   * SOLDER_HTTP_MAX_IN_FLIGHT under way, or SOLDER_HTTP_MAX_LONG_POLLS of that kind; UNAVAILABLE where nothing is
   * served, as in `solder check`; CANCELLED once the instance is on its way out. [any thread] */
  solder_status (*send)(void *ctx, const solder_http_request *request, solder_answered done, void *arg,
                        solder_request *id);
  /* `done` does not run any more, if this is called inside the instance. [any thread] */
  void (*cancel)(void *ctx, solder_request id);
} solder_svc_http;

#define SOLDER_SVC_HTTP_SIZE_1_0 (offsetof(solder_svc_http, cancel) + sizeof(void (*)(void)))

#endif
