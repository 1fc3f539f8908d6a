/**
 * What evidence costs, in CPU time of this process, medians of several rounds:
 * (a) the chain while 16 cameras of 4 Mbit/s are recorded: the hash of every fragment (0.5 s), and, once a minute and
 *     camera, the content hash and a signed link; beside it the same fragments copied and not hashed. In % of one core.
 * (b) checking: SHA-256 as Nightjar takes it from Node, and as the page of a pack has it in any browser, in bytes of 10^6
 *     a CPU-second; and one signature, by sodium and by the page's own code, in milliseconds.
 * Disks, sealing, and the rest of recording are not in it (`bench:vault`, `bench:record`).
 */
import { createHash, randomBytes } from 'node:crypto';
import { isEd25519 } from '../../main/contract/evidence/ed25519.ts';
import { linkBox, linkMessage } from '../../main/contract/evidence/link.ts';
import { type Hasher, plainHasher } from '../../main/contract/evidence/pack.ts';
import { Pieces } from '../../main/core/recorder/chain.ts';
import { makeIdentity } from '../../main/core/vault/keys.ts';
import { percentile, report, rounded, type Row } from './measure.ts';

const cameras = 16;
const bitsPerSecond = 4_000_000;
const fragmentsAMinute = 120;
const fragment = randomBytes((bitsPerSecond / 8) * (60 / fragmentsAMinute));
const rounds = 7;
const rows: Row[] = [];
const { identity } = makeIdentity();
const key = identity.signingKey();

function cpuSeconds(work: () => void): number {
  const seconds: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    seconds.push((user + system) / 1e6);
  }
  return percentile(seconds, 50) ?? 0;
}

/** Of one camera, a minute. */
function chained(): void {
  const pieces = new Pieces();
  for (let nth = 0; nth < fragmentsAMinute; nth++) pieces.add(fragment);
  const before = { startMs: 1, sealId: new Uint8Array(32), content: pieces.content };
  const link = { cameraId: '0011223344556677', startMs: 60_001, sealId: new Uint8Array(32), before };
  linkBox({ ...link, signature: key.sign(linkMessage(link)) });
}

const copy = Buffer.alloc(fragment.length);
function copied(): void {
  for (let nth = 0; nth < fragmentsAMinute; nth++) fragment.copy(copy);
}

function hashed(hasher: () => Hasher): number {
  const bytes = randomBytes(2 ** 22);
  const times = 16;
  const seconds = cpuSeconds(() => {
    const one = hasher();
    for (let nth = 0; nth < times; nth++) one.update(bytes);
    one.digest();
  });
  return (bytes.length * times) / 1e6 / seconds;
}

const percentOf = (secondsAMinute: number): number => rounded((cameras * secondsAMinute * 100) / 60, 3) ?? 0;
rows.push({
  what: '(a) 16 cameras of 4 Mbit/s',
  chainCpuPercent: percentOf(cpuSeconds(chained)),
  copiedCpuPercent: percentOf(cpuSeconds(copied)),
});
const message = randomBytes(100_000);
const signature = key.sign(message);
rows.push({
  what: '(b) checking',
  nodeMegabytesPerCpuSecond: rounded(hashed(() => createHash('sha256'))),
  pageMegabytesPerCpuSecond: rounded(hashed(plainHasher)),
  sodiumSignatureMs: rounded(1000 * cpuSeconds(() => void key.isMine(signature, message)), 2),
  pageSignatureMs: rounded(1000 * cpuSeconds(() => void isEd25519(signature, message, key.publicKey)), 2),
});
report('evidence', rows);
