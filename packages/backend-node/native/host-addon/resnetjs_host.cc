// Newer TensorFlow logs while it is being loaded, before its log level can be set, and no environment
// variable prevents that. This small addon, which isn't linked with it, mutes stderr during the load.
#include <fcntl.h>
#include <node_api.h>
#include <unistd.h>

static int kept = -1;

static napi_value Pause(napi_env, napi_callback_info) {
  const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (kept < 0 && nowhere >= 0) {
    kept = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
    if (kept >= 0) dup2(nowhere, STDERR_FILENO);
  }
  if (nowhere >= 0) close(nowhere);
  return nullptr;
}

static napi_value Resume(napi_env, napi_callback_info) {
  if (kept >= 0) {
    dup2(kept, STDERR_FILENO);
    close(kept);
    kept = -1;
  }
  return nullptr;
}

static void Export(napi_env env, napi_value exports, const char *name, napi_callback call) {
  napi_value made;
  if (napi_create_function(env, name, NAPI_AUTO_LENGTH, call, nullptr, &made) == napi_ok)
    napi_set_named_property(env, exports, name, made);
}

NAPI_MODULE_INIT() {
  Export(env, exports, "pauseStderr", Pause);
  Export(env, exports, "resumeStderr", Resume);
  return exports;
}
