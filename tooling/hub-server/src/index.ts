export {
  commitOf,
  type HubFault,
  type HubRepo,
  type HubRequest,
  type HubServer,
  hubServer,
} from './hub-server.js';
