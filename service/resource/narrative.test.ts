import { describe, expect, it } from 'vitest'
import { checkNarrative } from './narrative.ts'

const div = (content: string): string => `<div xmlns="http://www.w3.org/1999/xhtml">${content}</div>`

describe('checkNarrative', () => {
  const fine = [
    div('text'),
    div('<p class="a" style="color: red; margin:0 1px">a<br/>b &amp; &lt; &#169; é</p>'),
    div('<table border="1"><thead><tr><th colspan="2">a</th></tr></thead><tbody><tr><td>b</td></tr></tbody></table>'),
    div('<img src="#picture" alt="x"/>'),
    div('<img src="data:image/png;base64,AAAA"/>'),
    div('<img src="Binary/1"/><img src="urn:uuid:1"/>'),
    div('<a name="x"/><a href="#x">a</a><a href="http://a.org/?b=c&amp;d">b</a><a href="mailto:a@b.org">c</a>'),
    div('<a href="Patient/1">a</a><a href="urn:uuid:1">b</a><a href="//a.org">c</a>'),
    div('<p style="background-image: url(data: image/png;base64,AAAA)">a</p>'),
    div('<!-- a comment -->a'),
    div('<p lang="de" xml:lang="de" id="p1" title="t" dir="ltr">a</p>'),
    '<h:div xmlns:h="http://www.w3.org/1999/xhtml"><h:p>a</h:p></h:div>',
  ]
  it.each(fine)('takes %s', text => {
    expect(checkNarrative(text)).toEqual([])
  })

  const root = 'must be one div element in the namespace http://www.w3.org/1999/xhtml (txt-1)'
  const style = 'must not hold a style that loads or runs anything (txt-1)'
  const image = 'must not hold images from elsewhere: data:image/ or #id (txt-1)'
  const href = 'must not hold a link (href) of an active kind (txt-1)'
  const blank = 'must have some content besides white space (txt-2)'
  const refused: [text: string, ...problems: string[]][] = [
    ['<div>a</div>', root],
    ['<p xmlns="http://www.w3.org/1999/xhtml">a</p>', root],
    [div(''), blank],
    [div(' <p>\n</p> <!-- a -->'), blank],
    [div('<script>alert(1)</script>'), 'must not hold the element script (txt-1)'],
    [div('<style>p {}</style>'), 'must not hold the element style (txt-1)'],
    [div('<iframe/><form/>a'), 'must not hold the element iframe (txt-1)', 'must not hold the element form (txt-1)'],
    [div('<p onclick="a()">a</p>'), 'must not hold the attribute onclick (txt-1)'],
    [div('<a href="javascript:a()">a</a>'), href],
    [div('<a href=" JAVA&#x9;SCRIPT:a()">a</a>'), href],
    [div('<a href="data:text/html,a">a</a>'), href],
    [div('<a href="vbscript:a">a</a><a href="javascript:b">b</a>'), href],
    [div('<img src="http://a.org/b.png"/>'), image],
    [div('<img src="//a.org/b.png"/>'), image],
    [div('<img src="/&#x9;/a.org/b.png"/>'), image],
    [div('<img src="data:text/html,a"/>'), image],
    [div('<p style="background: URL(http://a.org)">a</p>'), style],
    [div('<p style="background: u\\72l(http://a.org)">a</p>'), style],
    [div('<p style="width: expression(a)">a</p>'), style],
    [div('<p style="background: url(data:image/png;base64,AA), url(http://a.org)">a</p>'), style],
    [div('<svg xmlns="http://www.w3.org/2000/svg"/>a'), 'must not hold elements of other namespaces (txt-1)'],
    [div('<p xmlns:x="http://x.org" x:href="a">a</p>'), 'must not hold the attribute x:href (txt-1)'],
    [div('<![CDATA[a]]>b'), 'must not hold CDATA sections (txt-1)'],
    [div('<!--><p>-->a'), "must not hold comments that begin with '>' (txt-1)"],
    [div('<?a b?>a'), 'must not hold processing instructions (txt-1)'],
    [`<?xml version="1.0"?>${div('a')}`, 'must not hold an XML declaration (txt-1)'],
    [`<!DOCTYPE div>${div('a')}`, 'must not hold a document type (txt-1)'],
    [div('<p>a'), 'is not well-formed XHTML: unexpected close tag.'],
    [div('a &nbsp; b'), 'is not well-formed XHTML: undefined entity.'],
    [div('a') + div('b'), 'is not well-formed XHTML: documents may contain only one root.'],
    ['a', 'is not well-formed XHTML: text data outside of root node.'],
    [div(`${'<b>'.repeat(200)}a`), 'must not be nested deeper than 200 elements'],
  ]
  it.each(refused)('refuses %s', (text, ...problems) => {
    expect(checkNarrative(text).map(({ problem }) => problem)).toEqual(problems)
  })

  it('tells what is no XHTML from what is not allowed', () => {
    expect(checkNarrative(div('<p>a'))[0]?.code).toBe('structure')
    expect(checkNarrative(div('<script/>a'))[0]?.code).toBe('invariant')
  })

  it('stops at ten different problems', () => {
    const many = Array.from({ length: 30 }, (_, index) => `<p on${index}="a">a</p>`).join('')
    expect(checkNarrative(div(many)).map(({ problem }) => problem)).toEqual(
      Array.from({ length: 10 }, (_, index) => `must not hold the attribute on${index} (txt-1)`),
    )
  })
})
