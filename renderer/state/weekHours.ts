/** Painting hours of a week: pure, each change a new week. Days are counted from Monday, 0. */
import { daysOfWeek, everyHour, hoursOfDay, type WeekHours } from '../../main/contract/recordingPlan.ts';

export interface Cell {
  day: number;
  hour: number;
}

export function isOn(week: WeekHours, { day, hour }: Cell): boolean {
  return (((week[day] ?? 0) >>> hour) & 1) === 1;
}

/** Every hour between the two cells, these included, is on or off. */
export function painted(week: WeekHours, one: Cell, other: Cell, on: boolean): number[] {
  const [firstDay, lastDay] = inOrder(one.day, other.day);
  const [firstHour, lastHour] = inOrder(one.hour, other.hour);
  let hours = 0;
  for (let hour = firstHour; hour <= lastHour; hour++) hours |= 1 << hour;
  return week.map((before, day) => {
    if (day < firstDay || day > lastDay) return before;
    return on ? before | hours : before & ~hours;
  });
}

/** The whole day on; off, where it was wholly on. */
export function withDay(week: WeekHours, day: number): number[] {
  return week.map((before, at) => (at === day ? (before === everyHour ? 0 : everyHour) : before));
}

export function withAllLike(week: WeekHours, day: number): number[] {
  return week.map(() => week[day] ?? 0);
}

export function evenWeek(hours: number): number[] {
  return Array.from({ length: daysOfWeek }, () => hours);
}

/** The cell that a key leads to, at the edge the same; null for any other key. */
export function moved({ day, hour }: Cell, key: string): Cell | null {
  const within = (value: number, most: number): number => Math.min(most, Math.max(0, value));
  switch (key) {
    case 'ArrowLeft':
    case 'ArrowRight':
      return { day, hour: within(hour + (key === 'ArrowLeft' ? -1 : 1), hoursOfDay - 1) };
    case 'ArrowUp':
    case 'ArrowDown':
      return { day: within(day + (key === 'ArrowUp' ? -1 : 1), daysOfWeek - 1), hour };
    case 'Home':
      return { day, hour: 0 };
    case 'End':
      return { day, hour: hoursOfDay - 1 };
    default:
      return null;
  }
}

function inOrder(one: number, other: number): [number, number] {
  return one < other ? [one, other] : [other, one];
}
