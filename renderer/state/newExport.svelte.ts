/**
 * A new export while it is put together: the span as it is typed, the cameras and what each has in it, and every wish. What
 * depends on each other is kept so here: what is burnt in needs the exact cut, an evidence pack is the untouched pictures.
 * Asks main for what the span holds whenever it changes; an answer to an older question is dropped.
 */
import type { ExportPlace, ExportRequest, ExportShare } from '../../main/contract/exports.ts';
import {
  estimateExport,
  type ExportEstimate,
  type ExportPaces,
  kindOfExport,
  sourceOf,
} from '../../main/contract/exportPace.ts';
import { packPicture, timeLapseAllowed } from '../../main/contract/exports.ts';
import type { CameraId } from '../../main/contract/model.ts';
import { call } from '../home.ts';
import { defectOf } from './defect.ts';
import type { Trouble } from './asking.svelte.ts';
import { readSpanField, spanFieldText } from './spanField.ts';
import { text } from './text.ts';
import type { TimeSpan } from './time.ts';

export type ResultKind = ExportRequest['result']['is'];

const words = text.exports.sheet;
const typedWords = text.moments.typed;

export class NewExport {
  span = $state.raw<TimeSpan>({ fromMs: 0, toMs: 1 });
  from = $state('');
  to = $state('');
  chosen = $state.raw<readonly CameraId[]>([]);
  shares = $state.raw<readonly ExportShare[]>([]);
  cut = $state<ExportRequest['cut']>('fast');
  burnsIn = $state(false);
  sound = $state(true);
  lapses = $state(false);
  lapseText = $state('30 s');
  result = $state<ResultKind>('plain');
  sealBy = $state<'passphrase' | 'key'>('passphrase');
  key = $state('');
  place = $state.raw<ExportPlace | null>(null);
  problem = $state.raw<Trouble | null>(null);
  paces = $state.raw<ExportPaces>({});
  /** What the span holds is known. */
  measured = $state(false);
  #question = 0;
  #newest: Promise<void> = Promise.resolve();

  readonly fromRead = $derived(readSpanField(this.from, this.span.fromMs, Date.now(), typedWords));
  readonly toRead = $derived(readSpanField(this.to, this.span.toMs, Date.now(), typedWords));
  readonly fromBad = $derived(this.fromRead === null ? words.badTime : null);
  readonly toBad = $derived(
    this.toRead === null ? words.badTime : this.toRead <= (this.fromRead ?? -1) ? words.backwards : null,
  );
  /** Those of the chosen that have something in the span; before that is known, all of them. */
  readonly wanted = $derived(this.chosen.filter((id) => (this.shareOf(id)?.recordedMs ?? 1) > 0));
  readonly recordedMs = $derived(this.wanted.reduce((sum, id) => sum + (this.shareOf(id)?.recordedMs ?? 0), 0));
  readonly gaps = $derived(this.wanted.reduce((sum, id) => sum + (this.shareOf(id)?.gaps ?? 0), 0));
  readonly #estimate = $derived.by((): ExportEstimate => {
    const shares = this.wanted.map((id) => this.shareOf(id)).filter((share) => share !== null);
    const timeLapseMs = this.lapses ? readLength(this.lapseText) : null;
    const isUnread = this.lapses && timeLapseMs === null;
    if (isUnread || shares.length < this.wanted.length) return { sizeBytes: null, tookMs: null };
    const kind = kindOfExport({ burnsIn: this.burnsIn, timeLapseMs }, this.result);
    return estimateExport(kind, sourceOf(shares, timeLapseMs), this.paces);
  });
  /** What the files will come to, about; null where nobody knows before. */
  readonly sizeBytes = $derived(this.#estimate.sizeBytes);
  /** How long it will take, about; null where nothing of its kind was exported since the program's start. */
  readonly tookMs = $derived(this.#estimate.tookMs);
  /** Pictures are made anew, which takes long. */
  readonly encodes = $derived(this.burnsIn || this.lapses);
  readonly longestMs = $derived(Math.max(0, ...this.wanted.map((id) => this.shareOf(id)?.recordedMs ?? 0)));
  readonly lapseMs = $derived(readLength(this.lapseText));
  readonly lapseBad = $derived(
    this.lapses && (this.lapseMs === null || (this.longestMs > 0 && this.lapseMs >= this.longestMs)),
  );
  readonly empty = $derived(this.wanted.length === 0 || (this.measured && this.recordedMs <= 0));
  /** As far as is known; before it is started, the span is to be measured. */
  readonly ready = $derived(this.fromBad === null && this.toBad === null && !this.empty && !this.lapseBad);

  constructor(span: TimeSpan, cameraIds: readonly CameraId[]) {
    this.chosen = [...cameraIds];
    this.#show({ fromMs: Math.round(span.fromMs), toMs: Math.round(span.toMs) });
    void call('exports.place').then(
      (place) => (this.place ??= place),
      () => undefined,
    );
  }

  /** Asked again whenever an export has ended: it knows more then. */
  askPaces(): void {
    void call('exports.paces').then(
      (paces) => (this.paces = paces),
      () => undefined,
    );
  }

  /** Takes what is typed, where both can be read. */
  takeSpan(): void {
    if (this.fromBad !== null || this.toBad !== null || this.fromRead === null || this.toRead === null) return;
    this.#show({ fromMs: this.fromRead, toMs: this.toRead });
  }

  /** null while it is not known. */
  shareOf(cameraId: CameraId): ExportShare | null {
    return this.shares.find((share) => share.cameraId === cameraId) ?? null;
  }

  choose(cameraId: CameraId, checked: boolean): void {
    this.chosen = checked ? [...this.chosen, cameraId] : this.chosen.filter((id) => id !== cameraId);
  }

  takeBurnIn(checked: boolean): void {
    this.burnsIn = checked;
    if (checked) this.cut = 'exact';
  }

  takeCut(cut: ExportRequest['cut']): void {
    this.cut = cut;
    if (cut === 'fast') this.burnsIn = false;
  }

  takeResult(result: ResultKind): void {
    this.result = result;
    if (result !== 'evidence') return;
    this.takeCut('fast');
    this.lapses = false;
  }

  /** Asks what of these cameras the span holds. Ends when the newest question has its answer, whoever asked it. */
  async measure(cameraIds: readonly CameraId[]): Promise<void> {
    if (cameraIds.length === 0) return;
    const question = ++this.#question;
    this.#newest = this.#ask(question, { cameraIds: [...cameraIds], ...this.span });
    for (let waited = null; waited !== this.#newest;) await (waited = this.#newest);
  }

  /** `passphrase`: where it is sealed with one; whoever asked wipes it. */
  request(passphrase: Uint8Array<ArrayBuffer> | null): ExportRequest {
    const { cut, burnsIn, sound, result, sealBy, key } = this;
    const to =
      sealBy === 'key' ? { by: sealBy, key: key.trim() } : { by: sealBy, passphrase: passphrase ?? new Uint8Array() };
    const picture = { cut, burnsIn, sound, timeLapseMs: this.lapses ? this.lapseMs : null };
    return {
      ...{ cameraIds: [...this.wanted], ...this.span },
      ...(result === 'evidence' ? packPicture : picture),
      result: result === 'sealed' ? { is: result, to } : { is: result },
    };
  }

  async #ask(question: number, asked: { cameraIds: CameraId[] } & TimeSpan): Promise<void> {
    try {
      const answer = await call('exports.preview', asked);
      if (question !== this.#question) return;
      this.problem = answer.ok ? null : answer.problem;
      if (!answer.ok) return;
      this.shares = answer.value;
      this.measured = true;
    } catch (error) {
      if (question === this.#question) this.problem = defectOf(error) ?? text.app.noReply;
    }
  }

  #show(span: TimeSpan): void {
    this.from = spanFieldText(span.fromMs, Date.now());
    this.to = spanFieldText(span.toMs, Date.now());
    if (span.fromMs === this.span.fromMs && span.toMs === this.span.toMs) return;
    this.span = span;
    // What another span held says nothing of this one; nor does an answer that is still to come.
    this.shares = [];
    this.measured = false;
    this.#question += 1;
  }
}

/** '30 s', '30', '1.5 min', '2 min'. */
export function readLength(typed: string): number | null {
  const match = /^\s*(\d{1,5}(?:[.,]\d)?)\s*(s|sec|seconds?|m|min|minutes?)?\s*$/i.exec(typed);
  if (!match) return null;
  const ms = Math.round(Number((match[1] ?? '').replace(',', '.')) * (/^m/i.test(match[2] ?? '') ? 60_000 : 1000));
  return ms >= timeLapseAllowed.leastMs && ms <= timeLapseAllowed.mostMs ? ms : null;
}
