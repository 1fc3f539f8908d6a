/**
 * The shapes of every icon, drawn for this project on a grid of 20 by 20. `line` is stroked, `thin` is stroked thinner,
 * `solid` is filled. `Icon.svelte` draws them; a name that is not here does not compile.
 */
interface Shape {
  line?: string;
  thin?: string;
  solid?: string;
}

export const icons = {
  live: { line: 'M2.5 3.5h6.5v5.5h-6.5zM11 3.5h6.5v5.5h-6.5zM2.5 11h6.5v5.5h-6.5zM11 11h6.5v5.5h-6.5z' },
  archive: { line: 'M2.5 6h5M10 6h7.5M2.5 10h10M15 10h2.5M2.5 14h3.5M8.5 14h9', thin: 'M11.2 2.5v15' },
  cameras: { line: 'M3 6.2 13.5 3l1.6 5.4L4.6 11.6zM7.5 10.8v3.2a2 2 0 0 0 2 2H17M17 13.5v5M14.8 6.1l2.2-.7' },
  exports: { line: 'M3 11.5V17h14v-5.5M10 13V3M6.2 6.6 10 2.8l3.8 3.8' },
  health: { line: 'M2 10.5h3.6l2-5.5 3.8 10 2.2-6 1.1 1.5H18' },
  settings: {
    line: 'M3 5.5h8M15 5.5h2M3 14.5h2M9 14.5h8M11 5.5a2 2 0 1 0 4 0a2 2 0 1 0 -4 0zM5 14.5a2 2 0 1 0 4 0a2 2 0 1 0 -4 0z',
  },
  lock: {
    line: 'M5 9h10a1 1 0 0 1 1 1v6a1 1 0 0 1 -1 1h-10a1 1 0 0 1 -1 -1v-6a1 1 0 0 1 1 -1zM6.5 9V6.5a3.5 3.5 0 0 1 7 0V9',
  },
  plus: { line: 'M10 3.5v13M3.5 10h13' },
  check: { line: 'm3.5 10.5 4.3 4.3 8.7-9.6' },
  cross: { line: 'm4.5 4.5 11 11M15.5 4.5l-11 11' },
  warning: { line: 'M10 3 1.8 17h16.4zM10 8v4.4M10 14.7v.1' },
  down: { line: 'm5 7.5 5 5 5-5' },
  right: { line: 'm7.5 5 5 5-5 5' },
  left: { line: 'm12.5 5-5 5 5 5' },
  up: { line: 'm5 12.5 5-5 5 5' },
  play: { solid: 'M5.5 3.5v13l11-6.5z' },
  record: { solid: 'M4.5 10a5.5 5.5 0 1 0 11 0a5.5 5.5 0 1 0 -11 0z' },
  pause: { solid: 'M5 3.5h3.4v13H5zM11.6 3.5H15v13h-3.4z' },
  previous: { line: 'M5 4v12M15.5 4.5 8.5 10l7 5.5z' },
  next: { line: 'M15 4v12M4.5 4.5l7 5.5-7 5.5z' },
  frameBack: { line: 'M5 4v12M15.5 4.5 8.5 10l7 5.5z' },
  frameOn: { line: 'M15 4v12M4.5 4.5l7 5.5-7 5.5z' },
  back: { line: 'M9.5 4.5 3 10l6.5 5.5zM17 4.5 10.5 10l6.5 5.5z' },
  forward: { line: 'M10.5 4.5 17 10l-6.5 5.5zM3 4.5 9.5 10 3 15.5z' },
  large: { line: 'M11.5 3H17v5.5M8.5 17H3v-5.5M17 3l-6 6M3 17l6-6' },
  snapshot: { line: 'M2.5 6H6l1.4-2h5.2L14 6h3.5v10h-15zM7.2 10.8a2.8 2.8 0 1 0 5.6 0a2.8 2.8 0 1 0 -5.6 0z' },
  sound: { line: 'M3 8v4h3l4 3.5v-11L6 8zM13 7.5a3.5 3.5 0 0 1 0 5M15.2 5.2a6.6 6.6 0 0 1 0 9.6' },
  muted: { line: 'M3 8v4h3l4 3.5v-11L6 8zM13.5 8l4 4M17.5 8l-4 4' },
  bookmark: { line: 'M5.5 3h9v14L10 13.2 5.5 17z' },
  bookmarked: { solid: 'M5 2.5h10v15.5L10 13.8 5 18z' },
  shield: { line: 'M10 2.5 16.5 5v4.5c0 4-2.6 6.7-6.5 8-3.9-1.3-6.5-4-6.5-8V5z' },
  key: { line: 'M3 10a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0 -7 0zM10 10h7.5v3.5M14 10v2.5' },
  unplugged: { line: 'M7 2.5v4M13 2.5v4M5 6.5h10v3a5 5 0 0 1-4 4.9M9 14.4A5 5 0 0 1 5 9.5M10 17.5v-1M3 17 17 3' },
  folder: { line: 'M2.5 5h5l1.8 2h8.2v9h-15z' },
  disk: {
    line: 'M3.5 6h13a1 1 0 0 1 1 1v6a1 1 0 0 1 -1 1h-13a1 1 0 0 1 -1 -1v-6a1 1 0 0 1 1 -1zM13 10h.1M15 10h.1M5 10h4',
  },
  print: { line: 'M6 7V3h8v4M6 14H3V7h14v7h-3M6 11.5h8V17H6z' },
  link: {
    line: 'M8.5 11.5a3.2 3.2 0 0 0 4.5 0l3-3A3.2 3.2 0 0 0 11.5 4l-1 1M11.5 8.5a3.2 3.2 0 0 0-4.5 0l-3 3A3.2 3.2 0 0 0 8.5 16l1-1',
  },
  more: {
    solid:
      'M3.1 10a1.4 1.4 0 1 0 2.8 0a1.4 1.4 0 1 0 -2.8 0zM8.6 10a1.4 1.4 0 1 0 2.8 0a1.4 1.4 0 1 0 -2.8 0zM14.1 10a1.4 1.4 0 1 0 2.8 0a1.4 1.4 0 1 0 -2.8 0z',
  },
  home: { line: 'M3 9.5 10 3.5l7 6V17h-5v-4.5H8V17H3z' },
  clock: { line: 'M2.5 10a7.5 7.5 0 1 0 15 0a7.5 7.5 0 1 0 -15 0zM10 5.5V10l3 2' },
  info: { line: 'M2.5 10a7.5 7.5 0 1 0 15 0a7.5 7.5 0 1 0 -15 0zM10 9v5M10 6.2v.1' },
  search: { line: 'M3 8.5a5.5 5.5 0 1 0 11 0a5.5 5.5 0 1 0 -11 0zM12.7 12.7l4.8 4.8' },
  network: {
    line: 'M10 3v6M4 17v-4h12v4M10 9v4',
    solid:
      'M8.4 3a1.6 1.6 0 1 0 3.2 0a1.6 1.6 0 1 0 -3.2 0zM2.4 17a1.6 1.6 0 1 0 3.2 0a1.6 1.6 0 1 0 -3.2 0zM14.4 17a1.6 1.6 0 1 0 3.2 0a1.6 1.6 0 1 0 -3.2 0z',
  },
  person: { line: 'M7.2 5.5a2.8 2.8 0 1 0 5.6 0a2.8 2.8 0 1 0 -5.6 0zM4.5 17.5c0-4 2.2-6.3 5.5-6.3s5.5 2.3 5.5 6.3' },
  car: { line: 'M2.5 14V10.5l2-.5 2-4h7l2.3 4 1.7.6V14zM5.5 14v2M14.5 14v2' },
  light: { line: 'M3 6h6M2 10h7M3 14h6M10.5 10a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0 -7 0z' },
  bell: { line: 'M5 14V9a5 5 0 0 1 10 0v5l1.5 1.5h-13zM8.5 17.5h3' },
  motion: { line: 'M3 6h6M2 10h7M3 14h6M10.5 10a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0 -7 0z' },
  animal: {
    line: 'M6 15.5c0-2.6 1.8-4.5 4-4.5s4 1.9 4 4.5c0 1.2-1.2 1.5-2 1.2-1.3-.5-2.7-.5-4 0-.8.3-2 0-2-1.2z',
    solid:
      'M3.6 9a1.4 1.4 0 1 0 2.8 0a1.4 1.4 0 1 0 -2.8 0zM6.8 5.5a1.4 1.4 0 1 0 2.8 0a1.4 1.4 0 1 0 -2.8 0zM10.6 5.5a1.4 1.4 0 1 0 2.8 0a1.4 1.4 0 1 0 -2.8 0zM13.7 9a1.4 1.4 0 1 0 2.8 0a1.4 1.4 0 1 0 -2.8 0z',
  },
  face: {
    line: 'M2.5 10a7.5 7.5 0 1 0 15 0a7.5 7.5 0 1 0 -15 0zM6.8 12.2c1.6 2 4.8 2 6.4 0M7.3 8v.1M12.7 8v.1',
  },
  package: { line: 'M3 6.5 10 3l7 3.5v7.5L10 17.5 3 14zM3 6.5l7 3.5 7-3.5M10 10v7.5' },
  line: { line: 'M10 2.5v3M10 8.5v3M10 14.5v3M2.5 10H7M13 10h4.5M15 7.5l2.5 2.5-2.5 2.5' },
  input: { line: 'M11 4.5h5.5v11H11M2.5 10H12M8.5 6.5 12 10l-3.5 3.5' },
  filter: { line: 'M3 5h14M6 10h8M8.5 15h3' },
  again: { line: 'M16.5 10a6.5 6.5 0 1 1-2-4.7M15 2v4h-4' },
  notShown: {
    line: 'M1.5 10C4.5 5.6 7.2 4.4 10 4.4s5.5 1.2 8.5 5.6c-3 4.4-5.7 5.6-8.5 5.6S4.5 14.4 1.5 10zM4 16.5 16 3.5',
  },
  minus: { line: 'M3.5 10h13' },
  diagonal: { line: 'M14 6 6 14M6 8v6h6' },
} as const satisfies Record<string, Shape>;

export type IconName = keyof typeof icons;

export function shapeOf(name: IconName): Shape {
  return icons[name];
}
