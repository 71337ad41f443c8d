import { computed, useSignal } from '@preact/signals';
import { type Parameter, type ParameterId, parameterNames, parameters, siteName, walk } from '@resnetjs/core';
import { useEffect } from 'preact/hooks';
import { count, percent } from '../../components/format.js';
import { messageOf } from '../../engine/engine.js';
import { getReader } from '../../engine/other-workers.js';
import { openedFile } from '../../files/opened-file.js';
import type { FileInspection, TensorStatistics } from '../../worker/protocol.js';
import { network, subject } from './subject.js';

const bySite = computed(() => {
  const found = new Map<string, Parameter[]>();
  for (const parameter of parameters(network.value)) {
    const site = siteName(parameter.site);
    found.set(site, [...(found.get(site) ?? []), parameter]);
  }
  return found;
});
const dialectNames = computed(() => parameterNames(network.value));

/** The tensors of these nodes: those of the opened file by their names in it. */
export function Tensors({ nodes }: { readonly nodes: readonly number[] }) {
  const all = walk(network.value);
  const own = nodes.flatMap((node) => {
    const site = all[node]?.site;
    return (site && bySite.value.get(siteName(site))) ?? [];
  });
  if (own.length === 0) return null;
  const file = subject.value === 'file' ? openedFile.value : null;
  const list = (
    <ul class="tensors">
      {own.map((parameter) => (
        <Tensor key={parameter.id} parameter={parameter} file={file} />
      ))}
    </ul>
  );
  if (nodes.length === 1) return list;
  return (
    <details>
      <summary>
        {count(own.length)} {own.length === 1 ? 'tensor' : 'tensors'}
      </summary>
      {list}
    </details>
  );
}

interface TensorProps {
  readonly parameter: Parameter;
  readonly file: FileInspection | null;
}

function Tensor({ parameter: { id, shape, role }, file }: TensorProps) {
  const name = file?.tensorNames.get(id) ?? dialectNames.value.get(id) ?? id;
  const info = file?.tensors.get(name);
  return (
    <li>
      <code>{name}</code>
      <span class="aside">
        {role}, {(info?.shape ?? shape).join(' × ')}
        {info && `, ${info.dtype}`}
      </span>
      {file !== null && <Values key={`${file.name} ${id}`} of={id} />}
    </li>
  );
}

/** What a tensor's values are like, read when it is asked for. */
function Values({ of }: { readonly of: ParameterId }) {
  const found = useSignal<TensorStatistics | string | null>(null);
  useEffect(() => {
    found.value = null;
  }, [of]);
  const read = async () => {
    try {
      found.value = await getReader().request('tensorStatistics', { parameter: of });
    } catch (error) {
      found.value = messageOf(error);
    }
  };
  const now = found.value;
  if (now === null) {
    return (
      <button type="button" class="link" onClick={() => void read()}>
        Read its values
      </button>
    );
  }
  if (typeof now === 'string') return <span class="problem">{now}</span>;
  const { min, max, mean, std, zeros } = now;
  const short = (value: number) => String(Number(value.toPrecision(3)));
  return (
    <span class="number" role="status">
      {count(now.count)} values from {short(min)} to {short(max)}, mean {short(mean)}, std {short(std)}
      {zeros > 0 && `, ${percent(zeros / now.count, 1)} zeros`}
    </span>
  );
}
