import { backendTitle } from '../../components/format.js';
import type { BackendState } from './each-backend.js';

/** The heads of a table's columns, one for each backend. */
export function BackendHeads({ shown }: { readonly shown: readonly BackendState[] }) {
  return shown.map(({ backend }) => (
    <th key={backend} scope="col">
      {backendTitle[backend]}
    </th>
  ));
}
