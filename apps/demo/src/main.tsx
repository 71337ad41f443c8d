import { render } from 'preact';
import './styles/fonts.css';
import './styles/tokens.css';
import './styles/base.css';
import './styles/controls.css';
import { App } from './app.js';
import { isolate } from './isolation/isolate.js';
import { startServiceWorker } from './offline/start-service-worker.js';

// The development server has no list of files to keep, and sends the headers itself.
if (import.meta.env.PROD) {
  const serviceWorker = startServiceWorker();
  serviceWorker.catch(() => undefined); // the page works without one, while there is a connection
  void isolate(serviceWorker);
}
const page = document.getElementById('page') as HTMLElement;
page.textContent = '';
render(<App />, page);
