/**
 * Locking by the person's wish, from anywhere in the page. Without a passphrase there is nothing to lock with: then the
 * person is led to where one is set. When locking fails that is said there too, because whoever locks walks away.
 * What locking does to the page is known's matter.
 */
import { tick } from 'svelte';
import type { Problem } from '../../main/contract/problems.ts';
import { call } from '../home.ts';
import { defectOf } from './defect.ts';
import { known } from './known.svelte.ts';
import { router } from './router.svelte.ts';
import { screen } from './screen.svelte.ts';
import { text } from './text.ts';

class Lock {
  /** The recovery words opened it: main then asks for no passphrase before it takes another one. Until it is locked. */
  openedWithWords = $state(false);
  /** Why the last wish to lock came to nothing. */
  problem = $state.raw<Problem | { fact: string; remedy: string } | null>(null);

  async now(): Promise<void> {
    this.problem = null;
    if (known.vault?.passphrase !== 'none') {
      try {
        const answer = await call('vault.lock');
        if (answer.ok) return;
        if (answer.problem.code !== 'gone') this.problem = answer.problem;
      } catch (error) {
        this.problem = defectOf(error) ?? text.lock.notLocked;
      }
    }
    for (const dialog of document.querySelectorAll<HTMLDialogElement>('dialog[open]')) dialog.close();
    screen.viewOnly = false;
    router.go({ view: 'settings', section: 'lock' });
    await tick();
    const section = document.getElementById('settings-lock');
    section?.scrollIntoView({ block: 'start' });
    section?.querySelector<HTMLElement>('input, button, select')?.focus();
  }
}

export const lock = new Lock();
