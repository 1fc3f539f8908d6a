/**
 * What travels between the understudy and a page's preload world: JSON, by a CDP binding one way and batches of
 * `Runtime.callFunctionOn` the other. Values inside are encoded by codec.ts.
 */
import type { Wire } from './codec.ts';

export type FromPage = { readonly address: string; readonly document: string } & (
  | { readonly op: 'hello' }
  | { readonly op: 'send'; readonly channel: string; readonly args: Wire; readonly ports: readonly string[] }
  | { readonly op: 'invoke'; readonly id: number; readonly channel: string; readonly args: Wire }
  | { readonly op: 'port'; readonly id: string; readonly value: Wire; readonly ports: readonly string[] }
  | { readonly op: 'portClosed'; readonly id: string }
  | { readonly op: 'open'; readonly wanted: string; readonly frameName: string }
);

export type ToPage =
  | { readonly op: 'ipc'; readonly channel: string; readonly args: Wire; readonly ports: readonly string[] }
  | { readonly op: 'reply'; readonly id: number; readonly value: Wire }
  | { readonly op: 'failed'; readonly id: number; readonly message: string }
  | { readonly op: 'port'; readonly id: string; readonly value: Wire; readonly ports: readonly string[] }
  | { readonly op: 'portClosed'; readonly id: string };

/** What the preload world is told about the process. */
export interface ProcessInfo {
  platform: string;
  arch: string;
  versions: Record<string, string | undefined>;
}
