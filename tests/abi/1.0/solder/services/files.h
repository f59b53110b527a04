/* solder/services/files.h - host service "solder.files/1": documents on the host's disk, such as a kubeconfig,
 * without the secrets in them. What is hidden here can still be used: requests name it by its place
 * (solder_file_value of http.h), and the host puts it in.
 * Tested by tests/unit/host/file_values_test.cc and tests/e2e/kubernetes_api_test.py.
 */
#ifndef SOLDER_SERVICES_FILES_H_
#define SOLDER_SERVICES_FILES_H_

#include "solder/abi.h"

#define SOLDER_SVC_FILES "solder.files/1"

typedef struct solder_svc_files {
  uint32_t size;
  uint32_t reserved;
  void *ctx;
  /* Reads a file of YAML or JSON and hands its first document to `got` as JSON, before it returns. Texts under members
   * whose names are in `hidden`, a solder_str[], come as "(hidden)". OK; FAILED_PRECONDITION: it is not there or cannot
   * be read, and `got` is handed the reason in words; UNAVAILABLE where nothing is served, as in `solder check`.
   * [any thread] */
  solder_status (*read)(void *ctx, solder_str path, solder_span hidden, void (*got)(void *arg, solder_str text),
                        void *arg);
} solder_svc_files;

#define SOLDER_SVC_FILES_SIZE_1_0 (offsetof(solder_svc_files, read) + sizeof(void (*)(void)))

#endif
