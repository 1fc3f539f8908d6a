/**
 * Reads a public key that somebody pasted: `age1…`, alone or as age-keygen prints it. Everything else is a problem that
 * says what it is instead, a secret key first of all. The text is hostile, and may be a secret: it is told to nobody.
 */
import { bech32 } from '@scure/base';
import { bad, good, type Outcome } from '../../contract/problems.ts';
import { areWords, normaliseWords } from './keys.ts';
import { agree } from './sodium.ts';

export const recipientForm = /^age1[02-9ac-hj-np-z]{58}$/;
/** Other kinds of age's keys: post-quantum and tag keys, those of plug-ins (`age1name1…`), and SSH keys. */
const otherKind = /^(age1(pq|tag|tagpq)1|age1[a-z0-9-]+1[02-9ac-hj-np-z]{6,}$|ssh-|ecdsa-|sk-ssh-)/;

/** Problems: `badKey`. */
export function readRecipient(typed: string): Outcome<string> {
  // The secret part first: a key file holds both, and a person who pastes it must hear of that.
  if (/AGE-(SECRET-KEY|PLUGIN)-/i.test(typed) || areWords(normaliseWords(typed))) {
    return bad({ code: 'badKey', is: 'secret' });
  }
  const key = typed.replace(/^\s*(#\s*)?(public key|recipient):/i, '').trim();
  if (key === '') return bad({ code: 'badKey', is: 'empty' });
  if (recipientForm.test(key)) return isPoint(key) ? good(key) : bad({ code: 'badKey', is: 'form' });
  return bad({ code: 'badKey', is: otherKind.test(key) ? 'kind' : 'form' });
}

/** Its check holds, and something can be sealed to it: a point of low order would make a secret that everybody knows. */
function isPoint(key: string): boolean {
  const decoded = bech32.decodeUnsafe(key);
  const bytes = decoded?.prefix === 'age' ? bech32.fromWordsUnsafe(decoded.words) : null;
  if (bytes?.byteLength !== 32) return false;
  return agree(new Uint8Array(32).fill(1), bytes) !== null;
}
