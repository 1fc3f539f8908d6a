/** XML as cameras write it, and as somebody hostile would. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { child, childrenOf, escapeXml, find, oneLine, readXml, textAt } from '../../../main/core/cameras/xml.ts';
import { anyText } from './anyText.ts';

test('a document becomes a tree of names without prefix, with its text as text', () => {
  const root = readXml(
    '\n<?xml version="1.0"?><!-- a camera --><s:Envelope xmlns:s="urn:x"><s:Body>' +
      '<tds:Serial tds:kind=\'a&quot;b\' fixed = "true" > 0012 </tds:Serial><Empty/>' +
      '<Firmware><![CDATA[5.40 <beta> & more]]></Firmware><Name>A&amp;B &#xe9;&#233; &unknown; &lt;</Name>' +
      '</s:Body></s:Envelope>\n',
  );
  const body = child(root, 'Body');
  assert.equal(root?.name, 'Envelope');
  assert.equal(textAt(body, 'Serial'), '0012');
  assert.deepEqual(Object.fromEntries(child(body, 'Serial')?.attributes ?? []), { kind: 'a"b', fixed: 'true' });
  assert.equal(textAt(body, 'Firmware'), '5.40 <beta> & more');
  assert.equal(textAt(body, 'Name'), 'A&B éé &unknown; <');
  assert.equal(textAt(body, 'Empty'), '');
  assert.equal(textAt(body, 'Absent', 'Too'), '');
  assert.equal(childrenOf(body, 'Name').length, 1);
  assert.equal(find(root, 'Firmware')?.name, 'Firmware');
  assert.equal(find(root, 'Absent'), null);
});

test('prefixes that were never declared, and stray marks in a tag, are no reason to refuse a camera', () => {
  const root = readXml('<env:Envelope ...><env:Body ... a="1"><tr2:Token token="007"/></env:Body></env:Envelope>');
  assert.equal(find(root, 'Token')?.attributes.get('token'), '007');
});

test('what is not one whole document is refused', () => {
  const documents = [
    '',
    'text',
    '<a>',
    '<a></b>',
    '</a>',
    '<a></a></a>',
    '<a/><b/>',
    '<a/>text',
    '<a',
    '<a b="1>',
    '<a <b/></a>',
    '<1a/>',
    '<a><!-- </a>',
    '<a><![CDATA[</a>',
    '<?xml',
    '<>',
    '<__proto__/>',
    '<!DOCTYPE html><html></html>',
    '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
    '<a><!ELEMENT b></a>',
    '{"a":1}',
    '\u0000',
  ];
  for (const text of documents) assert.equal(readXml(text), null, text);
});

test('a document cut off at any byte is refused', () => {
  const whole = '<?xml version="1.0"?><a b="c"><d>e</d><!-- f --><g/></a>';
  assert.notEqual(readXml(whole), null);
  for (let length = 0; length < whole.length; length += 1) assert.equal(readXml(whole.slice(0, length)), null);
});

test('depth and number of elements are bounded', () => {
  const nested = (depth: number) => '<a>'.repeat(depth) + '</a>'.repeat(depth);
  assert.notEqual(readXml(nested(64)), null);
  assert.equal(readXml(nested(65)), null);
  assert.equal(readXml(nested(100_000)), null);
  assert.notEqual(readXml(`<a>${'<b/>'.repeat(19_999)}</a>`), null);
  assert.equal(readXml(`<a>${'<b/>'.repeat(20_000)}</a>`), null);
});

test('a megabyte made to be slow to read is answered all the same', () => {
  // The first one keeps the regular expression of the onvif library's reader busy for minutes.
  for (const piece of ['xmlns', '<', '&', '<a ', 'a=', '="', '<!--', ' \n', '&#x', '<a b="', ']]>']) {
    readXml(piece.repeat(1_000_000 / piece.length));
    readXml(`<a ${piece.repeat(1_000_000 / piece.length)}></a>`);
    readXml(`<a>${piece.repeat(1_000_000 / piece.length)}</a>`);
  }
});

test('what was escaped is read back, whatever it is', () => {
  const texts = anyText;
  fc.assert(
    fc.property(texts, (text) => {
      const root = readXml(`<a b="${escapeXml(text)}">|${escapeXml(text)}|</a>`);
      assert.equal(root?.text, `|${text}|`);
      assert.equal(root.attributes.get('b'), text);
    }),
    { seed: 7, numRuns: 300 },
  );
});

test('no text makes the reader throw', () => {
  const piece = fc.constantFrom(
    '<',
    '>',
    '/',
    'a',
    '"',
    "'",
    '=',
    '&',
    ';',
    '#',
    '!',
    '-',
    '[',
    ']',
    '?',
    'CDATA',
    ' ',
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(piece, fc.string()), { maxLength: 60 }), (pieces) => void readXml(pieces.join(''))),
    { seed: 7, numRuns: 3000 },
  );
});

test("a camera's own words are one bounded line without control or direction marks", () => {
  assert.equal(oneLine(' Front\r\n\tdoor\u0000\u202e\u200f! '), 'Front door !');
  assert.equal(oneLine('a'.repeat(5000)).length, 300);
});
