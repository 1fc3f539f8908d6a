/**
 * A small strict XML reader for what clients send to a camera, and escaping for what it answers. Knows elements,
 * attributes, namespaces, text, CDATA, comments and the five named and the numeric entities. Returns null for anything
 * else: document types, wrong nesting, unknown prefixes, too much depth or too many elements. Never throws.
 */

export interface Element {
  /** Without its prefix. */
  name: string;
  /** '' where there is none. */
  namespace: string;
  attributes: Map<string, string>;
  children: Element[];
  /** Its own text, entities resolved. */
  text: string;
}

const depthAtMost = 40;
const elementsAtMost = 5000;
export const bytesAtMost = 256 * 1024;

const nameForm = /[A-Za-z_][\w.-]*(?::[A-Za-z_][\w.-]*)?/y;
const attributeForm = /\s+([A-Za-z_][\w.-]*(?::[A-Za-z_][\w.-]*)?)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/y;
const tagEndForm = /\s*(\/?)>/y;

interface Open {
  element: Element;
  tag: string;
  prefixes: Map<string, string>;
}

export function parseXml(text: string): Element | null {
  if (text.length > bytesAtMost || text.includes('\0')) return null;
  const root: Element = { name: '', namespace: '', attributes: new Map(), children: [], text: '' };
  const stack: Open[] = [
    { element: root, tag: '', prefixes: new Map([['xml', 'http://www.w3.org/XML/1998/namespace']]) },
  ];
  let offset = text.startsWith('\ufeff') ? 1 : 0;
  let elements = 0;
  while (offset < text.length) {
    const open = stack.at(-1);
    if (!open) return null;
    const tag = text.indexOf('<', offset);
    const between = readText(text.slice(offset, tag < 0 ? text.length : tag));
    if (between === null || (stack.length === 1 && between.trim() !== '')) return null;
    open.element.text += between;
    if (tag < 0) break;
    const special = skipSpecial(text, tag);
    if (special === -1) return null;
    if (special !== null) {
      if (text.startsWith('<![CDATA[', tag)) open.element.text += text.slice(tag + 9, special - 3);
      offset = special;
    } else if (text[tag + 1] === '/') {
      const end = text.indexOf('>', tag);
      if (end < 0 || text.slice(tag + 2, end).trimEnd() !== open.tag || stack.length === 1) return null;
      stack.pop();
      offset = end + 1;
    } else {
      const read = readTag(text, tag + 1, open.prefixes);
      if (!read || ++elements > elementsAtMost || stack.length > depthAtMost) return null;
      open.element.children.push(read.open.element);
      if (!read.closed) stack.push(read.open);
      offset = read.end;
    }
  }
  return stack.length === 1 && root.children.length === 1 ? (root.children[0] ?? null) : null;
}

/** Where a comment, instruction or CDATA section ends; -1 when it must not be; null when it is something else. */
function skipSpecial(text: string, from: number): number | null {
  const kinds: [string, string][] = [
    ['<!--', '-->'],
    ['<?', '?>'],
    ['<![CDATA[', ']]>'],
  ];
  for (const [start, stop] of kinds) {
    if (!text.startsWith(start, from)) continue;
    const end = text.indexOf(stop, from + start.length);
    return end < 0 ? -1 : end + stop.length;
  }
  return text.startsWith('<!', from) ? -1 : null;
}

function readTag(
  text: string,
  from: number,
  outer: Map<string, string>,
): { open: Open; end: number; closed: boolean } | null {
  nameForm.lastIndex = from;
  const tag = nameForm.exec(text)?.[0];
  if (!tag) return null;
  let offset = nameForm.lastIndex;
  const attributes = new Map<string, string>();
  let prefixes = outer;
  for (;;) {
    attributeForm.lastIndex = offset;
    const match = attributeForm.exec(text);
    if (!match) break;
    offset = attributeForm.lastIndex;
    const name = match[1] ?? '';
    const value = readText(match[2] ?? match[3] ?? '');
    if (value === null || attributes.has(name)) return null;
    attributes.set(name, value);
    if (name === 'xmlns' || name.startsWith('xmlns:')) {
      if (prefixes === outer) prefixes = new Map(outer);
      prefixes.set(name.slice(6), value);
    }
  }
  tagEndForm.lastIndex = offset;
  const end = tagEndForm.exec(text);
  if (!end) return null;
  const colon = tag.indexOf(':');
  const namespace = prefixes.get(colon < 0 ? '' : tag.slice(0, colon));
  if (namespace === undefined && colon >= 0) return null;
  const element = { name: tag.slice(colon + 1), namespace: namespace ?? '', attributes, children: [], text: '' };
  return { open: { element, tag, prefixes }, end: tagEndForm.lastIndex, closed: end[1] === '/' };
}

const named: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function readText(text: string): string | null {
  let unknown = 0;
  const read = text.replaceAll(/&(?:#(\d{1,7})|#x([0-9a-fA-F]{1,6})|([a-z]{2,4}));|&/g, (_whole, ...groups) => {
    // The groups of the expression above: text, or nothing.
    const [decimal, hex, name] = groups as [string | undefined, string | undefined, string | undefined];
    const code = decimal ? Number(decimal) : hex ? Number.parseInt(hex, 16) : null;
    if (code !== null && code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff))
      return String.fromCodePoint(code);
    const character = name === undefined ? undefined : named[name];
    if (character === undefined) unknown++;
    return character ?? '';
  });
  return unknown === 0 ? read : null;
}

/** First child of that name, at any of the given steps down; null when there is none. */
export function find(element: Element | null, ...names: string[]): Element | null {
  let found = element;
  for (const name of names) found = found?.children.find((child) => child.name === name) ?? null;
  return found;
}

/** The trimmed text of `find`; '' when there is none. */
export function textOf(element: Element | null, ...names: string[]): string {
  return find(element, ...names)?.text.trim() ?? '';
}

export function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
