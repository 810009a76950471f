import { mount } from 'svelte';
import App from './App.svelte';
import './app.css';
import { app } from './lib/app.svelte';
import { bestLanguage, i18n } from './lib/i18n.svelte';

const target = document.getElementById('app');
if (target) {
  // Without its words the page is there all the same, in English.
  void i18n
    .speak(bestLanguage(navigator.languages))
    .catch(() => undefined)
    .then(() => {
      mount(App, { target });
      app.start();
    });
}
