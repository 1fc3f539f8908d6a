/**
 * The page that lies in every evidence pack: one file, the same in every pack of one Nightjar, which any browser opens from
 * a disk, without a network. It is built from this folder, parts and contract alone, and may load nothing.
 */
import { mount } from 'svelte';
import '../style/tokens.css';
import '../style/ground.css';
import '../style/controls.css';
import '../style/forcedColours.css';
import './page.css';
import Page from './Page.svelte';

const light = matchMedia('(prefers-color-scheme: light)');
const follow = (): void => {
  document.documentElement.dataset['theme'] = light.matches ? 'light' : 'dark';
};
light.addEventListener('change', follow);
follow();
mount(Page, { target: document.body });
