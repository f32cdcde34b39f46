import fc from 'fast-check'
import { expect, it } from 'vitest'
import { faultOf, oneFault } from '#test/support/test-world.ts'
import { type ConnectionPage, decodePage, encodePage } from './connection-cursor.ts'

const pages: fc.Arbitrary<ConnectionPage> = fc.record(
  {
    parameters: fc
      .array(fc.tuple(fc.string(), fc.string()), { maxLength: 4 })
      .map(parameters => [...parameters, ['_count', '5'] as [string, string]]),
    offset: fc.option(fc.nat()),
    fhirpath: fc.string(),
    ends: fc.constant(true as const),
  },
  { requiredKeys: ['parameters', 'offset'] },
)

it('stands for its page', () => {
  fc.assert(
    fc.property(pages, page => {
      expect(decodePage('Patient', encodePage('Patient', page))).toEqual(page)
    }),
  )
})

it('is refused where it was not made for this search, whatever the text', async () => {
  const decoding = async (type: string, cursor: string) => decodePage(type, cursor)
  const made = encodePage('Patient', { parameters: [['_count', '5']], offset: 0 })
  expect(await faultOf(decoding('Condition', made))).toEqual(
    oneFault('invalid', 'value', 'The cursor belongs to a search of another type than Condition', '_cursor'),
  )
  const refused = oneFault('invalid', 'value', 'The cursor was not made by this server', '_cursor')
  const texts = [
    '',
    'x',
    '[]',
    '["Patient",0,[]]',
    '["Patient",-1,[["_count","5"]],null,false]',
    '["Patient","0",[["_count","5"]],null,false]',
    '["Patient",0,[["_count",5]],null,false]',
    '["Patient",0,[["_count","5"]],1,false]',
    '["Patient",0,[["_count","5"]],null,[]]',
    '["Patient",0,[["_count","5"]]]',
    'null',
  ]
  for (const text of texts) {
    expect(await faultOf(decoding('Patient', Buffer.from(text).toString('base64url'))), text).toEqual(refused)
  }
  await fc.assert(
    fc.asyncProperty(fc.string(), async text => {
      expect(await faultOf(decoding('Patient', text))).toEqual(refused)
    }),
  )
})
