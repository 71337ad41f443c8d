import { useSignal } from '@preact/signals';
import type { HubServers } from '../worker/protocol.js';
import { serverAddress, servers, setServer } from './servers.js';

/** Other servers than the usual ones: a mirror nearby, or one of an organization's own. */
export function ServerChoice({ disabled }: { readonly disabled: boolean }) {
  return (
    <details class="hub-servers">
      <summary>Fetch from a mirror</summary>
      <div class="hub-server-fields">
        <Server
          which="endpoint"
          label="In place of Hugging Face"
          usual="https://huggingface.co"
          disabled={disabled}
        />
        <Server
          which="mirror"
          label="In place of torchvision’s and Keras’s servers"
          usual="https://mirror.example"
          disabled={disabled}
        />
      </div>
      <p class="aside">
        A mirror has the same files under the same paths, and lets web pages read them. Files of the table are
        checked all the same.
      </p>
    </details>
  );
}

interface ServerProps {
  readonly which: keyof HubServers;
  readonly label: string;
  readonly usual: string;
  readonly disabled: boolean;
}

function Server({ which, label, usual, disabled }: ServerProps) {
  const problem = useSignal<string | null>(null);
  const id = `hub-${which}`;
  const change = (text: string) => {
    const address = serverAddress(text);
    const isEmpty = text.trim() === '';
    problem.value = isEmpty || address !== null ? null : 'An address begins with https://.';
    if (isEmpty || address !== null) setServer(which, address);
  };
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        type="text"
        inputmode="url"
        placeholder={usual}
        spellcheck={false}
        disabled={disabled}
        value={servers.value[which] ?? ''}
        onChange={(event) => change(event.currentTarget.value)}
      />
      {problem.value !== null && <p class="aside problem">{problem.value}</p>}
    </div>
  );
}
