/**
 * The three channels between preload and main, and the form of an answer. A call's expected outcome is its value;
 * `defect` names a line of the sealed log; `refused` means that the call itself was not acceptable: its name, its
 * argument, its sender or its number at once. Only preload.ts and shell/bridge.ts use these.
 */

export const callChannel = 'nightjar:call';
export const eventChannel = 'nightjar:event';
export const streamChannel = 'nightjar:stream';

export type Refusal = 'sender' | 'name' | 'argument' | 'size' | 'busy';

export type CallReply = { value: unknown } | { defect: string } | { refused: Refusal };
