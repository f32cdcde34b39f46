import { BASE_URL, openRestWorld } from '#test/support/rest-world.ts'
import { searchSeveralTypesSuite } from './search-several-types.suite.ts'

searchSeveralTypesSuite(async () => {
  const world = await openRestWorld()
  return { ...world, baseUrl: BASE_URL, tick: () => world.clock.advance(1000) }
})
