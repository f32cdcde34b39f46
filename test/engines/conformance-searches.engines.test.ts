import { conformanceOverEngines, OVER_ENGINES } from './conformance.ts'

conformanceOverEngines(OVER_ENGINES.searches)
