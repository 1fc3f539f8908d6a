/**
 * What changed, said politely to screen readers: one sentence at a time, in the page's one live region.
 */
class Announcer {
  sentence = $state('');

  say(sentence: string): void {
    this.sentence = sentence;
  }
}

export const announcer = new Announcer();
