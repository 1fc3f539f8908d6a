/** A moment in words: how it may be typed, what was understood, and what was not. */
export const moments = {
  /** As they are typed: lower case, the first of each as it is said. A full stop after one is no part of it. */
  typed: {
    now: ['now'],
    today: ['today'],
    yesterday: ['yesterday'],
    tomorrow: ['tomorrow'],
    /** Before 'yesterday': a day more. */
    dayBefore: ['day before', 'the day before'],
    ago: ['ago'],
    last: ['last', 'past', 'previous'],
    thisOne: ['this'],
    noon: ['noon', 'midday'],
    midnight: ['midnight'],
    morning: ['am', 'a.m.', 'a.m'],
    afternoon: ['pm', 'p.m.', 'p.m'],
    first: ['first'],
    second: ['second'],
    one: ['a', 'an', 'one'],
    half: ['half a', 'half an', 'half'],
    /** Left out wherever they stand. */
    fillers: ['at', 'on', 'the', 'of', 'and', 'to', 'in', 'o’clock', "o'clock", 't', 'h', 'hrs'],
    ordinals: ['st', 'nd', 'rd', 'th'],
    units: {
      second: ['s', 'sec', 'secs', 'second', 'seconds'],
      minute: ['m', 'min', 'mins', 'minute', 'minutes'],
      hour: ['h', 'hr', 'hrs', 'hour', 'hours'],
      day: ['d', 'day', 'days'],
      week: ['w', 'week', 'weeks'],
    },
    /** From Sunday on. */
    weekdays: [
      ['sunday', 'sun'],
      ['monday', 'mon'],
      ['tuesday', 'tue', 'tues'],
      ['wednesday', 'wed'],
      ['thursday', 'thu', 'thur', 'thurs'],
      ['friday', 'fri'],
      ['saturday', 'sat'],
    ],
    months: [
      ['january', 'jan'],
      ['february', 'feb'],
      ['march', 'mar'],
      ['april', 'apr'],
      ['may'],
      ['june', 'jun'],
      ['july', 'jul'],
      ['august', 'aug'],
      ['september', 'sep', 'sept'],
      ['october', 'oct'],
      ['november', 'nov'],
      ['december', 'dec'],
    ],
  },

  field: 'Day and time',
  placeholder: 'yesterday 18:40',
  examples: 'yesterday 18:40, 17 Nov 18:40, Tue 7 pm, 2 h ago, 2026-11-17 18:40:05',
  means: (when: string): string => when,
  /** Of the hour that occurs twice. */
  firstOfTwo: (when: string, mark: string): string =>
    `${when}, the first of two (${mark}). Add “second” for the one an hour later.`,
  secondOfTwo: (when: string, mark: string): string =>
    `${when}, the second of two (${mark}). Add “first” for the one an hour before.`,
  skipped: (typed: string, instead: string): string =>
    `${typed} did not exist that day: the clock was set on. Go takes you to ${instead}.`,
  empty: 'Write when: yesterday 18:40.',
  unknown: (part: string): string => `“${part}” is not understood. Write it as yesterday 18:40, or 17 Nov 18:40.`,
  noSuchDay: (part: string): string => `There is no ${part}. Write a day of the calendar.`,
  noSuchTime: (part: string): string => `There is no ${part}. Write the time as 14:02 or 14:02:07.`,
  twice: (part: string): string => `“${part}” says it a second time. Write one day and one time.`,
  future: (when: string): string => `${when} has not come yet. Write a moment that was.`,
  beforeAll: (when: string, oldest: string): string => `${when} is before the oldest recording, of ${oldest}.`,
  toOldest: 'Go to the oldest recording',
};
