export { bytesOf, type HubAction, hub } from './browser-command.js';
export {
  commitOf,
  type HubFault,
  type HubRepo,
  type HubRequest,
  type HubServer,
  hubServer,
} from './hub-server.js';
