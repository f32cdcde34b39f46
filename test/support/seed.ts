/**
 * What a run finds depends on the commit alone: all properties draw from one seed. `SEED=random` gives each its own, as
 * do the nightly runs, where DIFFERENTIAL is large; `SEED=<number>` goes through what a report names again.
 */
import fc from 'fast-check'

const { DIFFERENTIAL, SEED = DIFFERENTIAL === 'large' ? 'random' : '20190101' } = process.env

if (SEED !== 'random') {
  const seed = Number(SEED)
  if (!Number.isSafeInteger(seed)) throw new Error(`SEED is '${SEED}'; expected a whole number or random`)
  fc.configureGlobal({ seed })
}
