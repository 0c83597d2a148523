import { FromEnv, xml } from '../../../../lib/stores/clickhouse/config/xml';

test('xml writes texts, numbers, lists, empty elements and variables', () => {
  expect(xml('clickhouse', { a: 'text', b: 0, c: { d: [{ e: 1 }, { e: 2 }] }, f: null, g: new FromEnv('NAME'), h: new FromEnv('NAME', true), i: [] }))
    .toBe(`<clickhouse>
 <a>text</a>
 <b>0</b>
 <c>
  <d>
   <e>1</e>
  </d>
  <d>
   <e>2</e>
  </d>
 </c>
 <f/>
 <g from_env="NAME"/>
 <h from_env="NAME" hide_in_preprocessed="true"/>
</clickhouse>
`);
});

test('xml escapes texts and attributes', () => {
  expect(xml('a', { b: '<&>"\'', c: new FromEnv('"<&>') })).toBe('<a>\n <b>&lt;&amp;&gt;&quot;\'</b>\n <c from_env="&quot;&lt;&amp;&gt;"/>\n</a>\n');
});

test('xml keeps tokens', () => {
  expect(xml('a', { b: '${Token[TOKEN.12]}.internal' })).toContain('<b>${Token[TOKEN.12]}.internal</b>');
});

test.each(['', '1a', 'a b', 'a<', 'ns:a', '-a'])('xml rejects the element name %p', (name) => {
  expect(() => xml('a', { [name]: 'text' })).toThrow(`not an XML name: ${name}`);
});

test('xml rejects control characters', () => {
  expect(() => xml('a', { b: 'x\u0000' })).toThrow('not an XML text: "x\\u0000"');
});
