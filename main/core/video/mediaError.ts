/**
 * What the readers of media throw when bytes are not what their format allows: cut off, oversized or hostile. The
 * message names the box, tag or field, never content. Whoever feeds a reader catches this one class; anything else
 * that comes out of a reader is a defect.
 */
export class MediaError extends Error {
  override readonly name = 'MediaError';
}
