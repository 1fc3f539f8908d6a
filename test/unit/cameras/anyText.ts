/** Text of any UTF-16 code units, halves of pairs included. (fast-check's own `binary` unit takes seconds to build.) */
import fc from 'fast-check';

export const anyText = fc
  .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 30 })
  .map((codes) => String.fromCharCode(...codes));
