/** Answers the calls about the wall's layouts, which are kept in the settings. */
import type { Handlers } from '../../contract/calls.ts';
import { mostLayouts, type Layout } from '../../contract/layouts.ts';
import type { Settings } from '../../contract/model.ts';
import { bad, good, type Outcome } from '../../contract/problems.ts';
import { chosenOf } from '../../core/settings.ts';
import type { House } from '../house.ts';
import type { Rooms } from './rooms.ts';

type LayoutCalls = Extract<keyof Handlers, `layouts.${string}`>;

export function layoutCalls({ withHouse, tell }: Rooms): Pick<Handlers, LayoutCalls> {
  async function change(open: House, layouts: (before: readonly Layout[]) => Layout[]): Promise<Outcome<Settings>> {
    const updated = await open.settings.update((value) => {
      const after = layouts(value.layouts);
      const secondLayoutId = chosenOf(after, value.secondWindow.layoutId);
      return {
        ...value,
        layouts: after,
        layoutId: chosenOf(after, value.layoutId),
        secondWindow: { ...value.secondWindow, layoutId: secondLayoutId },
      };
    });
    if (!updated.ok) return updated;
    tell('settings.changed', open.settings.value);
    return good(open.settings.value);
  }

  return {
    'layouts.keep': ({ layout, at }) =>
      withHouse(async (open) => {
        const { layouts } = open.settings.value;
        // The page offers no new one then.
        if (layouts.length >= mostLayouts && layouts.every(({ id }) => id !== layout.id)) return bad({ code: 'gone' });
        return change(open, (before) => kept(before, layout, at ?? before.length));
      }),
    'layouts.remove': ({ layoutId }) =>
      withHouse(async (open) => {
        const { layouts } = open.settings.value;
        if (layouts.length < 2 || !layouts.some(({ id }) => id === layoutId)) return bad({ code: 'gone' });
        const all = open.cameras.list().map(({ id }) => id);
        return change(open, (before) => {
          const after = before.filter(({ id }) => id !== layoutId);
          return before[0]?.id === layoutId ? firstIsWhole(after, all) : after;
        });
      }),
  };
}

function kept(before: readonly Layout[], layout: Layout, at: number): Layout[] {
  if (before.some(({ id }) => id === layout.id)) return before.map((one) => (one.id === layout.id ? layout : one));
  return [...before.slice(0, at), layout, ...before.slice(at)];
}

/**
 * The first layout takes new cameras: those that it neither shows nor leaves out. One that becomes the first must not
 * take the cameras that are there already, which nobody put on it.
 */
function firstIsWhole(layouts: readonly Layout[], all: readonly string[]): Layout[] {
  return layouts.map((layout, at) => {
    if (at > 0) return layout;
    const others = all.filter((id) => !layout.cameraIds.includes(id) && !layout.leftOut.includes(id));
    return others.length === 0 ? layout : { ...layout, leftOut: [...layout.leftOut, ...others] };
  });
}
