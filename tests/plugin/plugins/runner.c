/* Brings plugins that are files NAME.words: four lines with a name, a version, the word that it gives for a route, and
 * what happens when its manifest is read: "good", "bad" (a problem), "crash" or "silent" (no answer). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "solder/kinds/plugin_files.h"

#define PLUGIN_NAME "runner"
#define PLUGIN_MANIFEST                                                                                            \
  "{\"manifest_version\":1,\"name\":\"runner\",\"version\":\"1.0.0\",\"summary\":\"a test\",\"abi\":{\"major\":1," \
  "\"minor\":0},\"provides\":[{\"id\":\"" SOLDER_CAP_PLUGIN_FILES "\",\"files\":[\"words\"]}],\"unload\":\"allowed\"}"
#define PLUGIN_CAPABILITY runner_capability
static const void *runner_capability(void *self, solder_str id);
#include "base.h"

typedef struct Words {
  char name[32], version[32], word[32], fate[32], json[64], file[256];
} Words;

static Words words_of(solder_str content) {
  char text[512];
  Words words = {"", "", "", "", "", ""};
  snprintf(text, sizeof text, "%.*s", (int)content.len, content.data);
  sscanf(text, "%31s %31s %31s %31s", words.name, words.version, words.word, words.fate);
  return words;
}

static solder_str str_of(const char *text) { return (solder_str){text, strlen(text)}; }

/* The plugins that it brings. */
static solder_status word_apply(void *self, const solder_call *call, const solder_out *out) {
  const Words *words = self;
  for (uint64_t i = 0; i < call->in.count; i++) {
    solder_item_fragment item = {.head = {sizeof item, SOLDER_ITEM_FRAGMENT},
                                 .index = i,
                                 .slot = SOLDER_STR("route"),
                                 .message = {.bytes = str_of(words->json), .encoding = SOLDER_ENCODING_JSON}};
    out->emit(out->ctx, &item.head);
  }
  return SOLDER_OK;
}
static const solder_cap_options word_options = {sizeof word_options, 0, &word_apply};

static solder_status word_create(const solder_host *host, solder_str config, void **self, const solder_out *out) {
  (void)config, (void)out;
  char path[512], text[512] = "";
  snprintf(path, sizeof path, "%.*s", (int)host->file.len, host->file.data);
  FILE *in = fopen(path, "r");
  if (in == NULL) return SOLDER_UNAVAILABLE;
  const size_t size = fread(text, 1, sizeof text, in);
  fclose(in);
  Words *words = malloc(sizeof *words);
  *words = words_of((solder_str){text, size});
  snprintf(words->json, sizeof words->json, "{\"stat_prefix\":\"%s\"}", words->word);
  *self = words;
  return SOLDER_OK;
}
static void word_destroy(void *self) { free(self); }
static const void *word_capability(void *self, solder_str id) {
  (void)self;
  return solder_str_eq(id, SOLDER_CAP_OPTIONS) ? &word_options : NULL;
}

/* The bringing. */
static solder_status describe(void *self, const solder_call *call, const solder_out *out) {
  (void)self;
  for (uint64_t i = 0; i < call->in.count; i++) {
    const Words words = words_of(SOLDER_AT(solder_plugin_file, call->in, i)->content);
    char json[512];
    if (strcmp(words.fate, "crash") == 0) abort();
    if (strcmp(words.fate, "silent") == 0) continue;
    if (strcmp(words.fate, "bad") == 0) {
      solder_diag diag = {.size = sizeof diag,
                          .severity = SOLDER_SEVERITY_ERROR,
                          .index = i,
                          .message = SOLDER_STR("the fourth line says that it is bad")};
      out->diag(out->ctx, &diag);
      continue;
    }
    snprintf(
        json, sizeof json,
        "{\"manifest_version\":1,\"name\":\"%s\",\"version\":\"%s\",\"abi\":{\"major\":1,\"minor\":0},\"provides\":"
        "[{\"id\":\"solder.options/1\",\"claims\":[{\"scope\":\"route\",\"key\":\"swap\",\"schema\":true}]}]}",
        words.name, words.version);
    solder_item_object item = {.head = {sizeof item, SOLDER_ITEM_OBJECT}, .index = i, .json = str_of(json)};
    out->emit(out->ctx, &item.head);
  }
  return SOLDER_OK;
}

static const solder_plugin *word_entry(void *self, const solder_plugin_file *file, const solder_out *out) {
  (void)self;
  static Words words; /* lives until the next call */
  static solder_plugin table;
  words = words_of(file->content);
  if (strcmp(words.fate, "refuse") == 0) {
    solder_diag diag = {
        .size = sizeof diag, .severity = SOLDER_SEVERITY_ERROR, .message = SOLDER_STR("it has no table")};
    out->diag(out->ctx, &diag);
    return NULL;
  }
  table = (solder_plugin){
      sizeof table,  SOLDER_PLUGIN_UNLOADABLE, 0, 0, str_of(words.name), str_of(words.version), &word_create,
      &word_destroy, &word_capability};
  return &table;
}

static const solder_cap_plugin_files files_table = {sizeof files_table, 0, &describe, &word_entry};

static const void *runner_capability(void *self, solder_str id) {
  (void)self;
  return solder_str_eq(id, SOLDER_CAP_PLUGIN_FILES) ? &files_table : NULL;
}
