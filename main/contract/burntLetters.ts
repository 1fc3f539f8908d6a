/**
 * Which letters can be burnt into pictures: those that core/exporter/letters has a shape for, ASCII and Western letters
 * with their marks. Every other one becomes a box, which is said before. Pure.
 */

const drawable = /^(?:[ -~ß]\p{M}*)*$/u;

export function canBurnIn(name: string): boolean {
  return drawable.test(name.normalize('NFD'));
}
