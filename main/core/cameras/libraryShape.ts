/**
 * Turns a reply that `xml.ts` has read into the form in which the onvif library expects it from its own reader. Only
 * what the library needs goes in, and of each service's address only the path: a camera's address reaches neither the
 * library's console nor Node's warnings about malformed ones.
 */
import type { XmlElement } from './xml.ts';

/** The library's own form of names: the first letter small unless the second is a capital. */
export function libraryName(name: string): string {
  const second = name.charAt(1);
  return second !== '' && second.toUpperCase() !== second ? name.charAt(0).toLowerCase() + name.slice(1) : name;
}

/** As xml2js would have given it to the library. */
export function libraryShape(element: XmlElement): unknown {
  if (element.name === 'XAddr') return `http://camera${servicePath(element.text)}`;
  if (element.attributes.size === 0 && element.children.length === 0) return element.text;
  const shape: Record<string, unknown> = {};
  if (element.attributes.size > 0) shape['$'] = Object.fromEntries(element.attributes);
  if (element.text !== '') shape['_'] = element.text;
  const lists = new Map<string, unknown[]>();
  for (const one of element.children) {
    // Extensions of capabilities hold nothing that is used here, and some make the library print their address.
    if (one.name === 'Extension') continue;
    const name = libraryName(one.name);
    const list = lists.get(name) ?? [];
    list.push(libraryShape(one));
    lists.set(name, list);
  }
  return Object.assign(shape, Object.fromEntries(lists));
}

/** The path and query of a service's address; '/' when it is none that can be asked for. */
export function servicePath(address: string): string {
  const path = /^https?:\/\/[^/?#\s]+(\/[^#]*)/i.exec(address.trim())?.[1];
  return path !== undefined && path.length <= 1024 && /^[\x21-\x7e]+$/.test(path) ? path : '/';
}
