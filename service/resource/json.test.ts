import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Fault } from '../fault.ts'
import { JSON_DEPTH_MAX } from '../limits.ts'
import type { JsonValue } from './content.ts'
import { decodeUtf8, encodeUtf8, isRawJson, numberOf, parseJson, rawNumber, stringifyJson } from './json.ts'

const faultOf = (run: () => unknown): Pick<Fault, 'category' | 'issues'> => {
  try {
    run()
  } catch (error) {
    if (Fault.is(error)) return { category: error.category, issues: error.issues }
    throw error
  }
  throw new Error('Nothing was thrown')
}

const spaced = (text: string): string => text.replaceAll(',', ' ,\r\n\t').replaceAll(':', ' :\n')

/** JSON number tokens of every shape. */
const digits = (constraints: fc.StringConstraints): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...'0123456789'), ...constraints })
const numberToken = fc
  .tuple(
    fc.constantFrom('', '-'),
    fc.oneof(
      fc.constant('0'),
      fc.tuple(fc.constantFrom(...'123456789'), digits({ maxLength: 25 })).map(parts => parts.join('')),
    ),
    fc.oneof(
      fc.constant(''),
      digits({ minLength: 1, maxLength: 25 }).map(text => `.${text}`),
    ),
    fc.oneof(
      { weight: 3, arbitrary: fc.constant('') },
      {
        weight: 1,
        arbitrary: fc
          .tuple(fc.constantFrom('e', 'E'), fc.constantFrom('', '+', '-'), digits({ minLength: 1, maxLength: 3 }))
          .map(parts => parts.join('')),
      },
    ),
  )
  .map(parts => parts.join(''))

/** Strings likely to be taken for numbers, marks or ends of strings. */
const trickyString = fc
  .array(
    fc.oneof(
      numberToken,
      fc.constantFrom(' ', ',', ':', '[', ']', '"', '\\', '\u0091', '\\u0091', 'e', '\n', 'é', '漢'),
    ),
  )
  .map(parts => parts.join(''))

const jsonText: fc.Arbitrary<string> = fc.letrec<{ value: string }>(tie => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.oneof(
      numberToken,
      trickyString.map(text => JSON.stringify(text)),
      fc.constantFrom('true', 'null', '"\\u0091"'),
    ),
    fc.array(tie('value'), { maxLength: 4 }).map(items => `[${items.join(',')}]`),
    fc
      .uniqueArray(fc.tuple(fc.oneof(trickyString, fc.constant('__proto__')), tie('value')), {
        maxLength: 4,
        selector: ([name]) => name,
      })
      // Objects order names that are array indexes first: keep them out.
      .map(members => `{${members.map(([name, value]) => `${JSON.stringify(`_${name}`)}:${value}`).join(',')}}`),
  ),
})).value

describe('parseJson', () => {
  it('keeps every number token as it was written', () => {
    fc.assert(
      fc.property(jsonText, text => {
        expect(stringifyJson(parseJson(text))).toBe(text.replaceAll('"\\u0091"', '"\u0091"'))
      }),
      { numRuns: 2000 },
    )
  })

  it('reads numbers between spaces and line ends as well', () => {
    fc.assert(
      fc.property(fc.array(numberToken), tokens => {
        const text = `{"a":[${tokens.join(',')}],"b":${tokens[0] ?? 1}}`
        expect(stringifyJson(parseJson(spaced(text)))).toBe(text)
      }),
    )
  })

  it('agrees with JSON.parse on what is JSON, and on every value but lossy numbers', () => {
    const cut = fc.tuple(jsonText, fc.nat(), fc.constantFrom('', ',', '"', '1.50', '}', ' ')).map(([text, at, put]) => {
      const position = at % (text.length + 1)
      return text.slice(0, position) + put + text.slice(position + 1)
    })
    const plainly = (value: JsonValue): unknown =>
      JSON.parse(JSON.stringify(value, (_name, member) => (isRawJson(member) ? Number(member.rawJSON) : member)))
    fc.assert(
      fc.property(cut, text => {
        let expected: unknown
        try {
          expected = JSON.parse(text)
        } catch {
          expect(faultOf(() => parseJson(text)).category).toBe('invalid')
          return
        }
        expect(plainly(parseJson(text))).toEqual(JSON.parse(JSON.stringify(expected)))
      }),
      { numRuns: 2000 },
    )
  })

  it('makes RawJson of lossy numbers only', () => {
    const lossy = '1.50 1e3 -0 0.0 12345678901234567890 0.0000001 1E400 -1.0'.split(' ')
    const exact = '1.5 1000 0 -1 0.000001 123456789012345 1e+21 0.1234567890123456'.split(' ')
    const parsed = parseJson(`[${[...lossy, ...exact].join(', ')}]`) as JsonValue[]
    expect(parsed).toEqual([...lossy.map(rawNumber), ...exact.map(Number)])
    expect(parsed.map(isRawJson)).toEqual([...lossy.map(() => true), ...exact.map(() => false)])
    expect(parseJson(' 1.50 ')).toEqual(rawNumber('1.50'))
    expect(parseJson('-0')).toEqual(rawNumber('-0'))
    expect(parseJson('\n1.5')).toEqual(1.5)
  })

  it('leaves numbers inside strings alone, and objects that look like RawJson', () => {
    const text = '{"a":": 1.50, ","b\\":1.50":"[1.50]","c":"\\\\","d":{"rawJSON":"1.50"},"e":"\u0091 1.50","f":1.50}'
    const parsed = parseJson(text)
    expect(stringifyJson(parsed)).toBe(text)
    expect(parsed).toEqual({
      a: ': 1.50, ',
      'b":1.50': '[1.50]',
      c: '\\',
      d: { rawJSON: '1.50' },
      e: '\u0091 1.50',
      f: rawNumber('1.50'),
    })
  })

  it('reads __proto__ as a member and changes no prototype', () => {
    const parsed = parseJson('{"__proto__":{"polluted":1.50},"a":1.50}') as Record<string, JsonValue>
    expect(Object.getPrototypeOf(parsed)).toBe(Object.prototype)
    expect(Object.keys(parsed)).toEqual(['__proto__', 'a'])
    expect(stringifyJson(parsed)).toBe('{"__proto__":{"polluted":1.50},"a":1.50}')
  })

  it('lets the last of equal names stand', () => {
    expect(parseJson('{"a":1.50,"a":2.50}')).toEqual({ a: rawNumber('2.50') })
    expect(parseJson('{"a":1.50,"a":2}')).toEqual({ a: 2 })
  })

  const refused: [text: string, problem: string, line: number, column: number][] = [
    ['', 'the text ends too early', 1, 1],
    ['{"a":1', 'the text ends too early', 1, 7],
    ['{"a":\n  oops}', 'there is no value', 2, 3],
    ['{"a":1.50,}', 'the name of a member is missing', 1, 11],
    ['{1.50 : 2}', 'the name of a member is missing', 1, 2],
    ['{ 1.50 : 2}', 'the name of a member is missing', 1, 3],
    ['{"a" 1}', 'a colon is missing', 1, 6],
    ['[1 2]', "a comma or ']' is missing", 1, 4],
    ['{"a":1\n"b":2}', "a comma or '}' is missing", 2, 1],
    ['[1,]', 'there is no value', 1, 4],
    ['[01.50]', 'there is no value', 1, 2],
    ['[.50]', 'there is no value', 1, 2],
    ['[1.]', 'there is no value', 1, 2],
    ['[1e]', 'there is no value', 1, 2],
    ['[1.5.0]', 'there is no value', 1, 2],
    ['[nulls]', 'there is no value', 1, 2],
    ['[-]', 'there is no value', 1, 2],
    ['{"a":1.50e}', 'there is no value', 1, 6],
    ['['.repeat(20_000), 'it is nested too deeply', 1, 10_002],
    ['["a\nb"]', 'a string holds a control character', 1, 4],
    ['["a\\x"]', 'a string holds an unknown escape', 1, 4],
    ['["a', 'a string has no end', 1, 2],
    ['{} {}', 'there is more behind the end', 1, 4],
    ['\n\n\u00a0{}', 'there is no value', 3, 1],
  ]
  it.each(refused)('refuses %j: %s', (text, problem, line, column) => {
    expect(faultOf(() => parseJson(text))).toEqual({
      category: 'invalid',
      issues: [
        {
          severity: 'error',
          code: 'structure',
          diagnostics: `The content is not valid JSON: ${problem} at line ${line}, column ${column}`,
        },
      ],
    })
  })

  it('needs no stack for long numbers, long strings and much white space', () => {
    const length = 20_000_000
    const token = `1.${'0'.repeat(length)}`
    expect(stringifyJson(parseJson(`[1e3${' '.repeat(length)},${token}]`))).toBe(`[1e3,${token}]`)
    expect(faultOf(() => parseJson(`["${'a'.repeat(length)}"${' '.repeat(length)}${token}`)).category).toBe('invalid')
  })

  it('refuses what is nested too deeply, with lossy numbers and without', () => {
    const nested = (depth: number, core: string): string => '[{"a":'.repeat(depth / 2) + core + '}]'.repeat(depth / 2)
    for (const core of ['1', '1.50', '"\u0091",1.50'.slice(4)]) {
      expect(stringifyJson(parseJson(nested(JSON_DEPTH_MAX, core)))).toBe(nested(JSON_DEPTH_MAX, core))
      for (const depth of [JSON_DEPTH_MAX + 2, 200_000]) {
        expect(faultOf(() => parseJson(nested(depth, core)))).toEqual({
          category: 'invalid',
          issues: [
            {
              severity: 'error',
              code: 'structure',
              diagnostics: 'The content is nested too deeply: more than 256 objects and arrays in each other',
            },
          ],
        })
      }
    }
  })
})

describe('numberOf', () => {
  it('is the number of numbers and RawJson, and of nothing else', () => {
    const values = [1.5, rawNumber('1.50'), rawNumber('1e3'), '1', null, true, { rawJSON: '1' }, undefined]
    expect(values.map(numberOf)).toEqual([1.5, 1.5, 1000, ...Array(5).fill(undefined)])
  })
})

describe('UTF-8', () => {
  it('decodes what was encoded', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), text => {
        fc.pre(!text.startsWith('\ufeff'))
        expect(decodeUtf8(encodeUtf8(text))).toBe(text)
      }),
    )
  })

  it('drops a byte order mark and refuses malformed bytes', () => {
    expect(decodeUtf8(new Uint8Array([0xef, 0xbb, 0xbf, 0x7b, 0x7d]))).toBe('{}')
    for (const bytes of [[0xff], [0xc3], [0xc0, 0x80], [0xed, 0xa0, 0x80]]) {
      expect(faultOf(() => decodeUtf8(new Uint8Array(bytes)))).toEqual({
        category: 'invalid',
        issues: [{ severity: 'error', code: 'structure', diagnostics: 'The content is not valid UTF-8' }],
      })
    }
  })
})
