/**
 * The page's entry: the style sheet, then the app. Leaves everything else to App.svelte.
 */
import './style.css';
import { mount } from 'svelte';
import App from './App.svelte';

mount(App, { target: document.body });
