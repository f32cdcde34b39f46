import type { DatabaseSync } from 'node:sqlite'
import type { NearNode } from '#service/search/ast.ts'
import { distanceMeters } from '#service/search/great-circle.ts'
import { NEVER } from './combine.ts'
import { type CompileContext, parameterNumber } from './compile-context.ts'
import type { Condition } from './condition.ts'
import { type Fragment, sql } from './fragment.ts'
import { rowCondition } from './row-condition.ts'

/** A degree of latitude, a little less than it is: what a band of degrees leaves out is certainly too far away. */
const METERS_IN_DEGREE = 111_000

/** Rows of the band of latitudes, each measured. */
export function nearCondition(context: CompileContext, node: NearNode): Condition {
  const parameter = parameterNumber(context, node.parameter)
  if (parameter === undefined) return NEVER
  const { latitude, longitude, distanceMeters: limit } = node
  const degrees = limit / METERS_IN_DEGREE
  const lead = (row: Fragment) =>
    sql`${row}.latitude >= ${latitude - degrees} AND ${row}.latitude <= ${latitude + degrees}`
  return rowCondition(context, {
    table: 'position',
    parameter,
    lead,
    match: row =>
      sql`${lead(row)} AND distance_meters(${row}.latitude, ${row}.longitude, ${latitude}, ${longitude}) <= ${limit}`,
    access: 'range',
    unique: false,
  })
}

/** `distance_meters(latitude, longitude, latitude, longitude)`, as evaluate has it. */
export function registerDistance(database: DatabaseSync): void {
  const measure = (latitude: unknown, longitude: unknown, itsLatitude: unknown, itsLongitude: unknown) =>
    distanceMeters(
      { latitude: Number(itsLatitude), longitude: Number(itsLongitude) },
      { latitude: Number(latitude), longitude: Number(longitude) },
    )
  database.function('distance_meters', { deterministic: true, directOnly: true }, measure)
}
