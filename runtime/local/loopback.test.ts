import { expect, test } from 'vitest'
import { isLoopbackAddress, isLoopbackHost } from './loopback.ts'

test.each([
  ['127.0.0.1', true],
  ['127.1.2.3', true],
  ['localhost', true],
  ['::1', true],
  ['0.0.0.0', false],
  ['::', false],
  ['192.168.1.2', false],
  ['127.0.0.1.evil.example', false],
])('listening on %s is for this machine alone: %s', (host, expected) => {
  expect(isLoopbackAddress(host)).toBe(expected)
})

test.each([
  ['localhost', true],
  ['LOCALHOST:8080', true],
  ['127.0.0.1:8080', true],
  ['[::1]:8080', true],
  ['[::1]', true],
  [undefined, true],
  ['', false],
  ['evil.example', false],
  ['localhost.evil.example:8080', false],
  ['127.0.0.1.evil.example', false],
  ['evil.example:8080@localhost', false],
])('Host %s names this machine: %s', (host, expected) => {
  expect(isLoopbackHost(host)).toBe(expected)
})
