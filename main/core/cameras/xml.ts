/**
 * Reads XML as cameras write it into a plain tree. Hostile input is expected: no document types, no entities of the
 * document's own, bounded depth and number of elements, one pass in linear time (the regular expressions of the onvif
 * library's reader take minutes on a crafted reply of 1 MiB). Names lose their prefix, because cameras declare
 * namespaces wrongly or not at all; text stays text, so that a serial number keeps its zeros. Returns null for
 * whatever is not one whole document; never throws.
 */

export interface XmlElement {
  /** Without prefix. */
  name: string;
  attributes: Map<string, string>;
  children: XmlElement[];
  /** Its own text, entities replaced, trimmed. */
  text: string;
}

const maxDepth = 64;
const maxElements = 20_000;
const namePattern = /^[A-Za-z_\u00c0-\uffff][\w.\-\u00b7-\uffff]*$/;

/** The root element; null when the text is not one whole XML document. */
export function readXml(text: string): XmlElement | null {
  const root: XmlElement = { name: '', attributes: new Map(), children: [], text: '' };
  const open: XmlElement[] = [root];
  let elements = 0;
  let at = 0;
  while (at < text.length) {
    const current = open.at(-1);
    if (current === undefined) return null;
    const next = text.indexOf('<', at);
    const textEnd = next === -1 ? text.length : next;
    if (textEnd > at) current.text += decodeEntities(text.slice(at, textEnd));
    if (next === -1) break;
    const skipTo = specialEnd(text, next);
    if (skipTo === 'bad') return null;
    if (skipTo !== null) {
      if (text.startsWith('<![CDATA[', next)) current.text += text.slice(next + 9, skipTo - 3);
      at = skipTo;
      continue;
    }
    const end = tagEnd(text, next + 1);
    if (end === -1) return null;
    const tag = text.slice(next + 1, end);
    at = end + 1;
    if (tag.startsWith('/')) {
      if (open.length < 2 || localName(tag.slice(1).trim()) !== current.name) return null;
      current.text = current.text.trim();
      open.pop();
      continue;
    }
    const closed = tag.endsWith('/');
    const element = readTag(closed ? tag.slice(0, -1) : tag);
    elements += 1;
    if (element === null || elements > maxElements || open.length > maxDepth) return null;
    current.children.push(element);
    if (!closed) open.push(element);
  }
  const [only, second] = root.children;
  return open.length === 1 && only !== undefined && second === undefined && root.text.trim() === '' ? only : null;
}

/** Where a comment, CDATA section or processing instruction at `at` ends; null when there is none. */
function specialEnd(text: string, at: number): number | 'bad' | null {
  const kinds = [
    ['<!--', '-->'],
    ['<![CDATA[', ']]>'],
    ['<?', '?>'],
  ] as const;
  for (const [start, end] of kinds) {
    if (!text.startsWith(start, at)) continue;
    const found = text.indexOf(end, at + start.length);
    return found === -1 ? 'bad' : found + end.length;
  }
  return text.startsWith('<!', at) ? 'bad' : null;
}

/** The `>` that ends the tag begun before `from`, outside quotes; -1 when it does not end. */
function tagEnd(text: string, from: number): number {
  let quote = '';
  for (let at = from; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (quote !== '') {
      if (character === quote) quote = '';
    } else if (character === '"' || character === "'") {
      quote = character;
    } else if (character === '>') {
      return at;
    } else if (character === '<') {
      return -1;
    }
  }
  return -1;
}

function readTag(tag: string): XmlElement | null {
  const nameEnd = /[\s/]/.exec(tag)?.index ?? tag.length;
  const name = localName(tag.slice(0, nameEnd));
  if (!namePattern.test(name) || name.startsWith('__')) return null;
  const attributes = new Map<string, string>();
  // Anything between the attributes that is none is passed over: some cameras write stray marks there. Each character
  // is looked at once: a name is taken whole, whether or not a value follows.
  const parts = /([^\s=<>"'/]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'))?|"[^"]*"|'[^']*'|[\s=/]+/g;
  for (const [, attribute, double, single] of tag.slice(nameEnd).matchAll(parts)) {
    const value = double ?? single;
    if (attribute === undefined || value === undefined) continue;
    if (attribute !== 'xmlns' && !attribute.startsWith('xmlns:')) {
      attributes.set(localName(attribute), decodeEntities(value));
    }
  }
  return { name, attributes, children: [], text: '' };
}

function localName(name: string): string {
  return name.slice(name.lastIndexOf(':') + 1);
}

const namedEntities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Unknown entities stay as they are written. */
function decodeEntities(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&(#x[0-9a-fA-F]{1,6}|#\d{1,7}|[a-z]{2,4});/g, (whole, entity: string) => {
    if (!entity.startsWith('#')) return namedEntities[entity] ?? whole;
    const code = entity.startsWith('#x') ? parseInt(entity.slice(2), 16) : Number(entity.slice(1));
    return code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff) ? String.fromCodePoint(code) : whole;
  });
}

export function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** The first descendant reached by these names, one level each; null when there is none. */
export function child(element: XmlElement | null, ...path: string[]): XmlElement | null {
  let current = element;
  for (const name of path) current = current?.children.find((one) => one.name === name) ?? null;
  return current;
}

export function childrenOf(element: XmlElement | null, name: string): XmlElement[] {
  return element?.children.filter((one) => one.name === name) ?? [];
}

/** The first element of that name anywhere below, or `element` itself; null when there is none. */
export function find(element: XmlElement | null, name: string): XmlElement | null {
  if (element === null || element.name === name) return element;
  for (const one of element.children) {
    const found = find(one, name);
    if (found !== null) return found;
  }
  return null;
}

/** Text of the element at that path, on one line, without control characters, at most 300 long; '' when none. */
export function textAt(element: XmlElement | null, ...path: string[]): string {
  return oneLine(child(element, ...path)?.text ?? '');
}

/** A camera's own words made fit for the screen: one line, no control or direction marks, at most 300 long. */
export function oneLine(text: string): string {
  return text
    .slice(0, 2000)
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim()
    .slice(0, 300);
}
