import { render } from 'preact';
import { App } from './app';
import { startRouter } from './base/router';

const page = document.getElementById('page');
if (page) {
  startRouter();
  render(<App />, page);
}
