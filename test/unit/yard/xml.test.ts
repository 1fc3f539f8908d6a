import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { escapeXml, find, parseXml, textOf } from '../../yard/xml.ts';

test('elements, namespaces, attributes, entities and CDATA are read', () => {
  const root = parseXml(
    `\ufeff<?xml version="1.0"?><!-- x --><a:b xmlns:a="urn:a" xmlns="urn:d" one='1' two="&lt;&#233;">` +
      `<c> t&amp;&#x65E5;<![CDATA[<&>]]></c><c xmlns="urn:e"/></a:b>\n`,
  );
  assert.ok(root);
  assert.deepEqual([root.name, root.namespace, root.attributes.get('two')], ['b', 'urn:a', '<é']);
  assert.equal(textOf(root, 'c'), 't&日<&>');
  assert.deepEqual(
    root.children.map((child) => child.namespace),
    ['urn:d', 'urn:e'],
  );
  assert.equal(find(root, 'c', 'd'), null);
});

test('what is not well formed, or too much, is null', () => {
  const hostile = [
    '',
    'text',
    '<a>',
    '<a></b>',
    '<a/><b/>',
    '<a/>text',
    '</a>',
    '<a b=c/>',
    '<a b="1" b="2"/>',
    '<x:a/>',
    '<a>&unknown;</a>',
    '<a>&#0;</a>',
    '<a>&#xD800;</a>',
    '<a>&</a>',
    '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
    '<a><!-- </a>',
    '<a><![CDATA[</a>',
    '<a b="<"/>',
    '<a\0/>',
    '<a>'.repeat(41) + '</a>'.repeat(41),
    `<a>${'<b/>'.repeat(5001)}</a>`,
    `<a>${' '.repeat(256 * 1024)}</a>`,
  ];
  for (const text of hostile) assert.equal(parseXml(text), null, text.slice(0, 60));
});

test('any text survives escaping and reading', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), (text) => {
      fc.pre(!/[\0\r]/.test(text));
      assert.equal(parseXml(`<a b="${escapeXml(text)}">${escapeXml(text)}</a>`)?.text, text);
    }),
    { seed: 1 },
  );
});

test('no bytes make it throw, or take long', () => {
  const parts = [
    '<',
    '>',
    '/',
    'a',
    ':',
    '=',
    '"',
    '&',
    ';',
    '#',
    '!',
    '[',
    'CDATA[',
    ']]>',
    '-->',
    '<!--',
    ' ',
    'xmlns',
  ];
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...parts), { maxLength: 200 }), (list) => {
      parseXml(list.join(''));
    }),
    { seed: 1, numRuns: 2000 },
  );
});
