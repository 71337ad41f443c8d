import { siteName } from '../site.js';
import type { Dialect } from './dialect.js';

/** Names layers by their sites and parameters by their ids: `stem.1`, `stem.1.kernel`. */
export const sites: Dialect = {
  layer: ({ site }) => siteName(site),
  parameter: (layer, role) => `${layer}.${role}`,
  block: (stage, block) => `stage${stage}.block${block}`,
  stage: (stage) => `stage${stage}`,
};
