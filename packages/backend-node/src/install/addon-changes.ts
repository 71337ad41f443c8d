import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { methodFailed } from './install-method.js';

/**
 * Additions to the source of tfjs-node 4.22.0's addon before it is built: attributes that are lists of strings or types,
 * which TensorFlow's fused convolution takes, and the log level.
 */

interface Change {
  /** Text that must occur exactly once; the addition goes before it. */
  readonly before: string;
  readonly addition: string;
}

const list = (what: { type: string; read: string; pass: string }) => `
      if (IsArray(env, nstatus, &js_value)) {
        uint32_t length;
        nstatus = napi_get_array_length(env, js_value, &length);
        ENSURE_NAPI_OK(env, nstatus);
        std::vector<${what.type}> elements(length);
        for (uint32_t i = 0; i < length; ++i) {
          napi_value element;
          nstatus = napi_get_element(env, js_value, i, &element);
          ENSURE_NAPI_OK(env, nstatus);
          ${what.read}
          ENSURE_NAPI_OK(env, nstatus);
        }
        ${what.pass}
        break;
      }
`;

const lists: readonly Change[] = [
  {
    before: '      // NOTE: String attribute values do not have to be utf8 encoded strings',
    addition: list({
      type: 'std::string',
      read: 'nstatus = GetStringParam(env, element, elements[i]);',
      pass: `std::vector<const void *> starts;
        std::vector<size_t> lengths;
        for (const std::string &each : elements) {
          starts.push_back(each.data());
          lengths.push_back(each.size());
        }
        TFE_OpSetAttrStringList(tfe_op, attr_name, starts.data(), lengths.data(), static_cast<int>(length));`,
    }),
  },
  {
    before: '      TF_DataType tf_data_type;\n',
    addition: list({
      type: 'TF_DataType',
      read: `int32_t type = 0;
          nstatus = napi_get_value_int32(env, element, &type);
          elements[i] = static_cast<TF_DataType>(type);`,
      pass: 'TFE_OpSetAttrTypeList(tfe_op, attr_name, elements.data(), static_cast<int>(length));',
    }),
  },
];

/** Only for a TensorFlow that logs through Abseil, which reads no environment variable; its headers show that. */
const quiet: readonly Change[] = [
  { before: '#include "tensorflow/c/eager/c_api.h"', addition: '#include "absl/log/globals.h"\n' },
  {
    before: 'TFJSBackend::TFJSBackend(napi_env env)\n',
    addition: `static void ReadLogLevel() {
  const char *level = getenv("TF_CPP_MIN_LOG_LEVEL");
  if (level == nullptr || level[0] < '0' || level[0] > '3') return;
  absl::SetMinLogLevel(static_cast<absl::LogSeverityAtLeast>(level[0] - '0'));
}

`,
  },
  { before: '  TFE_ContextOptions *tfe_options = TFE_NewContextOptions();', addition: '  ReadLogLevel();\n' },
];

/** Writes the additions into the addon's source file; returns the file and its original source. */
export async function changeAddon(folder: string): Promise<{ file: string; before: string }> {
  const file = join(folder, 'binding', 'tfjs_backend.cc');
  const before = await readFile(file, 'utf8');
  const abseil = existsSync(join(folder, 'deps', 'include', 'absl', 'log', 'globals.h'));
  await writeFile(file, [...lists, ...(abseil ? quiet : [])].reduce(insert, before));
  return { file, before };
}

function insert(source: string, { before, addition }: Change): string {
  const [head, tail, ...more] = source.split(before);
  if (head === undefined || tail === undefined || more.length > 0) {
    throw methodFailed(
      `the addon's source is not the expected one: "${before.trim()}" does not occur exactly once`,
    );
  }
  return head + addition + before + tail;
}
