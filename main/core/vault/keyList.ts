/**
 * The sealed list of everybody whom the vault is sealed to: keys.json.age. Somebody who can write to the folder can
 * write vault.json, and can seal whatever they like; so the list carries the vault's id and a proof that only its
 * identity can make, and what vault.json says is compared with it. A list whose proof does not hold is none.
 *
 * What is not promised: an older list, once genuine, put back in the place of the newest, is genuine still.
 */
import { timingSafeEqual } from 'node:crypto';
import { join } from 'node:path';
import * as v from 'valibot';
import type { Identity } from './keys.ts';
import { recipientForm } from './recipients.ts';
import { type DocumentForm, previousOf, readDocument } from './sealedStore.ts';

export const keyListName = 'keys.json.age';
export const keyListVersion = 1;
const proofInfo = 'nightjar.keys.v1';

export interface OtherKey {
  /** A public key: `age1…`. */
  recipient: string;
  /** As the user calls whoever has it. */
  name: string;
  addedMs: number;
}

export interface KeyList {
  vaultId: string;
  /** Beside the vault's own, in the order they were added. */
  others: readonly OtherKey[];
}

export interface ProvedKeyList extends KeyList {
  proof: string;
}

const form = v.object({
  vaultId: v.pipe(v.string(), v.regex(/^[0-9a-f]{16}$/)),
  others: v.pipe(
    v.array(
      v.object({
        recipient: v.pipe(v.string(), v.regex(recipientForm)),
        name: v.pipe(v.string(), v.minLength(1), v.maxLength(80)),
        addedMs: v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(8.64e15)),
      }),
    ),
    v.maxLength(19),
  ),
  proof: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
});

export function prove(list: KeyList, identity: Identity): ProvedKeyList {
  const { vaultId, others } = list;
  return { vaultId, others, proof: proofOf(list, identity) };
}

/** How the document is read: null for what has not the form, and for a list that somebody else wrote. */
export function keyListForm(folder: string, identity: Identity): DocumentForm<ProvedKeyList> & { version: 1 } {
  return {
    path: join(folder, keyListName),
    version: keyListVersion,
    parse(json) {
      const parsed = v.safeParse(form, json);
      if (!parsed.success) return null;
      const expected = Buffer.from(proofOf(parsed.output, identity), 'hex');
      return timingSafeEqual(expected, Buffer.from(parsed.output.proof, 'hex')) ? parsed.output : null;
    },
  };
}

/** The list, or the version before it; null when there is none that is genuine. Changes nothing. */
export async function readKeyList(folder: string, identity: Identity): Promise<KeyList | null> {
  const document = keyListForm(folder, identity);
  for (const path of [document.path, previousOf(document.path)]) {
    const read = await readDocument(document, identity, path);
    if (read.ok) return read.value.value;
  }
  return null;
}

function proofOf({ vaultId, others }: KeyList, identity: Identity): string {
  const said = others.map(({ recipient, name, addedMs }) => [recipient, name, addedMs]);
  return identity.mark(proofInfo, JSON.stringify([vaultId, identity.recipient, said]));
}
