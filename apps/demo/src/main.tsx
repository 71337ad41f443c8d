import { render } from 'preact';
import './styles/fonts.css';
import './styles/tokens.css';
import './styles/base.css';
import './styles/controls.css';
import { App } from './app.js';
import { isolate } from './isolation/isolate.js';

void isolate();
const page = document.getElementById('page') as HTMLElement;
page.textContent = '';
render(<App />, page);
