import { expect, it } from 'vitest'
import { readTar } from './tar.ts'

function entry(name: string, body: string, prefix = ''): Buffer {
  const header = Buffer.alloc(512)
  header.write(name, 0)
  header.write(body.length.toString(8).padStart(11, '0'), 124)
  header.write(prefix, 345)
  const padded = Buffer.alloc(Math.ceil(body.length / 512) * 512)
  padded.write(body)
  return Buffer.concat([header, padded])
}

const end = Buffer.alloc(1024)

it('reads the wanted files, whatever their length', () => {
  const [long, exact] = ['x'.repeat(513), 'y'.repeat(512)]
  const archive = Buffer.concat([
    entry('package/a.json', long),
    entry('package/skipped', 'no'),
    entry('b.json', exact, 'package/deep'),
    entry('package/empty', ''),
    end,
  ])
  const files = readTar(archive, new Set(['package/a.json', 'package/deep/b.json', 'package/empty', 'package/none']))
  expect([...files].map(([name, bytes]) => [name, bytes.toString()])).toEqual([
    ['package/a.json', long],
    ['package/deep/b.json', exact],
    ['package/empty', ''],
  ])
})

it('refuses a damaged header', () => {
  const archive = entry('a', 'x')
  archive.write('not a number', 124)
  expect(() => readTar(archive, new Set())).toThrow('The archive is damaged at byte 0.')
})
