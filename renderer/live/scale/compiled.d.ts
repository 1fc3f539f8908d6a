/** What build/scaler.ts makes of scaler.as.ts: a module that the page's build finds under this name. */
declare module 'virtual:scaler' {
  export const scalerBytes: Uint8Array<ArrayBuffer>;
}
