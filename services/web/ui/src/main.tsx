import { render } from 'preact';
import { App } from './app';
import { startRouter } from './shared/router';

const page = document.getElementById('page');
if (page) {
  startRouter();
  render(<App />, page);
}
