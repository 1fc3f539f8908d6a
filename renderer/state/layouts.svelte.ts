/**
 * The layouts as this window has them: those that are kept, the one that is chosen here, what can be undone. A change
 * shows at once and is kept in the vault behind it, one after the other; what could not be kept is told by `problem`,
 * and what the main process has is what holds then. Leaves what a layout looks like to wallPlace.
 */
import { SvelteMap } from 'svelte/reactivity';
import { firstLayout, type Layout, type LayoutId } from '../../main/contract/layouts.ts';
import type { Camera, CameraId, StreamRole } from '../../main/contract/model.ts';
import type { Outcome } from '../../main/contract/problems.ts';
import { call } from '../home.ts';
import { defectOf } from './defect.ts';
import { known } from './known.svelte.ts';
import { camerasOn } from './layoutCameras.ts';
import { sayProblem, text } from './text.ts';

const mostUndone = 50;

/** How it was before a change. */
interface Before {
  chosenId: LayoutId;
  /** null: only another one was chosen. `layout` null: there was none with that id. */
  changed: { id: LayoutId; layout: Layout | null; at: number } | null;
}

class Layouts {
  /** Why the last change is not kept. */
  problem = $state.raw<{ fact: string; remedy: string } | null>(null);
  /** Shown, and not kept yet. */
  readonly #pending = new SvelteMap<LayoutId, Layout>();
  #before = $state.raw<readonly Before[]>([]);
  /** Shown in passing, by the tour. */
  #passingId = $state<LayoutId | null>(null);
  #keeping: Promise<void> | null = null;

  readonly list = $derived.by(() => {
    const kept = known.settings.layouts.map((layout) => this.#pending.get(layout.id) ?? layout);
    const added = [...this.#pending.values()].filter(({ id }) => known.settings.layouts.every((one) => one.id !== id));
    return [...kept, ...added];
  });
  readonly current = $derived.by((): Layout => {
    const { layoutId, secondWindow } = known.settings;
    const chosen = this.#passingId ?? (known.window === 'second' ? secondWindow.layoutId : layoutId);
    return this.list.find(({ id }) => id === chosen) ?? this.list[0] ?? firstLayout;
  });
  readonly canUndo = $derived(this.#before.length > 0);

  camerasOf(layout: Layout): Camera[] {
    return camerasOn(layout, layout.id === this.list[0]?.id, known.cameras);
  }

  nameOf(layout: Layout): string {
    return layout.name === '' ? text.wall.layouts.unnamed : layout.name;
  }

  /** The stream that is shown whatever the tile's size; null: by its size. */
  readonly pinOf = (cameraId: CameraId, layout: Layout = this.current): StreamRole | null =>
    layout.pinned.find((one) => one.cameraId === cameraId)?.role ?? null;

  /** null: by the tile's size. */
  pin(cameraId: CameraId, role: StreamRole | null): void {
    const others = this.current.pinned.filter((one) => one.cameraId !== cameraId);
    this.change({ pinned: role === null ? others : [...others, { cameraId, role }] });
  }

  change(change: Partial<Omit<Layout, 'id'>>): void {
    const layout = this.current;
    this.#remember({ id: layout.id, layout, at: this.list.indexOf(layout) });
    this.#keep({ ...layout, ...change });
  }

  /** Shows it without writing that down. */
  showForNow(layoutId: LayoutId): void {
    this.#passingId = layoutId;
  }

  /** What is shown in passing is chosen. */
  settle(): void {
    const shownId = this.#passingId;
    if (shownId !== null) void this.#choose(shownId);
  }

  choose(layoutId: LayoutId): void {
    if (layoutId === this.current.id) return;
    this.#remember(null);
    void this.#choose(layoutId);
  }

  /** A new one, which is then the one that is shown. */
  add(layout: Omit<Layout, 'id'>): void {
    const id = [...crypto.getRandomValues(new Uint8Array(8))]
      .map((byte) => byte.toString(16).padStart(2, '0'))
      .join('');
    this.#remember({ id, layout: null, at: this.list.length });
    this.#keep({ ...layout, id });
    void this.#choose(id);
  }

  /** The one that is shown. The last one stays. */
  remove(): void {
    const layout = this.current;
    if (this.list.length < 2) return;
    this.#remember({ id: layout.id, layout, at: this.list.indexOf(layout) });
    void this.#forget(layout.id);
  }

  /** Undoes this window's last change of a layout, or choice of one. */
  undo(): boolean {
    const last = this.#before.at(-1);
    if (last === undefined) return false;
    this.#before = this.#before.slice(0, -1);
    const { chosenId, changed } = last;
    if (changed?.layout) this.#keep(changed.layout, changed.at);
    if (chosenId !== this.current.id) void this.#choose(chosenId);
    if (changed?.layout === null) void this.#forget(changed.id);
    return true;
  }

  /** Another vault was opened: nothing of the one before is undone, or shown in passing. */
  begin(): void {
    this.#before = [];
    this.#passingId = null;
    this.#pending.clear();
    this.problem = null;
  }

  #remember(changed: Before['changed']): void {
    this.#before = [...this.#before, { chosenId: this.current.id, changed }].slice(-mostUndone);
  }

  #keep(layout: Layout, at?: number): void {
    this.#pending.set(layout.id, layout);
    this.#keeping = (this.#keeping ?? Promise.resolve()).then(() => this.#keepNow(layout, at));
  }

  /** What was changed again meanwhile is kept as it is then. */
  async #keepNow(layout: Layout, at: number | undefined): Promise<void> {
    if (this.#pending.get(layout.id) !== layout) return;
    const kept = await this.#ask(() => call('layouts.keep', { layout, ...(at === undefined ? {} : { at }) }));
    if (this.#pending.get(layout.id) !== layout) return;
    this.#pending.delete(layout.id);
    if (!kept) this.#before = [];
  }

  async #choose(layoutId: LayoutId): Promise<void> {
    // One that is new is there first.
    await this.#keeping;
    const change = known.window === 'second' ? { secondLayoutId: layoutId } : { layoutId };
    this.#passingId = null;
    await this.#ask(() => known.changeSettings(change));
  }

  async #forget(layoutId: LayoutId): Promise<void> {
    await this.#keeping;
    this.#pending.delete(layoutId);
    await this.#ask(() => call('layouts.remove', { layoutId }));
  }

  async #ask(question: () => Promise<Outcome<typeof known.settings>>): Promise<boolean> {
    try {
      const answer = await question();
      if (answer.ok) known.settings = answer.value;
      this.problem = answer.ok ? null : sayProblem(answer.problem);
      return answer.ok;
    } catch (error) {
      const defect = defectOf(error);
      this.problem = defect === null ? text.app.noReply : sayProblem(defect);
      return false;
    }
  }
}

export const layouts = new Layouts();
