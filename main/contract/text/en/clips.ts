/** The words of protected clips: what retention never deletes. */
import { units } from './units.ts';

export const clips = {
  title: 'Protected clips',
  protect: 'Protect',
  protectTitle: 'Protect this span',
  protectLead: 'Its recordings stay, whatever the rules of keeping say, until you release it.',
  name: 'Name, if it is to have one',
  cameras: 'Of these cameras',
  noCamera: 'Choose at least one camera.',
  cost: (bytes: number): string =>
    bytes === 0 ? 'Nothing that is finished lies in it yet.' : `Keeps ${units.bytes(bytes)} from being deleted.`,
  costNone: 'nothing recorded',
  counting: 'Looking how much that is',
  protected: 'protected',
  done: 'Protected',

  none: 'Nothing is protected. Mark a span, then protect it.',
  kept: (bytes: number): string => `${units.bytes(bytes)} kept`,
  all: 'All…',
  unnamed: 'Without a name',
  from: 'Camera and span',
  size: 'Keeps',
  goThere: 'Go there',
  rename: 'Rename',
  release: 'Release',
  releaseOf: (name: string): string => `Release ${name}`,
  renameOf: (name: string): string => `Rename ${name}`,
  newName: 'New name',
  lead: 'Recordings that a clip touches are never deleted by size or by age. Released, they go by the rule like all others.',
  total: (clips: number, bytes: number): string =>
    `${clips === 1 ? '1 clip' : `${clips} clips`}, ${units.bytes(bytes)} kept`,
  released: 'Released. It goes by the rule now.',
  undo: 'Protect it again',
  again: 'Protected again.',
  keys: { protect: 'Protect the span', undo: 'Protect again what was released' },
};
